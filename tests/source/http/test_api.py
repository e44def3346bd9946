"""One exchange over a real socket: what is asked, what is tried again, and how long that may take."""

import gzip
import json
import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from reports.errors import ReadingError, RefusedError, UnreachableError
from reports.source.http.api import Api
from reports.source.http.rate_limit import MINUTE_SECONDS, Budget, StoppedError
from reports.source.http.response import Pagination, wait_asked_for
from tests.support.asking import (
    BODY,
    GOOD,
    HEAD,
    HTML,
    PAGE,
    PASSING,
    always,
    api_of,
    ask,
    chunked,
    failure_of,
    first,
    raw,
)
from tests.support.scripted_api import KEY, ScriptedApi, Seen, TurnedClock, listing, reply
from tests.support.waiting import LOOK_SECONDS, PATIENCE_SECONDS, wait_until


def test_documents_are_asked_for_as_documented() -> None:
    with ScriptedApi(lambda _: GOOD) as server, closing(api_of(server, per_page=20)) as api:
        api.documents_page(7, 3, {"status": [], "by_type": ["Invoice"], "archived": ["archived"]})
    (seen,) = server.seen
    assert (seen.method, seen.path) == ("POST", "/clients/7/invoices.json")
    assert seen.query == {"page": "3", "per_page": "20", "api_key": KEY}
    assert json.loads(seen.body) == {"filter": {"by_type": ["Invoice"], "archived": ["archived"]}}
    assert seen.headers["accept"] == "application/json"
    assert seen.headers["content-type"] == "application/json; charset=utf-8"


def test_no_filter_at_all_is_an_empty_object() -> None:
    with ScriptedApi(lambda _: GOOD) as server, closing(api_of(server)) as api:
        api.documents_page(7, 1, {"status": []})
    assert server.seen[0].body == b"{}"


def test_clients_are_asked_for_as_documented() -> None:
    page = listing([{"id": 7}], name="clients")
    with ScriptedApi(lambda _: reply(page)) as server, closing(api_of(server)) as api:
        assert api.clients_page(1).entries == [{"id": 7}]
    (seen,) = server.seen
    assert (seen.method, seen.path, seen.body) == ("GET", "/clients.json", b"")
    assert seen.query == {"page": "1", "per_page": "30", "api_key": KEY}


def test_a_page_is_its_exact_text_and_its_parts() -> None:
    text = '{"invoices": [{"id": 1, "total": 1.10}],\n "pagination": ' + json.dumps(PAGE["pagination"]) + "}"
    with ScriptedApi(lambda _: reply(text)) as server:
        page = ask(server)
    assert page.body == text
    assert page.entries == [{"id": 1, "total": "1.10"}]
    assert page.pagination == Pagination(total_entries=3, current_page=1, total_pages=2, per_page=2)
    assert page.number == 1
    assert len(server.seen) == 1


def test_digits_in_the_pagination_may_be_text() -> None:
    page = listing([], total_entries="0", total_pages="0")
    with ScriptedApi(lambda _: reply(page)) as server:
        assert ask(server).pagination.total_pages == 0


def test_every_request_that_is_sent_is_reported() -> None:
    counted = []
    with (
        ScriptedApi(first(lambda: reply(status=503))) as server,
        closing(api_of(server)) as api,
    ):
        api.documents_page(7, 1, {}, on_request=lambda: counted.append(1))
    assert len(counted) == len(server.seen) == 2


@pytest.mark.parametrize("bad", [reply(status=503), reply(status=429), reply("[]"), reply(GOOD[-40:])])
def test_after_an_unusable_answer_the_next_try_goes_out_on_a_new_connection(bad: bytes) -> None:
    with ScriptedApi(first(lambda: bad)) as server, closing(api_of(server)) as api:
        for page in (1, 2, 3):
            api.documents_page(7, page, {})
        assert (len(server.seen), server.connections) == (4, 2)


def test_what_follows_a_body_that_is_too_short_is_never_read_as_an_answer() -> None:
    half = GOOD.partition(b"\r\n\r\n")[2][:20]
    surplus = reply(half) + GOOD.partition(b"\r\n\r\n")[2][20:]
    with ScriptedApi(first(lambda: surplus)) as server, closing(api_of(server)) as api:
        api.documents_page(7, 1, {})
        assert (len(server.seen), server.connections) == (2, 2)


@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_passes_leaves_no_trace(fault: str) -> None:
    with ScriptedApi(first(PASSING[fault])) as server:
        page = ask(server)
    assert page.body == BODY.decode()
    assert len(server.seen) == 2


