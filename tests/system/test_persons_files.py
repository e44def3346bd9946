"""What a person keeps in a client's folder, or beside it, outlives every run, also one that is killed."""

import os
import signal
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from reports.deliver import publish
from reports.sandbox.server import Sandbox
from tests.support.crash.killing import Press, killed
from tests.support.crash.scene import ANA, FIRST, RUI, change, clock, put, stage
from tests.support.office import HTML_ONLY, Office, account, invoice, tree

on_posix = pytest.mark.skipif(os.name == "nt", reason="needs fork, or links for everybody")

PAGE = f"ana-{ANA}-2026-10.html"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office whose month is done, and whose clients all have another document since."""
    with Sandbox(account_data=account(FIRST)) as sandbox:
        made = Office(tmp_path, sandbox)
        made.configure(output=HTML_ONLY)
        assert made.run().code == 0
        for identity, documents in sandbox.account_data.documents.items():
            documents.append(invoice(identity, FIRST[identity], date(2026, 10, 25), number=3))
        yield made


def rename(office: Office, identity: int, name: str) -> None:
    named = [{"id": one, "name": name if one == identity else FIRST[one]} for one in FIRST]
    office.configure(named, output=HTML_ONLY)


def fill(folder: Path) -> dict[str, bytes]:
    """Puts there what a person may: files, hidden ones, a folder of folders. Returns it as a tree."""
    (folder / "signed" / "2026").mkdir(parents=True)
    (folder / "signed" / "2026" / "statement.pdf").write_bytes(b"signed")
    (folder / "empty").mkdir()
    (folder / "Anotações.txt").write_bytes(b"ask about number 3")
    (folder / ".unseen").write_bytes(b"unseen")
    (folder / f"ana-{ANA}-2026-09.xlsx").write_bytes(b"a workbook of another month")
    (folder / f"ana-{ANA}-2026-10-signed.pdf").write_bytes(b"signed")
    return {path: data for path, data in tree(folder).items() if path != PAGE}


def persons(folder: Path) -> dict[str, bytes]:
    """What lies there beside the files of the folder's own name and period."""
    return {
        path: data for path, data in tree(folder).items() if not path.startswith(f"{folder.name}-2026-10.")
    }


def test_files_and_folders_of_a_person_are_carried_over_when_a_folder_is_replaced(office: Office) -> None:
    folder = office.month / f"ana-{ANA}"
    mine, before = fill(folder), (folder / PAGE).read_bytes()
    assert office.run(**clock(1)).code == 0
    assert persons(folder) == mine
    assert (folder / PAGE).read_bytes() != before
    assert [file["path"] for file in office.entries[ANA]["files"]] == [f"ana-{ANA}/{PAGE}"]


def test_they_go_along_where_the_client_has_a_new_name(office: Office) -> None:
    mine = fill(office.month / f"ana-{ANA}")
    rename(office, ANA, "Ana & Filhos")
    assert office.run(**clock(1)).code == 0
    folder = office.month / f"ana-filhos-{ANA}"
    assert persons(folder) == mine
    assert publish.folders(office.month, {}).keys() == FIRST.keys()
    assert not (office.month / f"ana-{ANA}").exists()


@on_posix
def test_a_link_of_a_person_is_carried_over_as_the_link_it_is(office: Office) -> None:
    elsewhere = office.folder / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "contract.pdf").write_bytes(b"contract")
    (office.month / f"ana-{ANA}" / "contracts").symlink_to(elsewhere)
    (office.month / f"ana-{ANA}" / "gone").symlink_to(elsewhere / "gone")
    os.mkfifo(office.month / f"ana-{ANA}" / "pipe")
    assert office.run(**clock(1)).code == 0
    assert (office.month / f"ana-{ANA}" / "contracts").readlink() == elsewhere
    assert (office.month / f"ana-{ANA}" / "gone").readlink() == elsewhere / "gone"
    assert (office.month / f"ana-{ANA}" / "pipe").is_fifo()
    assert tree(elsewhere) == {"contract.pdf": b"contract"}


