"""Batches of invoices at the Hyperline door: accepted here, turned into invoices by a worker."""

from typing import Final
from uuid import uuid4

from duebook.actions.submit_batch import submit_batch
from duebook.core.refusal import Refusal, Refused
from duebook.hyperline import wire
from duebook.hyperline.answers import WRITE_CODES
from duebook.hyperline.translate import drafts as translate
from duebook.hyperline.wire import encode
from duebook.store.unit import Unit
from duebook.web.operations import Ask, Operation
from duebook.web.problem import RequestRefused
from duebook.web.work import Answer

DIALECT: Final = "hyperline"
"""The name under which batches remember who speaks to their submitter."""


async def submit(ask: Ask) -> Answer:
    """POST /v2/invoices/batch: any fault of the form refuses it whole; the rest is told by events and by reading the batch."""
    request: wire.CreateInvoicesBatch = await ask.read(wire.CreateInvoicesBatch)
    name = request.batch_id if isinstance(request.batch_id, str) else str(uuid4())
    items = [translate.named_draft(invoice) for invoice in request.invoices]
    sha256 = translate.same_body_sha256(ask.body)

    async def deed(unit: Unit) -> Answer:
        try:
            await submit_batch(unit, name=name, dialect=DIALECT, items=items, sha256=sha256)
        except Refused as refused:
            raise RequestRefused([], [_placed(refusal) for refusal in refused.refusals]) from refused
        return Answer(202, encode(wire.BatchAccepted(batch_id=name)))

    return await ask.write(deed)


def _placed(refusal: Refusal) -> Refusal:
    """The name of a batch is its `batch_id` here."""
    return refusal._replace(path=tuple("batch_id" if step == "name" else step for step in refusal.path))


OPERATIONS: Final = (
    Operation(
        method="POST",
        path="/v2/invoices/batch",
        id="createInvoices",
        tag="Invoices",
        summary="Create up to 50 invoices asynchronously",
        scope="write",
        handler=submit,
        request=wire.CreateInvoicesBatch,
        answers={202: wire.BatchAccepted},
        codes=WRITE_CODES,
        keyed=True,
    ),
)
