"""What killed runs, hands and odd drives leave stops nobody but the client it is about, and is told truly."""

import errno
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from reports.deliver import publish, record
from reports.errors import WriteError
from reports.sandbox.server import Sandbox
from tests.support.crash.scene import ANA, EVA, FIRST, RUI, clock
from tests.support.office import HTML_ONLY, Office, account, invoice, tree

IMPOSSIBLE = (
    *("", "ana-101", "ana-101/", "/ana.html", "/etc/passwd", "../ana-101/ana.html", "ana-101/../../x.html"),
    *("ana-101/a\0.html", "ana\0-101/a.html", "ana-101/\ud800.html", "ana-101/a.html\n", "ana-101/a/b.html"),
    *("ana-101\\a.html", "C:/a.html", "ana-101/.a.html", "./a.html"),
)
"""Paths that no run writes, some of which no system has."""

ORDINARY = 65534
"""A user who owns nothing but what is given to them."""

on_posix = pytest.mark.skipif(os.name == "nt", reason="needs permissions or locks of POSIX")


def one_more(office: Office, identity: int) -> None:
    documents = office.sandbox.account_data.documents[identity]
    documents.append(invoice(identity, FIRST[identity], date(2026, 10, 25), number=3))


@contextmanager
def ordinary_user() -> Iterator[None]:
    """To root no folder is closed: for this long the process is an ordinary user."""
    is_root = os.geteuid() == 0
    if is_root:
        os.setresuid(ORDINARY, ORDINARY, 0)
    try:
        yield
    finally:
        if is_root:
            os.setresuid(0, 0, 0)


@pytest.fixture
def shared() -> Iterator[Office]:
    """An office whose finished month is an ordinary user's; to them pytest's own folders are closed."""
    with tempfile.TemporaryDirectory() as name, Sandbox(account_data=account(FIRST)) as sandbox:
        Path(name).chmod(0o755)
        office = Office(Path(name), sandbox)
        office.configure(output=HTML_ONLY)
        assert office.run().code == 0
        if os.geteuid() == 0:
            for path in (office.output, *office.output.rglob("*")):
                os.chown(path, ORDINARY, ORDINARY)
        yield office


def closed(folder: Path) -> Path:
    """A folder that only root can remove."""
    folder.mkdir()
    (folder / "inside.txt").write_bytes(b"")
    folder.chmod(0o555)
    return folder


@on_posix
def test_a_killed_swap_that_cannot_be_ended_fails_its_client_alone(shared: Office) -> None:
    before = tree(shared.month / f"ana-{ANA}")
    for identity in FIRST:
        one_more(shared, identity)
    aside = closed(shared.month / f".ana-{ANA}.old")
    with ordinary_user():
        said = shared.run(**clock(1))
        states = {identity: entry["state"] for identity, entry in shared.entries.items()}
        assert (said.code, states) == (8, {ANA: "failed", RUI: "ready", EVA: "ready"})
        assert tree(shared.month / f"ana-{ANA}") == before
        assert f"client {ANA}: a swap that was killed" in (shared.month / "run.log").read_text("utf-8")
    aside.chmod(0o755)
    assert shared.run(**clock(1)).code == 0
    assert not aside.exists()


@on_posix
def test_a_leftover_that_cannot_be_removed_stops_no_run(shared: Office) -> None:
    left = [closed(folder / ".x.0123abcd.tmp") for folder in (shared.month, shared.month.parent)]
    with ordinary_user():
        assert shared.run().code == 0
        assert "what a killed run left stays there" in (shared.month / "run.log").read_text("utf-8")
    for folder in left:
        folder.chmod(0o755)


@pytest.mark.parametrize("words", [("--offline",), ("--client", f"{RUI}"), ("--period", "2026-09")])
def test_a_killed_writing_of_the_result_is_swept_away_by_a_run_of_any_kind(
    office: Office, words: tuple[str, ...]
) -> None:
    office.configure(output=HTML_ONLY)
    office.run()
    left = office.month.parent / ".RESULT.html.0123abcd.tmp"
    left.write_bytes(b"half")
    assert office.run(*words).code == 0
    assert not left.exists()


def test_a_folder_of_a_run_that_made_no_record_is_not_dated_by_the_one_before(office: Office) -> None:
    office.configure([ANA, RUI], output=HTML_ONLY)
    office.run()
    earlier = (office.month / "run.json").read_bytes()
    one_more(office, ANA)
    office.run(**clock(1))
    (office.month / "run.json").write_bytes(earlier)
    clients = office.sandbox.account_data.clients
    clients[:] = []
    said = office.run(**clock(2))
    assert said.code == 4
    kept = {identity: entry["kept_from"] for identity, entry in office.entries.items()}
    assert kept == {ANA: None, RUI: None}, "both were read again by the run without a record"
    assert f"ana-{ANA}-2026-10.html" in office.overview


