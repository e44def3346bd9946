"""Translates a whole English sentence that has its values in it already.

Log, run record and exceptions are English. What a person sees of them is translated where it is shown, which
works for the record of an earlier run too. The catalogue (`locale/<language>/LC_MESSAGES/sentences.po`) has
each sentence as a form, with named places: `{path}: it holds {pages} of {pages2} pages. {read_again}`. A text
is read as the form, or as the row of sentences, that leaves the fewest of its letters untranslated.

What stands in a place is translated in turn. A place of CLAUSES holds words of ours; any other may hold a
client's name, which a form changes only with FEWEST_LETTERS of its own. Text in “quotation marks” is
somebody else's and stays as it came.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

from babel.messages.pofile import read_po

CATALOGUES = Path(__file__).parents[1] / "locale"
FILE_NAME = "sentences.po"
FEWEST_LETTERS = 12
CLAUSES = frozenset(
    """
    advice asked cause came chosen counts error event holes kind listed login meaning message missing place
    plan question reason reasons said text trouble way what where whose why words
    """.split()
)
"""Names of places that hold a clause, a sentence or several: words of this program."""

VALUES = frozenset({"expected", "found"})
"""Names of places that hold a value, or one of our words in place of one."""

_PLACE = re.compile(r"\{(\w+)\}")
_QUOTED = re.compile(r"“[^”]*”")
_SEPARATOR = re.compile(r"[;.:] ")
_MOST_SEPARATORS = 40
"""A text with more of them is no sentence of ours, and is not cut."""


class Rank(Enum):
    """How freely a part of a text is translated.

    A clause is ours. A piece, which stands between separators, may be a name where it is one short word. A
    value is a word of ours as a whole, or none of ours. A name needs FEWEST_LETTERS.
    """

    CLAUSE = "clause"
    PIECE = "piece"
    VALUE = "value"
    NAME = "name"


class _Reading(NamedTuple):
    """A text in another language, how many letters of it stayed as they were, and how many parts it has."""

    untranslated: int
    parts: int
    text: str


@dataclass(frozen=True)
class Form:
    """A sentence with places, and its translation. `is_finding`: its values are written as `write` says."""

    english: str
    translation: str
    is_finding: bool = False

    @cached_property
    def pieces(self) -> tuple[str, ...]:
        """The text between the places."""
        return tuple(map(_unescape, _PLACE.split(self.english)[::2]))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The places, in order."""
        return tuple(_PLACE.findall(self.english))

    @cached_property
    def quoted(self) -> frozenset[str]:
        """The places between quotation marks: what stands there is somebody else's."""
        around = zip(self.names, self.pieces, self.pieces[1:], strict=False)
        return frozenset(name for name, before, after in around if before[-1:] == "“" and after[:1] == "”")

    @cached_property
    def letters(self) -> int:
        """How many it has of its own."""
        return sum(map(_count_letters, self.pieces))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        places = (f"(?P<{name}>.*?)" for name in self.names)
        pieces = map(re.escape, self.pieces)
        return re.compile(next(pieces) + "".join(map(str.__add__, places, pieces)), re.DOTALL)

    def match(self, text: str) -> Mapping[str, str] | None:
        """What stands in the places of `text`; None where it is another sentence."""
        at = 0
        for piece in self.pieces:
            at = text.find(piece, at)
            if at < 0:
                return None
            at += len(piece)
        found = self._pattern.fullmatch(text)
        return found.groupdict() if found else None


