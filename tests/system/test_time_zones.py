"""What day it is where the business is, and that nothing else depends on when a run is made.

The days are held against the rules by which summer time begins and ends, written here from the laws: neither
the time-zone database nor Python's reading of it has a part in what is expected.
"""

import ast
import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reports.pipeline.executor import JobExecutor
from reports.pipeline.run import RunOptions, plans, run
from reports.redaction import Redactor
from reports.sandbox.data import SandboxAccount
from reports.sandbox.server import Sandbox
from reports.settings.config import Config
from reports.settings.loader import load
from tests.conftest import ANA, EVA, RUI, Figure
from tests.support.asking import GOOD, ask
from tests.support.office import ACCOUNT, HTML_ONLY, KEY_VARIABLE, Office, account, invoice, tree
from tests.support.scripted_api import ScriptedApi, TurnedClock, reply

HOUR = timedelta(hours=1)
SUNDAY = 6
SummerTime = Callable[[int, timedelta], tuple[datetime, datetime]]
"""Begin and end of summer time in a year, where standard time is that far from UTC; on the southern half of
the earth the end comes first."""


def of_europe(year: int, _: timedelta) -> tuple[datetime, datetime]:
    """Directive 2000/84/EC: the last Sundays of March and October, 01:00 UTC everywhere."""
    return at(sunday(year, 3, last=True), hour=1), at(sunday(year, 10, last=True), hour=1)


def of_north_america(year: int, standard: timedelta) -> tuple[datetime, datetime]:
    """Second Sunday of March to first Sunday of November, at 2 by the clock on the wall."""
    begin, end = sunday(year, 3) + timedelta(days=7), sunday(year, 11)
    return at(begin, hour=2) - standard, at(end, hour=2) - standard - HOUR


def of_new_zealand(year: int, standard: timedelta) -> tuple[datetime, datetime]:
    """Last Sunday of September to first Sunday of April, at 2 standard time."""
    return at(sunday(year, 9, last=True), hour=2) - standard, at(sunday(year, 4), hour=2) - standard


def never(year: int, _: timedelta) -> tuple[datetime, datetime]:
    return at(date(year, 1, 1)), at(date(year, 1, 1))


@dataclass(frozen=True)
class Zone:
    """Time on the wall: `standard` after UTC, an hour more in summer."""

    name: str
    standard: timedelta
    summer_time: SummerTime = never

    def day(self, instant: datetime) -> date:
        """The date on the wall at an instant of UTC."""
        begin, end = self.summer_time(instant.year, self.standard)
        is_summer = begin <= instant < end if begin <= end else not end <= instant < begin
        return (instant + self.standard + is_summer * HOUR).date()


def zone(name: str, hours: float, summer_time: SummerTime = never) -> Zone:
    return Zone(name, timedelta(hours=hours), summer_time)


ZONES = (
    zone("Europe/Lisbon", 0, of_europe),
    zone("Atlantic/Madeira", 0, of_europe),
    zone("Atlantic/Azores", -1, of_europe),
    zone("Europe/London", 0, of_europe),
    zone("Europe/Madrid", 1, of_europe),
    zone("Europe/Luxembourg", 1, of_europe),
    zone("Europe/Athens", 2, of_europe),
    zone("Atlantic/Cape_Verde", -1),
    zone("Africa/Bissau", 0),
    zone("Africa/Sao_Tome", 0),
    zone("Africa/Luanda", 1),
    zone("Africa/Maputo", 2),
    zone("America/Sao_Paulo", -3),
    zone("America/Noronha", -2),
    zone("Asia/Kolkata", 5.5),
    zone("Asia/Kathmandu", 5.75),
    zone("Asia/Macau", 8),
    zone("Asia/Dili", 9),
    zone("America/New_York", -5, of_north_america),
    zone("America/St_Johns", -3.5, of_north_america),
    zone("Pacific/Auckland", 12, of_new_zealand),
    zone("Pacific/Kiritimati", 14),
    zone("Pacific/Pago_Pago", -11),
    zone("Pacific/Marquesas", -9.5),
)

DAYS = (
    date(2024, 3, 31),  # The end of a month, and of winter time, in Europe.
    date(2024, 4, 1),
    date(2026, 3, 29),  # In the Azores this day has no midnight: it begins at one.
    date(2026, 7, 1),
    date(2026, 10, 25),  # In the Azores this day has two midnights.
    date(2026, 11, 1),  # The end of summer time in North America.
    date(2027, 1, 1),
    date(2027, 11, 1),
    date(2028, 2, 29),
    date(2028, 3, 1),
)
NAMES = ("last-month", "this-month", "last-quarter", "this-quarter", "last-year", "this-year")


