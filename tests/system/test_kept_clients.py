"""A re-run of a good month that fails or is interrupted: the month stays in every place, and is marked.

What a run did not reach, or failed for, stands with the figures of the reading that its folder is of.
"""

import os
import re
import shlex
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from http import HTTPStatus
from typing import Any

import pytest

from reports.errors import WriteError
from reports.sandbox import server
from reports.sandbox.data import SandboxAccount
from reports.sandbox.routes import Reply, Request, answer, refusal
from tests.conftest import Figure
from tests.pipeline.test_run import holding_back
from tests.support.months import (
    ANA,
    EVA,
    LATER,
    NAMES,
    READ_AT,
    RUI,
    add_invoice,
    read_lasting,
    read_summary_rows,
)
from tests.support.office import Office
from tests.support.waiting import PATIENCE_SECONDS, wait_until

KEPT = (
    *("name", "fiscal_id", "documents_read", "documents_counted"),
    *("totals", "vat", "ageing", "findings", "files"),
)
NOTE = "Clients that failed and stand here with the figures of an earlier reading"
AS_OF = "as of 02/11/2026 06:30"


@contextmanager
def refusing(identity: int) -> Iterator[None]:
    """The key is refused where this client is asked for."""

    def refuse(request: Request, account: SandboxAccount) -> Reply:
        if request.path.startswith(f"/clients/{identity}/"):
            return refusal(HTTPStatus.UNAUTHORIZED, "Invalid API key")
        return answer(request, account)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "answer", refuse)
        yield


def read_overview_totals(office: Office) -> list[str]:
    """What the row of totals says, in its order."""
    row = office.overview.partition('<tbody class="total">')[2].partition("</tbody>")[0]
    return re.findall(r'<data value="([^"]+)">', row)


def assert_marked(office: Office, kept: set[int], before: dict[int, Any]) -> None:
    """Record, overview and summary have the figures of then, and say of when they are."""
    for identity, entry in office.entries.items():
        if identity in kept:
            assert (entry["state"], entry["read_at"], entry["kept_from"]) == ("failed", None, READ_AT)
            assert [entry[key] for key in KEPT] == [before[identity][key] for key in KEPT]
        else:
            assert (entry["state"], entry["kept_from"]) == ("ready", None)
    page = unescape(office.overview)
    marked = re.findall(r'class="not-done" href="#client-(\d+)">Failed</a> · as of 02/11/2026 06:30', page)
    assert {int(identity) for identity in marked} == kept
    assert f"of these, as of an earlier reading: {len(kept)}" in page
    rows = {row[0]: row for row in read_summary_rows(office) if row[0] in NAMES}
    assert {identity for identity, row in rows.items() if any(AS_OF in str(cell) for cell in row)} == kept
    names = {NAMES[identity] for identity in kept}
    for sheet in (1, 2, 3):
        (note,) = [
            cell
            for row in read_summary_rows(office, sheet)
            for cell in row
            if str(cell).startswith(
                "Clients that failed and stand here with the figures of an earlier reading"
            )
        ]
        assert {name for name in NAMES.values() if f"{name} ({AS_OF})" in note} == names


@pytest.mark.parametrize("stop", [ANA, RUI, EVA])
@pytest.mark.parametrize("clients", ["all", [ANA, RUI, EVA]])
def test_month_whose_key_is_refused_midway_keeps_every_figure(
    office: Office, stop: int, clients: Any, figure: Figure
) -> None:
    office.configure(clients, language="en", requests={"parallel": 1, "per_minute": 60_000})
    assert office.run().code == 0
    before, totals, good = office.entries, read_overview_totals(office), read_lasting(office.month)
    with refusing(stop):
        said = office.run("--jobs", "1", **LATER)
    assert said.code == 5
    # Whom the run had read just before may be done or not.
    kept = {identity for identity, entry in office.entries.items() if entry["state"] == "failed"}
    assert {identity for identity in NAMES if identity >= stop} <= kept
    assert f"with the figures of an earlier reading: {len(kept)}" in said.last
    assert_marked(office, kept, before)
    assert read_overview_totals(office) == totals != []
    # What was read again is as of a day later, and the rest as it was.
    assert office.run("--offline").code == 0
    offline = read_lasting(office.month)
    assert office.run("--offline").code == 0
    assert read_lasting(office.month) == offline
    own = re.compile("|".join(f"-{identity}/" for identity in NAMES if identity >= stop))
    assert {path for path in good if own.search(path) and good[path] != offline[path]} == set()
    assert office.run().code == 0
    assert read_lasting(office.month) == good
    figure(f"a re-run of {clients} refused at client {stop}", f"{len(kept)} kept and marked, 0 figures lost")


