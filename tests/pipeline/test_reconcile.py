"""`reconcile`: a finished period against the account's SAF-T (PT) file."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from http import HTTPStatus
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reports.sandbox.documents import document, line
from reports.sandbox.saft import SaftRules
from reports.sandbox.taxes import EXEMPT
from tests.conftest import ANA, EVA, RUI
from tests.support.months import LATER, add_invoice, read_lasting
from tests.support.office import HTML_ONLY, Office, tree

QUICK = SaftRules(waits=0)


@pytest.fixture
def office(office: Office) -> Office:
    office.configure(output=HTML_ONLY)
    assume(office, QUICK)
    papers = (one for own in office.sandbox.account_data.documents.values() for one in own)
    for number, paper in enumerate(papers, start=1):
        paper["inverted_sequence_number"], paper["sequence_number"] = f"2026/{number}", f"{number}/2026"
    assert office.run().code == 0
    return office


def assume(office: Office, rules: SaftRules) -> None:
    office.sandbox.account_data = replace(office.sandbox.account_data, saft=rules)


def saft(office: Office) -> Mapping[str, Any]:
    found: Mapping[str, Any] = office.record["account_month"]["saft"]
    return found


def kept(office: Office) -> Path:
    return office.month / "source" / "saft-2026-10.xml.gz"


def change(office: Office, old: str, new: str) -> None:
    """Changes the file that was kept, where it stands first."""
    text = gzip.decompress(kept(office).read_bytes()).decode()
    assert old in text
    kept(office).write_bytes(gzip.compress(text.replace(old, new, 1).encode()))


def test_equal_figures_end_with_0_and_touch_no_clients_file(office: Office) -> None:
    before, record = read_clients(office), office.record
    said = office.type("reconcile", office.config)
    assert said.code == 0, said
    assert "are equal, 6 of them" in said.last
    assert (saft(office)["state"], saft(office)["differences"]) == ("equal", [])
    assert saft(office)["control"]["entries"] == [6, 6]
    assert read_clients(office) == before
    assert office.record == record | {"account_month": office.record["account_month"]}
    assert "no other" in office.overview or "mais nenhum" in office.overview


def test_what_only_the_list_of_clients_knows_is_known_still(office: Office) -> None:
    """A name where there is no document, and the country that decides the field of a line without VAT."""
    data = office.sandbox.account_data
    data.documents[EVA] = []
    goods = [line("Azulejo", "10.00", tax=EXEMPT)]
    data.documents[RUI] = [
        document(
            "Invoice", date(2026, 10, 5), goods, client={"id": RUI}, identity=102001, tax_exemption="M16"
        )
    ]
    next(one for one in data.clients if one["id"] == RUI)["country"] = "Spain"
    office.run(**LATER)
    before, overview = office.record["account_month"], office.overview
    assert [one["country"] for one in before["recapitulative"]] == ["ES"]
    assert ">Eva<" in overview
    office.type("reconcile", office.config)
    after = office.record["account_month"]
    assert after | {"saft": None} == before | {"saft": None}
    assert ">Eva<" in office.overview


def test_data_for_other_programs_stay_as_they_lie_and_nothing_is_left_over(office: Office) -> None:
    office.configure(output=HTML_ONLY | {"data": ["csv", "sqlite"]})
    assume(office, QUICK)
    assert office.run().code == 0
    names = {*tree(office.month)}
    places = {path: path.stat().st_ino for path in (office.month / "data").iterdir()}
    assert len(places) > 6
    assert office.type("reconcile", office.config).code == 0
    assert {path: path.stat().st_ino for path in (office.month / "data").iterdir()} == places
    assert {*tree(office.month)} - names == {"source/saft-2026-10.xml.gz"}


def test_the_file_that_was_kept_is_compared_offline_and_a_difference_is_said_everywhere(
    office: Office,
) -> None:
    assert office.type("reconcile", office.config).code == 0
    number = office.sandbox.account_data.documents[ANA][0]["inverted_sequence_number"]
    change(office, f"<InvoiceNo>FT {number}</InvoiceNo>", "<InvoiceNo>FT 2026/999</InvoiceNo>")
    said = office.type("reconcile", office.config, "--offline")
    assert said.code == 6
    kinds = [(one["kind"], one["number"]) for one in saft(office)["differences"]]
    assert sorted(kinds) == [("missing-here", "FT 2026/999"), ("missing-in-saft", f"FT {number}")]
    assert "FT 2026/999" in said.last
    section = office.overview.partition('id="saft"')[2].partition("</section>")[0]
    assert "FT 2026/999" in section
    assert f"FT {number}" in section
    assert "Exporte de novo o ficheiro" in section
    book = openpyxl.load_workbook(office.month / "summary.xlsx", read_only=True)
    shown = {str(row[0]) for row in book["SAF-T"].iter_rows(min_row=2, max_row=3, values_only=True)}
    assert shown == {"FT 2026/999", f"FT {number}"}


def test_a_document_that_came_after_the_run_is_only_in_the_file(office: Office) -> None:
    add_invoice(office, ANA)
    office.sandbox.account_data.documents[ANA][-1]["inverted_sequence_number"] = "2026/7"
    assert office.type("reconcile", office.config).code == 6
    (found,) = saft(office)["differences"]
    assert (found["kind"], found["document"], found["ours"]) == ("missing-here", None, None)


@pytest.mark.parametrize("status", [HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN])
def test_a_plan_without_the_file_compares_nothing(office: Office, status: HTTPStatus) -> None:
    assume(office, SaftRules(refused_with=status))
    assert office.type("reconcile", office.config).code == 6
    assert saft(office)["state"] == "not-compared"
    office.configure(output=HTML_ONLY, account=account(office))
    assume(office, SaftRules(refused_with=status))
    assert office.run().code == 0
    assert saft(office)["state"] == "not-compared"


def test_a_run_compares_at_its_end_where_that_is_wanted(office: Office) -> None:
    office.configure(output=HTML_ONLY, account=account(office))
    assume(office, QUICK)
    assert office.run().code == 0
    assert saft(office)["state"] == "equal"
    assert office.run("--offline").code == 0
    assert saft(office)["state"] == "equal"
    before = read_lasting(office.month)
    assert office.run("--offline").code == 0
    assert read_lasting(office.month) == before


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("<StartDate>2026-10-01", "<StartDate>2026-09-01", "Export the file of the period"),
        ("1.04_01</AuditFileVersion>", "1.03_01</AuditFileVersion>", "1.03_01"),
        ("</AuditFile>", "", "whole XML"),
    ],
)
def test_a_file_of_no_use_ends_with_2_and_changes_nothing(
    office: Office, old: str, new: str, words: str
) -> None:
    assert office.type("reconcile", office.config).code == 0
    change(office, old, new)
    before = tree(office.month)
    said = office.type("reconcile", office.config, "--saft", kept(office))
    assert said.code == 2
    assert words in said.last
    after = tree(office.month)
    log = after.pop("run.log").decode()
    assert words in log.removeprefix(before.pop("run.log").decode())
    assert after == before


def test_a_file_of_another_business_is_refused_where_the_issuer_has_a_number(office: Office) -> None:
    office.configure(output=HTML_ONLY, issuer={"name": "Exemplo", "fiscal_id": "500000001"})
    assume(office, QUICK)
    said = office.type("reconcile", office.config)
    assert said.code == 2
    assert "issuer.fiscal_id is 500000001" in said.last


def test_a_period_that_was_never_run_or_is_no_whole_month_ends_with_2(office: Office) -> None:
    assert office.type("reconcile", office.config, "--period", "2026-08").code == 2
    said = office.type("reconcile", office.config, "--period", "2026-10-01_2026-10-20")
    assert said.code == 2
    assert "is not of whole months" in said.err + said.out


def account(office: Office) -> dict[str, Any]:
    """The account section of the office's configuration, with SAF-T wanted."""
    section: dict[str, Any] = json.loads(office.config.read_text("utf-8"))["account"]
    return section | {"saft": True}


def read_clients(office: Office) -> Mapping[str, object]:
    """What lies in the clients' folders."""
    return {path: own for path, own in tree(office.month).items() if "/" in path and "source" not in path}