def moments(place: Zone) -> Iterator[datetime]:
    """Sixty: the second before, at and after the beginning of each day, in standard and in summer time."""
    for day in DAYS:
        for ahead in (place.standard, place.standard + HOUR):
            for seconds in (-1, 0, 1):
                yield at(day) - ahead + timedelta(seconds=seconds)


def label(name: str, day: date) -> str:
    """What the folder of the period `name` is called on that day."""
    which, unit = name.split("-")
    back = 1 if which == "last" else 0
    if unit == "year":
        return str(day.year - back)
    if unit == "quarter":
        quarters = day.year * 4 + (day.month - 1) // 3 - back
        return f"{quarters // 4}-Q{quarters % 4 + 1}"
    if back:
        day = day.replace(day=1) - timedelta(days=1)
    return day.isoformat()[:7]


def configuration(folder: Path, place: Zone, name: str) -> Config:
    path = folder / f"{name}.yaml"
    path.write_text(
        f"account: {{name: my-company}}\nclients: all\ntime_zone: {place.name}\nperiod: {name}\n", "utf-8"
    )
    return load(path)


def wrong_labels(settings: Config, place: Zone, name: str) -> list[str]:
    """The moments at which a run would be about another period, each with what it would be called."""
    found = []
    for moment in moments(place):
        (plan,) = plans([settings], RunOptions(), now=moment, with_keys=False)
        if plan.period.label != label(name, place.day(moment)):
            found.append(f"{moment}: {plan.period.label}")
    return found


def test_zones_and_moments_are_as_many_as_promised() -> None:
    assert len({place.name for place in ZONES}) == 24
    assert {len({*moments(place)}) for place in ZONES} == {60}


@pytest.mark.parametrize("place", ZONES, ids=lambda place: place.name)
def test_a_period_is_the_one_of_the_calendar_on_the_wall(tmp_path: Path, place: Zone) -> None:
    for name in NAMES:
        assert wrong_labels(configuration(tmp_path, place, name), place, name) == []


@pytest.mark.parametrize("place", ZONES, ids=lambda place: place.name)
def test_a_clock_that_is_an_hour_wrong_would_be_noticed(tmp_path: Path, place: Zone) -> None:
    settings = configuration(tmp_path, place, "last-month")
    for wrong in (Zone("", place.standard + HOUR, place.summer_time), Zone("", place.standard - HOUR)):
        elsewhere = Zone(place.name, wrong.standard, wrong.summer_time)
        assert wrong_labels(settings, elsewhere, "last-month") != []


@pytest.mark.soak
def test_every_moment_in_every_zone_through_the_command(office: Office, figure: Figure) -> None:
    asked, wrong = 0, []
    for place in ZONES:
        office.configure([ANA], period="last-month", time_zone=place.name)
        for moment in moments(place):
            said = office.run("--dry-run", SOURCE_DATE_EPOCH=f"{moment.timestamp():.0f}")
            asked += 1
            if f"period {label('last-month', place.day(moment))}:" not in said.out:
                wrong.append(f"{place.name} {moment}: {said.out}")
    figure("time: zones and moments asked through the command", f"{len(ZONES)} zones, {asked} moments")
    figure("time: periods that were wrong", len(wrong))
    assert wrong == []


@pytest.mark.parametrize(
    ("time_zone", "clock", "bucket"),
    [
        ("Europe/Lisbon", datetime(2026, 11, 2, 23, 59, 59, tzinfo=UTC), "current"),
        ("Europe/Lisbon", datetime(2026, 11, 3, 0, 0, 0, tzinfo=UTC), "1-30"),
        ("Atlantic/Azores", datetime(2026, 11, 3, 0, 59, 59, tzinfo=UTC), "current"),
        ("Atlantic/Azores", datetime(2026, 11, 3, 1, 0, 0, tzinfo=UTC), "1-30"),
        ("Europe/Madrid", datetime(2026, 11, 2, 23, 0, 0, tzinfo=UTC), "1-30"),
        ("Pacific/Auckland", datetime(2026, 11, 2, 10, 59, 59, tzinfo=UTC), "current"),
        ("Pacific/Auckland", datetime(2026, 11, 2, 11, 0, 0, tzinfo=UTC), "1-30"),
    ],
)
def test_what_is_due_today_is_not_overdue_until_midnight_there(
    tmp_path: Path, time_zone: str, clock: datetime, bucket: str
) -> None:
    paper = invoice(ANA, "Ana", date(2026, 10, 20), number=1, due_date="02/11/2026")
    with Sandbox(
        account_data=SandboxAccount(ACCOUNT, account({ANA: "Ana"}).clients, {ANA: [paper]})
    ) as sandbox:
        office = Office(tmp_path, sandbox)
        office.configure([ANA], time_zone=time_zone, output=HTML_ONLY)
        office.run(SOURCE_DATE_EPOCH=f"{clock.timestamp():.0f}")
        amounts = {row["bucket"]: row["amount"] for row in office.entries[ANA]["ageing"]}
    assert amounts.pop(bucket) == "12.30"
    assert {*amounts.values()} == {"0.00"}


