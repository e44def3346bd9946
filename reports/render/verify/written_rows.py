"""The rows of a written sheet, from its bytes: many at once by a pattern, all others by an XML parser.

The rows of a data sheet are alike, so a pattern that knows every character of such a row takes their values
column by column; a parser, which calls back for each element, takes ten times as long. It is shown those rows
as one empty element and all the rest as it is. So it still proves the part well-formed and reads each row
that is not of the form, and what is read is the same either way.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from xml.parsers import expat

NUMBER_KINDS = ("n", "b")
ERROR_KIND = "e"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

_DIGITS = "0123456789"
_ROW_END = b"</row>"
_ROWS = "rows"
"""The element that stands for rows the parser is not shown."""
_NO_ROW = "none"

_REFERENCES = {"&quot;": '"', "&#x27;": "'", "&lt;": "<", "&gt;": ">", "&#13;": "\r", "&amp;": "&"}
"""In the order they are resolved, an ampersand last: what it begins then is text."""
_CHARACTERS = r"[^<>&\x00-\x08\x0b-\x1f]*+"
_TEXT = f"{_CHARACTERS}(?:(?:{'|'.join(_REFERENCES)}){_CHARACTERS})*+"
_NUMBER = r"[-+.0-9E]++"
_EMPTY = '(?: t="(?:n|inlineStr)")? ?/>'
_NO_CHARACTERS = ("\ufffe", "\uffff")
_COVERS = ("<!", "<?")
"""What may hide the rows behind it, as a comment does."""


class Row(NamedTuple):
    """A row, counted from 1, by the letters of its columns: a cell is a number or a text, or in none of both.

    A formula stands beside its stored result.
    """

    place: int
    numbers: dict[str, str]
    texts: dict[str, str]
    formulas: dict[str, str]


class Form(NamedTuple):
    """Columns of a sheet by letter, A to `last`: those of numbers, and whose texts and links are wanted."""

    last: str
    numbers: str
    texts: str
    links: str


class Rows(NamedTuple):
    """Rows of a form, one after the other: their places, and by letter their cells in that column.

    There, no number is None and no text is "".
    """

    places: Sequence[int]
    numbers: Mapping[str, Sequence[str | None]]
    texts: Mapping[str, Sequence[str]]
    formulas: Mapping[str, Sequence[str]]

    def one_by_one(self) -> Iterator[Row]:
        """The same rows, each for itself."""
        for number, place in enumerate(self.places):
            numbers, texts, formulas = (
                {letter: cell for letter, cells in part.items() if (cell := cells[number])}
                for part in (self.numbers, self.texts, self.formulas)
            )
            yield Row(place, numbers, texts, formulas)


class Reader:
    """Reads one sheet as its bytes come. Raises ExpatError, ValueError or LookupError for what is none."""

    def __init__(self, form: Form | None = None) -> None:
        self._pattern = _pattern(form) if form else None
        self._rest = b""
        self._done: list[Row | Rows] = []
        self._between: dict[str, str] = {}
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        _listen(self._parser, self._done, self._between)

    def take(self, data: bytes) -> list[Row | Rows]:
        """The rows that are whole with `data`, the next bytes; b"" says that there are no more."""
        is_last, data = not data, self._rest + data
        end = len(data) if is_last else _end(data)
        if self._pattern and self._match(self._pattern, data[:end]):
            self._rest, data = data[end:], b""
        else:
            self._pattern, self._rest = None, b""
        self._parser.Parse(data, is_last)
        if any(map(str.strip, self._between.values())):
            raise ValueError("there is text between two rows")
        # Of a row that the parser is in, more may come.
        is_whole = is_last or not self._done or isinstance(self._done[-1], Rows)
        whole = len(self._done) if is_whole else len(self._done) - 1
        rows = self._done[:whole]
        del self._done[:whole]
        return rows

    def _match(self, pattern: re.Pattern[str], data: bytes) -> bool:
        """Reads `data` when each `<` in it begins a tag. Of anything else the parser knows what it is."""
        text = _text(data)
        pieces, width = pattern.split(text), pattern.groups + 1
        others = pieces[::width]
        if any(cover in "".join(others) for cover in _COVERS) or (data and not text):
            return False
        first = 0
        for number, other in enumerate(others):
            if other:
                self._add(pattern, pieces[first * width : number * width])
                first = number
                self._parser.Parse(other.encode(), False)
        self._add(pattern, pieces[first * width : -1])
        return True

    def _add(self, pattern: re.Pattern[str], pieces: list[str | Any]) -> None:
        if pieces:
            self._parser.Parse(f"<{_ROWS}/>".encode(), False)
            self._done.append(_rows(pattern, pieces))


def _end(data: bytes) -> int:
    """Where the last row ends, or at least a tag: a reference or a character is never cut in two."""
    end = data.rfind(_ROW_END)
    return data.rfind(b">") + 1 if end < 0 else end + len(_ROW_END)


def _text(data: bytes) -> str:
    """The text, or "" for what is none: the parser says what is wrong with it."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return ""
    return "" if any(one in text for one in _NO_CHARACTERS) else text


