"""The proof of one paper: what it says against its own lines, the receivable it made, and the transactions that lie on it.

Lines are worked out again by the rule that made them, but for those of a credit note on an invoice, whose parts were shared out of that
invoice's. What this module does not do: look anything up, or prove receivables (`core.proof`) or numbers (`core.number_proof`).
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from duebook.core.allocation import Allocation
from duebook.core.lines import totals
from duebook.core.paper import Paper, PaperLine
from duebook.core.proof import Fault
from duebook.core.rounding import percentage, rounded
from duebook.core.transaction import Transaction


class Receivable(NamedTuple):
    """What an invoice or a credit note has to share with its paper. `kind`: invoice, credit_note."""

    id: UUID
    kind: str
    customer_id: UUID
    currency: str
    amount: int
    net_amount: int | None
    reference: str


class StoredPaper(NamedTuple):
    """A paper as it is stored, with the bytes of what it says and the columns that lists look at beside it.

    `paper` None: what it says cannot be read.
    """

    id: UUID
    paper: Paper | None
    content: bytes
    line_ids: Sequence[UUID]
    product_ids: Sequence[UUID]


def paper_faults(stored: StoredPaper, *, receivables: Sequence[Receivable]) -> list[Fault]:
    """What is wrong with a stored paper. `receivables`: all that have its id."""
    paper = stored.paper
    if paper is None:
        return [Fault("paper", "what it says cannot be read")]
    faults = [fault for place, line in enumerate(paper.content.lines) for fault in _line_faults(line, place, paper=paper)]
    sums, content = totals(paper.content.lines, kind=paper.kind), paper.content
    faults += [
        Fault("paper", f"{name} is {told}, but its lines add up to {made}")
        for name, told, made in (
            ("total", paper.total, sums.amount),
            ("net", content.net, sums.net),
            ("tax", content.tax, sums.tax),
            ("discount", content.discount, sums.discount),
        )
        if told != made
    ]
    if list(stored.line_ids) != [line.id for line in content.lines]:
        faults.append(Fault("paper", "it is not found by the ids of its lines"))
    if list(stored.product_ids) != list(dict.fromkeys(line.product_id for line in content.lines if line.product_id)):
        faults.append(Fault("paper", "it is not found by the products of its lines"))
    return faults + _receivable_faults(paper, receivables)


def transaction_faults(paper: Paper, transactions: Sequence[Transaction], *, rows: Mapping[UUID, Allocation]) -> list[Fault]:
    """What is wrong between a paper and its transactions. `rows`: the rows that have their ids."""
    is_receivable = not paper.is_draft and paper.kind != "document"
    faults = [fault for one in transactions for fault in _transaction_faults(paper, one, rows.get(one.id), is_receivable=is_receivable)]
    settled = sum(one.amount for one in transactions if one.status == "settled")
    made = 0 if is_receivable else settled
    if paper.amount_paid != made:
        faults.append(Fault("sums", f"amount_paid of the paper is {paper.amount_paid}, but its settled transactions make it {made}"))
    if paper.is_draft and transactions:
        faults.append(Fault("transaction", f"transactions on a draft: {len(transactions)}"))
    return faults


def _line_faults(line: PaperLine, place: int, *, paper: Paper) -> list[Fault]:
    if paper.original_id is not None:
        return []
    numerator, denominator = line.units_count.as_integer_ratio()
    net = rounded(line.unit_amount * numerator, denominator=denominator) - line.discount
    tax = percentage(line.net, percent=line.tax_percent)
    faults: list[Fault] = []
    if line.net != net:
        units = f"{line.units_count} x {line.unit_amount} less {line.discount}"
        faults.append(Fault("paper", f"line {place}: its net is {line.net}, but {units} is {net}"))
    if line.tax != tax:
        faults.append(Fault("paper", f"line {place}: its tax is {line.tax}, but {line.tax_percent} % of {line.net} is {tax}"))
    return faults


def _receivable_faults(paper: Paper, receivables: Sequence[Receivable]) -> list[Fault]:
    wanted = None if paper.is_draft or paper.kind == "document" else paper.kind
    faults = [Fault("paper", f"a {row.kind} has its id, but it makes none") for row in receivables if row.kind != wanted]
    found = next((row for row in receivables if row.kind == wanted), None)
    if wanted is not None and found is None:
        faults.append(Fault("paper", f"there is no {wanted} with its id"))
    if found is not None:
        net = paper.content.net if paper.content.net >= 0 else None
        pairs = (
            ("customer", found.customer_id, paper.customer_id),
            ("currency", found.currency, paper.currency),
            ("amount", found.amount, paper.total),
            ("net amount", found.net_amount, net),
            ("reference", found.reference, paper.number),
        )
        faults += [
            Fault("paper", f"the {name} of its {wanted} is {stored}, but it says {told}") for name, stored, told in pairs if stored != told
        ]
    return faults


def _transaction_faults(paper: Paper, one: Transaction, row: Allocation | None, *, is_receivable: bool) -> list[Fault]:
    """A settled transaction on a receivable is its row; any other has none."""
    faults: list[Fault] = []
    if (one.customer_id, one.currency) != (paper.customer_id, paper.currency):
        faults.append(Fault("transaction", f"transaction {one.id} is of another customer or currency than its document"))
    if one.kind != ("refund" if paper.kind == "credit_note" else "one_time"):
        faults.append(Fault("transaction", f"transaction {one.id} is a {one.kind} on a {paper.kind}"))
    if one.status != "settled" or not is_receivable:
        if row is not None:
            faults.append(Fault("transaction", f"transaction {one.id} is {one.status}, but {row.kind} {row.id} counts"))
    elif row is None:
        faults.append(Fault("transaction", f"transaction {one.id} is settled, but no row of the {paper.kind} has its id"))
    else:
        kind = "payback" if one.kind == "refund" else "payment"
        document_id = row.credit_note_id if row.kind == "payback" else row.invoice_id
        if (row.kind, document_id, row.amount) != (kind, paper.id, one.amount):
            message = f"transaction {one.id} of {one.amount} is not what {row.kind} {row.id} of {row.amount} on document {document_id} says"
            faults.append(Fault("transaction", message))
    return faults
