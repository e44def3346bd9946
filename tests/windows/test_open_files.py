"""A file that somebody has open on Windows can be read, and neither replaced nor moved nor removed."""

import threading
import time
from datetime import date
from pathlib import Path

import pytest

from reports import atomic_files
from reports.deliver import publish
from reports.errors import WriteError
from tests.support.office import Office, invoice, tree
from tests.support.waiting import PATIENCE_SECONDS, wait_until
from tests.windows.held import SHARES_NOTHING, held

ANA, RUI, EVA = 101, 102, 103
LETS_GO_AFTER_SECONDS = 0.6
GIVES_UP_AFTER_SECONDS = 2.4


def folder(office: Office, client: int) -> Path:
    (found,) = office.month.glob(f"*-{client}")
    return found


def add_invoices(office: Office) -> None:
    """Everybody has something new, so everything is to be replaced."""
    for identity, name in {ANA: "Ana", RUI: "Rui", EVA: "Eva"}.items():
        documents = office.sandbox.account_data.documents[identity]
        number = len(documents) + 1
        documents.append(invoice(identity, name, date(2026, 10, 25), number=number, price="99.00"))


def leftovers(office: Office) -> list[str]:
    return [path for path in tree(office.output) if path.endswith((".tmp", ".old"))]


@pytest.fixture
def month(office: Office) -> Office:
    """A finished month, whose documents have changed since."""
    assert office.run().code == 0
    add_invoices(office)
    return office


def test_client_whose_workbook_is_open_in_excel_fails_alone_and_is_told_to_close_it(month: Office) -> None:
    mine, before = folder(month, ANA), tree(folder(month, ANA))
    (workbook,) = mine.glob("*.xlsx")
    with held(workbook):
        said = month.run()
        assert tree(mine) == before
    assert said.code == 8
    assert {entry["state"] for entry in month.record["clients"]} == {"ready", "failed"}
    assert month.entries[ANA]["state"] == "failed"
    assert workbook.name in month.entries[ANA]["reason"]
    assert "Close the file" in month.entries[ANA]["reason"]
    assert month.entries[ANA]["kept_from"]
    assert [month.entries[client]["documents_counted"] for client in (RUI, EVA)] == [3, 3]
    assert said.last.endswith("Exit code 8.")
    assert leftovers(month) == []

    assert month.run().code == 0
    assert month.entries[ANA]["documents_counted"] == 3
    assert leftovers(month) == []


def test_statement_that_nobody_may_even_read_is_no_bug(month: Office) -> None:
    (statement,) = folder(month, RUI).glob("*.html")
    with held(statement, sharing=SHARES_NOTHING):
        said = month.run()
    assert (said.code, month.entries[RUI]["state"], month.entries[EVA]["state"]) == (8, "failed", "ready")
    assert month.run().code == 0


@pytest.mark.parametrize("name", ["index.html", "summary.xlsx", "run.json", "../../RESULT.html"])
def test_file_of_the_account_that_is_open_is_named_and_the_clients_are_done(month: Office, name: str) -> None:
    path = (month.month / name).resolve()
    before = path.read_bytes()
    with held(path):
        said = month.run()
        assert path.read_bytes() == before
    assert said.code == 8
    assert path.name in said.out + said.err
    assert "Close the file" in said.out + said.err
    for client in (ANA, RUI, EVA):
        (statement,) = folder(month, client).glob("*.html")
        assert "99,00" in statement.read_text("utf-8")
    assert leftovers(month) == []
    assert month.run().code == 0


def test_log_that_is_open_in_a_program_that_shares_nothing_ends_the_run_before_any_request(
    month: Office,
) -> None:
    before = tree(month.output)
    with held(month.month / "run.log", sharing=SHARES_NOTHING):
        said = month.run()
    assert said.code == 8
    assert "run.log" in said.last
    assert "Close the file" in said.last
    assert tree(month.output) == before


def test_archive_that_is_open_fails_its_client_alone(month: Office) -> None:
    path = month.month / "source" / f"{EVA}.jsonl.gz"
    before = path.read_bytes()
    with held(path):
        said = month.run()
        assert path.read_bytes() == before
    assert (said.code, month.entries[EVA]["state"], month.entries[ANA]["state"]) == (8, "failed", "ready")
    assert "Close the file" in month.entries[EVA]["reason"]
    assert month.run().code == 0


def test_file_that_is_let_go_in_time_is_no_failure(month: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(atomic_files, "HELD_WAITS_SECONDS", (LETS_GO_AFTER_SECONDS / 2,) * 1_000)
    (workbook,) = folder(month, ANA).glob("*.xlsx")
    is_held = threading.Event()

    def hold() -> None:
        with held(workbook):
            is_held.set()
            # Longer than the reading, and for two attempts to write.
            wait_until(lambda: archive.stat().st_mtime_ns != read_before)
            time.sleep(LETS_GO_AFTER_SECONDS)

    archive = month.month / "source" / f"{ANA}.jsonl.gz"
    read_before = archive.stat().st_mtime_ns
    holder = threading.Thread(target=hold)
    holder.start()
    assert is_held.wait(PATIENCE_SECONDS)
    said = month.run()
    holder.join()
    assert (said.code, leftovers(month)) == (0, [])


def test_patience_with_an_open_file_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("before", "utf-8")
    began = time.monotonic()
    with held(path), pytest.raises(WriteError, match="Close the file") as refused:
        atomic_files.write_bytes(path, b"after")
    assert time.monotonic() - began > GIVES_UP_AFTER_SECONDS
    assert not refused.value.disk_full
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert path.read_text("utf-8") == "before"


def test_old_folder_that_could_not_be_removed_goes_with_the_next_run(month: Office) -> None:
    """A file in it was opened between the swap and the removal: that is a killed swap's state as well."""
    mine = folder(month, ANA)
    aside = mine.with_name(f".{mine.name}.old")
    aside.mkdir()
    left = aside / f"{mine.name}-2026-10.html"
    left.write_bytes(b"left")
    with held(left):
        assert month.run().code == 8
        assert month.entries[RUI]["state"] == "ready"
    assert month.run().code == 0
    assert leftovers(month) == []


def test_folder_is_not_swapped_while_a_file_in_it_is_open_and_the_file_is_named(tmp_path: Path) -> None:
    """The drive might: Wine's does."""
    target = tmp_path / "ana-101"
    target.mkdir()
    (target / "old.txt").write_text("old", "utf-8")
    staged = publish.stage(tmp_path, 101)
    (staged / "new.txt").write_text("new", "utf-8")
    with held(target / "old.txt"), pytest.raises(WriteError, match=r"old\.txt.*Close the file"):
        publish.swap_in(staged, target, lying=[target])
    assert [path.name for path in target.iterdir()] == ["old.txt"]
    publish.swap_in(staged, target, lying=[target])
    assert sorted(path.name for path in target.iterdir()) == ["new.txt", "old.txt"]


def test_file_that_nobody_may_read_for_a_moment_is_read_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atomic_files, "HELD_WAITS_SECONDS", (LETS_GO_AFTER_SECONDS / 2,) * 1_000)
    path = tmp_path / "run.json"
    path.write_bytes(b"{}")
    is_held = threading.Event()

    def hold() -> None:
        # As while another run puts a new file into its place.
        with held(path, sharing=SHARES_NOTHING):
            is_held.set()
            time.sleep(LETS_GO_AFTER_SECONDS)

    holder = threading.Thread(target=hold)
    holder.start()
    assert is_held.wait(PATIENCE_SECONDS)
    with atomic_files.open_to_read(path) as file:
        assert file.read() == b"{}"
    holder.join()
