"""What one HTTP answer means: a page or a record, or a trouble and what to do about it.

A body is freed of the API key before anybody sees it, and what is quoted from it is short and holds no
control characters. The shapes of the vendor's errors, and what each status means, are from its documentation
and from recorded replies.
"""

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
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

CLIENT_MISSING = "this client is not in the account"

MANY_TRIES = 5
FEW_TRIES = 3
ONE_MORE_TRY = 2
NO_MORE_TRY = 1

LATER_OR_ASK = "Run again later; if it stays so, ask InvoiceXpress what it means"
LATER_OR_SMALLER = "Run again later, or write a smaller requests.per_page"
_ELSEWHERE = "Check account.base_url and the network's sign-in page, or run again later"

_LONGEST_WAIT_SECONDS = 315_360_000.0
_HIDDEN_CHARACTER = re.compile(r"\\u00([2-7][0-9a-fA-F])")
_TITLE = re.compile(r"<title[^>]*>([^<]*)", re.IGNORECASE)
_ADDRESS = re.compile(r"https?:[\\/]+[^\s\"'<>]+", re.IGNORECASE)
_SECONDS = re.compile(r"\d+(\.\d+)?", re.ASCII)


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

    `entries` are the documents or clients in it, as `exact_json` reads them. Nothing is reckoned with them:
    numbers other than whole ones are texts.
    """

    number: int
    body: str
    entries: list[dict[str, Any]]
    pagination: Pagination


Found = TypeVar("Found", Page, str)
"""A page; or an object beside the documents, as its exact text without the key."""


@dataclass(frozen=True)
class Expected(Generic[Found]):
    """What an answer should hold: in words, how it is found in JSON and its text, and what a 404 means.

    `find` gives None when it is not there. `is_extra`: no client fails for want of it. It is tried twice,
    spends no budget of others, and a 401 on it says that the account's plan lacks it. `pending` is what a 202
    is taken for, where the service says so that something is not ready yet.
    """

    words: str
    find: Callable[[object, str], Found | None]
    missing: str
    is_extra: bool = False
    pending: Found | None = None


@dataclass(frozen=True)
class Trouble:
    """Why there is no usable answer, what to do about it, the error it becomes, and how often it is tried.

    `message` stands alone while it is tried again; `advice` is a sentence of its own, for whoever reads that
    it was in vain. Neither has a full stop at its end. `tries` are those in all. `cost` is what a retry takes
    from the run's budget. `pause_seconds`: how long the API asked to be left alone. `is_limit`: too many
    requests, so a pause is due even when no length was named.
    """

    message: str
    advice: str
    error: type[ReportsError] = UnreachableError
    tries: int = MANY_TRIES
    cost: int = 1
    pause_seconds: float | None = None
    is_limit: bool = False

    @property
    def reason(self) -> str:
        """What is said when it is not tried again."""
        return f"{self.message}. {self.advice}"


def expect_page(
    listed: str, number: int, *, missing: str = CLIENT_MISSING, is_extra: bool = False
) -> Expected[Page]:
    """Page `number` of `listed`: "invoices" or "clients"."""
    find = partial(_parse_page, number=number, listed=listed)
    return Expected(f"{listed} and pagination", find, missing, is_extra=is_extra)


def expect_record(key: str, *, missing: str = CLIENT_MISSING) -> Expected[str]:
    """An object that has `key`: something beside the documents."""

    def find(parsed: object, body: str) -> str | None:
        return body if isinstance(parsed, dict) and key in parsed else None

    return Expected(f"“{key}”", find, missing, is_extra=True)


def judge(
    answer: HttpAnswer, expected: Expected[Found], *, redact: Redactor, now: datetime
) -> Found | Trouble:
    """What `answer` holds of what was `expected`, or the trouble with it.

    `now` is used when an answer names an instant to come back and does not say what time it is.
    """
    status = answer.status
    if status == 200:
        return _content(answer, expected, redact=redact)
    if status == 202 and expected.pending is not None:
        return expected.pending
    words = _words(answer.body, redact)
    if status == 401 and expected.is_extra:
        return Trouble(
            f"the API refuses it to this account (401{words})",
            "Ask InvoiceXpress whether the account's plan has it",
            ReadingError,
            NO_MORE_TRY,
        )
    if status == 401:
        said = f" (its words{words})" if words else ""
        return Trouble(
            "the API refused the request (401): either the API key is wrong or the account's name is, and "
            f"both get this answer{said}",
            "Check account.name and the key: store it again with invoice-reports key set, or correct the "
            "variable that holds it",
            RefusedError,
            NO_MORE_TRY,
        )
    if status == 404:
        missing = f"{expected.missing} (404{words})"
        return Trouble(missing, "Check the configuration", ReadingError, NO_MORE_TRY)
    if 300 <= status < 400:
        return Trouble(
            f"the API answered with a redirect ({status}). None is followed, because the API key is part of "
            "the address",
            "Check account.name and account.base_url, and the network's sign-in page",
            ReadingError,
            NO_MORE_TRY,
        )
    pause_seconds = wait_asked_for(answer.headers, now)
    if status == 429:
        limit = f"the API answered 429: too many requests{words}"
        advice = "Run again later, or lower requests.per_minute"
        return Trouble(limit, advice, pause_seconds=pause_seconds, is_limit=True)
    said = f"the API answered {status}{words}"
    if status == 408 or status >= 500:
        return Trouble(said, LATER_OR_ASK, pause_seconds=pause_seconds)
    return Trouble(said, LATER_OR_ASK, ReadingError, NO_MORE_TRY)


def page_of(body: str, *, number: int, listed: str) -> Page:
    """The page of an account's list whose `body` was kept, as it came. Raises ValueError when it is none."""
    page = _parse_page(exact_json.read(body, fraction=str), body, number=number, listed=listed)
    if page is None:
        raise ValueError(f"not a page of {listed}")
    return page


