"""The Hyperline door's table of operations: routes, scopes, OpenAPI and limits are made from it."""

from duebook.hyperline.operations import (
    bank_accounts,
    batch_reads,
    batches,
    coupons,
    custom_properties,
    customer_lists,
    customers,
    empty,
    entities,
    invoice_lists,
    invoices,
    payment_methods,
    prices,
    products,
    tax_rates,
    transactions,
    webhook_messages,
    webhooks,
)
from duebook.web.operations import Operation

OPERATIONS: tuple[Operation, ...] = (
    *invoices.OPERATIONS,
    *invoice_lists.OPERATIONS,
    *batches.OPERATIONS,
    *batch_reads.OPERATIONS,
    *transactions.OPERATIONS,
    *customer_lists.OPERATIONS,
    *customers.OPERATIONS,
    *entities.OPERATIONS,
    *products.OPERATIONS,
    *prices.OPERATIONS,
    *coupons.OPERATIONS,
    *custom_properties.OPERATIONS,
    *payment_methods.OPERATIONS,
    *bank_accounts.OPERATIONS,
    *tax_rates.OPERATIONS,
    *webhooks.OPERATIONS,
    *webhook_messages.OPERATIONS,
    *empty.OPERATIONS,
)
