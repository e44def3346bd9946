"""Calendar periods: what `last-month` means, and the label of a range of days.

Days are calendar days in the business's own time zone; both ends are included.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

NAMED = ("last-month", "this-month", "last-quarter", "this-quarter", "last-year", "this-year")
FORMS = "last-month, last-quarter, last-year, this-…, 2026-10, 2026-Q3, 2026, or from and to"

FIRST_YEAR = 1000
"""Earlier years are slips of the pen, and not every system writes them with four digits."""

FIRST_DOCUMENT_YEAR = 1901
"""Documents of earlier years are slips of the pen, and Excel's calendar is wrong before March 1900."""

LONGEST_DAY_DIGITS = 8
"""More are no day, and a calendar that is asked for one overflows."""

_CALENDAR = re.compile(r"([12]\d{3})(?:-(\d{2})|-[Qq]([1-4]))?", re.ASCII)
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_RANGE = re.compile(r"(\d{4}-\d{2}-\d{2})_(\d{4}-\d{2}-\d{2})", re.ASCII)


@dataclass(frozen=True)
class Period:
    """A range of calendar days, `first` and `last` included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def label(self) -> str:
        """`2026-10`, `2026-Q3`, `2026`, or `2026-10-01_2026-10-20`: the name of its folder."""
        year = self.first.year
        for months, label in (
            (1, f"{self.first:%Y-%m}"),
            (3, f"{year}-Q{(self.first.month + 2) // 3}"),
            (12, f"{year}"),
        ):
            starts = self.first.day == 1 and (self.first.month - 1) % months == 0
            if starts and self.last == _months_from(self.first, months).last:
                return label
        return f"{self.first.isoformat()}_{self.last.isoformat()}"

    @property
    def twelve_months(self) -> tuple["Period", ...]:
        """The twelve calendar months that end with the month of `last`, oldest first."""
        end = self.last.replace(day=1)
        return tuple(_months_from(_shift(end, -back), 1) for back in range(11, -1, -1))


def parse(text: str, today: date) -> Period:
    """The period that `text` (FORMS, or the label of a range) names on the day `today`. Raises ValueError."""
    if text in NAMED:
        which, unit = text.split("-")
        months = {"month": 1, "quarter": 3, "year": 12}[unit]
        start = date(today.year, (today.month - 1) // months * months + 1, 1)
        return _months_from(_shift(start, -months) if which == "last" else start, months)
    if match := _RANGE.fullmatch(text):
        return make_period(_day(match[1]), _day(match[2]))
    if match := _CALENDAR.fullmatch(text):
        year, month, quarter = match.groups()
        months = 1 if month else 3 if quarter else 12
        try:
            start = date(int(year), int(month or 3 * int(quarter or 1) - 2), 1)
        except ValueError:
            raise ValueError(f"{text!r} is not in the calendar: months are 01 to 12") from None
        return _months_from(start, months)
    raise ValueError(f"{text!r} is not a period: write {FORMS}")


def make_period(first: date, last: date) -> Period:
    """The days from `first` to `last`, both included. Raises ValueError if exchanged or before FIRST_YEAR."""
    if last < first:
        raise ValueError(f"the period ends on {last} before it begins on {first}: exchange them")
    if first.year < FIRST_YEAR:
        raise ValueError(f"the period begins on {first}: write the year in full")
    return Period(first, last)


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """The calendar day of an aware `instant` in `zone`."""
    return instant.astimezone(zone).date()


def parse_document_day(came: str) -> date:
    """The day of a document, `dd/mm/yyyy` or `yyyy-mm-dd`. Raises ValueError for what is neither."""
    text = came.strip()
    if _ISO_DAY.fullmatch(text):
        year, month, day = text.split("-")
    else:
        day, month, year = text.split("/")
    digits = day + month + year
    if not (len(year) == 4 and len(digits) <= LONGEST_DAY_DIGITS and digits.isascii() and digits.isdecimal()):
        raise ValueError("not a day")
    if int(year) < FIRST_DOCUMENT_YEAR:
        raise ValueError("not a year of documents")
    return date(int(year), int(month), int(day))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a day of the calendar: write 2026-10-31") from None


def _shift(first: date, months: int) -> date:
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def _months_from(first: date, months: int) -> Period:
    end = _shift(first, months - 1)
    return Period(first, end.replace(day=monthrange(end.year, end.month)[1]))