def read_count(value: object, most_digits: int) -> int | None:
    """A whole number of at most so many digits, also as digits in a text; else None."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= most_digits:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**most_digits:
        return value
    return None


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
    def unexpected(came: str, advice: str = _ELSEWHERE, tries: int = ONE_MORE_TRY) -> Trouble:
        return Trouble(f"expected JSON with {expected.words}, got {came}", advice, tries=tries)

    try:
        body = redact(answer.body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return unexpected("text that is not UTF-8")
    if _hides_a_secret(body, redact):
        return unexpected("an answer that repeats the API key in a hidden form")
    if len(body) > VALUES_IN_A_PAGE and sum(map(body.count, ",[{")) > VALUES_IN_A_PAGE:
        return unexpected(f"more than {VALUES_IN_A_PAGE:,} values in one page", LATER_OR_SMALLER)
    try:
        # Nothing is reckoned here.
        parsed = exact_json.read(body, fraction=str)
    except exact_json.DepthError:
        return unexpected("JSON that is nested too deeply")
    except json.JSONDecodeError as error:
        text = body.strip(" \t\r\n\0")
        if text.startswith("{") and not text.endswith("}") and not error.msg.startswith("Extra data"):
            return unexpected("JSON that is cut short", LATER_OR_ASK, MANY_TRIES)
        return unexpected(_describe_body(body, redact))
    # An error that the API itself tells of is no other site's page.
    is_error = isinstance(parsed, dict) and not {"error", "errors"}.isdisjoint(parsed)
    advice = LATER_OR_ASK if is_error else _ELSEWHERE
    return expected.find(parsed, body) or unexpected(_describe_body(parsed, redact), advice)


def _parse_page(parsed: object, body: str, *, number: int, listed: str) -> Page | None:
    if not isinstance(parsed, dict) or not isinstance(entries := parsed.get(listed), list):
        return None
    block: Any = parsed.get("pagination")
    if not all(isinstance(part, dict) for part in [*entries, block]):
        return None
    names = [field.name for field in fields(Pagination)]
    counts = [count for name in names if (count := read_count(block.get(name), 9)) is not None]
    return Page(number, body, entries, Pagination(*counts)) if len(counts) == len(names) else None


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
        return f"a web page (“{_quote(title[1], redact)}”)" if title else "a web page"
    if isinstance(came, str) and came.lstrip().startswith(("{", "[")):
        return "JSON that cannot be read"
    if isinstance(came, str):
        return f"the text “{_quote(came, redact)}”" if came.strip() else "nothing"
    if isinstance(came, dict) and (words := _spoken(came.get("errors", came.get("error")))):
        return f"an error: “{_quote(words, redact)}”"
    names = {dict: "other content", list: "a list", type(None): "null"}
    return names.get(type(came), "a single value")


def _words(body: bytearray, redact: Redactor) -> str:
    """The vendor's own words in the body of an error, as the end of a sentence; "" when there are none."""
    text = redact(body.decode("utf-8", "replace"))[:CHARACTERS_QUOTED_FROM]
    if text.lstrip().startswith("<"):
        return f": {_describe_body(text, redact)}"
    with suppress(ValueError, RecursionError):
        text = _spoken(json.loads(text))
    words = _quote(text, redact)
    return f": “{words}”" if words else ""


def _quote(text: str, redact: Redactor) -> str:
    """So much of an answer as may be shown. An address that is no secret of ours may be one of the service's:
    whoever has it can read the file that lies there.
    """
    return quote_text(_ADDRESS.sub("[address]", text), redact)


def _spoken(value: object) -> str:
    """All texts in the lists and objects of `value`, in order; without recursion, whatever its depth."""
    waiting, texts = [value], list[str]()
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, (list, dict)):
            waiting.extend(reversed(list(part.values()) if isinstance(part, dict) else part))
    return " - ".join(texts)


def _instant(text: str) -> datetime | None:
    try:
        instant = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
