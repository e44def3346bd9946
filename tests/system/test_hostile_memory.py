"""However much an API sends, a run keeps within its memory: measured as the peak of a process of its own."""

import gzip
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import lru_cache

import pytest

from reports.sandbox.routes import json_text
from tests.conftest import Figure
from tests.support.office import KEY_VARIABLE, Office, Said, invoice
from tests.support.scripted_api import KEY, ScriptedApi, Seen, listing, reply

LIMIT_MEGABYTES = 400
LIMIT_OF_FOUR_MEGABYTES = 600
"""Four threads read at once, and each may hold a page of 31 MB: no page of an account is so large."""
PAGE_ROWS = 30
CLIENTS, DOCUMENTS = 100, 1000
PATIENCE_SECONDS = 600
MEASURED = """
import atexit, re

def note():
    with open("/proc/self/status") as status, open("peak", "w") as peak:
        peak.write(re.search(r"VmHWM:\\s*(\\d+) kB", status.read())[1])

atexit.register(note)
from reports.cli import main
main()
"""
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
Body = Callable[[Seen], bytes | Iterable[bytes]]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process is read from /proc")


def _bomb(_: Seen) -> bytes:
    """1.6 GB in 1.6 MB."""
    return HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(_packed()) + _packed()


@lru_cache
def _packed() -> bytes:
    return gzip.compress(bytes(100_000_000), 9) * 16


def _endless(_: Seen) -> Iterator[bytes]:
    yield HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    piece = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    while True:
        yield piece


def _endless_head(_: Seen) -> Iterator[bytes]:
    yield HEAD
    while True:
        yield b"X-More: " + b"x" * 60_000 + b"\r\n"


def _page(seen: Seen, name: str, filling: bytes, *, rows: int = PAGE_ROWS) -> Iterator[bytes]:
    """A whole page whose documents have `filling` as their field `name`."""
    client = seen.client if seen.path != "/invoices.json" else 1
    papers = [
        invoice(client, "Ana", date(2026, 10, 5), number=row) | {name: "FILLING"} for row in range(rows)
    ]
    body = json_text(listing(papers, size=PAGE_ROWS)).encode().replace(b'"FILLING"', filling)
    yield HEAD + b"Content-Length: %d\r\n\r\n" % len(body)
    yield body


def _large_texts(seen: Seen) -> Iterator[bytes]:
    """A page of 31 MB, which is allowed."""
    return _page(seen, "observations", b'"%s"' % ("é" * 500_000).encode())


def _many_values(seen: Seen) -> Iterator[bytes]:
    """A page of 31 MB whose values take the more memory the smaller they are."""
    return _page(seen, "extra", b"[%s{}]" % (b"{}," * 340_000))


def _a_million_values(seen: Seen) -> Iterator[bytes]:
    """As many values as a page may have."""
    return _page(seen, "extra", b"[%s{}]" % (b"{}," * 15_000))


def _deep(_: Seen) -> bytes:
    return reply("[" * 31_000_000)


ATTACKS: Mapping[str, Body] = {
    "bomb": _bomb,
    "endless body": _endless,
    "endless head": _endless_head,
    "31 MB of text": _large_texts,
    "31 MB of values": _many_values,
    "a million values": _a_million_values,
    "31 MB of brackets": _deep,
}
GOOD = ("31 MB of text", "a million values")
LARGE_ONES = ("31 MB of text", "31 MB of values")
QUICK_ONES = ("bomb", "endless body", "31 MB of brackets")


@contextmanager
def served(
    office: Office, script: Body, clients: Iterable[int], listed: Body = lambda _: reply(status=400)
) -> Iterator[None]:
    """The office's configuration is for these clients, whose documents come from `script`.

    The account's own list of documents comes from `listed`.
    """

    def answer(seen: Seen) -> bytes | Iterable[bytes]:
        if seen.path == "/invoices.json":
            return listed(seen)
        return script(seen) if seen.path.endswith("/invoices.json") else reply(status=400)

    with ScriptedApi(answer) as server:
        account = {"name": "office", "api_key": f"${{{KEY_VARIABLE}}}", "base_url": server.url}
        office.configure(clients, account=account)
        yield


def measured(
    office: Office, script: Body, clients: Iterable[int], listed: Body = lambda _: reply(status=400)
) -> tuple[Said, float]:
    """How a run of these clients ended, and the most memory it had, in MB."""
    with served(office, script, clients, listed):
        words = ("run", "config.yaml")
        with office.start(*words, program=("-c", MEASURED), env={KEY_VARIABLE: KEY}) as process:
            out, err = process.communicate(timeout=PATIENCE_SECONDS)
    peak = int((office.folder / "peak").read_text("utf-8")) / 1024
    return Said(process.returncode, out.decode(), err.decode()), peak


