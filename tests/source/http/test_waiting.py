"""While the API does not answer, a line now and then says what is waited for, and for how long."""

import threading
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from reports.sandbox.routes import Reply
from reports.source.http import waiting
from reports.source.http.waiting import Waiting
from tests.support.asking import GOOD, api_of
from tests.support.office import HTML_ONLY, Office
from tests.support.scripted_api import ScriptedApi, Seen, TurnedClock, reply
from tests.support.waiting import PATIENCE_SECONDS

ANA = 101


def test_nothing_is_waited_for_where_nothing_is_asked_or_answers_come() -> None:
    clock = TurnedClock()
    wait = Waiting(clock)
    clock.turn(60)
    assert wait.describe(pause_seconds=0) is None
    with wait.asking():
        assert wait.describe(pause_seconds=0) is None
        clock.turn(4.9)
        assert wait.describe(pause_seconds=0) is None
        clock.turn(5)
        wait.note(None)
        assert wait.describe(pause_seconds=0) is None


def test_what_is_waited_for_and_how_long_is_told() -> None:
    clock = TurnedClock()
    wait = Waiting(clock)
    with wait.asking():
        clock.turn(5)
        assert wait.describe(pause_seconds=0) == (
            "Waiting for the API for 5 s: the next request that requests.per_minute allows."
        )
        with wait.asking(), wait.sending():
            clock.turn(5)
            assert wait.describe(pause_seconds=0) == "Waiting for the API for 10 s: its answer."
            wait.note("too many requests")
            assert wait.describe(pause_seconds=0) == (
                "Waiting for the API for 10 s: asking again (too many requests)."
            )
        assert wait.describe(pause_seconds=30) == (
            "Waiting for the API for 10 s: nothing may be asked for 30 s more (too many requests)."
        )
        wait.note(None)
        clock.turn(6)
        assert wait.describe(pause_seconds=2) == (
            "Waiting for the API for 6 s: nothing may be asked for 2 s more."
        )
    assert wait.describe(pause_seconds=2) is None


def test_a_pause_of_the_api_is_told_while_it_lasts() -> None:
    told: list[str | None] = []

    class LookingClock(TurnedClock):
        def wait(self, changed: threading.Condition, seconds: float) -> None:
            super().wait(changed, min(seconds, 6))
            told.append(api.describe_wait())

    def script(seen: Seen) -> bytes:
        return reply({"errors": ["Too many"]}, status=429, retry_after="12") if seen.count == 1 else GOOD

    with ScriptedApi(script) as server, closing(api_of(server, LookingClock())) as api:
        api.documents_page(7, 1, {})
        assert api.describe_wait() is None
    first = next(line for line in told if line)
    assert first.startswith("Waiting for the API for 6 s: nothing may be asked for 6 s more (")


@pytest.mark.parametrize("command", ["run", "check"])
def test_a_command_says_that_the_api_is_waited_for(
    office: Office, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    office.configure([ANA], output=HTML_ONLY)
    is_told = threading.Event()
    answer: Callable[..., Reply] = office.sandbox._judge
    describe = Waiting.describe

    def answer_late(*asked: Any) -> Reply:
        assert is_told.wait(PATIENCE_SECONDS)
        return answer(*asked)

    def tell(self: Waiting, *, pause_seconds: float) -> str | None:
        if said := describe(self, pause_seconds=pause_seconds):
            is_told.set()
        return said

    monkeypatch.setattr(waiting, "INTERVAL_SECONDS", 0.01)
    monkeypatch.setattr(Waiting, "describe", tell)
    monkeypatch.setattr(office.sandbox, "_judge", answer_late)
    said = office.type(command, office.config)
    assert said.code == 0
    lines = [line for line in said.out.splitlines() if line.startswith("Waiting for the API for ")]
    assert lines[0] == "Waiting for the API for 0 s: its answer."


def test_a_run_names_account_and_period_before_anything_else(office: Office) -> None:
    office.configure([ANA], output=HTML_ONLY)
    first, *_, last = office.run().out.splitlines()
    assert first == "Account office: period 2026-10, 2026-10-01 to 2026-10-31"
    assert last == "1 of 1 clients ready. Exit code 0."
    assert office.run("--quiet").out.splitlines() == [last]
