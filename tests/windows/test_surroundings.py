"""What else Windows has its own way with: names, paths, encodings of text, time zones, the keyring."""

import json
import re
import secrets
import zoneinfo
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from reports.sandbox.server import Sandbox
from reports.settings import credentials
from tests.support.office import ACCOUNT, HTML_ONLY, Office, account, tree

AWKWARD = {
    201: "CON",
    202: "nul.",
    203: "AUX",
    204: "COM1",
    205: "lpt9.xlsx",
    206: "..",
    207: 'a/b\\c:d*?"<>|',
    208: "x" * 400,
    209: "Fim com pontos...   ",
    210: "Ana",
    211: "ANA",
    212: "\u202egnp.exe",
    213: "ficheiro:stream",
    214: r"%TEMP%\..\x",
    215: "漢字",
}
PLAIN_FOLDER = re.compile(r"[a-z0-9-]{1,60}-[0-9]+")


@pytest.fixture(scope="module")
def awkward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A finished month of clients whose names Windows would not have as names."""
    with Sandbox(account_data=account(AWKWARD)) as sandbox:
        office = Office(tmp_path_factory.mktemp("awkward"), sandbox)
        assert office.run().code == 0
        yield office


def test_every_client_has_one_plain_folder_whatever_its_name(awkward: Office) -> None:
    folders = [path for path in awkward.month.iterdir() if path.is_dir() and path.name != "source"]
    assert sorted(int(path.name.rsplit("-", 1)[1]) for path in folders) == sorted(AWKWARD)
    assert all(PLAIN_FOLDER.fullmatch(path.name) for path in folders)
    assert len({path.name.casefold() for path in folders}) == len(AWKWARD)


def test_every_file_is_where_the_record_says(awkward: Office) -> None:
    for entry in awkward.record["clients"]:
        assert entry["name"].strip()[:1]
        assert len(entry["files"]) >= 2
        for file in entry["files"]:
            assert len((awkward.month / file["path"]).read_bytes()) == file["bytes"]


def test_names_that_differ_in_case_alone_do_not_meet(awkward: Office) -> None:
    assert {"ana-210", "ana-211"} <= {path.name for path in awkward.month.iterdir()}


def test_nothing_is_written_beside_the_output_folder(awkward: Office) -> None:
    assert {path.name for path in awkward.folder.iterdir()} == {"config.yaml", "output"}
    assert {path.name for path in awkward.output.iterdir()} == {ACCOUNT, "RESULT.html"}


def test_two_spellings_of_one_folder_are_one_folder(office: Office) -> None:
    other = office.configure("all", name="other.yaml", output={"folder": "OUTPUT"})
    said = office.type("run", office.config, other)
    assert said.code == 2
    assert "to the same folder" in said.err
    assert not office.output.exists()


NOTEPAD: dict[str, Callable[[str], bytes]] = {
    "UTF-8": lambda text: text.encode("utf-8"),
    "UTF-8 with BOM": lambda text: text.encode("utf-8-sig"),
}
OTHERS: dict[str, Callable[[str], bytes]] = {
    "ANSI": lambda text: text.encode("cp1252"),
    "UTF-16 LE": lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
}
"""What else Notepad offers, and PowerShell's `>` writes."""


@pytest.mark.parametrize("encoding", NOTEPAD)
def test_configuration_may_be_written_by_any_editor_of_windows(office: Office, encoding: str) -> None:
    office.configure("all", issuer={"name": "São João, Lda"}, output=HTML_ONLY)
    text = json.dumps(json.loads(office.config.read_text("utf-8")), indent=1, ensure_ascii=False)
    office.config.write_bytes(NOTEPAD[encoding](text.replace("\n", "\r\n")))
    said = office.run("--dry-run")
    assert said.code == 0, said


@pytest.mark.parametrize("encoding", OTHERS)
def test_configuration_in_another_encoding_is_refused_with_what_to_do(office: Office, encoding: str) -> None:
    office.config.write_bytes(OTHERS[encoding]("issuer:\r\n  name: São João\r\n"))
    said = office.run()
    assert said.code == 2
    assert "save the file as UTF-8" in said.err
    assert "config.yaml:" in said.err