@pytest.mark.skipif(os.name == "nt", reason="needs signals")
def test_interrupted_month_keeps_every_figure_and_names_the_command_to_go_on(
    office: Office,
) -> None:
    office.configure(language="en", requests={"parallel": 1, "per_minute": 60_000})
    assert office.run().code == 0
    before, totals = office.entries, read_overview_totals(office)
    (office.month / "run.log").unlink()
    log = office.month / "run.log"
    with (
        holding_back(office, RUI),
        office.start("run", office.config, "--jobs", "1", env=LATER) as process,
    ):
        wait_until(lambda: log.exists() and "client 101 Ana: 2 documents" in log.read_text("utf-8"))
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, err) == (130, b"")
    assert b"with the figures of an earlier reading: 2" in out
    assert_marked(office, {RUI, EVA}, before)
    assert read_overview_totals(office) == totals
    command = f"invoice-reports run {office.config} --period 2026-10 --resume"
    assert f"<code>{command}</code>" in unescape(office.overview)
    asked = len(office.sandbox.requests)
    said = office.type(*shlex.split(command)[1:], **LATER)
    assert said.code == 0, said
    assert f"/clients/{ANA}/invoices.json" not in {one.path for one in office.sandbox.requests[asked:]}
    assert read_overview_totals(office) == totals
    assert AS_OF not in office.overview


