"""Links, pipes and odd paths where files of ours belong: not written through, not waited for, told alike."""

import json
import os
import stat
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from reports import atomic_files
from reports.deliver import publish, record
from reports.sandbox.documents import Raw
from tests.conftest import ANA, EVA, RUI
from tests.support.crash.scene import clock
from tests.support.office import HTML_ONLY, Office, invoice, tree

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs pipes, and links for everybody")

WRITTEN = ("run.log", "run.json", "summary.xlsx", "index.html", "../RESULT.html", "../../RESULT.html")
"""Relative to the folder of the month; the fifth is nobody's, and so stays what it is."""
OURS = tuple(name for name in WRITTEN if name != "../RESULT.html")


@pytest.fixture
def month(office: Office) -> Office:
    """An office whose month is done."""
    office.configure([ANA, RUI, EVA], output=HTML_ONLY)
    assert office.run().code == 0
    return office


def one_more(office: Office, identity: int) -> None:
    documents = office.sandbox.account_data.documents[identity]
    number = len(documents) + 1
    documents.append(invoice(identity, "Ana", date(2026, 10, 25), number=number))


def linked(office: Office, place: Path) -> Path:
    """A client's folder lies elsewhere, and in its place there is a link to it."""
    elsewhere = office.folder / "elsewhere"
    place.rename(elsewhere)
    place.symlink_to(elsewhere)
    return elsewhere


@pytest.mark.parametrize("name", ["ana-101", "ana-filhos-101"])
def test_a_folder_that_is_a_link_fails_its_client_with_the_same_sentence_every_time(
    month: Office, name: str
) -> None:
    place = month.month / f"ana-{ANA}"
    elsewhere = linked(month, place)
    before = tree(elsewhere)
    ana: Raw = {"id": ANA, "name": "Ana & Filhos" if "filhos" in name else "Ana"}
    month.configure([ana, RUI, EVA], output=HTML_ONLY)
    said = set()
    for day in range(1, 4):
        one_more(month, ANA)
        ended = month.run(**clock(day))
        entry = month.entries[ANA]
        said.add((ended.code, entry["state"], entry["reason"]))
        assert month.entries[RUI]["state"] == "ready"
        assert tree(elsewhere) == before
        assert place.readlink() == elsewhere
    sentence = (
        f"{place}: there is a link where the client's folder should be, and nothing is written through it. "
        "Remove the link, or put the folder itself there, and run again"
    )
    assert said == {(8, "failed", sentence)}
    place.unlink()
    elsewhere.rename(place)
    assert month.run(**clock(4)).code == 0


def test_a_link_that_leads_nowhere_is_one_too(month: Office) -> None:
    place = month.month / f"ana-{ANA}"
    elsewhere = linked(month, place)
    elsewhere.rename(month.folder / "further")
    for day in range(1, 3):
        assert month.run(**clock(day)).code == 8
        assert "there is a link where the client's folder should be" in month.entries[ANA]["reason"]
        assert not elsewhere.exists()


@pytest.mark.parametrize("is_in_place", [True, False])
def test_a_link_that_an_earlier_version_put_aside_is_in_nobody_s_way(
    month: Office, is_in_place: bool
) -> None:
    place, aside = month.month / f"ana-{ANA}", month.month / f".ana-{ANA}.old"
    elsewhere = month.folder / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mine.txt").write_bytes(b"mine")
    aside.symlink_to(elsewhere)
    if not is_in_place:
        place.rename(month.folder / "gone")
    assert month.run(**clock(1)).code == (0 if is_in_place else 8)
    assert place.is_symlink() is not is_in_place
    assert not aside.is_symlink()
    assert tree(elsewhere) == {"mine.txt": b"mine"}


def test_a_file_where_a_client_s_folder_should_be_is_said_to_be_one(office: Office) -> None:
    office.month.mkdir(parents=True)
    (office.month / f"ana-{ANA}").write_bytes(b"mine")
    office.configure(output=HTML_ONLY)
    for _ in range(2):
        assert office.run().code == 8
        assert "there is a file where the client's folder should be. Move it" in office.entries[ANA]["reason"]
    assert (office.month / f"ana-{ANA}").read_bytes() == b"mine"


def plant_link(place: Path, elsewhere: Path) -> None:
    place.symlink_to(elsewhere)


def plant_second_name(place: Path, elsewhere: Path) -> None:
    place.hardlink_to(elsewhere)


def plant_pipe(place: Path, _: Path) -> None:
    os.mkfifo(place)