@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_lasts_fails_after_five_tries(fault: str) -> None:
    with ScriptedApi(always(PASSING[fault])) as server:
        error = failure_of(server)
    assert isinstance(error, UnreachableError)
    assert str(error).startswith("client 7, page 1: ")
    assert len(server.seen) == 5


@pytest.mark.parametrize(
    "pieces", [(chunked(BODY[:9], BODY[9:]),), (HEAD, BODY), (HEAD + BODY[:3], BODY[3:])]
)
def test_a_body_may_come_in_any_pieces(pieces: tuple[bytes, ...]) -> None:
    with ScriptedApi(always(raw(*pieces, end=None))) as server:
        ask(server)
    assert len(server.seen) == 1


def test_a_packed_body_is_unpacked() -> None:
    with ScriptedApi(lambda _: reply(gzip.compress(BODY), content_encoding="gzip")) as server:
        assert ask(server).body == BODY.decode()


def test_different_faults_are_counted_apart_but_end_with_the_fifth_try() -> None:
    faults = [reply(status=503), reply(HTML), reply(status=503), reply(BODY[:-5]), reply(status=503), GOOD]
    with ScriptedApi(lambda seen: faults[seen.count - 1]) as server:
        error = failure_of(server)
    assert "503" in str(error)
    assert len(server.seen) == 5


def test_the_log_counts_tries_and_the_error_alone_says_what_to_do(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "reports.source.http.api")
    with ScriptedApi(always(lambda: reply(status=503))) as server:
        error = failure_of(server)
    said = "client 7, page 1: the API answered 503"
    assert caplog.messages == [f"{said}; try {number}" for number in (2, 3, 4, 5)]
    assert str(error) == f"{said}. Run again later; if it stays so, ask InvoiceXpress what it means"


def test_waits_between_tries_grow_and_differ() -> None:
    clock = TurnedClock()
    with ScriptedApi(always(lambda: reply(status=503))) as server:
        failure_of(server, clock)
    waits = [seconds for seconds in clock.waited if seconds > 0.1]
    assert len(waits) == 4
    for seconds, least in zip(waits, (0.5, 1.5, 4.5, 13.5), strict=True):
        assert least - 0.01 <= seconds <= least + 0.5


def test_a_refused_connection_is_tried_five_times() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    counted = []
    with (
        closing(Api(f"http://127.0.0.1:{port}", KEY, clock=TurnedClock())) as api,
        pytest.raises(UnreachableError, match="connection was refused"),
    ):
        api.documents_page(7, 1, {}, on_request=lambda: counted.append(1))
    assert len(counted) == 5


def test_the_run_ends_at_its_deadline_in_the_middle_of_a_request() -> None:
    clock = TurnedClock()

    def script(seen: Seen) -> bytes:
        clock.turn(15)
        wait_until(seen.has_left)
        return b""

    with ScriptedApi(script) as server:
        # Neither the request's own time nor twenty seconds of silence are over.
        error = failure_of(server, clock, deadline_seconds=14)
    assert isinstance(error, UnreachableError)
    assert "requests.deadline_minutes" in str(error)
    assert len(server.seen) == 1


def test_no_wait_is_begun_that_would_outlast_the_run() -> None:
    clock = TurnedClock()
    with ScriptedApi(always(lambda: reply(status=429, retry_after="120"))) as server:
        error = failure_of(server, clock, deadline_seconds=60)
    assert str(error).endswith(
        "1 minutes a run may take. Run again later, or raise requests.deadline_minutes"
    )
    assert sum(clock.waited) < 60
    assert len(server.seen) == 1


def test_nothing_is_asked_after_the_deadline() -> None:
    clock = TurnedClock()
    with ScriptedApi(lambda _: GOOD) as server, closing(api_of(server, clock, deadline_seconds=60)) as api:
        clock.turn(61)
        with pytest.raises(UnreachableError, match="client 7, page 1: not read within"):
            api.documents_page(7, 1, {})
    assert server.seen == []


def test_no_more_is_asked_in_a_minute_than_may_be() -> None:
    clock = TurnedClock()
    with ScriptedApi(lambda _: GOOD) as server, closing(api_of(server, clock, per_minute=2)) as api:
        for page in range(1, 7):
            api.documents_page(7, page, {})
    assert len(server.seen) == 6
    # The clock has moved for nothing else: two at once, three times.
    assert clock.waited == pytest.approx([MINUTE_SECONDS] * 2)


