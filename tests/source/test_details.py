"""The account's own word on a client: its number and address, and what it counts as open."""

import gzip
import re
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reports.figures.checks import client_checks
from reports.figures.vendor_balance import VendorBalance, parse_balance
from reports.sandbox.routes import Request, answer
from reports.source.archive import read_header
from reports.source.client_reading import Failure, Reading, Wanted
from reports.source.details import BALANCE, CLIENT, FAILURES_IN_A_ROW, KINDS, MISSING, Inquiry
from reports.source.fetch import fetch
from reports.source.http.api import Api
from reports.source.threads import DaemonPool
from tests.support.balances import DOCUMENTED_BALANCE
from tests.support.office import ACCOUNT, KEY_VARIABLE, Office, account, invoice, tree
from tests.support.scripted_api import KEY, Script, ScriptedApi, Seen, TurnedClock, listing, reply
from tests.support.waiting import PATIENCE_SECONDS

ANA, RUI = 101, 102
NIF = "500000011"
OPEN = Decimal("12.30")
"""What each client of the office has open: one of its two invoices."""

EXEMPT = ("run.json", "run.log")
FORBIDDEN = re.compile(r"saldo|balance|conta[ -]corrente", re.IGNORECASE)
WHOLE = {"archived": ["archived", "non_archived"]}
OF_THE_ACCOUNT = ("/clients.json", "/invoices.json", "/taxes.json")


def ask(
    office: Office,
    *words: str,
    url: str | None = None,
    details: bool = False,
    balance: bool = False,
    clients: Iterable[int] | str = (ANA,),
    **sections: Any,
) -> int:
    """Runs with these options; the exit code."""
    named = {"name": ACCOUNT, "api_key": f"${{{KEY_VARIABLE}}}", "base_url": url or office.sandbox.url}
    office.configure(
        clients,
        account={**named, "client_details": details},
        statement={"vendor_balance": balance},
        **{"language": "en"} | sections,
    )
    said = office.run(*words, **({KEY_VARIABLE: KEY} if url else {}))
    return said.code


def paths(office: Office) -> list[str]:
    return [request.path for request in office.sandbox.requests]


def statement(office: Office, client: int = ANA) -> str:
    (page,) = office.month.glob(f"*-{client}/*.html")
    return page.read_text("utf-8")


def summary(office: Office, client: int = ANA) -> list[Any]:
    """Every value on the first sheet of a client's workbook."""
    (path,) = office.month.glob(f"*-{client}/*.xlsx")
    sheet = openpyxl.load_workbook(path).worksheets[0]
    return [value for row in sheet.iter_rows(values_only=True) for value in row if value is not None]


def findings(office: Office, client: int = ANA) -> dict[str, dict[str, Any]]:
    return {one["code"]: one for one in office.entries[client]["findings"]}


def lasting(office: Office) -> dict[str, bytes]:
    written = tree(office.output).items()
    return {path: data for path, data in written if path.rsplit("/")[-1] not in EXEMPT}


def served(office: Office, **instead: bytes) -> Script:
    """The office's account, but for the answers to `client` and `balance` that are given here."""

    def script(seen: Seen) -> bytes:
        kind = "balance" if seen.path.endswith("/balance.json") else "client"
        if seen.method == "GET" and seen.path not in OF_THE_ACCOUNT and kind in instead:
            return instead[kind]
        request = Request(seen.method, seen.path, seen.query, seen.body.decode(), seen.arrays)
        made = answer(request, office.sandbox.account_data)
        return reply(made.text, status=made.status, content_type=made.content_type)

    return script


# Number and address


def test_number_and_address_come_from_the_clients_own_page_where_documents_are_silent(office: Office) -> None:
    office.sandbox.account_data.clients[0] |= {"fiscal_id": "999999990", "country": "Spain"}
    # A tax that nobody knows would be undecided for a client abroad.
    office.sandbox.account_data.taxes.append({"id": 1, "name": "IVA23", "value": 23.0, "region": None})
    assert ask(office, details=True) == 0
    assert paths(office).count(f"/clients/{ANA}.json") == 1
    assert office.entries[ANA]["requests"] == 2
    assert "Rua da Amostra, 101\n0000-101 Lisboa\nSpain" in statement(office)
    assert "Rua da Amostra, 101\n0000-101 Lisboa\nSpain" in summary(office)
    before = lasting(office)
    asked = len(paths(office))
    assert ask(office, "--offline", details=True) == 0
    assert (lasting(office), len(paths(office))) == (before, asked)


