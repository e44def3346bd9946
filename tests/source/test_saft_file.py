"""The file of a month: asked for until it is there, kept whole or not at all, opened whatever holds it."""

import gzip
import io
import logging
import os
import random
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date
from http import HTTPStatus
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.errors import ExitCode, ReadingError, RefusedError, SaftError, UnreachableError, WriteError
from reports.period import Period
from reports.sandbox.saft import SaftRules
from reports.sandbox.saft_export import SIGNATURE
from reports.sandbox.server import Sandbox
from reports.source.http.api import Api
from reports.source.http.rate_limit import StoppedError
from reports.source.saft_file import FREE_BYTES, MOST_TIMES, fetch_saft, path_of, read_chunks
from tests.support.examples import examples
from tests.support.saft import FILE
from tests.support.sandbox_account import build_small_account
from tests.support.scripted_api import KEY, ScriptedApi, Seen, TurnedClock, reply

OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31))
XML = FILE.encode()
WHAT = "the SAF-T file of 2026-10"


@contextmanager
def asking(url: str, key: str = KEY, *, clock: TurnedClock | None = None) -> Iterator[Api]:
    with closing(Api(url, key, per_minute=60_000, clock=clock or TurnedClock())) as api:
        yield api


def served(**rules: object) -> Sandbox:
    return Sandbox(account_data=replace(build_small_account(), saft=SaftRules(**rules)))  # type: ignore[arg-type]


