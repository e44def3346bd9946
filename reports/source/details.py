"""What the API says beside the documents, for the head of an archive. No client fails for it.

What is kept of a client is `{"client": text, "balance": text, "missing": {kind: why}}`: the exact text of
each answer, or why there is none. The account's taxes are asked once a run, and kept as the exact text too.
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from reports import exact_json
from reports.errors import ReadingError, UnreachableError
from reports.source.completeness import id_of
from reports.source.threads import DaemonPool

if TYPE_CHECKING:
    from reports.source.http.api import Api

CLIENT, BALANCE = "client", "balance"
KINDS = (CLIENT, BALANCE)
MISSING = "missing"

MOST_CHARACTERS = 100_000
MOST_BRACKETS = 500
"""An answer has some thousand characters, and a dozen brackets. The head of an archive is read as a whole."""

FAILURES_IN_A_ROW = 3
"""So often a kind may find no usable answer; then documents need the time more."""

_log = logging.getLogger(__name__)


class Inquiry:
    """All details of a run; they may be asked for from any thread. A thread of `pages` asks for the taxes."""

    def __init__(self, api: "Api", pages: DaemonPool) -> None:
        self._api = api
        self._pages = pages
        self._lock = threading.Lock()
        self._failures: Counter[str] = Counter()
        self._taxes: Future[str | None] | None = None

    def taxes(self) -> "Future[str | None]":
        """The answer to `GET /taxes.json`, None when there is none; it may raise StoppedError."""
        with self._lock:
            self._taxes = self._taxes or self._pages.submit(self._ask_taxes)
            return self._taxes

    def ask(
        self, client: int, kinds: Sequence[str], *, on_request: Callable[[], None] = lambda: None
    ) -> dict[str, Any]:
        """What is kept of `kinds`. Raises RefusedError and StoppedError, but nothing else `Api` raises."""
        kept: dict[str, Any] = {MISSING: {}}
        for kind in kinds:
            try:
                kept[kind] = self._text(client, kind, on_request)
            except ReadingError as error:
                _log.warning("%s", error)
                kept[MISSING][kind] = str(error)
        return kept

    def _ask_taxes(self) -> str | None:
        try:
            return _check_size("the account's taxes", self._api.taxes())
        except ReadingError as error:
            _log.warning("regions of VAT are told without it: %s", error)
            return None

    def _text(self, client: int, kind: str, on_request: Callable[[], None]) -> str:
        if self._failures[kind] >= FAILURES_IN_A_ROW:
            raise ReadingError(
                f"client {client}, {kind}: not asked, after {FAILURES_IN_A_ROW} clients without an answer. "
                "Run again later"
            )
        request = self._api.client_details if kind == CLIENT else self._api.balance
        try:
            text = request(client, on_request=on_request)
        except UnreachableError:
            with self._lock:
                self._failures[kind] += 1
            raise
        self._failures[kind] = 0
        _check_size(f"client {client}, {kind}", text)
        if kind == CLIENT:
            found = exact_json.read(text)[CLIENT]
            if not isinstance(found, dict) or id_of(found) != client:
                raise ReadingError(
                    f"client {client}, details: the answer is about something else and was not kept"
                )
        return text


def _check_size(where: str, text: str) -> str:
    if len(text) > MOST_CHARACTERS or text.count("{") + text.count("[") > MOST_BRACKETS:
        raise ReadingError(f"{where}: the answer is too large and was not kept")
    return text