def test_attacks_at_once_stay_within_the_memory(office: Office, figure: Figure) -> None:
    attacks = dict(enumerate(QUICK_ONES, start=1))
    said, peak = measured(office, lambda seen: ATTACKS[attacks[seen.client]](seen), attacks)
    assert said.code == 4, said.out + said.err
    figure("peak memory, attacks at once, MB", f"{peak:.0f}")
    assert peak < LIMIT_MEGABYTES


def test_a_word_of_millions_of_letters_takes_no_longer_than_its_length(office: Office) -> None:
    body = b'"%s"' % (b"x" * 4_000_000)
    began = time.process_time()
    with served(office, lambda seen: _page(seen, "observations", body, rows=1), [1]):
        assert office.run(**{KEY_VARIABLE: KEY}).code == 0
    assert time.process_time() - began < 60


@pytest.mark.soak
@pytest.mark.parametrize("attack", ATTACKS)
def test_the_same_attack_from_every_client_stays_within_the_memory(
    attack: str, office: Office, figure: Figure
) -> None:
    clients = 1 if attack in LARGE_ONES else 8
    said, peak = measured(office, ATTACKS[attack], range(1, clients + 1))
    assert said.code == (0 if attack in GOOD else 4), said.out + said.err
    figure(f"peak memory, {attack}, clients: {clients}, MB", f"{peak:.0f}")
    assert peak < LIMIT_MEGABYTES


@pytest.mark.soak
@pytest.mark.parametrize("attack", [attack for attack in ATTACKS if attack not in GOOD])
def test_an_attack_for_the_accounts_list_of_documents_stays_within_the_memory(
    attack: str, office: Office, figure: Figure
) -> None:
    def page(seen: Seen) -> bytes:
        return reply(json_text(listing([invoice(seen.client, "Ana", date(2026, 10, 5), number=1)])))

    said, peak = measured(office, page, [1], ATTACKS[attack])
    assert said.code == 0, said.out + said.err
    figure(f"peak memory, {attack} for a list of documents, MB", f"{peak:.0f}")
    assert peak < LIMIT_MEGABYTES


@pytest.mark.soak
@pytest.mark.parametrize("attack", LARGE_ONES)
def test_four_of_the_largest_pages_at_once_take_little_more(
    attack: str, office: Office, figure: Figure
) -> None:
    said, peak = measured(office, ATTACKS[attack], range(1, 9))
    assert said.code == (0 if attack in GOOD else 4), said.out + said.err
    figure(f"peak memory, {attack}, four at once, MB", f"{peak:.0f}")
    assert peak < LIMIT_OF_FOUR_MEGABYTES


@pytest.mark.soak
def test_a_hundred_clients_of_a_thousand_documents_stay_within_the_memory(
    office: Office, figure: Figure
) -> None:
    def give(seen: Seen, papers: Sequence[tuple[int, int]]) -> bytes:
        """A page of papers, each by client and row."""
        total, size = len(papers), PAGE_ROWS
        says = {"total_entries": total, "total_pages": -(-total // size), "per_page": size}
        shown = [
            invoice(1000 + client, "Ana", date(2026, 10, 1 + row % 28), number=row)
            | {"client": {"id": client, "name": "Ana"}}
            for client, row in papers[(seen.page - 1) * size : seen.page * size]
        ]
        return reply(json_text({"invoices": shown, "pagination": says | {"current_page": seen.page}}))

    def page(seen: Seen) -> bytes:
        return give(seen, [(seen.client, row) for row in range(DOCUMENTS)])

    everything = [(client, row) for client in range(1, CLIENTS + 1) for row in range(DOCUMENTS)]
    said, peak = measured(office, page, range(1, CLIENTS + 1), lambda seen: give(seen, everything))
    assert said.code in (0, 6), said.out + said.err
    log = (office.month / "run.log").read_text("utf-8")
    assert f"list of documents: {CLIENTS * DOCUMENTS} of the period" in log
    assert sum(entry["documents_read"] for entry in office.entries.values()) == CLIENTS * DOCUMENTS
    figure("peak memory, 100 clients × 1,000 documents, MB", f"{peak:.0f}")
    assert peak < LIMIT_MEGABYTES