def packed(*names: str, data: bytes = XML, kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", kind) as folder:
        for name in names:
            folder.writestr(name, data)
    return held.getvalue()


def read(path: Path) -> bytes:
    return b"".join(read_chunks(path))


def put(folder: Path, data: bytes) -> Path:
    path = folder / "given"
    path.write_bytes(data)
    return path


def failure_of(path: Path) -> str:
    with pytest.raises(SaftError) as caught:
        read(path)
    said = str(caught.value)
    assert caught.value.exit_code == ExitCode.USAGE
    assert said.startswith(f"{path}: ")
    assert ". " in said
    return said


def test_a_file_is_asked_for_until_it_is_ready_and_kept_as_it_came(tmp_path: Path) -> None:
    clock = TurnedClock()
    with served(waits=7) as sandbox, asking(sandbox.url, sandbox.api_key, clock=clock) as api:
        assert not path_of(tmp_path, OCTOBER).is_file()
        kept = fetch_saft(api, source=tmp_path, month=OCTOBER)
        asked = [one.path for one in sandbox.requests]
    assert kept == path_of(tmp_path, OCTOBER) == tmp_path / "saft-2026-10.xml.gz"
    assert path_of(tmp_path, OCTOBER).is_file()
    assert read(kept).startswith(b'<?xml version="1.0" encoding="UTF-8"?>')
    assert asked.count("/api/export_saft.json") == 8
    assert sum(clock.waited) == pytest.approx(1 + 2 + 4 + 8 + 16 + 30 + 30, abs=1)
    assert [one.name for one in tmp_path.iterdir()] == [kept.name]


def test_the_kept_file_is_the_same_each_time(tmp_path: Path) -> None:
    with served(waits=0) as sandbox, asking(sandbox.url, sandbox.api_key) as api:
        first = fetch_saft(api, source=tmp_path, month=OCTOBER).read_bytes()
        assert fetch_saft(api, source=tmp_path, month=OCTOBER).read_bytes() == first
    assert len(gzip.decompress(first)) > 10 * len(first)


def test_the_file_is_asked_for_without_the_key_and_its_address_is_shown_nowhere(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with served(waits=1) as sandbox, asking(sandbox.url, sandbox.api_key) as api:
        fetch_saft(api, source=tmp_path, month=OCTOBER)
        # The sandbox refuses a request for the file that carries a key.
        sandbox.account_data = replace(sandbox.account_data, documents={})
        with pytest.raises(ReadingError):
            fetch_saft(api, source=tmp_path, month=OCTOBER)
        assert sandbox.api_key not in caplog.text
    assert SIGNATURE not in caplog.text
    assert "/exports/" not in caplog.text


def test_a_month_without_a_document_says_so_and_leaves_what_was_kept(tmp_path: Path) -> None:
    path_of(tmp_path, OCTOBER).write_bytes(b"earlier")
    with served() as sandbox, asking(sandbox.url, sandbox.api_key) as api:
        sandbox.account_data = replace(sandbox.account_data, documents={})
        with pytest.raises(ReadingError, match="422: “Não existem documentos para o período indicado”"):
            fetch_saft(api, source=tmp_path, month=OCTOBER)
    assert path_of(tmp_path, OCTOBER).read_bytes() == b"earlier"


@pytest.mark.parametrize("status", [HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN])
def test_a_plan_without_the_file_says_so_with_the_services_words(tmp_path: Path, status: HTTPStatus) -> None:
    with served(refused_with=status) as sandbox, asking(sandbox.url, sandbox.api_key) as api:
        with pytest.raises(ReadingError, match="não está disponível durante o período gratuito") as caught:
            fetch_saft(api, source=tmp_path, month=OCTOBER)
        # The account goes on.
        assert api.clients_page(1).entries
    assert not isinstance(caught.value, RefusedError)


def test_a_service_that_failed_once_is_asked_again(tmp_path: Path) -> None:
    with served(fails=1, waits=1) as sandbox, asking(sandbox.url, sandbox.api_key) as api:
        assert read(fetch_saft(api, source=tmp_path, month=OCTOBER))


def test_a_file_that_is_never_ready_ends_with_the_runs_deadline(tmp_path: Path) -> None:
    clock = TurnedClock()
    with (
        served(waits=10**6) as sandbox,
        asking(sandbox.url, sandbox.api_key, clock=clock) as api,
        pytest.raises(UnreachableError),
    ):
        fetch_saft(api, source=tmp_path, month=OCTOBER)
    assert 80 * 60 < sum(clock.waited) <= 90 * 60


def test_whoever_is_stopped_keeps_nothing(tmp_path: Path) -> None:
    with served(waits=0) as sandbox, asking(sandbox.url, sandbox.api_key) as api:
        api.stop()
        with pytest.raises(StoppedError):
            fetch_saft(api, source=tmp_path, month=OCTOBER)
    assert [*tmp_path.iterdir()] == []


def test_a_folder_that_is_gone_is_an_error_of_writing(tmp_path: Path) -> None:
    with (
        served(waits=0) as sandbox,
        asking(sandbox.url, sandbox.api_key) as api,
        pytest.raises(WriteError),
    ):
        fetch_saft(api, source=tmp_path / "gone", month=OCTOBER)


@pytest.mark.parametrize(
    "came",
    [
        b"",
        b"<html>Sign in</html>",
        XML[:-20],
        XML[100:],
        gzip.compress(XML)[:-9],
        packed("a.xml", "b.xml"),
        b"%PDF",
    ],
    ids=[
        "nothing",
        "a web page",
        "cut short",
        "without its beginning",
        "gzip cut short",
        "two in a zip",
        "PDF",
    ],
)
def test_what_is_no_whole_file_is_fetched_again_and_then_not_kept(tmp_path: Path, came: bytes) -> None:
    path_of(tmp_path, OCTOBER).write_bytes(b"earlier")
    answers = iter([came, XML])

    def script(seen: Seen) -> bytes:
        if seen.path.startswith("/api/"):
            return reply({"Url": f"{server.url}/file.xml"})
        return reply(next(answers, came))

    with ScriptedApi(script) as server, asking(server.url) as api:
        kept = fetch_saft(api, source=tmp_path, month=OCTOBER)
        assert read(kept) == XML
        with pytest.raises(UnreachableError, match=f"^{WHAT}: what came is no whole SAF-T file. Try again"):
            fetch_saft(api, source=tmp_path, month=OCTOBER)
        # A new address for every try.
        assert [one.path for one in server.seen] == ["/api/export_saft.json", "/file.xml"] * 5
    assert read(kept) == XML
    assert [one.name for one in tmp_path.iterdir()] == [kept.name]


@pytest.mark.parametrize(
    "data",
    [
        XML,
        gzip.compress(XML),
        packed("saft.xml"),
        packed("SAFT.XML", kind=zipfile.ZIP_STORED),
        packed("readme.txt", "folder/saft.xml", "__MACOSX/folder/._saft.xml"),
        gzip.compress(XML[:50]) + gzip.compress(XML[50:]),
    ],
    ids=["plain", "gzip", "zip", "stored", "zip of a Mac", "gzip in two"],
)
def test_a_persons_file_is_plain_gzip_or_a_zip_with_one_xml(tmp_path: Path, data: bytes) -> None:
    assert read(put(tmp_path, data)) == XML


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (packed("a.xml", "b.xml"), "it holds 2 XML files"),
        (packed("inner.zip", data=packed("a.xml")), "it holds 0 XML files"),
        (packed("a.txt"), "it holds 0 XML files"),
        (packed("a.xml", kind=zipfile.ZIP_LZMA), "cannot be unpacked"),
        (packed("a.xml", kind=zipfile.ZIP_BZIP2), "cannot be unpacked"),
        (packed("a.xml")[:-30], "cannot be unpacked"),
        (b"PK\x03\x04" + b"\0" * 100, "cannot be unpacked"),
        (gzip.compress(XML)[:-1], "cannot be unpacked"),
        (gzip.compress(XML)[:20], "cannot be unpacked"),
        (gzip.compress(XML) + b"garbage", "cannot be unpacked"),
        (b"\x1f\x8b" + XML, "cannot be unpacked"),
    ],
    ids=(
        "two XML,a zip in a zip,no XML,LZMA,bzip2,zip cut short,no zip,gzip without its last byte,"
        "gzip cut short,garbage behind gzip,no gzip"
    ).split(","),
)
def test_what_cannot_be_unpacked_is_said(tmp_path: Path, data: bytes, says: str) -> None:
    assert says in failure_of(put(tmp_path, data))


