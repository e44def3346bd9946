"""What one HTTP answer means: a page or a record, or a trouble and what to do about it.

Bytes in, a value out: nothing here waits, retries or raises. A body is freed of the API key before anybody
sees it, and what is quoted from it is short and holds no control characters. The shapes of the vendor's
errors, and what each status means, are from its documentation and from recorded replies.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any, Generic, TypeVar

from reports import exact_json
from reports.errors import ReadingError, RefusedError, ReportsError, UnreachableError
from reports.redaction import Redactor, quote_text

CHARACTERS_QUOTED_FROM = 20_000
VALUES_IN_A_PAGE = 1_000_000
"""A page of thirty documents has some thousand. Ten million empty objects fit into 32 MB of JSON, and
would take a gigabyte of memory."""

MANY_TRIES = 5
FEW_TRIES = 3
ONE_MORE_TRY = 2
NO_MORE_TRY = 1

_LONGEST_WAIT_SECONDS = 315_360_000.0
_HIDDEN_CHARACTER = re.compile(r"\\u00([2-7][0-9a-fA-F])")
_TITLE = re.compile(r"<title[^>]*>([^<]*)", re.IGNORECASE)
_SECONDS = re.compile(r"\d+(\.\d+)?", re.ASCII)
_DIGITS = re.compile(r"\d{1,9}", re.ASCII)


@dataclass(frozen=True)
class HttpAnswer:
    """A complete HTTP answer. Header names are found in any case; `body` is unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytearray


@dataclass(frozen=True)
class Pagination:
    """What the API says about the list it cut into pages."""

    total_entries: int
    current_page: int
    total_pages: int
    per_page: int


@dataclass(frozen=True)
class Page:
    """A page as it came: `number` is the one asked for, `body` its exact text without the key.

    `entries` are the documents or clients in it, as `exact_json` reads them; in an answer, where nothing is
    reckoned, numbers other than whole ones are texts. `requests` is how many were sent until it came.
    """

    number: int
    body: str
    entries: list[dict[str, Any]]
    pagination: Pagination
    requests: int = 1


@dataclass(frozen=True)
class Record:
    """One object as it came: `body` is its exact text without the key. `requests` as for a page."""

    body: str
    requests: int = 1


Found = TypeVar("Found", Page, Record)


@dataclass(frozen=True)
class Expected(Generic[Found]):
    """What an answer should hold: in words, how it is found in JSON and its text, and what a 404 means.

    `find` gives None when it is not there. `is_extra`: no client fails for want of it. It is tried twice,
    spends no budget of others, and a 401 on it says that the account's plan lacks it.
    """

    words: str
    find: Callable[[object, str], Found | None]
    missing: str = "this client is not in the account"
    is_extra: bool = False


@dataclass(frozen=True)
class Trouble:
    """Why there is no usable answer: a sentence, the error it becomes, and how often it is tried in all.

    `cost` is what a retry takes from the run's budget. `pause_seconds`: how long the API asked to be left
    alone. `is_limit`: too many requests, so a pause is due even when no length was named.
    """

    message: str
    error: type[ReportsError] = UnreachableError
    tries: int = MANY_TRIES
    cost: int = 1
    pause_seconds: float | None = None
    is_limit: bool = False


def expect_page(listed: str, number: int) -> Expected[Page]:
    """Page `number` of `listed`: "invoices" or "clients"."""
    return Expected(
        words=f"{listed} and pagination",
        find=partial(_parse_page, number=number, listed=listed),
        missing="this client is not in the account" if listed == "invoices" else "this is not the API",
    )


def expect_record(key: str, *, missing: str = "this client is not in the account") -> Expected[Record]:
    """An object that has `key`: something beside the documents."""
    return Expected(
        words=f"“{key}”",
        find=lambda parsed, body: Record(body) if isinstance(parsed, dict) and key in parsed else None,
        missing=missing,
        is_extra=True,
    )


def judge(
    answer: HttpAnswer, expected: Expected[Found], *, redact: Redactor, now: datetime
) -> Found | Trouble:
    """What `answer` holds of what was `expected`, or the trouble with it.

    `now` is used when an answer names an instant to come back and does not say what time it is.
    """
    status = answer.status
    if status == 200:
        return _content(answer, expected, redact=redact)
    words = _words(answer.body, redact)
    if status == 401 and expected.is_extra:
        return Trouble(f"the API refuses it to this account (401{words})", ReadingError, NO_MORE_TRY)
    if status == 401:
        said = f" (its words{words})" if words else ""
        return Trouble(
            "the API refused the request (401): either the API key is wrong or the account's name is, and "
            f"both get this answer{said}. Check account.name, or store the key again with: "
            "invoice-reports key set",
            RefusedError,
            NO_MORE_TRY,
        )
    if status == 404:
        return Trouble(f"{expected.missing} (404{words}). Check the configuration", ReadingError, NO_MORE_TRY)
    if 300 <= status < 400:
        return Trouble(
            f"the API answered with a redirect ({status}). None is followed, because the API key is part of "
            "the address. Check account.name and account.base_url, and the network's sign-in page",
            ReadingError,
            NO_MORE_TRY,
        )
    if status == 429 or status == 408 or status >= 500:
        limit = ": too many requests" if status == 429 else ""
        return Trouble(
            f"the API answered {status}{limit}{words}",
            pause_seconds=wait_asked_for(answer.headers, now),
            is_limit=status == 429,
        )
    return Trouble(f"the API answered {status}{words}", ReadingError, NO_MORE_TRY)