def test_without_the_option_a_client_is_not_asked_about(office: Office) -> None:
    assert ask(office) == 0
    assert f"/clients/{ANA}.json" not in paths(office)
    assert "Rua da Amostra" not in statement(office)
    assert read_header(office.month / "source" / f"{ANA}.jsonl.gz").client_details is None


def test_documents_speak_before_the_account_and_the_configuration_before_both(office: Office) -> None:
    office.sandbox.account_data.clients[0]["fiscal_id"] = "500000022"
    papers = office.sandbox.account_data.documents[ANA]
    papers[0]["client"] |= {"fiscal_id": "500000033", "address": "Largo Velho 1"}
    papers[1]["client"] |= {"fiscal_id": NIF, "address": "Largo Novo 2\r\n3.º andar"}
    assert ask(office, details=True) == 0
    assert "Largo Novo 2\n3.º andar" in statement(office)
    assert findings(office)["NIF-INVALID"]["found"] == NIF
    assert ask(office, details=True, clients=[{"id": ANA, "fiscal_id": "999999990"}]) == 0  # type: ignore[list-item]
    assert "NIF-INVALID" not in findings(office)


def test_the_list_of_all_clients_says_what_their_own_pages_would(office: Office) -> None:
    office.sandbox.account_data.clients[0] |= {"fiscal_id": NIF, "address": "Porta  2\r\n\r\nRua da Amostra "}
    assert ask(office, details=True, clients="all") == 0
    assert f"/clients/{ANA}.json" not in paths(office)
    assert "Porta 2\nRua da Amostra\n0000-101 Lisboa" in statement(office)
    assert findings(office)["NIF-INVALID"]["found"] == NIF
    before = lasting(office)
    assert ask(office, "--offline", details=True, clients="all") == 0
    assert lasting(office) == before


def test_the_number_of_nobody_is_left_out_on_papers_and_said_to_the_bookkeeper(office: Office) -> None:
    office.sandbox.account_data.clients[0]["fiscal_id"] = "PT 999 999 990"
    assert ask(office, details=True, language="pt") == 0
    rows = openpyxl.load_workbook(office.month / "summary.xlsx")["Clientes"].iter_rows(values_only=True)
    for shown in (statement(office), summary(office)):
        assert not any(word in shown for word in ("NIF", "Consumidor final", "999 999 990", "999999990"))
    cells = [cell for row in rows for cell in row]
    for shown in (cells, office.overview):
        assert "sem NIF" in shown
        assert "Consumidor final" not in shown
    assert findings(office) == {}


# What InvoiceXpress itself counts as open


def test_the_vendors_figure_stands_beside_ours_and_needs_no_note_when_they_agree(office: Office) -> None:
    assert ask(office, balance=True) == 0
    assert paths(office).count(f"/api/v3/clients/{ANA}/balance.json") == 1
    assert office.entries[ANA]["requests"] == 2
    assert findings(office) == {}
    assert "Open according to InvoiceXpress" in summary(office)
    page = statement(office)
    assert "Open according to InvoiceXpress" in page
    assert page.count('<data value="12.30">') >= 2
    assert "InvoiceXpress itself counts" not in page


@pytest.mark.parametrize("language", ["pt", "en", "es"])
def test_a_difference_is_shown_explained_and_found(office: Office, language: str) -> None:
    office.sandbox.account_data.part_payments[ANA] = Decimal("2.40")
    assert ask(office, balance=True, language=language, output={"html": True}) == 0
    finding = findings(office)["VENDOR-OPEN-DIFFERS"]
    assert (finding["level"], finding["expected"], finding["found"]) == ("info", str(OPEN), "9.90")
    page = statement(office)
    assert '<data value="9.90">' in page
    assert "InvoiceXpress" in str(summary(office)[-3:])
    assert not FORBIDDEN.search(page + str(summary(office)))
    before = lasting(office)
    assert ask(office, "--offline", balance=True, language=language, output={"html": True}) == 0
    assert lasting(office) == before