def test_a_copy_of_a_client_s_folder_is_left_alone(office: Office) -> None:
    office.configure([ANA], output=HTML_ONLY)
    office.run()
    for name in ("a-copy", "z-copy"):
        shutil.copytree(office.month / f"ana-{ANA}", office.month / f"{name}-{ANA}")
    copy = tree(office.month / f"a-copy-{ANA}")
    one_more(office, ANA)
    assert office.run(**clock(1)).code == 0
    assert tree(office.month / f"a-copy-{ANA}") == tree(office.month / f"z-copy-{ANA}") == copy
    assert tree(office.month / f"ana-{ANA}") != copy


def test_of_two_folders_of_a_renamed_client_none_is_guessed(tmp_path: Path) -> None:
    for name in ("ana-101", "ana-copy-101"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}-{tmp_path.name}.html").write_bytes(b"")
    before = tree(tmp_path)
    staged = publish.stage(tmp_path, ANA)
    with pytest.raises(WriteError, match=r"ana-101 and ana-copy-101 are both folders of client 101\. Move"):
        publish.swap_in(staged, tmp_path / "ana-nova-101", lying=publish.folders(tmp_path, {}).get(ANA, ()))
    staged.rmdir()
    assert tree(tmp_path) == before


EARLIER = ("without account_month", "without findings", "without fiscal_id of a client")
"""What earlier versions wrote, and so no damage."""


def damaged(whole: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """Records with something missing or of another kind, and what is wrong with them."""
    wrong: list[object] = [None, True, 1.5, "x", [], {}, [None], [[]]]
    entry = whole["clients"][0]
    for key in (*whole, "period.label"):
        yield f"without {key}", {own: value for own, value in whole.items() if own != key.split(".")[0]}
    for key, value in whole.items():
        for other in wrong:
            if type(other) is not type(value):
                yield f"{key}: {other}", {**whole, key: other}
    for key in entry.keys() - {"changes"}:
        yield f"without {key} of a client", {**whole, "clients": [{k: entry[k] for k in entry if k != key}]}
        yield f"true as {key}", {**whole, "clients": [{**entry, key: True}]}
    for key, value in {
        "state": "done",
        "read_at": None,
        "kept_from": "yesterday",
        "files": [{"path": 1}],
        "totals": [1],
    }.items():
        yield f"{key} of a client: {value}", {**whole, "clients": [{**entry, key: value}]}
    for other in IMPOSSIBLE:
        files = [{**entry["files"][0], "path": other}]
        yield f"path {other!r}", {**whole, "clients": [{**entry, "files": files}]}
    yield "naive instant", {**whole, "finished_at": "2026-11-02T06:30:00"}


def test_a_damaged_record_is_none_and_the_log_says_so(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.configure([ANA, RUI], output=HTML_ONLY)
    office.run()
    path = office.month / "run.json"
    whole = office.record
    for what, text in damaged(whole):
        # These keys are for people: nothing is done with them.
        if what.startswith("without") and what.split()[1] in {"tool", "version"}:
            continue
        if what.split(":")[0] in {"tool", "version"} or what in EARLIER:
            continue
        path.write_text(json.dumps(text), "utf-8")
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            assert record.read(office.month) is None, what
        assert "is taken for none" in caplog.text, what
    path.write_text("[" * 100_000, "utf-8")
    assert record.read(office.month) is None
    for what in EARLIER:
        earlier = dict(damaged(whole))[what]
        path.write_text(json.dumps(earlier), "utf-8")
        assert record.read(office.month) == earlier
    path.write_text(json.dumps(whole), "utf-8")
    assert record.read(office.month) == whole
    assert record.read(office.output) is None
    del whole["clients"][1]["read_at"]
    path.write_text(json.dumps(whole), "utf-8")
    said = office.run("--client", f"{ANA}")
    assert (said.code, [*office.entries]) == (0, [ANA, RUI])
    assert "run.json: it is no run record of this version" in (office.month / "run.log").read_text("utf-8")


@on_posix
@pytest.mark.parametrize("number", [errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.EIO])
def test_a_drive_that_cannot_lock_is_said_before_any_request(
    office: Office, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("fcntl.flock", refuse)
    said = office.run()
    assert said.code == 8
    words = "it could not be written" if number == errno.EIO else "this drive has no locks"
    assert words in said.last
    assert said.last.endswith("Exit code 8.")
    assert office.sandbox.requests == []
    assert {path for path, data in tree(office.output).items() if data != b"/"} <= {"office/.lock"}


def test_a_workbook_leaves_nothing_where_all_programs_have_their_files(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(office.folder / "missing"))
    assert office.run().code == 0
    assert (office.month / f"ana-{ANA}" / f"ana-{ANA}-2026-10.xlsx").exists()


@pytest.mark.skipif(os.name != "nt", reason="elsewhere an open file is in nobody's way")
def test_a_file_that_is_open_fails_its_client_alone_and_says_to_close_it(office: Office) -> None:
    office.configure([ANA, RUI], output=HTML_ONLY)
    office.run()
    one_more(office, ANA)
    with (office.month / f"ana-{ANA}" / f"ana-{ANA}-2026-10.html").open("rb"):
        said = office.run(**clock(1))
    assert said.code == 8
    assert "Close the file" in said.last
    assert {identity: entry["state"] for identity, entry in office.entries.items()} == {
        ANA: "failed",
        RUI: "ready",
    }
    assert office.run(**clock(1)).code == 0
