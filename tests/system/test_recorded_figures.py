"""Documents in the recorded shape have the oracle's figures, and ordinary months say nothing."""

from collections import Counter
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.deliver.record import amounts
from reports.figures.checks.finding import Finding
from reports.render.job import Rendered
from reports.sandbox.data import SandboxAccount
from reports.sandbox.documents import RECORDED, Habits, Raw, client
from reports.sandbox.server import Sandbox
from tests.conftest import ANA, RUI, Figure
from tests.support.entries import make_entry, make_item, make_tax
from tests.support.office import ACCOUNT, HTML_ONLY, Office
from tests.support.ordinary_months import BUSINESSES, make_month
from tests.support.payload_path import weigh
from tests.support.payloads import owned_by, pages
from tests.support.recorded_papers import TAX_ROWS, recorded
from tests.support.tie.law import PORTUGUESE_REGIONS

RANDOM_ACCOUNTS = 200
MONTHS, MONTHS_IN_SOAK = 150, 2_000
EVERY_HABITS = [Habits(*each) for each in product((True, False), repeat=3)]
MONTHS_OF_OTHER_HABITS = 24

NAMELESS = {"name": None, "value": None}
CREDIT = {"before_taxes": "100", "taxes": "23"}
THREE_OF_A_HALF = [make_item(unit_price="1.50", subtotal=1.5, tax_amount=0.345, total=1.85)] * 3
CENT_OFF = [
    make_item(subtotal="58.78", tax_amount="13.5194", total="72.30"),
    make_item(subtotal="32.4278", tax_amount="1.945668", total="34.37", tax=make_tax(6)),
]
LOWERED = {"sum": "100", "discount": "10", "before_taxes": "90.00", "taxes": "20.70", "total": "110.70"}
OF_100 = "net 100.00 tax 23.00 rounding 0.00 gross 123.00 payable 123.00 open 123.00 overdue 0.00 credit 0.00"
VAT_OF_100 = "pt PT 23 100.00 23.00"
NO_ROUNDING = "0.00 0.00 0.00"
WITHHELD = "rounding 0.00 gross 123.00 withholding 25.00 payable 98.00"
NO_ITEMS = ("LINES-UNREADABLE", "NO-LINES")
OF_ANOTHER = "client 7: entry 1 of page 1"


class Case(NamedTuple):
    """Documents, and what is said of them: some totals, VAT rows, findings; or why they are refused."""

    entries: list[Raw]
    totals: str = OF_100
    vat: tuple[str, ...] = (VAT_OF_100,)
    rounding: str = NO_ROUNDING
    codes: tuple[str, ...] = ()
    refused: str = ""


def _of_one_item(tax: object, *codes: str, vat: str = "", rate: int = 23, **fields: Any) -> Case:
    """A case of one document with a line of 100 under a tax."""
    amounts = {"subtotal": "100", "tax_amount": rate, "total": 100 + rate}
    entry = make_entry(items=[make_item(tax=tax, **amounts)], taxes=rate, total=100 + rate, **fields)
    return Case([entry], f"net 100.00 tax {rate}.00", (vat,), codes=codes)


def _of(*changes: dict[str, Any], **expected: Any) -> Case:
    return Case([make_entry(id=number, **each) for number, each in enumerate(changes, start=1)], **expected)


def _with_line(*codes: str, **fields: Any) -> Case:
    return Case([make_entry(items=[make_item(**fields)])], codes=codes)