def test_month_on_a_full_disk_keeps_every_figure(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.configure(language="en")
    assert office.run().code == 0
    before = office.entries
    for identity in NAMES:
        add_invoice(office, identity)

    def fill(*_: object, **__: object) -> Any:
        raise WriteError("the disk is full", disk_full=True)

    monkeypatch.setattr("reports.deliver.publish.swap_in", fill)
    assert office.run(**LATER).code == 8
    assert_marked(office, {*NAMES}, before)
    # What was read meanwhile is in no sheet: its pages are not those of the files that lie there.
    documents = [row for row in read_summary_rows(office, 2) if row[0] in NAMES.values()]
    assert len(documents) == 6


def test_client_that_fails_with_the_same_pages_read_later_stands_as_of_then(office: Office) -> None:
    office.configure(language="en")
    assert office.run().code == 0
    before, summary = office.entries, [read_summary_rows(office, sheet) for sheet in range(1, 5)]
    (office.month / f".ana-{ANA}.old").write_bytes(b"in the way")
    assert office.run(**LATER).code == 8
    assert office.entries[EVA]["read_at"] != READ_AT
    assert_marked(office, {ANA}, before)
    # The days overdue of Ana's documents are those of then, and the others' are a day more.
    now = read_summary_rows(office, 3)
    assert [row for row in now if row[0] == "Ana"] == [row for row in summary[2] if row[0] == "Ana"] != []
    assert [row for row in now if row[0] == "Eva"] != [row for row in summary[2] if row[0] == "Eva"]


def test_client_whose_pages_of_then_are_gone_keeps_its_totals_alone(office: Office) -> None:
    office.configure(language="en")
    assert office.run().code == 0
    before, totals = office.entries, read_overview_totals(office)
    (office.month / "source" / f"{EVA}.jsonl.gz").unlink()
    with refusing(ANA):
        assert office.run(**LATER).code == 5
    assert [office.entries[EVA][key] for key in KEPT] == [before[EVA][key] for key in KEPT]
    assert read_overview_totals(office) == totals
    sentence = "Only the totals of these clients are here, and none of their documents: Eva."
    assert [row for row in read_summary_rows(office) if sentence in row]
    assert "client 103: the pages of 2026-11-02T06:30:00+00:00 are not there any more" in (
        office.month / "run.log"
    ).read_text("utf-8")


def test_client_whose_pages_come_to_other_figures_keeps_its_totals_alone(office: Office) -> None:
    office.configure(language="en")
    assert office.run().code == 0
    totals = read_overview_totals(office)
    office.configure(language="en", statement={"ageing": [1, 2, 3]})
    with refusing(ANA):
        assert office.run(**LATER).code == 5
    assert read_overview_totals(office) == totals
    sentence = "Only the totals of these clients are here, and none of their documents: Ana, Rui, Eva."
    assert [row for row in read_summary_rows(office) if sentence in row]
    log = (office.month / "run.log").read_text("utf-8")
    assert "client 101: its documents are not in the summary: the stored pages do not come to" in log


def test_month_that_a_bug_stops_keeps_its_totals(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.configure(language="en")
    assert office.run().code == 0
    totals = read_overview_totals(office)

    def broken(*_: object, **__: object) -> Any:
        raise ZeroDivisionError("this is the bug")

    monkeypatch.setattr("reports.pipeline.jobs.Brief.task", broken)
    assert office.run(**LATER).code == 1
    assert read_overview_totals(office) == totals
    assert {entry["kept_from"] for entry in office.entries.values()} == {READ_AT}


@pytest.mark.parametrize("words", [(), ("--client", f"{EVA}")])
def test_month_that_is_interrupted_twice_keeps_its_totals(
    office: Office, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    office.configure(language="en")
    assert office.run().code == 0
    before, totals = office.entries, read_overview_totals(office)

    def press(*_: object, **__: object) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("reports.pipeline.jobs.Brief.task", press)
    assert office.run(*words, **LATER).code == 130
    assert read_overview_totals(office) == totals
    for identity, entry in office.entries.items():
        assert (entry["state"], entry["kept_from"]) == ("failed", READ_AT)
        assert [entry[key] for key in KEPT] == [before[identity][key] for key in KEPT]


def test_client_that_failed_before_stays_marked_while_others_are_chosen(office: Office) -> None:
    office.configure(language="en")
    assert office.run().code == 0
    before = office.entries
    with refusing(EVA):
        assert office.run("--client", f"{EVA}", **LATER).code == 5
    assert_marked(office, {EVA}, before)
    assert office.run("--client", f"{ANA}").code == 3
    assert_marked(office, {EVA}, before)


def test_first_month_that_is_refused_has_nothing_to_keep(office: Office) -> None:
    office.configure([ANA, RUI], language="en", requests={"parallel": 1, "per_minute": 60_000})
    with refusing(RUI):
        assert office.run("--jobs", "1").code == 5
    entry = office.entries[RUI]
    assert (entry["kept_from"], entry["totals"], entry["files"]) == (None, [], [])
    page = unescape(office.overview)
    assert "as of" not in page
    failed = [entry["state"] for entry in office.entries.values()].count("failed")
    assert f"Clients that failed: {failed}; their figures are missing here." in page


# Names


def spoil(office: Office, identity: int) -> None:
    """A document of the client cannot be read exactly."""
    office.sandbox.account_data.documents[identity][0]["before_taxes"] = "1.234,56"


def give_number(office: Office, identity: int) -> None:
    for document in office.sandbox.account_data.documents[identity]:
        document["client"]["fiscal_id"] = "500000011"


def test_client_that_fails_after_it_was_read_has_the_name_and_number_of_its_documents(office: Office) -> None:
    office.configure([ANA, RUI], language="en")
    give_number(office, ANA)
    spoil(office, ANA)
    said = office.run()
    assert said.code == 3
    assert "failed: 1, Ana (101)" in said.last
    assert [office.entries[ANA][key] for key in ("name", "fiscal_id")] == ["Ana", "500000011"]
    assert "<bdi>NIF 500000011</bdi>" in office.overview


def test_client_that_cannot_be_read_again_has_the_name_and_number_of_the_record(office: Office) -> None:
    office.configure([ANA, RUI])
    give_number(office, ANA)
    assert office.run().code == 0
    (office.month / "source" / f"{ANA}.jsonl.gz").unlink()
    shown = ["Ana", "500000011"]
    with refusing(ANA):
        assert office.run().code == 5
    assert [office.entries[ANA][key] for key in ("name", "fiscal_id")] == shown
    # The next month's first run knows them from this one's record.
    with refusing(ANA):
        assert office.run("--period", "2026-11", "--even-if-not-begun").code == 5
    office.month = office.month.parent / "2026-11"
    assert [office.entries[ANA][key] for key in ("name", "fiscal_id")] == shown


def test_archive_that_nobody_can_read_fails_nothing_more(office: Office) -> None:
    office.configure([ANA, RUI])
    assert office.run().code == 0
    path = office.month / "source" / f"{ANA}.jsonl.gz"
    path.write_bytes(b"damaged")
    (office.month / "run.json").unlink()
    assert office.run("--offline").code == 3
    assert office.entries[ANA]["name"] == f"#{ANA}"


def test_client_of_the_list_that_fails_has_the_name_and_number_of_the_list(office: Office) -> None:
    ana = office.sandbox.account_data.clients[0]
    office.sandbox.account_data.clients[0] = ana | {"fiscal_id": "500000022"}
    spoil(office, ANA)
    assert office.run().code == 3
    assert [office.entries[ANA][key] for key in ("name", "fiscal_id")] == ["Ana", "500000022"]
