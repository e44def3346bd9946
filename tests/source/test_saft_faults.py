"""Every fault that a request can meet, put where the SAF-T file is asked for and where it lies.

Whatever happens, there is the whole file or a sentence: never another error, never a part of it, and never
the key at another place.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from reports.errors import ReadingError, SaftError
from reports.figures.saft.parse_saft import SaftParser
from reports.period import Period
from reports.sandbox.saft import SaftRules
from reports.sandbox.saft_export import SIGNATURE, write_month
from reports.source.http.api import Api
from reports.source.saft_file import fetch_saft, path_of, read_chunks
from tests.support.faults.api import FaultyApi, Hit
from tests.support.faults.kinds import DETAILS, FAIL, SAFT, SAFT_FILE, TOLERATE, Kind
from tests.support.faults.matrix import KINDS
from tests.support.sandbox_account import build_small_account
from tests.support.scripted_api import TurnedClock

OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31))
ACCOUNT = replace(build_small_account(), saft=SaftRules(waits=0))
HONEST = str(write_month(ACCOUNT, 2026, 10)).encode()
EARLIER = b"earlier"

EXTRA = [kind for kind in KINDS if DETAILS in kind.places]
"""Those that any answer may have; others are about pages of documents."""

SPOILT = (
    *("garbage behind it", "two answers in one", "JSON with a comment", "JSON with a call around it"),
    *("bad UTF-8", "Latin-1", "UTF-16", "UTF-16 without a mark", "UTF-32", "a comma too many"),
    *("a byte order mark", "blanks around it", "a control character", "single quotes", "cut short"),
)
"""Of the content: they change the text, of XML in other ways than of JSON, and some of them nothing."""

SHORT = ("silence in the body", "a drip of the body")
"""They begin where so short an answer as that with the address has ended."""

SAID_OTHERWISE = {"401": "401", "401 without a word": "401"}
"""On an extra the key is not doubted."""


@contextmanager
def faulty(kind: Kind, place: str, *, is_lasting: bool, clock: TurnedClock) -> Iterator[FaultyApi]:
    with FaultyApi(ACCOUNT, clock=clock) as api:
        api.hits = (Hit(kind, place, None, None if is_lasting else 1),)
        yield api


def fetch(server: FaultyApi, folder: Path, clock: TurnedClock) -> bytes | str:
    """The bytes that are kept, or the reason why there are none."""
    path_of(folder, OCTOBER).write_bytes(EARLIER)
    with closing(Api(server.url, server.api_key, per_minute=60_000, clock=clock)) as api:
        try:
            return b"".join(read_chunks(fetch_saft(api, source=folder, month=OCTOBER)))
        except ReadingError as error:
            assert path_of(folder, OCTOBER).read_bytes() == EARLIER
            return str(error)
        finally:
            assert [one.name for one in folder.iterdir()] == [path_of(folder, OCTOBER).name]


def read(data: bytes) -> int | None:
    """How many documents there are; None where it is no SAF-T, which is said."""
    try:
        return sum(1 for _ in SaftParser([data], name="saft.xml").read())
    except SaftError:
        return None


def check_secrets(server: FaultyApi, said: bytes | str, log: str) -> None:
    assert server.asked_elsewhere == 0
    for text in (log, said if isinstance(said, str) else ""):
        assert server.api_key not in text
        assert SIGNATURE not in text
        assert "Traceback" not in text


@pytest.mark.parametrize("is_lasting", [True, False], ids=["lasting", "passing"])
@pytest.mark.parametrize("kind", EXTRA, ids=[f"{one.group}: {one.name}" for one in EXTRA])
def test_a_fault_where_the_file_is_asked_for_ends_as_its_kind_must(
    kind: Kind, is_lasting: bool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "reports")
    clock = TurnedClock()
    with faulty(kind, SAFT, is_lasting=is_lasting, clock=clock) as server:
        got = fetch(server, tmp_path, clock)
        assert sum(server.times_hit.values()) > 0
        assert server.early == []
        check_secrets(server, got, caplog.text)
    if (kind.lasting if is_lasting else kind.passing) == FAIL and kind.name not in SHORT:
        assert isinstance(got, str)
        assert got.startswith("the SAF-T file of 2026-10: ")
        words = SAID_OTHERWISE.get(kind.name, kind.says)
        assert words in got or words in re.sub("[“”]", "", got)
    else:
        assert got == HONEST


@pytest.mark.parametrize("is_lasting", [True, False], ids=["lasting", "passing"])
@pytest.mark.parametrize("kind", EXTRA, ids=[f"{one.group}: {one.name}" for one in EXTRA])
def test_a_fault_of_the_file_itself_leaves_it_whole_or_unread(
    kind: Kind, is_lasting: bool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "reports")
    clock = TurnedClock()
    with faulty(kind, SAFT_FILE, is_lasting=is_lasting, clock=clock) as server:
        got = fetch(server, tmp_path, clock)
        assert sum(server.times_hit.values()) > 0
        check_secrets(server, got, caplog.text)
    if isinstance(got, str):
        assert got.startswith("the SAF-T file of 2026-10: ")
        assert kind.lasting != TOLERATE
        assert is_lasting or kind.group == "status"
        return
    assert read(got) in (39, None)
    if kind.name not in SPOILT:
        assert got == HONEST
        is_changed = kind.lasting == TOLERATE or kind.group == "content"
        assert is_changed or not is_lasting
