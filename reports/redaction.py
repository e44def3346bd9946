"""Keeps secrets out of everything that is written or shown.

The API key is part of every URL, so it is in every exception text, debug log and echoed body that
shows one. Redaction replaces it in each form it may take: plain, percent-encoded, JSON, HTML, base64.
"""

import base64
import html
import json
import logging
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

MASK = "[key]"
_CONTROL = dict.fromkeys((*range(32), 127, *range(128, 160), 8232, 8233), " ")


class Redactor:
    """Replaces every form of the given secrets by MASK."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._forms: tuple[str, ...] = ()
        self.add(*secrets)

    def add(self, *secrets: str) -> None:
        """From now on these are replaced too. Empty text is ignored."""
        forms = {form for secret in secrets if secret for form in _forms(secret)}
        # Longest first: a short form may be part of a longer one, whose rest would then stay.
        self._forms = tuple(sorted({*self._forms, *forms}, key=lambda form: (-len(form), form)))

    def __call__(self, text: str) -> str:
        """`text` without any secret."""
        for form in self._forms:
            text = text.replace(form, MASK)
        return text


class RedactingFormatter(logging.Formatter):
    """A log line without secrets, and without control characters that came with data.

    It works on the finished line, traceback included, so nothing reaches a handler around it.
    """

    def __init__(self, redact: Redactor, fmt: str, datefmt: str | None = None) -> None:
        super().__init__(fmt, datefmt)
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        lines = self._redact(super().format(record)).split("\n")
        return "\n    ".join(line.translate(_CONTROL) for line in lines)


def _forms(secret: str) -> set[str]:
    percent = {quote(secret, safe=safe) for safe in ("", "/", "!$&'()*+,;=:@/")} | {quote_plus(secret)}
    percent |= {_lower_hex(form) for form in percent}
    in_json = {json.dumps(secret, ensure_ascii=is_ascii)[1:-1] for is_ascii in (True, False)}
    in_json |= {form.replace("/", "\\/") for form in in_json}
    raw = secret.encode()
    encoded = {encode(raw).decode().rstrip("=") for encode in (base64.b64encode, base64.urlsafe_b64encode)}
    texts = {
        secret,
        html.escape(secret),
        html.escape(secret, quote=False),
        repr(secret)[1:-1],
        repr(raw)[2:-1],
    }
    return texts | percent | in_json | encoded


def _lower_hex(text: str) -> str:
    head, *rest = text.split("%")
    return "%".join([head, *(part[:2].lower() + part[2:] for part in rest)])
