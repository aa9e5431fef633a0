"""What the Hyperline door says of itself as an OpenAPI document: its words around the table of operations.

The table, the structs and the values tell the shapes (`web/openapi.py` puts them together); no shape is described here.
"""

from functools import cache
from typing import Final

from duebook.hyperline import wire
from duebook.hyperline.examples import EXAMPLES
from duebook.hyperline.operations import OPERATIONS
from duebook.web import openapi
from duebook.web.openapi import About, Document

_DESCRIPTION: Final = """\
Invoices made from customers, products and lines, one by one or up to 50 at once.

**Amounts** are whole minor units, however they are written: 24000 and 24000.0 in EUR are 240.00. **Instants** are full date-times with an
offset or `Z`; one of exactly midnight UTC is that calendar day.

**A batch** is answered at once with its `batch_id`. Its invoices are made in the order of the array, each by itself; what became of them
arrives as webhook events and stands at `GET /v2/invoices/batch/{batch_id}`. The same batch sent again under its `batch_id` makes nothing
twice.

**Filters** take operators behind their names: `name__contains`, `due_at__gte`, `status__in=to_pay,paid`. An unknown parameter is ignored,
an unknown field is dropped.

**A retry is safe** under an `Idempotency-Key`, also of a DELETE: the kept answer is given again.

**Errors** of the form come all at once, by the dotted path of the field. Beside what stands at the operations, any request may meet 404
(the path is unknown, or takes another method, named in `Allow`), 500 (a bug of the server) and 503 (overload or no database: nothing was
stored, try again after `Retry-After`).
"""

_ABOUT: Final = About(
    title="Hyperline API of duebook",
    version="1.0.0",
    description=_DESCRIPTION,
    server="/",
    authorization="The API key as a bearer's token. `duebook key create` makes one.",
    bearer=True,
    error=wire.Message,
    errors={400: (wire.ValidationError, wire.Message)},
    sent_with={
        404: ("Allow",),
        429: ("Retry-After", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"),
        503: ("Retry-After",),
    },
    reasons={
        202: "Taken, and not lost any more; what becomes of it is told later.",
        204: "Done.",
        400: "The request is not well-formed: every error by its field; or a rule or a state does not allow it: one message.",
        401: "No API key, or one that is unknown or revoked.",
        403: "The scope of the key does not cover the operation.",
        404: "What the path names is not in the books of the company that owns the key.",
        409: "A name is taken, or the first request with this Idempotency-Key is still running.",
        413: "The body is above the limit of the server, 5 MiB by default.",
        415: "The body is not `application/json`.",
        417: "The Idempotency-Key was used for another request.",
        429: "Too many requests for the limit that the operator switched on.",
        500: "A bug of the server; the message names the request for its operator.",
        503: "Overload, or no database: nothing was stored.",
    },
    everywhere=(404, 500, 503),
    tags={
        "Invoices": "Documents with their lines, coupons and texts: invoices, credit notes, documents without legal value.",
        "Transactions": "Movements of money on documents, settled and scheduled.",
        "Customers": "Who owes, with everything that their documents take from them.",
        "Invoicing entities": "Who sells, and how its documents are numbered.",
        "Products": "What is sold, and what it costs.",
        "Price configurations": "Prices by themselves.",
        "Coupons": "Discounts.",
        "Custom properties": "Properties that a company adds to its own things.",
        "Payment methods": "How customers pay, by reference to a provider.",
        "Bank accounts": "The company's own accounts.",
        "Tax rates": "Rates and classes of an entity's own.",
        "Webhooks": "Where to tell what happens; each fact once, signed, until it was received.",
        "Empty lists": "What connectors read and this house has nothing of.",
    },
    examples=EXAMPLES,
)


@cache
def document() -> Document:
    """The document, made once. It is shared: nobody may change it."""
    return openapi.document(OPERATIONS, about=_ABOUT)