def test_a_month_is_the_same_on_the_first_the_second_and_the_third_and_twice(office: Office) -> None:
    office.configure([ANA, RUI], period="last-month", output=HTML_ONLY)
    days = (
        datetime(2026, 11, 1, 0, 5, tzinfo=UTC),
        datetime(2026, 11, 2, 6, 30, tzinfo=UTC),
        datetime(2026, 11, 3, 23, 59, tzinfo=UTC),
        datetime(2026, 11, 3, 23, 59, tzinfo=UTC),
    )
    found = []
    for day in days:
        office.run(SOURCE_DATE_EPOCH=f"{day.timestamp():.0f}")
        found.append((of_the_month(office), tree(office.month)))
    assert [figures for figures, _ in found] == [found[0][0]] * len(days)
    assert {name: found[2][1][name] for name in papers(office)} == {
        name: found[3][1][name] for name in papers(office)
    }


def test_a_month_rendered_again_weeks_later_is_the_same_to_the_byte(office: Office) -> None:
    office.configure([ANA, RUI], output=HTML_ONLY)
    office.run()
    then = tree(office.month)
    office.run("--offline", SOURCE_DATE_EPOCH=f"{datetime(2026, 12, 24, tzinfo=UTC).timestamp():.0f}")
    assert {name: tree(office.month)[name] for name in papers(office)} == {
        name: then[name] for name in papers(office)
    }


class NightClock:
    """A wall clock that goes on by a minute whenever somebody looks at it."""

    def __init__(self, start: datetime) -> None:
        self._next = start

    def __call__(self) -> datetime:
        now, self._next = self._next, self._next + timedelta(minutes=1)
        return now


class Silent:
    """A screen that nobody watches."""

    def say(self, text: str) -> None: ...

    def progress(self, done: int, total: int, text: str) -> None: ...


BEFORE_MIDNIGHT = datetime(2026, 11, 2, 23, 58, tzinfo=UTC)
"""In Lisbon too. The first client is read at 23:59, the second at 00:00, the third at 00:01."""


@pytest.fixture
def night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """A month that was run over midnight; each client owes a document that is due on the day it began."""
    data = account({ANA: "Ana", RUI: "Rui", EVA: "Eva"})
    for identity, documents in data.documents.items():
        documents[:] = [invoice(identity, "Ana", date(2026, 10, 20), number=1, due_date="02/11/2026")]
    with Sandbox(account_data=data) as sandbox:
        office = Office(tmp_path, sandbox)
        office.configure([ANA, RUI, EVA], output=HTML_ONLY)
        monkeypatch.setenv(KEY_VARIABLE, sandbox.api_key)
        planned = plans([load(office.config)], RunOptions(), now=BEFORE_MIDNIGHT, with_keys=True)
        clock = NightClock(BEFORE_MIDNIGHT)
        ended = run(planned, now=clock, screen=Silent(), redact=Redactor(), executor=JobExecutor(1))
        assert ended.exit_code == 0
        yield office


def late(office: Office) -> dict[int, str]:
    """The bucket in which each client's document is."""
    return {
        identity: next(row["bucket"] for row in entry["ageing"] if row["amount"] != "0.00")
        for identity, entry in office.entries.items()
    }


def heads(office: Office) -> dict[int, Any]:
    paths = {identity: office.month / "source" / f"{identity}.jsonl.gz" for identity in office.entries}
    return {
        one: json.loads(gzip.decompress(path.read_bytes()).splitlines()[0]) for one, path in paths.items()
    }


def test_a_run_over_midnight_reports_all_clients_as_of_the_day_it_began(night: Office) -> None:
    read_on = [entry["read_at"][:10] for entry in night.entries.values()]
    assert sorted(read_on) == ["2026-11-02", "2026-11-03", "2026-11-03"]
    assert {*late(night).values()} == {"current"}
    assert {head["as_of"] for head in heads(night).values()} == {"2026-11-02"}


