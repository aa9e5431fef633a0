"""Credit notes of one invoice: shares that can be checked by hand, and the law that no sequence of them ever goes beyond it."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duebook.core.crediting import Part, credit_lines, left_of, parts_of
from duebook.core.lines import Kind, Line, LineDraft, Totals, reckoned, totals
from duebook.core.rounding import percentage
from duebook.core.tax import Taxation
from tests.core.drawn_lines import AT_HOME, DRAFTS, LOYALTY, discounts, line, made


def credited(lines: list[Line], *amounts: int | None, kind: Kind = "invoice") -> list[list[Part]]:
    notes: list[list[Part]] = []
    for amount in amounts:
        parts, refusals = parts_of(lines, credited=notes, amount=amount, kind=kind)
        assert refusals == []
        notes.append(parts)
    return notes


def test_half_of_the_published_example():
    """141 of 282 euros at 20 %: 117.50 and 23.50; then the other half."""
    lines = made(line(24_000), off=(LOYALTY,)).lines

    assert credited(lines, 14_100, None) == [[Part(11_750, 2_350)], [Part(11_750, 2_350)]]


def test_shares_go_by_what_is_left_of_the_lines():
    """120 and 220 with tax: 100 is 35.29 and 64.71, then all that is left."""
    lines = made(line(100), line(200, rate="10")).lines

    first, second = credited(lines, 100, None)
    assert [part.amount for part in first] == [35, 65]
    assert first == [Part(29, 6), Part(59, 6)], "35 x 20/120 is 5.83, 65 x 10/110 is 5.91"
    assert second == [Part(71, 14), Part(141, 14)]


def test_a_line_below_0_is_credited_with_the_rest():
    """100 less 20 at 20 % is 96: half of it is 60 less 12."""
    lines = made(line(100), line(-20)).lines
    (half,) = credited(lines, 48)

    assert half == [Part(50, 10), Part(10, 2)]
    note = credit_lines(lines, parts=half)
    assert [(one.entry, one.net, one.tax) for one in note] == [("credit", 50, 10), ("debit", 10, 2)]
    assert totals(note, kind="credit_note") == Totals(net=40, tax=8, discount=0)


def test_a_line_credited_whole_keeps_its_quantity_and_discount():
    lines = made(line(8_000, "3"), off=(LOYALTY,)).lines
    (whole,) = credited(lines, None)
    (part,) = credited(lines, 1_200)

    assert credit_lines(lines, parts=whole) == [lines[0]._replace(entry="credit")]
    (one,) = credit_lines(lines, parts=part)
    assert (one.units_count, one.unit_amount, one.base, one.discount, one.net, one.tax) == (1, 1_000, 1_000, 0, 1_000, 200)


def test_a_discount_is_given_back_once():
    """A line given away, 5 euros less 5, beside one of 120 with tax, credited in two halves and at once."""
    lines = made(line(500), line(100), off=(LOYALTY,)).lines
    halves = [credit_lines(lines, parts=parts) for parts in credited(lines, 60, None)]
    (whole,) = credited(lines, None)

    assert [totals(note, kind="credit_note") for note in halves] == [Totals(net=50, tax=10, discount=0)] * 2
    assert totals(credit_lines(lines, parts=whole), kind="credit_note") == Totals(net=100, tax=20, discount=500)


@pytest.mark.parametrize(
    ("earlier", "amount", "fault"),
    [
        pytest.param([], 121, "over_allocation", id="a cent more than the invoice"),
        pytest.param([100], 21, "over_allocation", id="a cent more than is left"),
        pytest.param([120], None, "over_allocation", id="nothing left"),
        pytest.param([120], 1, "over_allocation", id="a cent of nothing"),
        pytest.param([], 0, "amount", id="nothing"),
        pytest.param([], -5, "amount", id="less than nothing"),
    ],
)
def test_what_is_refused(earlier: list[int], amount: int | None, fault: str):
    lines = made(line(100)).lines
    parts, refusals = parts_of(lines, credited=credited(lines, *earlier), amount=amount)

    assert (parts, [(refusal.code, refusal.path) for refusal in refusals]) == ([], [(fault, ("amount",))])


def test_an_invoice_of_0_has_nothing_to_credit():
    assert parts_of(made(line(100), line(-100)).lines, amount=None)[1][0].code == "over_allocation"


@st.composite
def invoice_lines(draw: st.DrawFn) -> list[Line]:
    """The lines of an invoice above 0, of any rates, signs and coupons, small ones so that rounding is felt."""
    small = st.builds(
        LineDraft,
        name=st.just("Audit"),
        unit_amount=st.integers(-12, 30),
        tax_rate=st.sampled_from([Decimal(text) for text in ("0", "2.1", "6.4", "20", "50", "100")]),
    )
    drafts = draw(st.lists(small, min_size=1, max_size=6) | st.lists(DRAFTS, min_size=1, max_size=6))
    off = draw(st.lists(discounts(), max_size=2))
    taxation = draw(st.sampled_from([AT_HOME, Taxation("FR", "US", AT_HOME.day)]))
    found = (
        reckoned(drafts, discounts=off, taxation=taxation)[0]
        or reckoned([LineDraft("Audit", 7, tax_rate=Decimal(20))], taxation=taxation)[0]
    )
    assert found is not None
    return found.lines


def stay_within(lines: list[Line], notes: list[list[Part]]) -> None:
    """Neither in net, nor in tax, nor in all do the credit notes go beyond the invoice, neither of the document nor of a line."""
    invoice, rest = totals(lines), left_of(lines, credited=notes)
    assert all(0 <= part.net <= one.net and 0 <= part.tax <= one.tax for part, one in zip(rest, lines, strict=True))
    assert all(part.net >= 0 and part.tax >= 0 for parts in notes for part in parts)
    signs = [1 if one.entry == "debit" else -1 for one in lines]
    net, tax = (sum(sign * part[place] for sign, part in zip(signs, rest, strict=True)) for place in (0, 1))
    assert min(0, invoice.net) <= net <= max(0, invoice.net)
    assert min(0, invoice.tax) <= tax <= max(0, invoice.tax)
    assert net + tax == invoice.amount - sum(totals(credit_lines(lines, parts=parts), kind="credit_note").amount for parts in notes)


@pytest.mark.parametrize(
    ("drafts", "amounts"),
    [
        pytest.param([line(1, rate="50"), line(1, rate="100")], [1, 2, 1], id="the net of a line is used up before its tax"),
        pytest.param([line(1, rate="100"), line(1, rate="50")], [1, 2, 1], id="the tax of a line is used up before its net"),
        pytest.param([line(3), line(-1, rate="100")], [1, 1], id="1 of tax less 1 of tax: no credit note may have any"),
        pytest.param([line(3)], [1, 1, 1, 1], id="cent by cent"),
    ],
)
def test_where_rounding_would_go_beyond_the_invoice(drafts: list[LineDraft], amounts: list[int]):
    lines = made(*drafts).lines

    for count in range(1, len(amounts) + 1):
        stay_within(lines, credited(lines, *amounts[:count]))
    assert left_of(lines, credited=credited(lines, *amounts)) == [Part(0, 0)] * len(lines)


@settings(max_examples=300)
@given(invoice_lines(), st.data())
def test_no_sequence_of_credit_notes_goes_beyond_the_invoice(lines: list[Line], data: st.DataObject):
    """And the last one takes exactly what is left."""
    notes: list[list[Part]] = []
    left = totals(lines).amount
    while left:
        amount = data.draw(st.integers(1, min(left, 5)) | st.integers(1, left)) if len(notes) < 8 else left
        parts, refusals = parts_of(lines, credited=notes, amount=amount)
        assert refusals == []
        notes.append(parts)
        left -= amount
        assert totals(credit_lines(lines, parts=parts), kind="credit_note").amount == amount
        stay_within(lines, notes)
    assert not notes or left_of(lines, credited=notes) == [Part(0, 0)] * len(lines)


@given(st.integers(1, 10**7), st.sampled_from(["2.1", "5.5", "6.4", "10", "20", "25.5", "100"]), st.data())
def test_the_tax_of_a_part_is_what_its_rate_makes_of_its_net(net: int, rate: str, data: st.DataObject):
    """Wherever a net with that tax exists for the amount: 3 cents at 20 % are neither 2 with their tax (2) nor 3 with theirs (4)."""
    lines = made(line(net, rate=rate)).lines
    part_net = data.draw(st.integers(1, net))
    amount = part_net + percentage(part_net, percent=Decimal(rate))
    (parts,) = credited(lines, amount)

    assert parts == [Part(part_net, percentage(part_net, percent=Decimal(rate)))]
