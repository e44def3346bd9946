"""Reading within wall-clock time: bytes that come without end, silence, and a time to the second."""

import socket
import time
from collections.abc import Callable, Iterator

import pytest

from reports.errors import UnreachableError
from reports.source.http import transport
from tests.support.asking import GOOD, always, ask, drip, drip_of_body, failure_of, silence
from tests.support.scripted_api import Script, ScriptedApi, TurnedClock


def _drip_of_headers(clock: TurnedClock) -> Script:
    return drip(clock, b"HTTP/1.1 200 OK\r\nX: ", b"y")


def _drip_of_chunks(clock: TurnedClock) -> Script:
    return drip(clock, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n{\r\n")


@pytest.mark.parametrize("fault", [_drip_of_headers, drip_of_body, _drip_of_chunks])
def test_a_request_ends_when_its_time_is_over_though_bytes_come_without_end(
    fault: Callable[[TurnedClock], Script],
) -> None:
    clock = TurnedClock()
    with ScriptedApi(fault(clock)) as server:
        began = clock.monotonic()
        error = failure_of(server, clock, request_seconds=60)
    assert isinstance(error, UnreachableError)
    assert "no complete answer in time" in str(error)
    assert len(server.seen) == 3
    assert clock.monotonic() - began - sum(clock.waited) >= 3 * 60


def test_a_request_has_its_time_to_the_second_and_no_longer() -> None:
    clock = TurnedClock()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        request = transport.Patience(60, check=lambda: None, clock=clock)
        for _ in range(5):
            clock.turn(11.9)
            theirs.send(b"x")
            assert request.receive(ours, bytearray(9)) == 1
        clock.turn(0.6)
        theirs.send(b"x")
        with pytest.raises(TimeoutError):
            request.receive(ours, bytearray(9))


def test_a_slow_answer_that_passes_is_asked_for_again() -> None:
    clock = TurnedClock()
    slow = drip_of_body(clock)
    with ScriptedApi(lambda seen: slow(seen) if seen.count == 1 else GOOD) as server:
        ask(server, clock)
    assert len(server.seen) == 2


@pytest.mark.parametrize(("request_seconds", "silent_seconds"), [(1e6, 20.1), (10, 10.1)])
def test_silence_ends_a_request_after_twenty_seconds_or_when_its_time_is_over(
    request_seconds: float, silent_seconds: float
) -> None:
    clock = TurnedClock()
    silent = silence(clock, seconds=silent_seconds)
    with ScriptedApi(lambda seen: silent(seen) if seen.count == 1 else GOOD) as server:
        ask(server, clock, request_seconds=request_seconds)
    assert len(server.seen) == 2


def test_an_answer_slower_than_a_look_up_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LOOK_UP_SECONDS", 0.01)
    with ScriptedApi(always(_late)) as server:
        ask(server)
    assert len(server.seen) == 1


def _late() -> Iterator[bytes]:
    time.sleep(0.1)
    yield GOOD