def test_what_was_read_over_midnight_is_rendered_again_to_the_byte(night: Office) -> None:
    then = {name: tree(night.month)[name] for name in papers(night)}
    night.run("--offline", SOURCE_DATE_EPOCH=f"{datetime(2026, 12, 24, tzinfo=UTC).timestamp():.0f}")
    assert {name: tree(night.month)[name] for name in papers(night)} == then


def test_an_archive_that_does_not_say_is_as_of_the_day_it_was_read(night: Office) -> None:
    for identity, head in heads(night).items():
        path = night.month / "source" / f"{identity}.jsonl.gz"
        del head["as_of"]
        lines = [json.dumps(head).encode(), *gzip.decompress(path.read_bytes()).splitlines()[1:]]
        path.write_bytes(gzip.compress(b"\n".join(lines) + b"\n"))
    night.run("--offline")
    assert sorted(late(night).values()) == ["1-30", "1-30", "current"]


def test_what_a_run_of_yesterday_read_after_midnight_is_read_again(night: Office) -> None:
    asked = len(night.sandbox.requests)
    night.run("--resume", SOURCE_DATE_EPOCH=f"{datetime(2026, 11, 3, 6, 30, tzinfo=UTC).timestamp():.0f}")
    paths = {request.path for request in night.sandbox.requests[asked:]}
    assert {f"/clients/{identity}/invoices.json" for identity in (ANA, RUI, EVA)} <= paths
    assert {*late(night).values()} == {"1-30"}


class LeapingClock(TurnedClock):
    """Its wall clock is a day wrong, now this way and now that: somebody sets it, or summer time begins."""

    def __init__(self) -> None:
        super().__init__()
        self._leap = timedelta(days=1)

    def now(self) -> datetime:
        self._leap = -self._leap
        return super().now() + self._leap


@pytest.mark.parametrize(
    "headers",
    [
        {"retry_after": "7"},
        {"retry_after": "Mon, 02 Nov 2026 06:30:07 GMT", "date": "Mon, 02 Nov 2026 06:30:00 GMT"},
    ],
    ids=["seconds", "date"],
)
def test_a_wait_is_as_long_as_asked_whatever_happens_to_the_clock_on_the_wall(
    headers: dict[str, str],
) -> None:
    clock = LeapingClock()
    busy = reply(status=429, **headers)
    with ScriptedApi(lambda seen: busy if seen.count == 1 else GOOD) as server:
        ask(server, clock)
    assert 6.5 < sum(clock.waited) < 8


WALL_CLOCKS = {"now", "today", "utcnow", "time", "localtime", "gmtime", "ctime"}
LOOKS = {"console.py": ["datetime.now"], "rate_limit.py": ["datetime.now"]}


def test_only_the_console_and_the_messages_of_the_rate_limit_look_at_a_wall_clock() -> None:
    package = Path(__file__).parents[2] / "reports"
    found = {path.name: list(looks_at_a_wall_clock(path)) for path in package.rglob("*.py")}
    assert {name: looks for name, looks in found.items() if looks} == LOOKS


def looks_at_a_wall_clock(path: Path) -> Iterator[str]:
    """Every use of the `now` of a class, or of the `time` of a module, in the file."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute) and node.attr in WALL_CLOCKS:
            owner = (
                node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            )
            if owner in ("datetime", "date", "time"):
                yield f"{owner}.{node.attr}"
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            yield from (f"time.{alias.name}" for alias in node.names if alias.name in WALL_CLOCKS)


def of_the_month(office: Office) -> list[dict[str, Any]]:
    """What the record says of each client that has to do with the period alone."""
    kept = ("id", "state", "documents_counted", "vat", "vat_rounding", "findings")
    totals = ("currency", "documents", "net", "tax", "gross", "withholding", "payable", "open")
    return [
        {name: entry[name] for name in kept}
        | {"totals": [{name: row[name] for name in totals} for row in entry["totals"]]}
        | {"files": [file["path"] for file in entry["files"]]}
        for entry in office.record["clients"]
    ]


def papers(office: Office) -> list[str]:
    """What clients and bookkeeper are shown; the record and the log say when they were made."""
    return [name for name in tree(office.month) if not name.endswith(("run.json", "run.log"))]


def sunday(year: int, month: int, *, last: bool = False) -> date:
    """The first Sunday of a month, or the last."""
    days = [date(year, month, 1) + timedelta(days=count) for count in range(31)]
    sundays = [day for day in days if day.weekday() == SUNDAY and day.month == month]
    return sundays[-1] if last else sundays[0]


def at(day: date, *, hour: int = 0) -> datetime:
    """That hour of a day, in UTC."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
