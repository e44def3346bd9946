"""What the comparison finds: every difference that was planted, and nothing in a month that is clean."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import product

import pytest

from reports.figures.saft.book import BookEntry
from reports.figures.saft.compare import (
    DIFFERENT,
    EQUAL,
    KINDS,
    Control,
    Elsewhere,
    SaftDifference,
    SaftResult,
    normalise_number,
)
from reports.sandbox.data import SandboxAccount, generate
from reports.sandbox.documents import Habits, Raw, Tax, client, document, line
from reports.sandbox.saft import SaftRules
from reports.sandbox.saft_export import write_month
from reports.sandbox.taxes import UNKNOWN_REGION
from tests.support.saft import hold_against, list_book, list_months, month_of, reconcile
from tests.support.saft_plants import CASES, Case, File, Found

OCTOBER = month_of(2026, 10)
FIFTH = date(2026, 10, 5)
IVA23, IVA16, IVA6 = (Tax(rate, f"IVA{rate}", Decimal(rate)) for rate in (23, 16, 6))
WAYS = [Habits(*flags) for flags in product((True, False), repeat=3)]


@pytest.fixture(scope="module")
def demo() -> SandboxAccount:
    return generate()


@pytest.fixture(scope="module")
def book(demo: SandboxAccount) -> Sequence[BookEntry]:
    return list_book(demo, OCTOBER)


@pytest.fixture(scope="module")
def october(demo: SandboxAccount) -> str:
    return str(write_month(demo, 2026, 10))


def found_in(result: SaftResult) -> list[Found]:
    return [Found(one.kind, one.number, one.ours, one.saft) for one in result.differences]


def account_of(*papers: Raw, clients: Sequence[Raw] = (), **rules: bool) -> SandboxAccount:
    taxes = [{"id": one.id, "region": one.region, "value": one.value} for one in (IVA23, IVA16, IVA6)]
    return SandboxAccount("small", [*clients], {7: [*papers]}, taxes=taxes, saft=SaftRules(**rules))  # type: ignore[arg-type]


def issue(
    kind: str = "Invoice", *lines: Raw, number: int = 1, owner: Raw | None = None, **fields: object
) -> Raw:
    goods = lines or (line("Pão", "10.00", tax=IVA23),)
    given = {"identity": number, "number_in_series": number} | fields
    return document(kind, FIFTH, goods, client=owner or {"id": 7, "name": "Ana"}, **given)  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=[one.name for one in CASES])
def test_a_planted_difference_is_found_and_nothing_else(
    case: Case, book: Sequence[BookEntry], october: str
) -> None:
    file = File(october)
    planted = case.plant(file)
    result = hold_against(book, file.write())
    assert result.state == DIFFERENT
    assert sorted(found_in(result)) == sorted(planted)


def test_all_planted_differences_are_found_together(book: Sequence[BookEntry], october: str) -> None:
    assert len(CASES) >= 40
    file = File(october)
    planted = [one for case in CASES for one in case.plant(file)]
    result = hold_against(book, file.write())
    assert sorted(found_in(result)) == sorted(planted)
    assert {one.kind for one in result.differences} == {*KINDS}


def test_a_difference_names_the_document_and_the_client(book: Sequence[BookEntry], october: str) -> None:
    numbers = {entry.number: entry for entry in book}
    file = File(october)
    for case in CASES:
        case.plant(file)
    for one in hold_against(book, file.write()).differences:
        own = numbers.get(one.number)
        if one.kind == "missing-here":
            assert (one.document, one.client) == (None, None)
        else:
            assert own is not None
            assert (one.document, one.client, one.name) == (own.document, own.client, own.name)


def test_the_same_file_as_text_is_clean(book: Sequence[BookEntry], october: str) -> None:
    """What is planted is the only change: writing the file anew is none."""
    assert hold_against(book, File(october).write()).differences == ()


@pytest.mark.slow
def test_every_month_of_the_demo_is_clean(demo: SandboxAccount) -> None:
    months = [*list_months(demo)]
    assert len(months) > 20
    for year, month in months:
        result = reconcile(demo, year, month)
        assert (result.state, result.differences, result.uncompared) == (EQUAL, (), 0), (year, month)


@pytest.mark.slow
@pytest.mark.parametrize("habits", WAYS, ids=str)
def test_a_month_is_clean_whichever_way_the_service_writes_its_figures(habits: Habits) -> None:
    account = generate(habits)
    for month in (9, 10):
        assert reconcile(account, 2026, month).differences == ()


def test_a_thousand_documents_of_any_amounts_are_clean() -> None:
    kinds = ("Invoice", "InvoiceReceipt", "SimplifiedInvoice", "CashInvoice", "DebitNote", "CreditNote")
    papers = [
        document(
            kinds[count % 6],
            date(2026, 10, 1) + timedelta(days=count % 31),
            [
                line("Pão", f"{count % 97}.{count % 9973:04}", quantity=f"{count % 7 + 1}", tax=IVA23),
                line("Leite", f"0.{count * 37 % 9999:04}", tax=IVA6, discount=f"{count % 3 * 5}"),
            ],
            client={"id": 7, "name": "Ana"},
            identity=count,
            number_in_series=count,
            status="canceled" if count % 17 == 0 else "final",
            retention=("25", None, "11.5")[count % 3],
            document_discount=f"{count % 4 * 5}",
            currency=("Euro", "U.S. dollar")[count % 13 == 0],
            habits=Habits(total_is_payable=count % 2 == 0),
        )
        for count in range(1, 1001)
    ]
    result = reconcile(account_of(*papers), 2026, 10)
    assert (result.differences, result.uncompared) == ((), 0)
    assert result.ours is not None
    assert result.ours.entries == 1000


def test_only_a_documents_own_rounding_differs_where_the_file_has_its_vat(demo: SandboxAccount) -> None:
    """The contract compares the VAT of the exporter, which is gross less net."""
    result = reconcile(replace(demo, saft=SaftRules(tax_is_gross_less_net=False)), 2026, 10)
    papers = {one["id"]: one for own in demo.documents.values() for one in own}
    assert result.differences != ()
    for one in result.differences:
        assert one.kind == "tax"
        assert one.document is not None
        taxes = Decimal(str(papers[one.document]["taxes"]))
        assert Decimal(str(one.saft)) == taxes
        assert abs(Decimal(str(one.ours)) - taxes) == Decimal("0.01")


def test_a_document_in_another_currency_is_compared_by_its_amount_or_said_not_to_be() -> None:
    papers = [issue(currency="U.S. dollar", number=count) for count in (1, 2, 3)]
    assert reconcile(account_of(*papers), 2026, 10).uncompared == 0
    result = reconcile(account_of(*papers, has_currency=False), 2026, 10)
    assert (result.state, result.uncompared) == (EQUAL, 3)


def test_what_the_file_counts_of_other_currencies_closes_the_control_totals(
    demo: SandboxAccount, book: Sequence[BookEntry], october: str
) -> None:
    result = hold_against(book, october)
    assert result.state == EQUAL
    assert result.ours
    assert result.theirs
    foreign = [entry for entry in book if entry.currency != "EUR"]
    assert {entry.is_credit for entry in foreign} == {True, False}
    assert result.foreign.entries == len(foreign)
    assert result.theirs.credit - result.foreign.credit == result.ours.credit
    assert result.theirs.debit - result.foreign.debit == result.ours.debit
    # Of documents that nobody has here, the file's own currency tells; one without is in euro.
    alone = hold_against([], october)
    assert alone.foreign == result.foreign


def test_a_cancelled_document_in_another_currency_adds_nothing_to_the_files_totals() -> None:
    papers = [issue(currency="U.S. dollar", number=1, status="canceled")]
    result = reconcile(account_of(*papers), 2026, 10)
    assert result.foreign == Control(1, Decimal(0), Decimal(0))


def test_a_difference_of_amounts_names_their_currency_and_another_none() -> None:
    papers = [issue(currency="U.S. dollar", number=1), issue(number=2)]
    book = list_book(account_of(*papers), OCTOBER)
    other = str(write_month(account_of(issue(number=9)), 2026, 10))
    found = [(one.kind, one.currency) for one in hold_against(book, other).differences]
    assert found == [("missing-in-saft", "USD"), ("missing-in-saft", "EUR"), ("missing-here", "EUR")]
    text = str(write_month(account_of(*papers), 2026, 10))
    assert [one.currency for one in hold_against([], text).differences] == ["EUR", "EUR"]
    told = text.replace("<InvoiceDate>2026-10-05", "<InvoiceDate>2026-10-06")
    assert [(one.kind, one.currency) for one in hold_against(book, told).differences] == [("date", None)] * 2


def test_a_document_of_another_date_is_a_difference_of_date() -> None:
    elsewhere = {"FT 2026/1": Elsewhere(1, 7, date(2026, 9, 30))}
    text = str(write_month(account_of(issue()), 2026, 10))
    (found,) = hold_against([], text, elsewhere=elsewhere).differences
    assert found == SaftDifference("date", "FT 2026/1", 1, 7, "Consumidor final", "2026-09-30", "2026-10-05")


def test_several_files_are_held_against_one_period() -> None:
    papers = [issue(number=1), issue(number=2) | {"date": "05/11/2026"}]
    account = account_of(*papers)
    files = [str(write_month(account, 2026, month)) for month in (10, 11)]
    book = [entry for month in (10, 11) for entry in list_book(account, month_of(2026, month))]
    result = hold_against(book, *files)
    assert result.differences == ()
    assert result.theirs == Control(2, Decimal("0.00"), Decimal("20.00")) == result.ours
    (missing,) = hold_against(book, files[0]).differences
    assert (missing.kind, missing.number) == ("missing-in-saft", "FT 2026/2")


def test_control_totals_of_both_sides_are_shown_and_are_no_difference() -> None:
    account = account_of(issue(), issue("CreditNote", number=2), issue(number=3, status="canceled"))
    text = str(write_month(account, 2026, 10))
    told = text.replace("<TotalDebit>10.00", "<TotalDebit>99.00")
    result = hold_against(list_book(account, OCTOBER), told)
    assert result.state == EQUAL
    assert result.ours == Control(3, Decimal("10.00"), Decimal("10.00"))
    assert result.theirs == Control(3, Decimal("99.00"), Decimal("10.00"))
    bare = "".join(part.partition("</TotalCredit>")[2] or part for part in text.split("<NumberOfEntries>"))
    assert hold_against(list_book(account, OCTOBER), bare).theirs is None


@pytest.mark.parametrize("state", ["N", "S", "R", "F"])
def test_every_state_but_cancelled_counts_as_issued(state: str) -> None:
    account = account_of(issue())
    text = str(write_month(account, 2026, 10)).replace("<InvoiceStatus>N", f"<InvoiceStatus>{state}")
    assert hold_against(list_book(account, OCTOBER), text).state == EQUAL


@pytest.mark.parametrize("region", ["PT", "PT-AC", "PT-MA"])
def test_the_accounts_own_region_is_nothing_the_exporter_knows(region: str) -> None:
    """Of a tax without a region it writes PT, wherever the business is."""
    papers = [issue("Invoice", line("Pão", "10.00", tax=one), number=one.id) for one in (IVA23, IVA16, IVA6)]
    assert reconcile(account_of(*papers), 2026, 10, region=region).differences == ()


@pytest.mark.parametrize("named", ["PT-MA", " PT - MA ", "ES", UNKNOWN_REGION])
def test_a_region_that_the_tax_tells_is_the_same_on_both_sides(named: str) -> None:
    for country in ("Portugal", "France", None):
        owner = client(7, "Ana", country=country)
        account = account_of(issue(owner=owner), clients=[owner])
        account.taxes[0]["region"] = named
        assert reconcile(account, 2026, 10, region="PT-AC").differences == ()


def test_lines_without_a_tax_are_compared_as_a_whole() -> None:
    account = account_of(issue("Invoice", line("Pão", "10.00", tax=None), line("Leite", "1.00", tax=IVA23)))
    text = str(write_month(account, 2026, 10))
    assert hold_against(list_book(account, OCTOBER), text).state == EQUAL
    told = text.replace("<CreditAmount>10.0000", "<CreditAmount>11.0000")
    (found,) = hold_against(list_book(account, OCTOBER), told).differences
    assert (found.kind, found.ours, found.saft) == ("lines", "11.00", "12.00")


def test_a_cent_of_a_line_is_no_difference_and_two_are() -> None:
    account = account_of(issue())
    text = str(write_month(account, 2026, 10))
    for amount, count in (("10.0149", 0), ("9.9900", 0), ("10.0150", 1), ("9.9849", 1)):
        told = text.replace("<CreditAmount>10.0000", f"<CreditAmount>{amount}")
        assert len(hold_against(list_book(account, OCTOBER), told).differences) == count


def test_a_credit_note_whose_prefix_nobody_knows_is_found_by_its_number() -> None:
    owner = client(7, "Jean", country="France")
    account = account_of(issue("VatMossCreditNote", owner=owner), clients=[owner])
    text = str(write_month(account, 2026, 10))
    assert "<InvoiceNo>NCM 2026/1<" in text
    assert hold_against(list_book(account, OCTOBER), text).differences == ()
    told = text.replace("NCM 2026/1", "FT 2026/1")
    assert [one.kind for one in hold_against(list_book(account, OCTOBER), told).differences] == [
        "missing-in-saft",
        "missing-here",
    ]


def test_cash_vat_is_noted() -> None:
    account = account_of(issue())
    text = str(write_month(account, 2026, 10))
    assert not hold_against(list_book(account, OCTOBER), text).is_cash_vat
    told = text.replace("<CashVATSchemeIndicator>0", "<CashVATSchemeIndicator>1")
    assert hold_against(list_book(account, OCTOBER), told).is_cash_vat


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("123456789", "123456789"),
        ("PT 123 456 789", "123456789"),
        ("pt123456789", "123456789"),
        ("ES B-1234.567", "B1234567"),
        ("EL123456789", "123456789"),
        ("999999990", "999999990"),
        (" ", "999999990"),
        ("", "999999990"),
        (None, "999999990"),
        ("XX12", "XX12"),
    ],
)
def test_a_tax_number_is_compared_without_blanks_and_its_own_prefix(given: str | None, normal: str) -> None:
    assert normalise_number(given) == normal


def test_differences_stand_in_the_order_of_their_numbers() -> None:
    account = account_of(*(issue(number=count) for count in (10, 9, 100, 1)))
    found = hold_against(list_book(account, OCTOBER), str(write_month(account_of(issue(number=5)), 2026, 10)))
    numbers = [one.number for one in found.differences]
    assert numbers == ["FT 2026/1", "FT 2026/5", "FT 2026/9", "FT 2026/10", "FT 2026/100"]
