"""The words of reports and templates, and the catalogues that translate them.

`python -m tests.support.catalogue` brings the catalogues up to date: new words come in without a translation,
words nobody uses go. The translations themselves are written by hand.
"""

import io
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from reports.figures import changes
from reports.figures.checks.finding import RULES
from reports.render.content.labels import LOCALES

TOP = Path(__file__).parents[2]
LOCALE = TOP / "reports" / "locale"
LANGUAGES = tuple(language for language in LOCALES if language != "en")
METHODS = [("**.py", "python"), ("**.j2", "jinja2")]
KEYWORDS = {"_": None, "N_": None, "text": None}


@cache
def words() -> frozenset[str]:
    """Every label of package and templates, every text of a finding, every kind of change."""
    return frozenset(
        (
            *(*_extracted(TOP / "reports" / "render"), *_extracted(TOP / "templates")),
            *(text for rule in RULES.values() for text in (rule.sentence, rule.remedy)),
            *changes.KINDS,
        )
    )


def catalogue(language: str, of: Path | None = None) -> Catalog:
    """The catalogue of a language, or another that is `of` it; an empty one where there is none yet."""
    place = of or path(language)
    if not place.exists():
        return Catalog(locale=language)
    with place.open("rb") as stream:
        return read_po(stream, locale=language)


def path(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "reports.po"


def update(language: str) -> None:
    """The catalogue with exactly the words in use, in alphabetical order, its translations kept."""
    write(path(language), language, words(), header="# Labels of workbook, statement and overview.")


def write(place: Path, language: str, texts: Collection[str], *, header: str) -> None:
    """The catalogue `place` with exactly these texts, in alphabetical order, its translations kept."""
    old = catalogue(language, place)
    new = Catalog(locale=language, header_comment=header, fuzzy=False)
    for word in sorted(texts):
        before = old.get(word)
        new.add(word, before.string if before else "")
    text = io.BytesIO()
    write_po(text, new, width=110, omit_header=True)
    top = f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(top.encode() + text.getvalue().strip() + b"\n")


def _extracted(folder: Path) -> Iterator[str]:
    found = extract_from_dir(
        folder, method_map=METHODS, keywords=KEYWORDS, options_map={"**.j2": {"encoding": "utf-8"}}
    )
    for _, _, message, _, _ in found:
        if isinstance(message, str):
            yield message


if __name__ == "__main__":
    for known in LANGUAGES:
        update(known)