def test_a_locked_zip_is_said(tmp_path: Path) -> None:
    data = bytearray(packed("a.xml"))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    assert "cannot be unpacked" in failure_of(put(tmp_path, bytes(data)))


@pytest.mark.slow
@pytest.mark.parametrize("pack", ["gzip", "zip"])
def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, pack: str) -> None:
    blanks = b" " * (FREE_BYTES * 4)
    data = gzip.compress(blanks) if pack == "gzip" else packed("a.xml", data=blanks)
    chunks = read_chunks(put(tmp_path, data))
    held: list[int] = []
    with pytest.raises(SaftError, match="larger than such a file can be"):
        held.extend(map(len, chunks))
    assert sum(held) <= FREE_BYTES + MOST_TIMES * len(data)


def test_a_file_that_packs_well_is_no_bomb(tmp_path: Path) -> None:
    data = XML * 3000
    assert len(read(put(tmp_path, gzip.compress(data)))) == len(data)


def test_what_is_no_file_is_said(tmp_path: Path) -> None:
    assert "there is no such file" in failure_of(tmp_path / "none.xml")
    assert "cannot be read" in failure_of(tmp_path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        assert "cannot be read" in failure_of(tmp_path / "pipe")


def read_or_refuse(path: Path) -> None:
    said = f"{path}: "
    try:
        for _ in read_chunks(path):
            pass
    except SaftError as error:
        said = str(error)
    assert said.startswith(f"{path}: ")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


@examples(300)
@given(st.sampled_from([b"", b"PK\x03\x04", b"\x1f\x8b", b"\x1f\x8b\x08\0"]), st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(folder: Path, start: bytes, rest: bytes) -> None:
    read_or_refuse(put(folder, start + rest))


@examples(500)
@given(st.sampled_from(["zip", "gzip"]), st.randoms(use_true_random=False), st.integers(1, 6))
def test_a_packed_file_with_changed_bytes_is_read_or_refused(
    folder: Path, kind: str, chance: random.Random, changes: int
) -> None:
    data = bytearray(packed("a.xml", "b.txt") if kind == "zip" else gzip.compress(XML))
    for _ in range(changes):
        data[chance.randrange(4, len(data))] = chance.randrange(256)
    read_or_refuse(put(folder, bytes(data[: chance.choice([len(data), chance.randrange(len(data))])])))
