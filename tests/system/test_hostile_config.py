"""Hostile texts in the configuration: refused in a line, or shown as the text they are."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.conftest import ANA, EVA, RUI
from tests.support.hostile import TEXTS, folded
from tests.support.hostile_read import UNSHOWABLE, read_page, trouble_of_lines, trouble_of_run
from tests.support.office import HTML_ONLY, Office, Said

FIELDS: Mapping[str, Callable[[str], Mapping[str, Any]]] = {
    "issuer": lambda text: {"issuer": {"name": text, "fiscal_id": text, "address": text}},
    "footer": lambda text: {"statement": {"footer": text}},
    "client": lambda text: {"clients": [{"id": ANA, "name": text, "fiscal_id": text}]},
}
STRUCTURE: Mapping[str, Callable[[str], Mapping[str, Any]]] = {
    "account": lambda text: {"account": {"name": text}},
    "key": lambda text: {"account": {"name": "office", "api_key": text}},
    "address": lambda text: {"account": {"name": "office", "base_url": text}},
    "period": lambda text: {"period": text},
    "time zone": lambda text: {"time_zone": text},
    "language": lambda text: {"language": text},
    "status": lambda text: {"filters": {"status": [text]}},
    "clients": lambda text: {"clients": [text]},
    "logo": lambda text: {"issuer": {"logo": text}},
    "templates": lambda text: {"statement": {"templates": text}},
    "colour": lambda text: {"statement": {"colours": [text]}},
    "option": lambda text: {text: text},
}
ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
"""What JSON has as it is and YAML only escaped."""
SHOWN = [name for name, text in TEXTS.items() if len(text) < 500 and not UNSHOWABLE.search(text.strip())]
REFUSED = [name for name, text in TEXTS.items() if UNSHOWABLE.search(text.strip())]


def configured(office: Office, sections: Mapping[str, Any]) -> Said:
    office.configure(**{"clients": [ANA], "output": HTML_ONLY, **sections})
    # JSON writes a picture as two halves, which YAML takes for two characters.
    whole = json.dumps(json.loads(office.config.read_text("utf-8")), ensure_ascii=False, indent=1)
    text = ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", whole)
    office.config.write_text(text, "utf-8")
    return office.run()


def is_refused_in_lines(said: Said) -> bool:
    lines = (said.out + said.err).splitlines()
    return (
        said.code == 2 and len(lines) < 12 and not list(trouble_of_lines(said.out + said.err, is_log=False))
    )


def texts_of(office: Office) -> str:
    return "".join(folded(text) for path in office.output.rglob("*.html") for text in read_page(path).texts)


def test_every_text_is_either_for_one_test_here_or_for_another() -> None:
    assert len(SHOWN) > 60
    assert len(REFUSED) == 5
    assert {*TEXTS} - {*SHOWN, *REFUSED} == {"40,000", "20,000 pictures"}


def test_every_text_that_can_be_shown_is_shown_as_it_is(office: Office) -> None:
    every = " ¶ ".join(TEXTS[name].strip() for name in SHOWN)
    sections: dict[str, Any] = {}
    for field in FIELDS.values():
        sections |= field(every)
    said = configured(office, sections | {"output": {}, "issuer": FIELDS["issuer"](every)["issuer"]})
    assert said.code == 0, said.out
    assert trouble_of_run(office.output) == []
    assert list(trouble_of_lines(said.out + said.err, is_log=False)) == []
    texts = texts_of(office)
    for name in SHOWN:
        assert texts.count(folded(TEXTS[name])) >= 4, name


@pytest.mark.parametrize("field", FIELDS)
def test_what_cannot_be_shown_is_refused_before_anything_is_asked(field: str, office: Office) -> None:
    for name in REFUSED:
        said = configured(office, FIELDS[field](TEXTS[name]))
        assert is_refused_in_lines(said), name
    assert office.sandbox.requests == []
    assert not office.output.exists()


@pytest.mark.parametrize("field", STRUCTURE)
def test_a_word_that_decides_is_refused_in_a_line(field: str, office: Office) -> None:
    for name in (
        "script",
        "escape",
        "header",
        "right to left",
        "parent",
        "template",
        "lone surrogate",
        "40,000",
    ):
        said = configured(office, STRUCTURE[field](TEXTS[name]))
        assert is_refused_in_lines(said), name
        assert max(map(len, (said.out + said.err).splitlines())) < 600, name
    assert office.sandbox.requests == []


def test_two_clients_of_one_slug_have_folders_of_their_own(office: Office) -> None:
    names = {ANA: "../CON", RUI: "..\\con.", EVA: "CON"}
    said = configured(office, {"clients": [{"id": client, "name": name} for client, name in names.items()]})
    assert said.code == 0
    assert {path.name for path in office.month.glob("*-1*")} == {f"con-{client}" for client in names}


@pytest.mark.soak
@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("field", FIELDS)
def test_each_text_in_each_option_is_shown_or_refused(field: str, name: str, office: Office) -> None:
    said = configured(office, {"output": {"excel": field == "client"}, **FIELDS[field](TEXTS[name])})
    if said.code == 2:
        assert is_refused_in_lines(said)
        assert name in REFUSED
    else:
        assert said.code == 0
        assert trouble_of_run(office.output) == []
        assert folded(TEXTS[name]) in texts_of(office)


@pytest.mark.soak
@pytest.mark.parametrize("field", STRUCTURE)
def test_each_text_where_a_word_decides_is_refused(field: str, office: Office) -> None:
    for name, text in TEXTS.items():
        assert is_refused_in_lines(configured(office, STRUCTURE[field](text))), name
