"""What can happen to books in a database that somebody or something else wrote to: each damage as the SQL that does it, and how it is told.

The books are those of `tests.faults.story_of_books`; documents are named by their external ids. Only `duebook doctor`'s tests use it.
"""

from typing import NamedTuple

ACME = "(SELECT tenant_id FROM customers WHERE external_id = 'dupont')"


def _invoice(external_id: str) -> str:
    return f"(SELECT id FROM invoices WHERE external_id = '{external_id}')"


def _note(external_id: str) -> str:
    return f"(SELECT id FROM credit_notes WHERE external_id = '{external_id}')"


def _journal_of(invoice: str) -> str:
    return f"tenant_id = {ACME} AND object_id = {_invoice(invoice)} AND action = 'imported'"


class Damage(NamedTuple):
    """`codes`: every code that must be told, and no other; `says`: what one of the messages must say."""

    name: str
    sql: str
    codes: str
    says: str


DAMAGES = (
    Damage(
        "a payment's amount changed",
        "UPDATE allocations SET amount = amount + 1 WHERE external_id = 'pay-1'",
        "sums unjournalled",
        "amount_paid is 5000, but its payments add up to 5001",
    ),
    Damage("a payment deleted", "DELETE FROM allocations WHERE external_id = 'pay-1'", "sums unjournalled", "but it is not stored"),
    Damage("amount_paid changed", "UPDATE invoices SET amount_paid = 4999 WHERE external_id = 'part-paid'", "sums", "amount_paid is 4999"),
    Damage("amount_offset changed", "UPDATE invoices SET amount_offset = 1 WHERE external_id = 'part-paid'", "sums", "amount_offset is 1,"),
    Damage(
        "a standing changed",
        "UPDATE invoices SET standing = 'paid', uncovered_on = NULL, review_on = NULL WHERE external_id = 'part-paid'",
        "standing tally",
        "standing is paid, but its facts make it open",
    ),
    Damage(
        "the uncovered day moved",
        "UPDATE invoices SET uncovered_on = uncovered_on + 1 WHERE external_id = 'part-paid'",
        "standing tally",
        "uncovered_on is 2026-02-16, but its facts make it 2026-02-15",
    ),
    Damage("a review forgotten", "UPDATE invoices SET review_on = NULL WHERE external_id = 'part-paid'", "review", "review_on is None"),
    Damage("a review moved", "UPDATE invoices SET review_on = review_on - 1 WHERE external_id = 'part-paid'", "review", "never changes on"),
    Damage(
        "an instalment's amount changed",
        "UPDATE invoices SET instalment_amount[2] = 1 WHERE external_id = 'thirds'",
        "amounts instalments unjournalled",
        "amount is 9000, but its instalments add up to 6001",
    ),
    Damage(
        "an instalment's day changed",
        "UPDATE invoices SET instalment_due_on[1] = instalment_due_on[1] - 1 WHERE external_id = 'thirds'",
        "standing unjournalled",
        "uncovered_on is 2026-01-31, but its facts make it 2026-01-30",
    ),
    Damage(
        "an instalment lost from one array",
        "UPDATE invoices SET instalment_default_amount = instalment_default_amount[1:2] WHERE external_id = 'thirds'",
        "instalments unjournalled",
        "arrays of different lengths",
    ),
    Damage(
        "an invoice's reference changed",
        "UPDATE invoices SET reference = 'FA-FALSE' WHERE external_id = 'thirds'",
        "unjournalled",
        "reference is FA-FALSE, the journal says FA-THIRDS",
    ),
    Damage(
        "an invoice given to another customer",
        "UPDATE invoices SET customer_id = (SELECT id FROM customers WHERE external_id = 'martin') WHERE external_id = 'simple-2'",
        "unjournalled",
        "customer_id is",
    ),
    Damage(
        "an invoice entered by hand",
        f"""INSERT INTO invoices SELECT tenant_id, gen_random_uuid(), customer_id, amount, net_amount, default_amount, amount_paid,
            amount_offset, updated_at, issued_on, due_on, uncovered_on, promised_on, review_on, recovery_on, disputed_on,
            payment_in_progress_on, positions, standing, currency, NULL, reference, instalment_due_on, instalment_amount,
            instalment_default_amount FROM invoices WHERE id = {_invoice("simple-2")}""",
        "tally unjournalled",
        "the journal does not tell of it",
    ),
    Damage(
        "an invoice deleted", "DELETE FROM invoices WHERE external_id = 'simple-2'", "tally unjournalled", "lists count 12 invoices, but"
    ),
    Damage(
        "a customer renamed",
        "UPDATE customers SET name = 'Dupond' WHERE external_id = 'dupont'",
        "unjournalled",
        "the journal says Dupont et",
    ),
    Damage(
        "a link moved to another customer's credit note",
        f"UPDATE allocations SET credit_note_id = {_note('of-martin')} WHERE external_id = 'link-1'",
        "link positions sums unjournalled",
        "of another customer",
    ),
    Damage(
        "a link across currencies",
        "UPDATE credit_notes SET currency = 'USD' WHERE external_id = 'linked'",
        "link unjournalled",
        "joins EUR to USD",
    ),
    Damage(
        "a link to a credit note that is gone",
        """ALTER TABLE allocations DROP CONSTRAINT allocations_tenant_id_credit_note_id_fkey;
            UPDATE allocations SET credit_note_id = gen_random_uuid() WHERE external_id = 'link-1'""",
        "link row_alone sums unjournalled",
        "which this tenant does not have",
    ),
    Damage(
        "a payment on an invoice that is gone",
        """ALTER TABLE allocations DROP CONSTRAINT allocations_tenant_id_invoice_id_fkey;
            UPDATE allocations SET invoice_id = gen_random_uuid() WHERE external_id = 'pay-1'""",
        "row_alone sums unjournalled",
        "rows on this invoice, which is not there: 1",
    ),
    Damage(
        "a credit note spent twice",
        """ALTER TABLE credit_notes DROP CONSTRAINT credit_notes_check;
            UPDATE allocations SET amount = 2500 WHERE external_id = 'link-1';
            UPDATE invoices SET amount_offset = 2500 WHERE external_id = 'part-paid';
            UPDATE credit_notes SET amount_linked = 2500, standing = 'deducted' WHERE external_id = 'linked'""",
        "over_allocation unjournalled",
        "would spend 3000 of credit note 'AV-LINKED', which has 2500",
    ),
    Damage(
        "a credit note's standing changed",
        "UPDATE credit_notes SET standing = 'deducted' WHERE external_id = 'free'",
        "standing",
        "standing is deducted, but its facts make it available",
    ),
    Damage(
        "a credit note's sum changed",
        "UPDATE credit_notes SET amount_paid_back = 501 WHERE external_id = 'linked'",
        "sums",
        "amount_paid_back is 501, but its paybacks add up to 500",
    ),
    Damage(
        "a row counting from another day",
        """ALTER TABLE allocations DROP CONSTRAINT allocations_check;
            UPDATE allocations SET effective_on = effective_on - 1 WHERE external_id = 'pay-1'""",
        "effective_day",
        "counts from 2026-01-04, its days make it 2026-01-05",
    ),
    Damage(
        "a row out of the order of recording",
        "UPDATE allocations SET invoice_position = 9 WHERE external_id = 'pay-1'",
        "positions unjournalled",
        "one stands at position 9",
    ),
    Damage(
        "a tally off by one at one stand",
        f"UPDATE tallies SET difference[1] = difference[1] + 1 WHERE is_base AND tenant_id = {ACME}",
        "tally",
        "lists count",
    ),
    Damage(
        "a total off by one",
        f"UPDATE tallies SET credit_notes = credit_notes - 1 WHERE is_base AND tenant_id = {ACME}",
        "tally",
        "lists count 4 credit notes, but there are 5",
    ),
    Damage(
        "a page mark on another invoice",
        f"INSERT INTO page_marks SELECT tenant_id, 1, id FROM invoices WHERE tenant_id = {ACME} ORDER BY id LIMIT 1",
        "page_mark",
        "it is marked at position 1",
    ),
    Damage(
        "a page mark behind the end",
        f"INSERT INTO page_marks VALUES ({ACME}, 5000, {_invoice('thirds')})",
        "page_mark",
        "there are 12 invoices",
    ),
    Damage(
        "a journal body changed",
        f"""UPDATE journal SET body = convert_to(replace(convert_from(body, 'UTF8'), 'FA-THIRDS', 'FA-FALSE'), 'UTF8')
            WHERE {_journal_of("thirds")}""",
        "journal_row unjournalled",
        "its bytes are not those its hash is of",
    ),
    Damage(
        "a journal body changed with its hash",
        f"""UPDATE journal SET body = convert_to(replace(convert_from(body, 'UTF8'), 'FA-THIRDS', 'FA-FALSE'), 'UTF8')
            WHERE {_journal_of("thirds")};
            UPDATE journal SET sha256 = sha256(body) WHERE {_journal_of("thirds")}""",
        "block unjournalled",
        "the hash of block 1 is not that of its rows",
    ),
    Damage(
        "a journal row filed under another document",
        f"UPDATE journal SET object_id = {_invoice('simple-2')} WHERE {_journal_of('thirds')}",
        "journal_row unjournalled",
        "its columns are not those its body names",
    ),
    Damage(
        "a journal row deleted from a sealed block",
        f"DELETE FROM journal WHERE {_journal_of('thirds')}",
        "block unjournalled",
        "but rows of the journal in its range",
    ),
    Damage(
        "a journal row slipped into a sealed block",
        f"""INSERT INTO journal SELECT tenant_id, xid, 'ffffffff-ffff-4fff-bfff-ffffffffffff', object_id, kind, action, body, sha256
            FROM journal WHERE tenant_id = {ACME} ORDER BY xid, id LIMIT 1;
            UPDATE journal SET action = 'status_changed', body = replaced.body, sha256 = sha256(replaced.body)
            FROM (SELECT convert_to(replace(convert_from(body, 'UTF8'), '"imported"', '"status_changed"'), 'UTF8') AS body
                  FROM journal WHERE id = 'ffffffff-ffff-4fff-bfff-ffffffffffff') AS replaced
            WHERE id = 'ffffffff-ffff-4fff-bfff-ffffffffffff'""",
        "block",
        "but rows of the journal in its range",
    ),
    Damage(
        "a journal row slipped below the first block",
        f"""INSERT INTO journal SELECT tenant_id, '3', gen_random_uuid(), object_id, kind, action, body, sha256 FROM journal
            WHERE tenant_id = {ACME} AND action = 'status_changed' ORDER BY xid, id LIMIT 1""",
        "journal_outside",
        "rows of the journal below block 1 that are in no block: 1",
    ),
    Damage(
        "a block's hash changed",
        f"UPDATE journal_blocks SET sha256 = sha256('another') WHERE number = 1 AND tenant_id = {ACME}",
        "block",
        "the hash of block 1 is not",
    ),
    Damage(
        "a block deleted",
        f"DELETE FROM journal_blocks WHERE number = 1 AND tenant_id = {ACME}",
        "block journal_outside",
        "block 1 is missing",
    ),
    Damage(
        "a block's range moved",
        f"""UPDATE journal_blocks SET first_xid = (SELECT first_xid FROM journal_blocks WHERE number = 1 AND tenant_id = {ACME})
            WHERE number = 2 AND tenant_id = {ACME}""",
        "block",
        "does not lie behind that of the block before it",
    ),
    Damage(
        "books restored into a younger cluster",
        f"""UPDATE journal SET xid = (pg_snapshot_xmax(pg_current_snapshot())::text::bigint + 1000000)::text::xid8
            WHERE tenant_id = {ACME} AND object_id = {_invoice("late-entry")}""",
        "restored",
        "restored into another cluster",
    ),
)