def page_of(body: str, *, number: int, listed: str) -> Page:
    """The page whose `body` was kept. Raises ValueError when it is none."""
    page = _parse_page(exact_json.read(body), body, number=number, listed=listed)
    if page is None:
        raise ValueError(f"not a page of {listed}")
    return page


def wait_asked_for(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds from the answer's own instant until Retry-After; None when it says nothing of use.

    A date is compared with the answer's Date header, because the two clocks may differ; else with `now`.
    Never more than ten years.
    """
    text = headers.get("Retry-After", "").strip()
    if _SECONDS.fullmatch(text):
        return min(float(text), _LONGEST_WAIT_SECONDS)
    until = _instant(text)
    if until is None:
        return None
    seconds = (until - (_instant(headers.get("Date", "")) or now)).total_seconds()
    return min(seconds, _LONGEST_WAIT_SECONDS) if seconds >= 0 else None


def _content(answer: HttpAnswer, expected: Expected[Found], *, redact: Redactor) -> Found | Trouble:
    def unexpected(came: str, tries: int = ONE_MORE_TRY) -> Trouble:
        return Trouble(f"expected JSON with {expected.words}, got {came}", tries=tries)

    try:
        body = redact(answer.body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return unexpected("text that is not UTF-8")
    if _hides_a_secret(body, redact):
        return unexpected("an answer that repeats the API key in a hidden form")
    if len(body) > VALUES_IN_A_PAGE and sum(map(body.count, ",[{")) > VALUES_IN_A_PAGE:
        return unexpected(f"more than {VALUES_IN_A_PAGE:,} values in one page")
    try:
        # Nothing is reckoned here.
        parsed = exact_json.read(body, fraction=str)
    except exact_json.DepthError:
        return unexpected("JSON that is nested too deeply")
    except json.JSONDecodeError as error:
        if _is_cut_short(body, error):
            return unexpected("JSON that is cut short", MANY_TRIES)
        return unexpected(_describe_body(body, redact))
    return expected.find(parsed, body) or unexpected(_describe_body(parsed, redact))


def _is_cut_short(body: str, error: json.JSONDecodeError) -> bool:
    text = body.strip(" \t\r\n\0")
    return text.startswith("{") and not text.endswith("}") and not error.msg.startswith("Extra data")


def _parse_page(parsed: object, body: str, *, number: int, listed: str) -> Page | None:
    if not isinstance(parsed, dict):
        return None
    entries, block = parsed.get(listed), parsed.get("pagination")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return None
    if not isinstance(block, dict):
        return None
    names = ("total_entries", "current_page", "total_pages", "per_page")
    counts = [count for name in names if (count := _count(block.get(name))) is not None]
    return Page(number, body, entries, Pagination(*counts)) if len(counts) == len(names) else None


def _count(value: object) -> int | None:
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1_000_000_000:
        return value
    return None


def _hides_a_secret(body: str, redact: Redactor) -> bool:
    """JSON may write any letter as an escape: read by a JSON reader, the key would be back."""
    if not _HIDDEN_CHARACTER.search(body):
        return False
    plain = _HIDDEN_CHARACTER.sub(lambda match: chr(int(match[1], 16)), body)
    return redact(plain) != plain


def _describe_body(came: object, redact: Redactor) -> str:
    """What came instead of a page, in a few words."""
    if isinstance(came, str) and came.lstrip().startswith("<"):
        title = _TITLE.search(came[:CHARACTERS_QUOTED_FROM])
        return f"a web page (“{quote_text(title[1], redact)}”)" if title else "a web page"
    if isinstance(came, str) and came.lstrip().startswith(("{", "[")):
        return "JSON that cannot be read"
    if isinstance(came, str):
        return f"the text “{quote_text(came, redact)}”" if came.strip() else "nothing"
    if isinstance(came, dict) and (words := _spoken(came.get("errors", came.get("error")))):
        return f"an error: “{quote_text(words, redact)}”"
    names = {dict: "other content", list: "a list", type(None): "null"}
    return names.get(type(came), "a single value")


def _words(body: bytearray, redact: Redactor) -> str:
    """The vendor's own words in the body of an error, as the end of a sentence; "" when there are none."""
    text = redact(body.decode("utf-8", "replace"))[:CHARACTERS_QUOTED_FROM]
    if text.lstrip().startswith("<"):
        return f": {_describe_body(text, redact)}"
    try:
        words = _spoken(json.loads(text))
    except (ValueError, RecursionError):
        words = text
    words = quote_text(words, redact)
    return f": “{words}”" if words else ""


def _spoken(value: object) -> str:
    return " - ".join(_texts(value))


def _texts(value: object) -> Iterator[str]:
    """All texts in the lists and objects of `value`, in order; without recursion, whatever its depth."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            yield part
        elif isinstance(part, (list, dict)):
            waiting.extend(reversed(list(part.values()) if isinstance(part, dict) else part))


def _instant(text: str) -> datetime | None:
    try:
        instant = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