@lru_cache
def _pattern(form: Form) -> re.Pattern[str]:
    """A whole row: `place`, and groups such as `number_H`; any cell may be missing or empty.

    What has matched is never tried in another way, so that no row takes longer than its length.
    """
    cells = "".join(
        rf'(?><c r="{letter}(?P=place)"(?: s="[0-9]+")?(?:{_cell(form, letter)}|{_EMPTY}))?+'
        for letter in LETTERS[: LETTERS.index(form.last) + 1]
    )
    return re.compile(
        f'<row r="(?P<place>[0-9]+)"(?: ht="[0-9.]+")?(?: customHeight="1")?>{cells}{_ROW_END.decode()}'
    )


def _cell(form: Form, letter: str) -> str:
    """The rest of a cell that is not empty, after its style."""
    if letter in form.numbers:
        return f'(?: t="[{"".join(NUMBER_KINDS)}]")?><v>(?P<number_{letter}>{_NUMBER})</v></c>'
    start, end = ' t="inlineStr"><is><t(?: xml:space="preserve")?>', "</t></is>"
    if letter in form.links:
        formula = f"formula_{letter}"
        start = f'(?:{start}| t="str"><f>(?P<{formula}>{_TEXT})</f><v>)'
        end = f"(?({formula})</v>|{end})"
    is_wanted = letter in form.texts + form.links
    return f"{start}{f'(?P<text_{letter}>{_TEXT})' if is_wanted else _TEXT}{end}</c>"


def _rows(pattern: re.Pattern[str], pieces: list[str | Any]) -> Rows:
    """The rows of what the pattern has split, from before the first of them on."""
    columns = {name: pieces[place :: pattern.groups + 1] for name, place in pattern.groupindex.items()}

    def of(part: str) -> Iterator[tuple[str, list[Any]]]:
        return ((name[-1], cells) for name, cells in columns.items() if name.startswith(part))

    texts, formulas = (
        {letter: _texts(cells) for letter, cells in of(part)} for part in ("text_", "formula_")
    )
    return Rows([*map(int, columns["place"])], dict(of("number_")), texts, formulas)


def _texts(cells: Iterable[str | None]) -> list[str]:
    """The cells, their references resolved all at once: what stands between them can be in none."""
    whole = "\0".join(cell or "" for cell in cells)
    if "&" in whole:
        for reference, character in _REFERENCES.items():
            whole = whole.replace(reference, character)
    return whole.split("\0")


def _listen(parser: expat.XMLParserType, done: list[Row | Rows], between: dict[str, str]) -> None:
    """Has the parser put rows in `done`, and text behind those it is not shown in `between`.

    Hearing of starts alone, without ends, takes half the time.
    """
    row, column = _NO_ROW, ""
    numbers: dict[str, str] = {}
    texts: dict[str, str] = {}
    into = texts
    # Where the text of an element goes that stands in a cell.
    places: dict[str, dict[str, str]] = {}

    def start(name: str, given: dict[str, str]) -> None:
        nonlocal row, column, numbers, texts, into, places
        if name == "c":
            reference, kind = given["r"], given.get("t", "n")
            column = reference.rstrip(_DIGITS)
            if reference != column + row or kind == ERROR_KIND:
                raise ValueError(f"cell {reference} in row {row} is of type {kind}")
            places["v"] = numbers if kind in NUMBER_KINDS else texts
        elif name in places:
            into = places[name]
        elif name == "row":
            row, numbers, texts = given["r"], {}, {}
            places = {"t": texts, "f": {}}
            done.append(Row(int(row), numbers, texts, places["f"]))
        elif name == _ROWS:
            # Until the next row begins, no cell is in any and no text in a cell.
            row, into, places = _NO_ROW, between, dict.fromkeys("vtf", between)
        elif name != "is":
            # What comes after the rows has texts of its own.
            into = {}

    def text(piece: str) -> None:
        into[column] = into.get(column, "") + piece

    parser.StartElementHandler, parser.CharacterDataHandler = start, text
