"""The oracle of the account's month by itself: rules against what was worked out by hand."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support.account_entries import ANA, FIRST, LAST, make_account, make_month
from tests.support.account_oracle.account import read_account
from tests.support.account_oracle.collecting import Turnover, add_turnover, list_debts, list_spans
from tests.support.account_oracle.month import account_month_of
from tests.support.account_oracle.series import Numbered, find_backwards, find_missing
from tests.support.entries import make_entry, make_item

SUPPORT = Path(__file__).parents[1] / "support"
OWN = ("tests.support.account_oracle", "tests.support.oracle", "tests.support.tie")
RUI = 8
SPAIN = {"id": 21, "name": "ES21", "value": 21, "region": "ES"}
SPANISH_ITEM = make_item(tax={"id": 21, "name": "ES21", "value": 21}, tax_amount="21", total="121")


def test_the_oracle_knows_nothing_of_the_package() -> None:
    for file in (SUPPORT / "account_oracle").glob("*.py"):
        for imported in _list_imports(ast.parse(file.read_text("utf-8"))):
            is_standard = imported.split(".")[0] in sys.stdlib_module_names
            assert is_standard or imported.startswith(OWN), f"{file.name} imports {imported}"


def test_a_line_of_the_statement_rounds_half_a_euro_away_from_nothing() -> None:
    for net, whole in (("0.50", 1), ("0.49", 0), ("340.50", 341)):
        for kind, sign in (("Invoice", 1), ("CreditNote", -1)):
            (row,) = make_month(_exempt(kind, net, "M16"))["recapitulative"]
            assert (row["amount"], row["whole_euros"]) == (f"{sign * Decimal(net):.2f}", sign * whole)


def test_notes_at_0_percent_lower_fields_7_to_9_and_leave_field_40_alone() -> None:
    month = make_month(_exempt("CreditNote", "10", "M05"), _exempt("Invoice", "30", "M05", identity=2))
    (row,) = month["vat_return"]
    assert (row["field"], row["base"], row["credit_base"], row["documents"]) == ("8", "30.00", "-10.00", 2)
    assert month["field_40"] == []


def test_vat_on_a_line_at_0_percent_is_left_to_the_rounding() -> None:
    item = make_item(tax={"id": 4, "name": "Isento", "value": 0}, tax_amount="0.04", total="100.04")
    month = make_month(make_entry(items=[item], taxes="0.04", total="100.04", tax_exemption="M05"))
    assert month["vat_return"][0]["tax"] == "0.00"
    assert month["rounding"] == {"base": "0.00", "tax": "0.04"}


def test_a_field_may_differ_by_4_99_from_its_rates_and_by_no_cent_more() -> None:
    for tax, codes in (("27.99", []), ("28.00", ["FIELD-DIFFERENCE"]), ("17.99", ["FIELD-DIFFERENCE"])):
        item = make_item(tax_amount=tax, total=str(100 + Decimal(tax)))
        entry = make_entry(items=[item], taxes=tax, total=str(100 + Decimal(tax)))
        assert [one["code"] for one in account_month_of(make_account([entry]))["findings"]] == codes


@pytest.mark.parametrize(
    ("reference", "observations", "quarter"),
    [
        ("FT 2026/3", None, "2026-Q2"),
        ("ref. ft2026 / 3.", None, "2026-Q2"),
        ("FT 1999/1 FT 2026/3", None, "2026-Q2"),
        (None, "\nAnula FT 2026/3", "2026-Q2"),
        ("FT 2026/3", "FT 2026/1", "2026-Q2"),
        ("FT 2026/2 FT 2026/3", None, None),
        ("NC 2026/3", None, None),
        ("2026/3", None, None),
        ("FT 2026/33", None, None),
        ("XFT 2026/3", None, None),
        ("FT 2026/9", None, None),
        (None, None, None),
    ],
)
def test_a_note_belongs_to_the_quarter_of_the_first_document_it_names(
    reference: str | None, observations: str | None, quarter: str | None
) -> None:
    fields: dict[str, Any] = {"items": [SPANISH_ITEM], "taxes": "21", "total": "121"}
    month = make_month(
        make_entry(id=1, date="05/01/2026", **fields),
        make_entry(id=3, date="05/06/2026", **fields),
        make_entry(id=2, date="05/10/2026", **fields),
        make_entry(id=9, date="05/01/2027", **fields),
        make_entry("CreditNote", id=5, reference=reference, observations=observations, **fields),
        taxes=[SPAIN],
    )
    amounts = {"base": "-100.00", "tax": "-21.00"}
    corrections = [{"country": "ES", "quarter": quarter, **amounts}] if quarter else []
    assert month["oss_corrections"] == corrections
    sold = ("100.00", "21.00") if quarter else ("0.00", "0.00")
    assert [(row["base"], row["tax"]) for row in month["oss"]] == [sold]


def test_missing_is_what_no_document_of_any_date_bears() -> None:
    numbers = _number({1: 5, 3: 20, 4: 105, 7: 110, 8: None, 9: 203})
    assert find_missing(numbers, FIRST, LAST) == [5, 6]
    assert find_missing(_number({3: 101, 6: 110}), FIRST, LAST) == [4, 5]
    assert find_missing(_number({3: 1, 6: 2}), FIRST, LAST) == []
    assert find_missing(_number({3: 201, 6: 202}), FIRST, LAST) == []


def test_backwards_is_a_number_of_the_period_that_is_dated_before_a_lower_one() -> None:
    assert find_backwards(_number({3: 20, 4: 110, 5: 105, 6: 107, 7: 111}), FIRST, LAST) == [5, 6]
    assert find_backwards(_number({3: 110, 4: 20, 5: 111}), FIRST, LAST) == []
    assert find_backwards(_number({3: 30, 4: 101, 5: 101}), FIRST, LAST) == []


def test_a_cancelled_document_and_a_receipt_bear_their_numbers() -> None:
    month = make_month(
        make_entry(id=1, inverted_sequence_number="A/1/7"),
        make_entry(id=2, inverted_sequence_number="A/1/8", status="canceled"),
        make_entry(id=3, inverted_sequence_number="A/1/10"),
        make_entry("Receipt", id=4, inverted_sequence_number="2026/1"),
        make_entry(id=5, status="draft", inverted_sequence_number=...),
        make_entry("Quote", id=6),
    )
    assert month["series"] == [
        {
            "type": "Invoice",
            "series": "A/1",
            "first": 7,
            "last": 10,
            "documents": 3,
            "missing": [9],
            "backwards": [],
        },
        {
            "type": "Receipt",
            "series": "2026",
            "first": 1,
            "last": 1,
            "documents": 1,
            "missing": [],
            "backwards": [],
        },
    ]


@pytest.mark.parametrize(
    ("changes", "why", "is_claimed"),
    [
        ({}, [], True),
        ({"clients": None}, [], False),
        ({"clients": [{"id": ANA}, {"id": RUI}]}, ["no-archive"], False),
        ({"clients": [{"id": ANA}, {"id": RUI}], "failed": frozenset([RUI])}, ["failed"], False),
        ({"kept": frozenset([ANA])}, ["earlier-reading"], False),
        ({"read_on": LAST}, ["read-early"], True),
        ({"filters": {"archived": ["non_archived"]}}, ["filter"], False),
        ({"filters": {"by_type": ["Invoice"]}}, ["filter"], False),
        ({"filters": {"status": ["final", "sent", "second_copy", "settled"]}}, [], False),
        ({"filters": {"archived": ["archived", "non_archived"]}}, [], True),
        ({"listed": [make_entry()]}, [], True),
        ({"listed": [make_entry(id=2, client={"id": RUI})]}, ["forgotten"], True),
        ({"listed": [make_entry("Quote", id=2), make_entry(id=3, status="draft")]}, [], True),
    ],
)
def test_a_month_is_whole_unless_something_is_hidden(
    changes: dict[str, Any], why: list[str], is_claimed: bool
) -> None:
    record = account_month_of(replace(make_account([make_entry()]), **changes))
    month = record["account_month"]
    assert (month["is_whole"], month["why"]) == (not why, why)
    assert [row["missing"] for row in month["series"]] == [[] if is_claimed else None]
    forgotten = [one["client"] for one in record["findings"] if one["code"] == "FORGOTTEN-DOCUMENTS"]
    assert forgotten == ([RUI] if why == ["forgotten"] else [])


def test_a_code_is_found_once_for_each_client_and_counts_its_documents() -> None:
    old = {"tax": {"id": 21, "name": "IVA21", "value": 21}, "tax_amount": "21", "total": "121"}
    fields: dict[str, Any] = {"items": [make_item(**old)], "taxes": "21", "total": "121"}
    entries = [make_entry(id=2, date="06/10/2026", **fields), make_entry(id=1, date="05/10/2026", **fields)]
    row = {"id": 21, "name": "IVA21", "value": 21, "region": "PT"}
    assert account_month_of(make_account(entries, taxes=[row]))["findings"] == [
        {
            "code": "RATE-NOT-IN-FORCE",
            "level": "warning",
            "client": ANA,
            "number": "FT 2026/1",
            "found": "2",
        }
    ]


def test_what_is_owed_is_aged_by_client_and_currency() -> None:
    account = read_account(
        make_account(
            [
                make_entry(id=1, due_date="01/10/2026", mb_reference={"entity": "1", "reference": "2"}),
                make_entry(id=2, due_date="30/11/2026"),
                make_entry("CreditNote", id=3, due_date="01/01/2026"),
                make_entry(id=4, status="settled"),
            ],
            listed={"email": "ana@example.com"},
        )
    )
    (debt,) = list_debts(account)
    assert (debt.client_id, debt.currency, debt.oldest_due) == (ANA, "EUR", date(2026, 10, 1))
    assert {name: f"{amount}" for name, amount in debt.buckets.items() if amount} == {
        "current": "123.00",
        "31-60": "123.00",
        "credit": "-123.00",
    }
    assert (debt.email, debt.phone, debt.payment_references) == ("ana@example.com", "", ("1 2",))


def test_a_period_and_its_year_to_date_stand_beside_those_of_the_year_before() -> None:
    year = (date(2026, 1, 1), LAST), (date(2025, 1, 1), date(2025, 10, 31))
    assert list_spans(FIRST, LAST) == ((FIRST, LAST), (date(2025, 10, 1), date(2025, 10, 31)), *year)
    leap = list_spans(date(2024, 2, 29), date(2024, 2, 29))
    assert leap[1] == (date(2023, 2, 28), date(2023, 2, 28))
    assert list_spans(date(2025, 2, 1), date(2025, 2, 28))[1] == (date(2024, 2, 1), date(2024, 2, 29))


def test_turnover_is_that_of_the_account_and_of_each_client() -> None:
    documents = {
        ANA: [make_entry(id=1), make_entry("CreditNote", id=2)],
        RUI: [make_entry(id=3, client={"id": RUI}), make_entry(id=4, client={"id": RUI}, status="draft")],
    }
    account = read_account(replace(make_account([]), documents=documents))
    one, nothing = Turnover(Decimal(100), Decimal(23), 1), Turnover(Decimal(0), Decimal(0), 2)
    assert add_turnover(account, (FIRST, LAST)) == {
        (None, "EUR"): Turnover(Decimal(100), Decimal(23), 3),
        (ANA, "EUR"): nothing,
        (RUI, "EUR"): one,
    }


def _exempt(kind: str, net: str, code: str, *, identity: int = 1) -> dict[str, Any]:
    """A document of one line at 0 % for a client in Spain."""
    item = make_item(
        tax={"id": 4, "name": "Isento", "value": 0}, subtotal=net, tax_amount="0", total=net, unit_price=net
    )
    client = {"id": ANA, "name": "Ana", "country": "Spain", "fiscal_id": "B12345674"}
    amounts = {"sum": net, "before_taxes": net, "taxes": "0", "total": net}
    return make_entry(kind, id=identity, items=[item], tax_exemption=code, client=client, **amounts)


def _number(days: dict[int, int | None]) -> list[Numbered]:
    """Numbers and their days: 5 is of September, 105 the fifth of October, 203 the third of November."""
    months = (9, 10, 11)
    return [
        Numbered(number, None if day is None else date(2026, months[day // 100], day % 100))
        for number, day in days.items()
    ]


def _list_imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