CASES = {
    "three lines of a half cent": _of(
        {"items": THREE_OF_A_HALF, "sum": "4.50", "before_taxes": "4.50", "taxes": "1.04", "total": "5.54"},
        totals="net 4.50 tax 1.04 rounding 0.00 gross 5.54",
        vat=("pt PT 23 4.50 1.04",),
    ),
    "a cent between total and net and VAT": _of(
        {"items": CENT_OFF, "sum": "91.21", "before_taxes": "91.21", "taxes": "15.47", "total": "106.67"},
        totals="net 91.21 tax 15.47 rounding -0.01 gross 106.67 payable 106.67",
        vat=("pt PT 23 58.78 13.52", "pt PT 6 32.43 1.95"),
        rounding="0.00 0.00 -0.01",
    ),
    "total less withholding": _of(
        {"retention": "25", "total": "98"},
        totals=WITHHELD,
    ),
    "total before withholding": _of(
        {"retention": "25", "total": "123"},
        totals=WITHHELD,
    ),
    "discount on the whole document": _of(
        LOWERED,
        totals="net 90.00 tax 20.70 rounding 0.00 gross 110.70",
        vat=("pt PT 23 90.00 20.70",),
        codes=("DOCUMENT-DISCOUNT",),
    ),
    "credit note whose total has another sign": Case(
        [make_entry(), make_entry("CreditNote", id=2, total="-123")],
        "net 0.00 tax 0.00 rounding 0.00 gross 0.00 payable 0.00 open 0.00 overdue 0.00 credit -123.00",
        ("pt PT 23 0.00 0.00",),
        codes=("SIGN-CONTRADICTS",),
    ),
    "line without VAT": _with_line("LINE-DERIVED", tax_amount=...),
    "line without total": _with_line("LINE-DERIVED", total=...),
    "line without VAT and total": _with_line("LINE-DERIVED", tax_amount=None, total=None),
    "line without anything": Case(
        [make_entry(items=[make_item(subtotal=..., tax_amount=..., total=...)])],
        vat=("pt PT 23 0.00 0.00",),
        rounding="100.00 23.00 123.00",
        codes=("LINES-UNREADABLE", "LINES-NET", "LINES-TAX"),
    ),
    "tax without name and value": _of_one_item({"id": 1, **NAMELESS}, "TAX-RESOLVED", vat=VAT_OF_100),
    "tax nobody knows without name and value": _of_one_item(
        {"id": 999, **NAMELESS}, "TAX-RESOLVED", rate=6, vat="pt PT 6 100.00 6.00"
    ),
    "tax that no rate explains": _of_one_item(
        {"id": 999, **NAMELESS}, "TAX-MISSING", rate=7, vat="pt ? none 100.00 7.00"
    ),
    "no tax": _of_one_item(None, "TAX-MISSING", vat="pt ? none 100.00 23.00"),
    "empty tax": _of_one_item({}, "TAX-MISSING", vat="pt ? none 100.00 23.00"),
    "items missing": _of({"items": ...}, vat=(), rounding="100.00 23.00 123.00", codes=NO_ITEMS),
    "discount null": _of({"discount": None}),
    "no sum": _of({"sum": ...}),
    "sum that is no number": _of({"sum": "foo"}, codes=("NUMBER-UNREADABLE",)),
    "open credit note": Case(
        [make_entry("CreditNote", due_date="01/08/2026"), make_entry(id=2, due_date="01/10/2026")],
        "net 0.00 gross 0.00 open 0.00 overdue 123.00 credit -123.00",
        ("pt PT 23 0.00 0.00",),
    ),
    "credit note that came negative": Case(
        [
            make_entry(
                "CreditNote",
                **{name: f"-{value}" for name, value in {"sum": 100, **CREDIT, "total": 123}.items()},
                items=[make_item(subtotal="-100", tax_amount="-23", total="-123")],
            )
        ],
        "net -100.00 tax -23.00 gross -123.00 credit -123.00",
        ("pt PT 23 -100.00 -23.00",),
        codes=("CREDIT-NOTE-NEGATIVE",),
    ),
    "lines of another sign than their credit note": Case(
        [make_entry("CreditNote", items=[make_item(subtotal="-100", tax_amount="-23", total="-123")])],
        "net -100.00 tax -23.00 gross -123.00",
        ("pt PT 23 -100.00 -23.00",),
        codes=("SIGN-CONTRADICTS",),
    ),
    "two documents of one type and number": _of(
        {},
        {"inverted_sequence_number": "2026/1"},
        totals="net 200.00",
        vat=("pt PT 23 200.00 46.00",),
        codes=("TYPE-AND-NUMBER-TWICE",) * 2,
    ),
    "U.S. dollar": _of({"currency": "U.S. dollar"}, totals=f"currency USD {OF_100}"),
    "unknown currency on an old settled document": _of(
        {}, {"currency": "Doubloon", "status": "settled", "date": "05/09/2026"}
    ),
    "unknown currency on an open document": _of(
        {"currency": "Doubloon"}, totals="currency Doubloon net 100.00", codes=("CURRENCY-UNKNOWN",)
    ),
    "ISO date": _of({"date": "2026-10-05", "due_date": "2026-11-04"}),
    "date in another form": _of({"date": "05.10.2026"}, refused="FT 2026/1 (id 1): date is '05.10.2026'"),
    "entry without client id": _of({"client": {"name": "Casa Verde"}}, codes=("CLIENT-ID-MISSING",)),
    "entry without client": _of({"client": None}, codes=("CLIENT-ID-MISSING",)),
    "entry of another client": _of({"client": {"id": 8}}, refused=OF_ANOTHER),
    "entry whose client id cannot be read": _of({"client": {"id": "foo"}}, refused=OF_ANOTHER),
    "open document without a due date": _of(
        {"due_date": None}, totals="open 123.00 overdue 123.00", codes=("DUE-DATE-MISSING",)
    ),
    "exemption in small letters": _of_one_item(
        make_tax(0, identity=4), rate=0, tax_exemption="m07", vat="pt PT 0 M07 100.00 0.00"
    ),
    "exemption with a blank": _of_one_item(
        make_tax(0, identity=4), rate=0, tax_exemption="M07 ", vat="pt PT 0 M07 100.00 0.00"
    ),
    "4 % of no region": _of_one_item(make_tax(4, identity=13), rate=4, vat="pt ? 4 100.00 4.00"),
    "22 % of no region": _of_one_item(make_tax(22, identity=14), rate=22, vat="pt PT-MA 22 100.00 22.00"),
    "tax of Spain": _of_one_item(make_tax(21, identity=9), rate=21, vat="oss ES 21 100.00 21.00"),
    "tax of Great Britain": _of_one_item(
        make_tax(20, identity=12), rate=20, vat="foreign GB 20 100.00 20.00"
    ),
    "tax of an unknown region, client in Spain": _of_one_item(
        make_tax(21, identity=15),
        rate=21,
        vat="oss ES 21 100.00 21.00",
        client={"id": 7, "country": "Spain"},
    ),
    "tax of an unknown region, client in Portugal": _of_one_item(
        make_tax(23, identity=16), vat=VAT_OF_100, client={"id": 7, "country": "Portugal"}
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_case_has_the_figures_that_were_worked_out_by_hand(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    verdict = weigh(pages(case.entries), tmp_path, taxes=TAX_ROWS)
    if case.refused:
        assert case.refused in str(verdict.refused)
        return
    assert verdict.refused is None
    assert verdict.rendered is not None
    entry = amounts(verdict.rendered.figures)
    (totals,) = entry["totals"]
    words = case.totals.split()
    assert {key: str(totals[key]) for key in words[::2]} == dict(zip(words[::2], words[1::2], strict=True))
    assert sorted(map(_write_row, entry["vat"])) == sorted(case.vat)
    (rounding,) = verdict.rendered.figures.vat_rounding
    assert f"{rounding.base} {rounding.tax} {rounding.gross}" == case.rounding
    assert [one.code for one in _list_findings(verdict.rendered)] == list(case.codes)
    assert verdict.wrong == []


@settings(derandomize=True, max_examples=RANDOM_ACCOUNTS)
@given(papers=recorded(), region=st.sampled_from(PORTUGUESE_REGIONS))
def test_random_documents_of_the_recorded_shape_have_the_figures_of_the_oracle(
    tmp_path: Path, papers: list[Raw], region: str
) -> None:
    verdict = weigh(pages(papers), tmp_path, taxes=TAX_ROWS, region=region)
    assert verdict.refused is None
    assert verdict.wrong == []


def test_ordinary_months_deserve_no_warning_and_little_information(tmp_path: Path) -> None:
    assert _find_noise(tmp_path, range(MONTHS)) == []


@pytest.mark.parametrize("habits", EVERY_HABITS[1:])
def test_ordinary_months_deserve_no_warning_under_other_habits(tmp_path: Path, habits: Habits) -> None:
    assert _find_noise(tmp_path, range(MONTHS_OF_OTHER_HABITS), habits) == []


@pytest.mark.soak
def test_thousands_of_ordinary_months_deserve_no_warning(tmp_path: Path, figure: Figure) -> None:
    assert _find_noise(tmp_path, range(MONTHS_IN_SOAK)) == []
    figure("ordinary months", f"{MONTHS_IN_SOAK} of {len(BUSINESSES)} businesses, 0 warnings")


def test_a_deleted_tax_is_known_from_another_archive_of_the_account(tmp_path: Path) -> None:
    taxed = make_item(tax=make_tax(21, identity=9), tax_amount="21", total="121")
    entry = make_entry(items=[taxed], taxes="21", total="121")
    clients = [client(ANA, "Ana"), client(RUI, "Rui")]
    documents = {ANA: owned_by(ANA, [entry]), RUI: owned_by(RUI, [entry | {"id": 2}])}
    account = SandboxAccount(ACCOUNT, clients, documents, taxes=[*TAX_ROWS])
    with Sandbox(account_data=account) as sandbox:
        office = Office(tmp_path, sandbox)
        office.configure([RUI], output=HTML_ONLY)
        office.run()
        account.taxes.clear()
        office.configure([ANA], output=HTML_ONLY)
        office.run()
        assert [_write_row(row) for row in office.entries[ANA]["vat"]] == ["oss ES 21 100.00 21.00"]


def _find_noise(folder: Path, numbers: range, habits: Habits = RECORDED) -> list[str]:
    """Every warning of the months, what is wrong with them, and information that most of them give."""
    noise: list[str] = []
    informed: Counter[str] = Counter()
    for number in numbers:
        verdict = weigh(pages(make_month(number, habits)), folder, taxes=TAX_ROWS)
        noise += [f"month {number}: {sentence}" for sentence in [*verdict.wrong, verdict.refused] if sentence]
        findings = _list_findings(verdict.rendered)
        noise += [f"month {number}: {one.code} {one.number}" for one in findings if one.level == "warning"]
        informed.update({one.code for one in findings if one.level != "warning"})
    return noise + [f"{code} {count} times" for code, count in informed.items() if count * 2 > len(numbers)]


def _list_findings(rendered: Rendered | None) -> list[Finding]:
    return [*rendered.findings] if rendered else []


def _write_row(row: Mapping[str, Any]) -> str:
    """A VAT row of the run record in one line: scheme, region, rate, code, base, VAT."""
    kind = (row["scheme"], row["region"] or "?", row["rate"] or "none", row["exemption"])
    return " ".join(word for word in (*kind, row["base"], row["tax"]) if word)