def test_a_stopped_api_lets_go_at_once() -> None:
    ended: list[type[BaseException]] = []

    def ask(api: Api) -> None:
        try:
            api.documents_page(7, 1, {})
        except StoppedError as error:
            ended.append(type(error))

    def silent(seen: Seen) -> bytes:
        wait_until(seen.has_left)
        return b""

    # No time passes, so nothing but the stop can end it.
    with ScriptedApi(silent) as server, closing(api_of(server, TurnedClock())) as api:
        thread = threading.Thread(target=ask, args=(api,))
        thread.start()
        wait_until(lambda: server.seen)
        api.stop()
        thread.join(PATIENCE_SECONDS)
    assert ended == [StoppedError]


def test_a_stopped_api_asks_nothing() -> None:
    with ScriptedApi(lambda _: GOOD) as server, closing(api_of(server)) as api:
        api.stop()
        with pytest.raises(StoppedError):
            api.documents_page(7, 1, {})
    assert server.seen == []


def test_nothing_is_asked_after_a_refusal() -> None:
    with ScriptedApi(lambda _: reply(status=401)) as server, closing(api_of(server)) as api:
        with pytest.raises(RefusedError):
            api.documents_page(7, 1, {})
        with pytest.raises(StoppedError):
            api.documents_page(7, 2, {})
    assert len(server.seen) == 1


def _ask_for_saft(api: Api, _: int) -> str:
    return api.saft_address(year=2026, month=9)


@pytest.mark.parametrize("ask", [Api.client_details, Api.balance, lambda api, _: api.taxes(), _ask_for_saft])
def test_a_401_on_an_extra_says_that_the_plan_lacks_it_and_stops_nothing(
    ask: Callable[[Api, int], object],
) -> None:
    said = reply({"errors": [{"error": "não está disponível durante o período gratuito"}]}, status=401)
    with (
        ScriptedApi(lambda seen: GOOD if seen.method == "POST" else said) as server,
        closing(api_of(server)) as api,
    ):
        with pytest.raises(ReadingError, match=r"refuses it to this account \(401: “não está disponível"):
            ask(api, 7)
        assert api.documents_page(7, 1, {}).number == 1
    assert len(server.seen) == 2


def test_a_401_on_the_list_of_clients_is_a_refusal() -> None:
    with (
        ScriptedApi(lambda _: reply(status=401)) as server,
        closing(api_of(server)) as api,
        pytest.raises(RefusedError),
    ):
        api.clients_page(1)
    assert len(server.seen) == 1


def _dates(seconds: int, **headers: str) -> dict[str, str]:
    """A Retry-After as a date, `seconds` after a Date of a server whose clock is an hour wrong."""
    instant = datetime.now(UTC) - timedelta(hours=1)
    return {
        "date": format_datetime(instant, usegmt=True),
        "retry_after": format_datetime(instant + timedelta(seconds=seconds), usegmt=True),
    } | headers


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"retry_after": "7"}, 7, 7.1),
        ({"retry_after": " 7.5 "}, 7.5, 7.6),
        ({"retry_after": "0"}, 1, 1.1),
        ({"retry_after": "300"}, 300, 300.1),
        (_dates(20), 20, 20.1),
        ({}, 5, 6.1),
        ({"retry_after": "soon"}, 5, 6.1),
        ({"retry_after": "-5"}, 5, 6.1),
        (_dates(-60), 5, 6.1),
        ({"retry_after": "Mon, 99 Foo 2026 25:00:00 GMT"}, 5, 6.1),
    ],
)
def test_a_limit_is_waited_for_and_never_shorter_than_asked(
    headers: dict[str, str], least: float, most: float
) -> None:
    clock = TurnedClock()
    with ScriptedApi(first(lambda: reply(status=429, **headers))) as server:
        ask(server, clock)
    assert len(server.seen) == 2
    assert least <= sum(clock.waited) <= most


@pytest.mark.parametrize(("seconds", "most", "refused"), [(60, 600, 0), (10, 100, 2), (1, 10, 1)])
def test_a_service_that_counts_by_less_than_a_minute_soon_refuses_no_more(
    seconds: float, most: int, refused: int
) -> None:
    """As many a minute are allowed either way; 1,300 requests are two minutes of them."""
    clock = TurnedClock()
    served: deque[float] = deque()
    answers: Counter[bytes] = Counter()

    def script(_: Seen) -> bytes:
        now = clock.monotonic()
        while served and served[0] <= now - seconds:
            served.popleft()
        if len(served) < most:
            served.append(now)
            answer = GOOD
        else:
            answer = reply(status=429)
        answers[answer] += 1
        return answer

    with ScriptedApi(script) as server, closing(api_of(server, clock, per_minute=600)) as api:
        for _ in range(1_300):
            api.documents_page(7, 1, {})
    assert answers == {GOOD: 1_300} | ({reply(status=429): refused} if refused else {})