@pytest.mark.parametrize("name", WRITTEN)
@pytest.mark.parametrize("plant", [plant_link, plant_second_name, plant_pipe])
@pytest.mark.parametrize("is_first", [True, False])
def test_what_is_planted_where_a_file_belongs_is_neither_written_through_nor_waited_for(
    office: Office, name: str, plant: Callable[[Path, Path], None], is_first: bool
) -> None:
    office.configure([ANA], output=HTML_ONLY)
    if not is_first:
        assert office.run().code == 0
    office.month.mkdir(parents=True, exist_ok=True)
    place, elsewhere = office.month / name, office.folder / "precious.txt"
    elsewhere.write_bytes(b"precious")
    place.unlink(missing_ok=True)
    plant(place, elsewhere)
    # A run that waits for a pipe has to be ended; the others are done in a tenth of the time here.
    said = office.spawn("run", office.config) if plant is plant_pipe else office.run()
    assert said.code == 0, said
    assert elsewhere.read_bytes() == b"precious"
    if name in OURS:
        assert stat.S_ISREG(place.lstat().st_mode)
        assert place.read_bytes() != b"precious"


def test_a_link_to_a_folder_gives_way_to_the_file_that_belongs_there(month: Office) -> None:
    (month.month / "index.html").unlink()
    (month.month / "index.html").symlink_to(month.folder)
    before = tree(month.folder / "output" / "office" / "2026-10" / f"ana-{ANA}")
    assert month.run(**clock(1)).code == 0
    assert "Ana" in month.overview
    assert tree(month.month / f"ana-{ANA}").keys() == before.keys()


@pytest.mark.parametrize("command", ["check", "run"])
def test_a_record_of_another_month_that_is_a_pipe_keeps_nobody_waiting(office: Office, command: str) -> None:
    office.configure([ANA], output=HTML_ONLY)
    other = office.month.with_name("2026-09")
    other.mkdir(parents=True)
    os.mkfifo(other / "run.json")
    assert office.spawn(command, office.config).code == 0


def test_a_pipe_in_place_of_an_archive_fails_its_client_at_once(month: Office) -> None:
    path = month.month / "source" / f"{ANA}.jsonl.gz"
    path.unlink()
    os.mkfifo(path)
    said = month.spawn("run", month.config, "--offline")
    assert (said.code, month.entries[ANA]["state"]) == (3, "failed")
    assert "cannot be opened (“no regular file”)" in month.entries[ANA]["reason"]
    assert month.spawn("run", month.config).code == 0


def test_a_pipe_among_a_client_s_files_keeps_nobody_waiting(month: Office) -> None:
    page = month.month / f"ana-{ANA}" / f"ana-{ANA}-2026-10.html"
    page.unlink()
    os.mkfifo(page)
    month.sandbox.account_data.clients[:] = []
    month.sandbox.account_data.documents.clear()
    assert month.spawn("run", month.config).code == 4


def test_a_leftover_that_is_a_link_goes_and_what_it_leads_to_stays(month: Office) -> None:
    elsewhere = month.folder / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mine.txt").write_bytes(b"mine")
    (month.month / ".101.0123abcd.tmp").symlink_to(elsewhere)
    assert month.run(**clock(1)).code == 0
    assert not (month.month / ".101.0123abcd.tmp").is_symlink()
    assert tree(elsewhere) == {"mine.txt": b"mine"}


def test_a_log_that_goes_on_keeps_its_lines_and_a_planted_one_is_begun_anew(tmp_path: Path) -> None:
    path, elsewhere = tmp_path / "run.log", tmp_path / "precious.txt"
    elsewhere.write_bytes(b"precious")
    for words in ("first\n", "second\n"):
        with atomic_files.open_log(path, is_continued=True) as log:
            log.write(words)
    assert path.read_text("utf-8") == "first\nsecond\n"
    path.unlink()
    path.symlink_to(elsewhere)
    with atomic_files.open_log(path, is_continued=True) as log:
        log.write("third\n")
    assert (path.read_text("utf-8"), elsewhere.read_bytes()) == ("third\n", b"precious")


@pytest.mark.parametrize("path", ["ana-101/a\0.html", "ana-101/\ud800.html"])
def test_a_record_with_a_path_that_no_system_has_is_none_and_the_log_says_so(
    month: Office, path: str
) -> None:
    whole = month.record
    whole["clients"][0]["files"][0]["path"] = path
    (month.month / "run.json").write_text(json.dumps(whole), "utf-8")
    assert record.read(month.month) is None
    month.sandbox.account_data.clients[:] = []
    month.sandbox.account_data.documents.clear()
    said = month.run(**clock(1))
    assert (said.code, said.err) == (4, "")
    assert "it is no run record of this version, and is taken for none" in (
        month.month / "run.log"
    ).read_text("utf-8")


def test_a_folder_of_a_record_is_one_of_the_period(tmp_path: Path) -> None:
    (tmp_path / "ana-101").mkdir()
    assert publish.folders(tmp_path, {101: "ana-101"}) == {101: [tmp_path / "ana-101"]}
    assert publish.folders(tmp_path, {101: "../ana-101", 102: "ana-101"}) == {}