def test_what_has_the_name_of_a_new_file_is_kept_under_another(office: Office) -> None:
    folder = office.month / f"ana-{ANA}"
    (folder / f"ana-{ANA}-2026-10.xlsx").mkdir()
    (folder / f"ana-{ANA}-2026-10.xlsx" / "mine.txt").write_bytes(b"mine")
    (folder / f"ana-{ANA}-2026-10 (2).xlsx").write_bytes(b"mine too")
    office.configure()
    assert office.run(**clock(1)).code == 0
    assert (folder / f"ana-{ANA}-2026-10.xlsx").is_file()
    assert (folder / f"ana-{ANA}-2026-10 (3).xlsx" / "mine.txt").read_bytes() == b"mine"
    assert (folder / f"ana-{ANA}-2026-10 (2).xlsx").read_bytes() == b"mine too"


def test_a_folder_that_a_person_made_for_a_client_before_the_first_run_keeps_what_is_in_it(
    tmp_path: Path,
) -> None:
    with Sandbox(account_data=account(FIRST)) as sandbox:
        office = Office(tmp_path, sandbox)
        office.configure(output=HTML_ONLY)
        folder = office.month / f"ana-{ANA}"
        folder.mkdir(parents=True)
        mine = fill(folder)
        assert office.run().code == 0
        assert persons(folder) == mine
        assert (folder / PAGE).is_file()


def test_files_are_carried_over_from_the_former_folder_and_from_one_that_waited_for_the_new_name(
    office: Office,
) -> None:
    rename(office, ANA, "Ana & Filhos")
    for name in ("ana", "ana-filhos"):
        (office.month / f"{name}-{ANA}").mkdir(exist_ok=True)
        (office.month / f"{name}-{ANA}" / "note.txt").write_text(name, "utf-8")
    assert office.run(**clock(1)).code == 0
    folder = office.month / f"ana-filhos-{ANA}"
    notes = sorted(path.read_text("utf-8") for path in folder.glob("note*.txt"))
    assert notes == ["ana", "ana-filhos"]
    assert sorted(path.name for path in office.month.iterdir() if str(ANA) in path.name) == [folder.name]


def test_a_folder_that_no_record_names_is_no_client_s(office: Office) -> None:
    folder = office.month / f"iva-{ANA}"
    folder.mkdir()
    (folder / "return.xlsx").write_bytes(b"mine")
    rename(office, ANA, "Ana & Filhos")
    assert office.run(**clock(1)).code == 0
    assert tree(folder) == {"return.xlsx": b"mine"}
    assert sorted(path.name for path in office.month.iterdir() if str(ANA) in path.name) == [
        f"ana-filhos-{ANA}",
        folder.name,
    ]


def test_nor_is_it_where_the_client_has_none_yet(tmp_path: Path) -> None:
    with Sandbox(account_data=account(FIRST)) as sandbox:
        office = Office(tmp_path, sandbox)
        office.configure(output=HTML_ONLY)
        folder = office.month / f"iva-{ANA}"
        folder.mkdir(parents=True)
        (folder / "return.xlsx").write_bytes(b"mine")
        for day in range(2):
            assert office.run(**clock(day)).code == 0
            assert tree(folder) == {"return.xlsx": b"mine"}
        sandbox.account_data.clients[:] = []
        office.configure([ANA], output=HTML_ONLY)
        office.run(**clock(2))
        assert f"iva-{ANA}" not in office.overview


def test_a_folder_that_a_person_renamed_is_that_person_s(office: Office) -> None:
    (office.month / f"ana-{ANA}").rename(office.month / f"sent-{ANA}")
    before = tree(office.month / f"sent-{ANA}")
    assert office.run(**clock(1)).code == 0
    assert tree(office.month / f"sent-{ANA}") == before
    assert (office.month / f"ana-{ANA}" / PAGE).is_file()


def test_a_failed_client_s_page_shows_what_the_run_wrote_and_nothing_of_a_person(office: Office) -> None:
    fill(office.month / f"ana-{ANA}")
    office.sandbox.account_data.clients[:] = [
        one for one in office.sandbox.account_data.clients if one["id"] != ANA
    ]
    office.configure([*FIRST], output=HTML_ONLY)
    assert office.run(**clock(1)).code == 3
    assert f"ana-{ANA}/{PAGE}" in office.overview
    for name in ("signed.pdf", "/signed", "2026-09.xlsx", "Anota"):
        assert name not in office.overview, name