def test_a_currency_without_documents_is_told_in_words(office: Office) -> None:
    office.sandbox.account_data.documents[ANA] = []
    office.sandbox.account_data.part_payments[ANA] = Decimal(-7)
    assert ask(office, balance=True) == 0
    assert findings(office)["VENDOR-OPEN-DIFFERS"]["expected"] == "0.00"
    assert "InvoiceXpress itself counts €7.00 as open" in statement(office)


def test_behind_a_filter_the_vendor_is_not_asked_and_that_is_said(office: Office) -> None:
    office.sandbox.account_data.part_payments[ANA] = Decimal("2.40")
    assert ask(office, balance=True, filters={"status": ["final", "sent", "second_copy"]}) == 0
    assert not any("balance" in path for path in paths(office))
    assert {*findings(office)} == {"FILTER-HIDES", "VENDOR-OPEN-FILTERED"}
    assert "according to InvoiceXpress" not in statement(office)


def test_an_option_that_came_later_needs_a_new_reading(office: Office) -> None:
    assert ask(office) == 0
    assert ask(office, "--offline", details=True, balance=True) == 0
    assert {code: one["message"] for code, one in findings(office).items()} == {
        "DETAILS-MISSING": f"The client's own page could not be read: {client_checks.NOT_ASKED}.",
        "VENDOR-OPEN-MISSING": "What InvoiceXpress itself counts as open could not be read: "
        f"{client_checks.NOT_ASKED}.",
    }


# What goes wrong there does no harm to documents


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (reply(status=404), "(404)"),
        (
            reply({"errors": [{"error": "não está disponível durante o período gratuito"}]}, status=401),
            "the API refuses it to this account (401: “não está disponível durante o período gratuito”)",
        ),
        (reply({"errors": ["No treasury"]}, status=422), "422: “No treasury”"),
        (reply(status=503), "answered 503"),
        (reply("<html><title>Sign in</title></html>"), "a web page (“Sign in”)"),
        (reply({"client": {"id": RUI, "fiscal_id": NIF}}), "got other content"),
        (reply([]), "got a list"),
        (reply({"balance": [[]] * 1_000}), "too large"),
    ],
    ids=["404", "401", "422", "503", "web page", "something else", "list", "too large"],
)
def test_an_answer_that_is_none_is_noted_and_the_documents_are_reported(
    office: Office, bad: bytes, words: str
) -> None:
    with ScriptedApi(served(office, balance=bad)) as server:
        assert ask(office, url=server.url, details=True, balance=True, output={"excel": False}) == 0
        assert words in findings(office)["VENDOR-OPEN-MISSING"]["found"]
        asked = [seen for seen in server.seen if seen.path not in OF_THE_ACCOUNT]
        assert office.entries[ANA]["requests"] == len(asked)
    assert "Rua da Amostra" in statement(office)
    before = lasting(office)
    assert ask(office, "--offline", details=True, balance=True, output={"excel": False}) == 0
    assert lasting(office) == before


def test_an_amount_that_is_none_is_found_and_not_shown(office: Office) -> None:
    bad = reply(DOCUMENTED_BALANCE | {"balance": {"with_vat": "a lot"}})
    with ScriptedApi(served(office, balance=bad)) as server:
        assert ask(office, url=server.url, balance=True) == 0
    finding = findings(office)["VENDOR-OPEN-UNREADABLE"]
    assert finding["message"].endswith("balance.with_vat cannot be read: a lot.")
    assert "according to InvoiceXpress" not in statement(office)


def test_the_page_of_another_client_is_not_kept(office: Office) -> None:
    stray = reply({"client": {"id": RUI, "name": "Rui", "fiscal_id": "123456789", "address": "Rua do Rui"}})
    with ScriptedApi(served(office, client=stray)) as server:
        assert ask(office, url=server.url, details=True) == 0
    assert "about something else" in findings(office)["DETAILS-MISSING"]["found"]
    header = read_header(office.month / "source" / f"{ANA}.jsonl.gz")
    assert "Rua do Rui" not in statement(office) + str(header)


