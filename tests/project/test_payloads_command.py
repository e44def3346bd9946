"""The whole command over spoilt payloads: each client is exact or fails by name, and none stops another."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from reports.source.archive import Spool, path_of, read_header
from tests.conftest import ANA, EVA, RUI, Figure
from tests.support import witness
from tests.support.office import ACCOUNT, HTML_ONLY, KEY_VARIABLE, QUICK, Office, Said, tree
from tests.support.payloads import gathered, owned_by, pages, spoilt, written
from tests.support.recorded_papers import FIRST, LAST, TAX_ROWS, sound
from tests.support.scripted_api import ScriptedApi, Seen, listing, reply
from tests.support.tie import expected, found, printed, raw
from tests.support.tie.compared import OCTOBER
from tests.support.tie.facts import differences

SOUND, SPOILT = 6, 18
SOUND_IN_SOAK, SPOILT_IN_SOAK = 40, 160
FIRST_CLIENT = 2001
TAXES = raw.read_taxes(TAX_ROWS)
NOT_REPRODUCED = {"run.json", "run.log"}
DEEP = '{"invoices": [{"id": 1, "brand_new": ' + "[" * 985 + "]" * 985 + "}]}"

Texts = Mapping[int, list[str]]
"""Each client's pages."""


def test_every_client_of_a_spoilt_account_is_exact_or_fails_by_name(office: Office) -> None:
    texts = _account(SOUND, SPOILT)
    said = _run(office, texts, output=HTML_ONLY)
    assert _wrong(office, texts, said) == []
    assert {entry["state"] for entry in office.entries.values()} == {"ready", "failed"}


@pytest.mark.soak
def test_every_file_of_a_large_spoilt_account_is_exact_or_not_there(office: Office, figure: Figure) -> None:
    texts = _account(SOUND_IN_SOAK, SPOILT_IN_SOAK)
    said = _run(office, texts, output={})
    assert _wrong(office, texts, said) == []
    for client, entry in office.entries.items():
        totals = _totals(client, texts[client]) if entry["files"] else set()
        for file in entry["files"]:
            assert totals <= _numbers(office.month / file["path"]), file["path"]
    failed = [entry for entry in office.entries.values() if entry["state"] == "failed"]
    figure("payloads through the whole command", f"{len(texts)}, {len(failed)} clients refused, 0 wrong")


def test_a_changed_figure_of_a_payload_is_noticed(office: Office) -> None:
    texts = _account(3, 0)
    said = _run(office, texts, output=HTML_ONLY)
    others = {client: _account(3, 0, seen=1)[client] for client in texts}
    assert _wrong(office, texts, said) == []
    assert _wrong(office, others, said)


@pytest.mark.parametrize("body", [DEEP, "no JSON", '{"invoices": [{"id": null}]}', "[]"])
def test_a_stored_page_that_is_no_answer_fails_its_client_alone(office: Office, body: str) -> None:
    office.configure([ANA, RUI, EVA], output=HTML_ONLY)
    assert office.run().code == 0
    _replace_page(office.month / "source", RUI, body)
    before = tree(office.month)
    said = office.run("--offline")
    assert said.code == 3, said
    entries = office.entries
    assert {client: entry["state"] for client, entry in entries.items()} == {
        ANA: "ready",
        EVA: "ready",
        RUI: "failed",
    }
    assert "Read the client again" in entries[RUI]["reason"]
    assert _tracebacks(office) == 0
    kept = {path: data for path, data in before.items() if path.startswith("rui-")}
    assert kept
    assert kept.items() <= tree(office.month).items()


def _account(sound_ones: int, spoilt_ones: int, *, seen: int = 0) -> Texts:
    """So many clients of each kind; of the sound ones, the first `seen` are passed over."""
    papers = gathered(sound(), sound_ones + seen)[seen:] + (
        gathered(spoilt(), spoilt_ones) if spoilt_ones else []
    )
    return {client: pages(owned_by(client, own)) for client, own in enumerate(papers, start=FIRST_CLIENT)}


def _run(office: Office, texts: Texts, *, output: Mapping[str, Any]) -> Said:
    def script(seen: Seen) -> bytes:
        if seen.path == "/clients.json":
            return reply(listing([], name="clients"))
        if seen.path == "/invoices.json":
            return reply(listing([]))
        if seen.path == "/taxes.json":
            return reply(written({"taxes": TAX_ROWS}))
        return reply(texts[seen.client][seen.page - 1])

    with ScriptedApi(script) as api:
        account = {"name": ACCOUNT, "api_key": f"${{{KEY_VARIABLE}}}", "base_url": api.url}
        office.configure(texts, account=account, output=output, requests=QUICK)
        return office.run()


def _wrong(office: Office, texts: Texts, said: Said) -> list[str]:
    """How the run record differs from what the witness reads in the same pages."""
    wrong = [] if said.code in {0, 3, 6} else [f"exit code {said.code}: {said.last}"]
    wrong += [f"{_tracebacks(office)} tracebacks"] * bool(_tracebacks(office))
    for client, own in texts.items():
        reading = witness.read(own, client, FIRST, LAST, taxes=TAXES)
        entry = office.entries[client]
        if (entry["state"] == "failed") != bool(reading.refusals):
            wrong.append(f"{client} is {entry['state']} ({entry['reason']}): {reading.refusals}")
        elif entry["state"] == "ready":
            month = raw.Client(client, "", len(own), tuple(reading.documents))
            must, may = expected.record(month, OCTOBER), expected.record_with_gross(month, OCTOBER)
            wrong += differences(str(client), found.record(entry), must=must, may=may)
    return wrong


def _totals(client: int, own: list[str]) -> set[Decimal]:
    """What the files of a client have to show: what there is of its totals, in any currency."""
    month = raw.Client(
        client, "", len(own), tuple(witness.read(own, client, FIRST, LAST, taxes=TAXES).documents)
    )
    facts = expected.totals(month, OCTOBER).items()
    return {Decimal(value) for key, value in facts if key[-1] in {"Net", "VAT", "Gross", "Open"} and value}


def _tracebacks(office: Office) -> int:
    return (office.month / "run.log").read_text("utf-8").count("Traceback")


def _numbers(path: Path) -> set[Decimal]:
    """Every number in a workbook or a statement, read by the standard library alone."""
    if path.suffix == ".xlsx":
        return {cell.number for _, cell in printed.read_book(path).numbers()}
    page = printed.read_page(path.read_text("utf-8"))
    cells = [cell for table in page.tables for row in table.rows for cell in row.cells]
    cells += [cell for terms in page.lists for _, cell in terms]
    return {Decimal(amount) for cell in cells for amount in cell.amounts}


def _replace_page(source: Path, client: int, body: str) -> None:
    """The archive of one page with another page in it, as whole as before."""
    header = read_header(path_of(source, client))
    path_of(source, client).unlink()
    with Spool(source) as spool:
        spool.add(1, body)
        spool.finish(header, path_of(source, client))