class Sentences:
    """The sentences of one language. `write` writes a value of a finding as this language does."""

    def __init__(self, forms: Iterable[Form], *, write: Callable[[str], str]) -> None:
        found = list(forms)
        self._exact = {_unescape(form.english): _unescape(form.translation) for form in found}
        forms = sorted((form for form in found if form.names), key=lambda form: -form.letters)
        # Most forms are ruled out by their longest piece, for far less than a match costs.
        self._forms = [(max(form.pieces, key=len), form) for form in forms]
        self._long_forms = [(key, form) for key, form in self._forms if form.letters >= FEWEST_LETTERS]
        self._write = write
        self._read = lru_cache(maxsize=4096)(self._find_reading)

    def say(self, text: str) -> str:
        """`text` in this language, as far as it is known here; line by line."""
        return "\n".join(self._read(line, Rank.CLAUSE).text for line in text.split("\n"))

    def _find_reading(self, text: str, rank: Rank) -> _Reading:
        bare = text.strip().removeprefix("✓ ")
        if not bare:
            return _Reading(0, 0, text)
        before, _, after = text.partition(bare)
        body = _strip(bare)
        best = min(self._readings(body, rank), key=lambda reading: reading[:2])
        return best._replace(text=f"{before}{best.text}{bare[len(body) :]}{after}")

    def _readings(self, body: str, rank: Rank) -> Iterator[_Reading]:
        """Every way to read it; of two that are as good, the one with most letters of its own comes first."""
        letters = _count_letters(body)
        if not letters or _QUOTED.fullmatch(body):
            yield _Reading(0, 0, body)
            return
        exact = self._exact.get(body)
        if exact is not None and (rank in (Rank.CLAUSE, Rank.VALUE) or letters >= FEWEST_LETTERS):
            # A short word is one of a longer sentence, where there is such a reading that is as good.
            yield _Reading(0, 1 if letters >= FEWEST_LETTERS else 2, exact)
            return
        if rank is not Rank.VALUE:
            forms = self._long_forms if rank is Rank.NAME else self._forms
            for key, form in forms:
                if key in body and (found := form.match(body)) is not None:
                    yield self._fill(form, found)
            for first, last in _list_separators(body):
                inner = Rank.NAME if rank is Rank.NAME else Rank.PIECE
                left, right = self._read(body[:first], inner), self._read(body[last:], inner)
                yield _Reading(
                    left.untranslated + right.untranslated,
                    left.parts + right.parts,
                    f"{left.text}{body[first:last]}{right.text}",
                )
        yield _Reading(letters, 1, body)

    def _fill(self, form: Form, found: Mapping[str, str]) -> _Reading:
        untranslated, parts, values = 0, 1, {}
        for name, value in found.items():
            if name in form.quoted:
                values[name] = value
            elif form.is_finding and rank_of(name) is Rank.VALUE:
                part = self._read(value, Rank.CLAUSE)
                untranslated, parts = untranslated + part.untranslated, parts + part.parts
                values[name] = self._write(part.text)
            else:
                part = self._read(value, rank_of(name))
                values[name] = part.text
                untranslated, parts = untranslated + part.untranslated, parts + part.parts
        return _Reading(untranslated, parts, form.translation.format(**values))


def rank_of(place: str) -> Rank:
    """How freely what stands in the place of this name is translated. `error2` is like `error`."""
    name = place.rstrip("0123456789")
    return Rank.CLAUSE if name in CLAUSES else Rank.VALUE if name in VALUES else Rank.NAME


@lru_cache
def read_forms(language: str) -> tuple[Form, ...]:
    """The forms of a language's catalogue; none for English."""
    path = CATALOGUES / language / "LC_MESSAGES" / FILE_NAME
    if not path.exists():
        return ()
    with path.open("rb") as stream:
        found = read_po(stream, locale=language)
    return tuple(make_form(str(entry.id), str(entry.string)) for entry in found if entry.id and entry.string)


def make_form(english: str, translation: str, *, is_finding: bool = False) -> Form:
    """The form of a sentence: neither text has the full stop or colon at its end, nor blanks around it.

    An ellipsis (`...`) is no full stop, and stays.
    """
    return Form(_strip(english), _strip(translation), is_finding)


def _strip(text: str) -> str:
    bare = text.strip()
    return bare[:-1] if bare.endswith((".", ":")) and not bare.endswith("..") else bare


def _unescape(text: str) -> str:
    return text.replace("{{", "{").replace("}}", "}")


def _count_letters(text: str) -> int:
    return sum(map(str.isalpha, _QUOTED.sub("", text)))


def _list_separators(text: str) -> list[tuple[int, int]]:
    """Where sentences and clauses of `text` end, outside quotation marks."""
    hidden = _QUOTED.sub(lambda match: "”" * len(match[0]), text)
    found = [match.span() for match in _SEPARATOR.finditer(hidden)]
    return found if len(found) <= _MOST_SEPARATORS else []
