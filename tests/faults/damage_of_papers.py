"""What can happen to papers, their transactions and numbers, and batches: as `damage_of_books`, on the same books.

Papers are named by their numbers. Only `duebook doctor`'s tests use it.
"""

from tests.faults.damage_of_books import ACME, Damage


def _content(number: str, old: str, new: str) -> str:
    return f"""UPDATE papers SET content = convert_to(replace(convert_from(content, 'UTF8'), '{old}', '{new}'), 'UTF8')
        WHERE number = '{number}'"""


DAMAGES_OF_PAPERS = (
    Damage(
        "a paper's total changed",
        "UPDATE papers SET total = total + 1 WHERE number = 'INV-1'",
        "paper unjournalled",
        "total is 10001, but its lines add up to 10000",
    ),
    Damage(
        "a line's tax changed",
        _content("INV-1", '"tax":1667', '"tax":1668'),
        "paper unjournalled",
        "line 0: its tax is 1668, but 20 % of 8333 is 1667",
    ),
    Damage(
        "a line's price changed",
        _content("FV-2026-3", '"unit_amount":1001', '"unit_amount":1003'),
        "paper unjournalled",
        "line 1: its net is 1502, but 1.5 x 1003 less 0 is 1505",
    ),
    Damage(
        "a paper that cannot be read", "UPDATE papers SET content = '{' WHERE number = 'ANCIEN-7'", "paper unjournalled", "cannot be read"
    ),
    Damage(
        "a paper not found by its lines",
        "UPDATE papers SET line_ids = '{}' WHERE number = 'INV-1'",
        "paper",
        "it is not found by the ids of its lines",
    ),
    Damage(
        "an invoice that is not its paper's",
        "UPDATE invoices SET reference = 'FV-FALSE' WHERE reference = 'FV-2026-2'",
        "paper unjournalled",
        "the reference of its invoice is FV-FALSE, but it says FV-2026-2",
    ),
    Damage(
        "a draft made final by hand",
        "UPDATE papers SET is_draft = false, number = 'FV-2026-4' WHERE is_draft",
        "number paper unjournalled",
        "there is no invoice with its id",
    ),
    Damage(
        "a paper deleted",
        "DELETE FROM papers WHERE number = 'FV-2026-2'",
        "batch number row_alone unjournalled",
        "counters that no document has: 1 (the first of them: 2)",
    ),
    Damage(
        "a number given twice",
        "UPDATE papers SET number = 'FV-2026-2' WHERE number = 'FV-2026-3'",
        "number paper unjournalled",
        "counter 2 was taken twice",
    ),
    Damage(
        "a counter moved",
        f"UPDATE entities SET next_invoice_number = 5 WHERE tenant_id = {ACME}",
        "number",
        "the next number is 5, but the last one taken is 3",
    ),
    Damage(
        "a transaction's amount changed",
        "UPDATE transactions SET amount = 699 WHERE status = 'settled' AND kind = 'one_time' AND amount = 700",
        "transaction unjournalled",
        "of 699 is not what payment",
    ),
    Damage(
        "a refund's row taken away",
        """UPDATE transactions SET status = 'failed', settled_at = NULL WHERE kind = 'refund'""",
        "transaction unjournalled",
        "is failed, but payback",
    ),
    Damage(
        "a scheduled transaction settled by hand",
        "UPDATE transactions SET status = 'settled', settled_at = process_at WHERE status = 'scheduled'",
        "transaction unjournalled",
        "is settled, but no row of the invoice has its id",
    ),
    Damage(
        "what is paid on a proforma changed",
        "UPDATE papers SET amount_paid = 1 WHERE kind = 'document'",
        "sums",
        "amount_paid of the paper is 1, but its settled transactions make it 10000",
    ),
    Damage("a line's words changed", _content("INV-1", "Accès", "Excès"), "unjournalled", "content is "),
    Damage("a draft deleted", "DELETE FROM papers WHERE is_draft", "batch unjournalled", "the journal tells of it, but it is not stored"),
    Damage(
        "a payment that was to come, struck out",
        "DELETE FROM transactions WHERE status = 'scheduled'",
        "unjournalled",
        "unjournalled: transaction",
    ),
    Damage(
        "another reason why an item failed",
        "UPDATE batches SET outcomes = convert_to(replace(convert_from(outcomes, 'UTF8'), 'not found', 'archived'), 'UTF8') WHERE size = 7",
        "unjournalled",
        "error is {'is_bug': False, 'refusals': [{'kind': 'not_found', 'code': 'not_found', 'message': 'Customer archived'",
    ),
    Damage(
        "a batch that counts its items wrongly",
        "UPDATE batches SET succeeded = succeeded - 1, failed = failed + 1 WHERE size = 7",
        "batch",
        "it says items, good and bad: (7, 5, 2), but its outcomes are: (7, 6, 1)",
    ),
    Damage(
        "an outcome that names another document",
        """UPDATE batches SET outcomes = convert_to(replace(convert_from(outcomes, 'UTF8'), p.id::text, gen_random_uuid()::text), 'UTF8')
            FROM papers AS p WHERE size = 7 AND p.is_draft""",
        "batch unjournalled",
        "which is not there",
    ),
    Damage(
        "a batch said to be done too soon",
        "UPDATE batches SET outcomes = NULL WHERE size = 1",
        "batch unjournalled",
        "with outcomes for 0 of 1 items",
    ),
)
