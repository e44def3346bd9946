"""The matrix can fail: each thing it looks for is found when it is there."""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from reports.sandbox.data import SandboxAccount
from reports.sandbox.documents import client
from reports.source.http.rate_limit import Clock
from tests.support.faults.api import Asked, FaultyApi, Hit
from tests.support.faults.kinds import COUNT, FLAG, TOLERATE, Kind
from tests.support.faults.matrix import GROUPS, KINDS
from tests.support.faults.scene import Played, Stage
from tests.support.faults.verdict import judged, seen

HIT, QUIET = 301, 303
BUSY = next(kind for kind in KINDS if kind.name == "429 for exactly five minutes")
AWAY = next(kind for kind in KINDS if kind.name == "307 to another host")
REFUSED = next(kind for kind in KINDS if kind.name == "422 in objects")
UNKNOWN = next(kind for kind in KINDS if kind.name == "type: unknown")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return Stage(tmp_path_factory.mktemp("planted"), many=1, few=1)


@pytest.fixture(scope="module")
def failed(stage: Stage) -> Played:
    return stage.play(stage.hits([(REFUSED, "middle")], is_lasting=True))


def with_file(played: Played, path: str, data: bytes) -> Played:
    return replace(played, after=played.after | {path: data})


def with_entry(played: Played, identity: int, change: Callable[[dict[str, Any]], object]) -> Played:
    record = played.record
    change(next(entry for entry in record["clients"] if entry["id"] == identity))
    return with_file(played, "run.json", json.dumps(record).encode())


def with_log(played: Played, line: str) -> Played:
    return with_file(played, "run.log", played.after["run.log"] + line.encode())


def page_of(identity: int) -> str:
    return f"cliente-{identity}-{identity}/cliente-{identity}-{identity}-2026-10.html"


PLANTED: dict[str, tuple[str, Callable[[Played], Played]]] = {
    "a wrong total": (
        "totals",
        lambda run: with_entry(run, QUIET, lambda e: e["totals"][0].update(net="1.00")),
    ),
    "a wrong rate": ("totals", lambda run: with_entry(run, QUIET, lambda e: e["vat"][0].update(tax="0.01"))),
    "another statement": ("totals", lambda run: with_file(run, page_of(QUIET), b"<html></html>")),
    "a traceback on the screen": (
        "traceback",
        lambda run: replace(run, said=replace(run.said, err="Traceback (most recent call last):")),
    ),
    "a traceback in the log": ("traceback", lambda run: with_log(run, "Traceback (most recent call last):")),
    "the key on the screen": ("key", lambda run: replace(run, said=replace(run.said, out=f"{run.key}\n"))),
    "a temporary file": ("leftovers", lambda run: with_file(run, "source/.301.0123abcd.tmp", b"")),
    "an old folder": ("leftovers", lambda run: with_file(run, ".cliente-301-301.old/x", b"")),
    "another host asked": ("another host", lambda run: replace(run, asked_elsewhere=1)),
    "a request too early": ("too early", lambda run: replace(run, early=[Asked("first", HIT, 1, 0.0)])),
    "requests without end": ("bounds", lambda run: replace(run, asked=run.asked * 1000)),
    "waiting without end": ("bounds", lambda run: replace(run, waited_seconds=1e6)),
    "too many at once": ("bounds", lambda run: replace(run, most_concurrent=9)),
    "a new file of a failed client": ("kept", lambda run: with_file(run, page_of(HIT), b"new")),
    "an archive of a failed client": ("kept", lambda run: with_file(run, f"source/{HIT}.jsonl.gz", b"new")),
    "a failed client with figures": (
        "kept",
        lambda run: with_entry(run, HIT, lambda e: e.update(totals=[{}])),
    ),
    "a reason without the words": (
        "outcome",
        lambda run: with_entry(run, HIT, lambda e: e.update(reason="no")),
    ),
    "a fault that hit nothing": ("outcome", lambda run: replace(run, times_hit={})),
    "another client failed": (
        "others",
        lambda run: with_entry(run, QUIET, lambda e: e.update(state="failed", files=[], kept_from="x")),
    ),
    "another exit code": ("exit code", lambda run: replace(run, said=replace(run.said, code=0))),
    "no last line": ("exit code", lambda run: replace(run, said=replace(run.said, out=""))),
}


def test_a_run_that_ended_as_it_must_is_not_complained_of(failed: Played) -> None:
    assert judged(failed) == {}


@pytest.mark.parametrize("fault", PLANTED)
def test_what_must_never_be_is_seen(failed: Played, fault: str) -> None:
    about, plant = PLANTED[fault]
    assert about in judged(plant(failed))


def test_a_key_in_a_file_is_seen(stage: Stage) -> None:
    played = stage.play([])
    assert judged(played) == {}
    (played.folder / "note.txt").write_text(f"api_key={played.key}", "utf-8")
    assert "key" in judged(played)


def test_a_kind_with_the_wrong_outcome_is_seen(stage: Stage) -> None:
    wrong = replace(REFUSED, lasting=TOLERATE)
    assert "outcome" in judged(stage.play(stage.hits([(wrong, "first")], is_lasting=True)))
    played = stage.play(stage.hits([(replace(UNKNOWN, says="STATUS-UNKNOWN"), "first")], is_lasting=True))
    assert seen(played, HIT) == FLAG
    assert "outcome" in judged(played)
    assert "totals" in judged(replace(played, hits=(replace(played.hits[0], kind=REFUSED),)))


def test_every_group_has_its_kinds_and_every_kind_a_name_of_its_own() -> None:
    names = [(kind.group, kind.name) for kind in KINDS]
    assert len(names) == len({*names}) > 300
    assert {group for group, _ in names} == {*GROUPS}


def api_with(kind: Kind, *, parallel: int = 1) -> FaultyApi:
    api = FaultyApi(SandboxAccount("office", [client(1, "Ana")], {1: []}), clock=Clock(), parallel=parallel)
    api.hits = (Hit(kind, COUNT, None, misses=1),)
    return api


def ask(api: FaultyApi) -> int:
    query = urllib.parse.urlencode({"page": 1, "per_page": 10, "api_key": api.api_key})
    try:
        with urllib.request.urlopen(f"{api.url}/clients.json?{query}") as reply:  # noqa: S310 - loopback
            return int(reply.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.parametrize(("parallel", "early"), [(1, 2), (2, 1), (4, 0)])
def test_whoever_comes_back_before_the_pause_is_over_is_noted_but_not_what_may_have_been_under_way(
    parallel: int, early: int
) -> None:
    with api_with(BUSY, parallel=parallel) as api:
        assert [ask(api) for _ in range(3)] == [429, 200, 200]
    assert len(api.early) == early


def test_whoever_follows_a_redirect_is_seen_by_the_other_host() -> None:
    with api_with(AWAY) as api:
        ask(api)
    assert api.asked_elsewhere == 1


def test_requests_at_the_same_time_are_counted() -> None:
    with api_with(BUSY) as api:
        first, _ = api._enter(), api._enter()
        first()
        first()
        api._enter()
    assert api.most_concurrent == 2


def test_no_note_of_a_request_holds_the_key(failed: Played) -> None:
    assert failed.asked
    assert failed.key not in repr(failed.asked)