def test_line_of_a_mistake_is_the_editors_line(office: Office) -> None:
    text = office.config.read_text("utf-8").replace('"period"', '"perod"')
    office.config.write_bytes(text.replace("\n", "\r\n").encode())
    line = 1 + text[: text.index('"perod"')].count("\n")
    said = office.run()
    assert said.code == 2
    assert f"{office.config}:{line}:" in said.err


def folder_words(office: Office) -> dict[str, str]:
    """Ways of Windows to name one folder."""
    target = office.folder / "Saída de João"
    return {
        "backslashes": str(target),
        "slashes": target.as_posix(),
        "relative": r".\Saída de João",
        "up and down": r"nada\..\Saída de João",
        "other case": str(target).upper(),
    }


@pytest.mark.parametrize("way", ["backslashes", "slashes", "relative", "up and down", "other case"])
def test_folder_may_be_named_in_every_way_of_windows(office: Office, way: str) -> None:
    office.configure("all", output={"folder": folder_words(office)[way], **HTML_ONLY})
    assert office.run("--client", "101").code == 0
    assert (office.folder / "Saída de João" / ACCOUNT / "2026-10" / "index.html").is_file()


@pytest.mark.parametrize("folder", ["C:Saída", "Q:Saída"])
def test_folder_that_would_depend_on_the_current_folder_of_a_drive_is_refused(
    office: Office, folder: str
) -> None:
    office.configure("all", output={"folder": folder})
    said = office.run()
    assert said.code == 2
    assert "write a full path" in said.err


def test_drive_that_is_not_there_is_said_so_before_any_request(office: Office) -> None:
    office.configure("all", output={"folder": r"Q:\Saída"})
    run, check = office.run(), office.type("check", office.config)
    assert run.code == 8
    assert check.code == 8
    assert "Q:" in run.last
    assert "connect the drive" in check.out


def test_month_of_the_azores_is_known_without_the_systems_zones(office: Office) -> None:
    assert zoneinfo.TZPATH == ()
    five_past = datetime(2026, 11, 1, 0, 5, tzinfo=UTC)
    labels = {}
    for zone in ("Atlantic/Azores", "Europe/Lisbon"):
        office.configure("all", time_zone=zone, period="last-month")
        said = office.run("--dry-run", SOURCE_DATE_EPOCH=f"{five_past.timestamp():.0f}")
        assert said.code == 0
        labels[zone] = re.findall(r"2026-[01][0-9]\b", said.out)[0]
    assert labels == {"Atlantic/Azores": "2026-09", "Europe/Lisbon": "2026-10"}


@pytest.mark.parametrize("epoch", ["-1", "99999999999999999", "yesterday"])
def test_clock_that_windows_cannot_tell_is_a_sentence(office: Office, epoch: str) -> None:
    said = office.run(SOURCE_DATE_EPOCH=epoch)
    assert said.code in (2, 8)
    assert "Traceback" not in said.err
    assert "bug" not in said.err


def test_key_is_kept_by_windows_and_found_by_a_run(office: Office) -> None:
    config = json.loads(office.config.read_text("utf-8"))
    name = f"conta-{secrets.token_hex(4)}"
    config["account"] |= {"name": name, "api_key": "keyring"}
    config["output"] = {"folder": "output", **HTML_ONLY}
    office.config.write_text(json.dumps(config), "utf-8")
    assert office.run().code == 2
    credentials.store(name, office.sandbox.api_key)
    try:
        assert credentials.api_key(name, "keyring") == office.sandbox.api_key
        said = office.type("check", office.config)
        assert said.code == 0, said
        assert office.run().code == 0
        assert office.type("key", "delete", name).code == 0
    finally:
        if office.type("key", "delete", name).code == 0:
            pytest.fail("the key was not deleted")
    assert office.sandbox.api_key.encode() not in b"".join(tree(office.folder).values())
