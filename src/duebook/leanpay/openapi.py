"""What the LeanPay door says of itself as an OpenAPI document: its words around the table of operations.

The table, the structs and the values tell the shapes (`web/openapi.py` puts them together); no shape is described here.
"""

from functools import cache
from typing import Final

from duebook.leanpay import wire
from duebook.leanpay.examples import EXAMPLES
from duebook.leanpay.operations import OPERATIONS
from duebook.web import openapi
from duebook.web.openapi import About, Document

PREFIX: Final = "/v1/public"
"""Where the door is mounted."""

_DESCRIPTION: Final = """\
Receivables: what customers owe, what they paid, what is late.

**Money** is a whole number of minor units: 24000 in EUR is 240.00. **Days** come in as `2026-01-31` and go out as midnight UTC.

**Imports may be repeated.** A document with an `externalId` is known by it: the same content again changes nothing, other content updates
it. A field that is absent stays as it is, null clears it. A field that does not exist is refused by name.

**A batch is all or nothing**, unless `allowPartial=true` asks for what is good in it. With `dryRun=true` everything is checked and nothing
stored; what would be new has null for `id`, `createdAt` and `updatedAt`.

**A retry is safe** under an `Idempotency-Key`: the kept answer is given again.

**Errors** come all at once, each with its place in the body, a code and what to do. Beside what stands at the operations, any request may
meet 405 (the path takes another method) and 503 (overload or no database: nothing was stored, try again after `Retry-After`). A 500 is a
bug of the server: its code is `internal`, or `outcome_unknown` where only the same request with the same `Idempotency-Key` can find out
whether it was stored.
"""

_ABOUT: Final = About(
    title="LeanPay API of duebook",
    version="1.0.0",
    description=_DESCRIPTION,
    server=PREFIX,
    authorization="The API key alone; `Bearer` and the key works too. `duebook key create` makes one.",
    error=wire.Error,
    reasons={
        207: "Some items were refused, and the others stored: only with `allowPartial=true`.",
        400: "The request is not well-formed, or contradicts itself: every error, each with its place.",
        401: "No API key, or one that is unknown or revoked.",
        403: "The scope of the key does not cover the operation.",
        404: "An id or a reference names nothing in the books of the company that owns the key.",
        405: "The path exists and takes other methods.",
        409: "The books do not allow it, or the Idempotency-Key is in use or was used for another request.",
        413: "The body is above the limit of the server, 5 MiB by default.",
        415: "The body is not `application/json`.",
        429: "Too many requests for the limit that the operator switched on.",
        500: "A bug of the server; the message names the request for its operator.",
        503: "Overload, or no database: nothing was stored.",
    },
    everywhere=(405, 500, 503),
    tags={
        "Invoices": "What customers owe, with instalments, payments and the credit notes laid on them.",
        "Credit notes": "What is owed to customers: laid on invoices, or paid back.",
        "Clients": "The customers, with what each owes in each currency.",
        "Webhooks": "Where to tell what happens, and of what; each fact once, signed, until it was received.",
    },
    examples=EXAMPLES,
)


@cache
def document() -> Document:
    """The document, made once. It is shared: nobody may change it."""
    return openapi.document(OPERATIONS, about=_ABOUT)
