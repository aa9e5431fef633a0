"""The door's table of operations, one module per resource."""

from duebook.leanpay.operations import clients, credit_notes, invoices, webhooks
from duebook.web.operations import Operation

OPERATIONS: tuple[Operation, ...] = (
    *invoices.OPERATIONS,
    *credit_notes.OPERATIONS,
    *clients.OPERATIONS,
    *webhooks.OPERATIONS,
)
"""Everything the door serves; routes, scopes and the OpenAPI document are made from it."""