def test_a_plan_without_an_extra_is_no_refusal_of_the_account(office: Office) -> None:
    refused = reply(status=401)
    with ScriptedApi(served(office, client=refused, balance=refused)) as server:
        assert ask(office, url=server.url, details=True, balance=True, clients=[ANA, RUI]) == 0
    for client in (ANA, RUI):
        found = {code: one["found"] for code, one in findings(office, client).items()}
        assert "refuses it to this account (401)" in found["DETAILS-MISSING"]
        assert "refuses it to this account (401)" in found["VENDOR-OPEN-MISSING"]


def test_the_key_is_nowhere_when_an_answer_repeats_it(office: Office) -> None:
    echo = reply({"client": {"id": ANA, "address": f"Rua {KEY}", "fiscal_id": KEY}})
    with ScriptedApi(served(office, client=echo, balance=reply(KEY, status=422))) as server:
        assert ask(office, url=server.url, details=True, balance=True) == 0
    for path, data in tree(office.output).items():
        text = gzip.decompress(data) if path.endswith(".gz") else data
        assert KEY.encode() not in text, path
    assert "Rua " in statement(office)
    assert KEY not in str(summary(office))


def test_after_three_clients_without_an_answer_no_more_are_asked_about_it(tmp_path: Path) -> None:
    clients = range(1, 31)

    def script(seen: Seen) -> bytes:
        return reply(listing([])) if seen.method == "POST" else reply(status=500)

    with (
        ScriptedApi(script) as server,
        closing(Api(server.url, KEY, per_minute=60_000, clock=TurnedClock())) as api,
    ):
        found = list(
            fetch(
                api,
                [Wanted(client, WHOLE, KINDS) for client in clients],
                account=ACCOUNT,
                source=tmp_path,
                verify="first_page",
                parallel=1,
                now=lambda: datetime(2026, 11, 2, tzinfo=UTC),
                on_page=lambda *_: None,
            )
        )
    assert not [one for one in found if isinstance(one, Failure)]
    for kind, ending in ((CLIENT, r"/clients/\d+\.json"), (BALANCE, r".*/balance\.json")):
        asked = [seen for seen in server.seen if re.fullmatch(ending, seen.path)]
        assert len(asked) == 2 * FAILURES_IN_A_ROW
        last = [one.header.client_details for one in found if isinstance(one, Reading) and one.client == 30]
        assert last[0] is not None
        assert "not asked" in last[0]["missing"][kind]


def test_a_refusal_is_all_that_an_inquiry_keeps_of_an_extra() -> None:
    with (
        ScriptedApi(lambda _: reply(status=401)) as server,
        closing(Api(server.url, KEY, clock=TurnedClock())) as api,
    ):
        pages = DaemonPool(1, name="pages")
        inquiry = Inquiry(api, pages)
        kept = inquiry.ask(ANA, KINDS)
        assert inquiry.taxes().result() is inquiry.taxes().result() is None
        pages.stop(wait_seconds=PATIENCE_SECONDS)
    assert {*kept} == {MISSING}
    assert {*kept[MISSING]} == {*KINDS}
    assert len(server.seen) == len(KINDS) + 1


def test_the_sandbox_counts_what_its_own_documents_leave_open(office: Office) -> None:
    papers = office.sandbox.account_data.documents[ANA]
    papers.append(invoice(ANA, "Ana", date(2026, 10, 21), number=3, price="100.00", retention="25.0"))
    data = replace(office.sandbox.account_data, part_payments={ANA: Decimal("2.30")})
    made = answer(Request("GET", f"/api/v3/clients/{ANA}/balance.json", {}, ""), data)
    assert parse_balance(made.text)[0] == VendorBalance("EUR", Decimal("108.00"))
    assert answer(Request("GET", "/api/v3/clients/1/balance.json", {}, ""), account({})).status == 404
