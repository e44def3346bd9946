"""Faults of the content: the status is 200, and the body is not what it says, or not what was asked for."""

import json
from collections.abc import Callable
from urllib.parse import quote

from tests.support.faults.kinds import FAIL, PAGED, RECOVER, TOLERATE, Answer, Exchange, Kind, altered, said

SIGN_IN = "<!DOCTYPE html><html><head><title>Sign in</title></head><body><form></form></body></html>"
DEEP = 100_000
MANY_VALUES = 1_100_000


def _other(name: str, answer: Answer, says: str) -> Kind:
    return Kind("content", name, FAIL, RECOVER, answer, says)


def _fine(name: str, answer: Answer) -> Kind:
    return Kind("content", name, TOLERATE, TOLERATE, answer)


def _with(**parts: object) -> Answer:
    """The honest object with these parts; `rows` stands for the list."""

    def change(exchange: Exchange) -> None:
        for name, value in parts.items():
            exchange.good[name if name != "rows" else _listed(exchange)] = value

    return altered(change)


def _without(name: str) -> Answer:
    return altered(lambda x: x.good.pop(name if name != "rows" else _listed(x)))


def _listed(exchange: Exchange) -> str:
    """The name of what was asked for."""
    return next(name for name in exchange.good if name != "pagination")


def _coded(coding: str) -> Answer:
    return said(lambda x: x.body.decode().replace("{", '{"Ç": "ção",', 1).encode(coding, "replace"))


def _text(change: Callable[[str], str]) -> Answer:
    return said(lambda x: change(x.body.decode()))


def _with_hidden_key(exchange: Exchange) -> str:
    hidden = "".join(f"\\u{ord(letter):04x}" for letter in exchange.key)
    return exchange.body.decode().replace("{", f'{{"a": "{hidden}",', 1)


CONTENT = (
    _other("a web page", said(SIGN_IN, content_type="text/html"), "a web page (“Sign in”)"),
    _other("a web page called JSON", said(SIGN_IN), "a web page (“Sign in”)"),
    _other("a web page with the key", said(lambda x: f"<title>{quote(x.key, safe='')}</title>"), "web page"),
    _other("nothing", said(b""), "got nothing"),
    _other("blanks", said(b" \r\n\t "), "got nothing"),
    _other("null", said(b"null"), "got null"),
    _other("an empty list", said(b"[]"), "got a list"),
    _other("an empty object", said(b"{}"), "got other content"),
    _other("a text", said(b'"ok"'), "got"),
    _other("a number", said(b"42"), "a single value"),
    _other("true", said(b"true"), "a single value"),
    _other("not a number", said(b"NaN"), "the text “NaN”"),
    _other("an error object", said(json.dumps({"errors": [{"error": "Sem acesso"}]})), "Sem acesso"),
    _other("one error", said(json.dumps({"error": "Sem acesso"})), "Sem acesso"),
    _other("an error that repeats the key", said(lambda x: json.dumps({"error": x.key})), "[key]"),
    _other("a word", said(b"OK"), "the text"),
    _other("the key", said(lambda x: f"api_key={x.key}"), "[key]"),
    _other("XML", said(b"<?xml version='1.0'?><invoices/>"), "a web page"),
    _other("JSON with a call around it", _text(lambda text: f"callback({text});"), "the text"),
    _other("JSON with a comment", _text(lambda text: f"{text} // all"), "JSON that cannot be read"),
    _other("garbage behind it", _text(lambda text: f"{text}x"), "JSON that cannot be read"),
    _other("two answers in one", _text(lambda text: text * 2), "JSON that cannot be read"),
    _other("single quotes", _text(lambda text: text.replace('"', "'")), "JSON that cannot be read"),
    _other("a comma too many", _text(lambda text: f"{text[:-1]},}}"), "JSON that cannot be read"),
    _other("cut short", _text(lambda text: text[:-7]), "JSON that is cut short"),
    _other("a control character", _text(lambda text: text.replace('{"', '{"\x01', 1)), "JSON that cannot"),
    _other("bad UTF-8", said(lambda x: x.body.replace(b"{", b'{"a": "\xc3\x28",', 1)), "not UTF-8"),
    _other("Latin-1", _coded("latin-1"), "not UTF-8"),
    _other("UTF-16", _coded("utf-16"), "not UTF-8"),
    _other("UTF-16 without a mark", _coded("utf-16-le"), "not UTF-8"),
    _other("UTF-32", _coded("utf-32"), "not UTF-8"),
    _other("100,000 lists in each other", said(b"[" * DEEP), "nested too deeply"),
    _other(
        "100,000 levels in a field", _text(lambda t: t.replace("{", '{"a":' + "[" * DEEP, 1)), "too deeply"
    ),
    _other(
        "200 levels in a field",
        _text(lambda t: t.replace("{", '{"a":' + "[" * 200 + "]" * 200 + ",", 1)),
        "too deeply",
    ),
    _other("a million values", said(b"[" + b"{}," * MANY_VALUES + b"{}]"), "values in one page"),
    _other("the key in escapes", said(_with_hidden_key), "repeats the API key"),
    _other("another list", altered(lambda x: x.good.update(papers=x.good.pop(_listed(x)))), "other content"),
    _fine("a byte order mark", _coded("utf-8-sig")),
    _fine(
        "a number of 5,000 digits in no field of ours",
        _text(lambda t: t.replace("{", '{"a":' + "9" * 5000 + ",", 1)),
    ),
    _fine("blanks around it", _text(lambda text: f"\r\n\t {text} \n")),
    _fine("fields nobody knows", altered(lambda x: x.good.update(meta={"a": [1, None]}, links=[]))),
)
LISTS = tuple(
    Kind("content", name, FAIL, RECOVER, answer, "other content", pages=PAGED)
    for name, answer in {
        "no list": _without("rows"),
        "null for the list": _with(rows=None),
        "an object for the list": _with(rows={}),
        "null in the list": altered(lambda x: x.rows.insert(0, None)),  # type: ignore[arg-type]
        "a list in the list": altered(lambda x: x.rows.append([])),  # type: ignore[arg-type]
        "no pagination": _without("pagination"),
        "null for pagination": _with(pagination=None),
        "a list for pagination": _with(pagination=[]),
        "an empty pagination": _with(pagination={}),
        "a count below zero": altered(lambda x: x.good["pagination"].update(total_entries=-1)),
        "a count that is true": altered(lambda x: x.good["pagination"].update(total_pages=True)),
        "a count with a fraction": altered(lambda x: x.good["pagination"].update(per_page=10.5)),
        "a count of words": altered(lambda x: x.good["pagination"].update(total_entries="muitos")),
    }.items()
)