def test_a_client_that_failed_and_has_a_new_name_since_has_one_folder(office: Office) -> None:
    mine = fill(office.month / f"ana-{ANA}")
    documents = office.sandbox.account_data.documents.pop(ANA)
    office.configure([*FIRST], output=HTML_ONLY)
    clients = list(office.sandbox.account_data.clients)
    office.sandbox.account_data.clients[:] = [one for one in clients if one["id"] != ANA]
    assert office.run(**clock(1)).code == 3
    office.sandbox.account_data.clients[:] = clients
    office.sandbox.account_data.documents[ANA] = documents
    rename(office, ANA, "Ana & Filhos")
    assert office.run(**clock(2)).code == 0
    assert persons(office.month / f"ana-filhos-{ANA}") == mine
    assert not (office.month / f"ana-{ANA}").exists()


def states(month: Path) -> Iterator[tuple[Path, str]]:
    """What a killed swap may leave, with a person's file, and the folder that must have it in the end."""
    ours, new = "ana-101-2026-10.html", "ana-nova-101-2026-10.html"
    for number, (aside, place, moved) in enumerate(
        [
            (("note.txt", ours), (), "ana-101"),
            (("note.txt", ours), (ours,), "ana-101"),
            (("note.txt",), (ours,), "ana-101"),
            (("note.txt", ours), (new,), "ana-nova-101"),
            (("note.txt",), (), "ana-101"),
        ]
    ):
        folder = month / f"{number}" / "2026-10"
        (folder / ".ana-101.old").mkdir(parents=True)
        for name in aside:
            (folder / ".ana-101.old" / name).write_text("former", "utf-8")
        for name in place:
            there = folder / name.removesuffix("-2026-10.html")
            there.mkdir()
            (there / name).write_text("new", "utf-8")
        yield folder, moved


def test_a_swap_that_was_killed_is_ended_with_what_a_person_had_there(tmp_path: Path) -> None:
    for month, name in states(tmp_path):
        for _ in range(2):
            publish.repair(month)
            assert (month / name / "note.txt").read_text("utf-8") == "former", month
            assert [path.name for path in month.iterdir()] == [name], month


@on_posix
def test_killed_at_every_change_of_a_client_s_folder_nothing_of_a_person_is_lost(tmp_path: Path) -> None:
    with stage(tmp_path, excel=False) as (office, press):
        before = before_replacing(office, press)
        quiet = press.run("run", office.config, env=clock(1))
        assert quiet.code == 0, quiet.out
        after = texts(office, "rui-novo-102")
        assert {*after} == {"note.txt", "signed/a.pdf"}
        places = [one for one in quiet.changes if f".{RUI}." in one or f"-{RUI}" in one or "note" in one]
        assert any("note.txt" in one for one in places)
        for place in places:
            put(office.output, before)
            ended = press.run("run", office.config, end=killed(place), env=clock(1))
            assert ended.code == -signal.SIGKILL, place
            kept = {
                name: data
                for one in (".rui-102.old", "rui-102", "rui-novo-102")
                for name, data in texts(office, one).items()
            }
            assert kept == after, place
            assert press.run("run", office.config, env=clock(2)).code == 0, place
            assert texts(office, "rui-novo-102") == after, place
            left = [path.name for path in office.month.iterdir() if "102" in path.name]
            assert left == ["rui-novo-102"], place


def before_replacing(office: Office, press: Press) -> dict[str, bytes]:
    """A month that is done, with a person's files in a client's folder; the client has a new name since."""
    press.run("run", office.config)
    (office.month / f"rui-{RUI}" / "note.txt").write_bytes(b"note")
    (office.month / f"rui-{RUI}" / "signed").mkdir()
    (office.month / f"rui-{RUI}" / "signed" / "a.pdf").write_bytes(b"signed")
    change(office)
    return tree(office.output)


def texts(office: Office, name: str) -> dict[str, bytes]:
    """The person's files in one of the client's folders."""
    found = tree(office.month / name)
    return {path: data for path, data in found.items() if data != b"/" and not path.endswith(".html")}