def test_a_date_to_come_back_without_the_servers_own_date_counts_from_now() -> None:
    now = datetime(2026, 11, 2, 6, 30, tzinfo=UTC)
    assert wait_asked_for({"Retry-After": "Mon, 02 Nov 2026 06:30:40 GMT"}, now) == 40
    assert wait_asked_for({"Retry-After": "Mon, 02 Nov 2026 06:30:40 -0000"}, now) == 40


def test_all_tries_together_outlast_the_minute_a_limit_is_counted_by() -> None:
    clock = TurnedClock()
    with ScriptedApi(always(lambda: reply(status=429))) as server:
        error = failure_of(server, clock)
    assert isinstance(error, UnreachableError)
    assert "too many requests" in str(error)
    assert len(server.seen) == 5
    assert sum(clock.waited) > 60


@pytest.mark.parametrize("asked", ["301", "86400", "9" * 5_000])
def test_too_long_a_pause_fails_and_says_when_to_come_back(asked: str) -> None:
    clock = TurnedClock()
    with (
        ScriptedApi(always(lambda: reply(status=429, retry_after=asked))) as server,
        closing(api_of(server, clock)) as api,
    ):
        for page in (1, 2):
            with pytest.raises(UnreachableError, match=r"Run again after 20\d\d-\d\d-\d\d \d\d:\d\d UTC"):
                api.documents_page(7, page, {})
    assert len(server.seen) == 1
    assert sum(clock.waited) < 2


def test_a_server_error_may_name_a_pause_too() -> None:
    clock = TurnedClock()
    with ScriptedApi(first(lambda: reply(status=503, retry_after="9"))) as server:
        ask(server, clock)
    assert len(server.seen) == 2
    assert sum(clock.waited) >= 8.9


class HeldClock(TurnedClock):
    """Whoever waits does so until the test turns it."""

    def __init__(self) -> None:
        super().__init__()
        self.is_waited_for = threading.Event()

    def wait(self, changed: threading.Condition, seconds: float) -> None:  # noqa: ARG002
        self.is_waited_for.set()
        changed.wait(LOOK_SECONDS)


def test_every_thread_waits_when_one_is_told_to() -> None:
    clock = HeldClock()
    asked_at: list[float] = []

    def script(seen: Seen) -> bytes:
        asked_at.append(clock.monotonic())
        return reply(status=429, retry_after="30") if seen.count == 1 else GOOD

    with ScriptedApi(script) as server, closing(api_of(server, clock)) as api:
        threads = [threading.Thread(target=api.documents_page, args=(7, page, {})) for page in (1, 2, 3)]
        threads[0].start()
        assert clock.is_waited_for.wait(PATIENCE_SECONDS)
        for thread in threads[1:]:
            thread.start()
        # Whoever would not wait has time to ask.
        time.sleep(0.05)
        clock.turn(30)
        while any(thread.is_alive() for thread in threads):
            clock.turn(1)
            time.sleep(LOOK_SECONDS)
    first, *others = asked_at
    assert len(others) == 3
    assert all(at - first >= 30 for at in others)


def test_a_dead_api_is_left_alone_when_the_budget_is_spent() -> None:
    with (
        ScriptedApi(always(lambda: reply(status=503))) as server,
        closing(api_of(server, deadline_seconds=1e6)) as api,
    ):
        errors = []
        for number in range(40):
            with pytest.raises(UnreachableError) as caught:
                api.documents_page(number, 1, {})
            errors.append(str(caught.value))
    assert len(server.seen) == 50 + 13
    assert "503" in errors[11]
    assert all("failed too often" in error for error in errors[12:])
    assert errors[-1].startswith("client 39, page 1: ")


def test_successes_earn_retries() -> None:
    budget = Budget()
    for _ in range(50):
        budget.spend(1)
    for _ in range(5):
        budget.earn()
    budget.spend(1)
    for _ in range(4):
        budget.earn()
    with pytest.raises(UnreachableError, match="51 requests had to be repeated"):
        budget.spend(1)
    for _ in range(100):
        budget.earn()
    with pytest.raises(UnreachableError):
        budget.check()


def test_a_bomb_is_put_down_before_it_unfolds() -> None:
    bomb = gzip.compress(b"[" + b" " * (40 * 1024**2))
    assert len(bomb) < 100_000
    with ScriptedApi(lambda _: reply(bomb, content_encoding="gzip")) as server:
        error = failure_of(server)
    assert "more than 32 MB" in str(error)
    assert len(server.seen) == 2


def test_an_endless_body_ends() -> None:
    def endless() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n\r\n"
        while True:
            yield b" " * 1_000_000

    with ScriptedApi(always(endless)) as server:
        assert "more than 32 MB" in str(failure_of(server))
