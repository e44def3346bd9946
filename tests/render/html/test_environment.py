"""A folder of templates replaces built-in ones by name, reaches nothing else, and says where it is wrong."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from io import IOBase
from itertools import chain
from pathlib import Path
from types import ModuleType

import pytest

from reports.errors import ClientError, ConfigError, WriteError
from reports.render.content import client_report
from reports.render.content.account import READY, AccountSummary, ClientLine
from reports.render.content.brand import Brand, IssuerDetails
from reports.render.content.client_report import ClientReport, Subject
from reports.render.content.labels import Labels
from reports.render.html import environment, pages, tables
from reports.render.html.context import StatementPage
from reports.render.html.pieces import Inserts
from reports.render.html.tables import HtmlPart
from tests.support.filed import build_account_month, build_month
from tests.support.papers import OCTOBER, added, findings, paper

READ_AT = dt.datetime(2026, 11, 2, 6, 30, tzinfo=dt.UTC)
SUBJECT = Subject(1310176, "Ana & Filhos, Lda", "500000011", IssuerDetails("Exemplar"), OCTOBER, READ_AT, {})
PAPERS = (paper(1), paper(2, "CreditNote", net="20"))
GUIDE = Path(__file__).parents[3] / "docs" / "TEMPLATES.md"


def report(*, line_items: bool = False) -> ClientReport:
    figures = added(*PAPERS)
    return client_report.client_report(
        SUBJECT, figures, findings=findings(*PAPERS), labels=Labels("en"), line_items=line_items
    )


def brand(folder: Path, **texts: str) -> Brand:
    """A brand with templates of its own: `statement` is statement.html.j2."""
    for name, text in texts.items():
        (folder / f"{name}.html.j2").write_text(text, encoding="utf-8")
    return Brand(templates=folder)


def statement(look: Brand, *, line_items: bool = False) -> str:
    shown = report(line_items=line_items)
    return "".join(pages.statement(shown, subject=SUBJECT, labels=Labels("en"), brand=look))


def test_a_template_stands_in_for_the_one_of_its_name_and_no_other(tmp_path: Path) -> None:
    own = brand(tmp_path, statement="{{ subject.name }}: {{ report.title }}")
    assert statement(own) == "Ana &amp; Filhos, Lda: Statement of documents"
    assert "<table" in pages.mail(report(), subject=SUBJECT, labels=Labels("en"), brand=own)[1]
    assert "<table" in statement(Brand())


def test_a_template_can_change_one_block_of_the_built_in_one(tmp_path: Path) -> None:
    text = '{% extends "builtin/statement.html.j2" %}{% block notes %}<p>Ours</p>{% endblock %}'
    page = statement(brand(tmp_path, statement=text))
    assert "<p>Ours</p>" in page
    assert "serve de fatura" not in page
    assert 'id="part-1-documents"' in page


BY_LINES = """{% import "builtin/parts.html.j2" as parts with context %}
{% for part in sections[0].documents.parts %}
{% for line in part.lines %}{{ parts.line(line, 7) }}{% endfor %}
{%- endfor %}"""
AT_ONCE = """{% import "builtin/parts.html.j2" as parts with context %}
{% set columns = sections[0].documents.columns %}
{% set row %}
<tr><th scope="row" class="{{ columns[0].kind }}">%s</th>
{%- for column in columns[1:] %}<td class="{{ column.kind }}">%s</td>{% endfor %}</tr>
{% endset %}
{% for part in sections[0].documents.parts %}
{{ part.filled(row, parts.details) -}}
{% endfor %}"""


@pytest.mark.parametrize("line_items", [False, True])
def test_rows_filled_at_once_are_the_rows_line_by_line(tmp_path: Path, line_items: bool) -> None:
    pages_of = []
    for name, text in (("lines", BY_LINES), ("once", AT_ONCE)):
        (tmp_path / name).mkdir()
        pages_of.append(statement(brand(tmp_path / name, statement=text), line_items=line_items))
    assert pages_of[0] == pages_of[1]
    assert pages_of[0].count('<tr class="details">') == (len(PAPERS) if line_items else 0)
    assert pages_of[0].count('<th scope="row" class="link">') == len(PAPERS)


def test_a_rows_form_is_escaped_like_all_that_a_template_puts_out(tmp_path: Path) -> None:
    text = "{{ sections[0].ageing.parts[0].filled('<b>100% %s %s %s {0}') }}"
    assert "&lt;b&gt;100% Not due 0 " in statement(brand(tmp_path, statement=text))


def test_a_row_with_another_number_of_places_fails_the_client_naming_the_line(tmp_path: Path) -> None:
    text = "\n{{ sections[0].documents.parts[0].filled('%s %s') }}"
    with pytest.raises(ClientError, match=r"statement\.html\.j2, line 2: a row has 2 places for 7 cells"):
        statement(brand(tmp_path, statement=text))


def test_what_stands_under_a_row_and_fails_is_named_too(tmp_path: Path) -> None:
    text = (
        "{% macro under(grid, columns) %}\n{{ grid.telephone }}{% endmacro %}"
        "{% set part = sections[0].documents.parts[0] %}"
        "{{ part.filled('%s %s %s %s %s %s %s', under) }}"
    )
    with pytest.raises(ClientError, match=r"statement\.html\.j2, line 2: .*'telephone'"):
        statement(brand(tmp_path, statement=text), line_items=True)


def test_the_look_of_all_pages_can_be_replaced_alone(tmp_path: Path) -> None:
    (tmp_path / "look.css").write_text("body { color: #123456 }", encoding="utf-8")
    page = statement(Brand(templates=tmp_path))
    assert "body { color: #123456 }" in page
    assert ".totals" not in page


def test_the_result_of_all_accounts_is_never_an_issuers_own(tmp_path: Path) -> None:
    own = brand(tmp_path, page="{{ 1 }}", result="mine")
    assert "mine" not in pages.result([], labels=Labels("en"))
    with pytest.raises(ConfigError, match=r"result\.html\.j2: it replaces no built-in template"):
        pages.check_templates(own)


def test_text_of_a_document_is_escaped_in_an_issuers_template_too(tmp_path: Path) -> None:
    name = "<script>alert(1)</script>{{ 7 * 7 }}"
    own = brand(tmp_path, statement="{{ subject.name }}")
    page = "".join(
        pages.statement(report(), subject=replace(SUBJECT, name=name), labels=Labels("en"), brand=own)
    )
    assert page == "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7 * 7 }}"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("one\n{{ subject.nam }}", 2, "has no attribute 'nam'"),
        ("{{ facts['Telephone'] }}", 1, "has no attribute 'Telephone'"),
        ("\n\n{{ subject.__class__.__mro__ }}", 3, "unsafe"),
        ("{{ labels.text.__globals__ }}", 1, "unsafe"),
        ("{{ money.func.__globals__ }}", 1, "unsafe"),
        ("{{ ''.__class__ }}", 1, "unsafe"),
        ("{{ '{0.__class__}'.format(1) }}", 1, "unsafe"),
        ("{{ totals.append(1) }}", 1, "unsafe"),
        ("{{ facts.clear() }}", 1, "unsafe"),
        ("{{ 1 / 0 }}", 1, "division by zero"),
        ("{{ subject.name + 1 }}", 1, "concatenate"),
        ("{{ labels.month(1) }}", 1, ""),
        ("{{ range(10000000) }}", 1, "Range too big"),
        ("{% macro m() %}{{ m() }}{% endmacro %}\n{{ m() }}", 1, "recursion"),
        (
            "{% extends 'builtin/statement.html.j2' %}\n{% block notes %}{{ subject.x }}{% endblock %}",
            2,
            "'x'",
        ),
    ],
)
def test_what_a_template_must_not_or_cannot_do_fails_the_client_naming_the_line(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    with pytest.raises(ClientError) as caught:
        statement(brand(tmp_path, statement=text))
    said = str(caught.value)
    assert said.startswith(f"template {tmp_path / 'statement.html.j2'}, line {line}: ")
    assert words in said
    assert said.endswith(
        "mend the line or take the file away; "
        "the page Templates of the documentation says what a template is given"
    )


def test_a_part_that_lacks_a_piece_fails_the_client_where_the_piece_is_missed(tmp_path: Path) -> None:
    with pytest.raises(ClientError, match=r"template .*statement\.html\.j2, line \d+: .*'totals'"):
        statement(brand(tmp_path, parts="{% macro section(grid, id) %}{% endmacro %}"))


def test_an_overview_that_cannot_be_rendered_is_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    account = AccountSummary(
        "demo", None, OCTOBER, (ClientLine(1, "Ana", None, READY),), 1, {}, build_account_month()
    )
    own = brand(tmp_path, overview="{{ account.clients[0].telephone }}")
    with pytest.raises(WriteError, match=r"the overview: template .*overview\.html\.j2, line 1: "):
        list(pages.overview(account, labels=Labels("en"), brand=own))


def test_a_fault_of_the_program_is_not_blamed_on_the_templates(tmp_path: Path) -> None:
    (tmp_path / "look.css").write_text("", encoding="utf-8")
    broken = replace(report(), totals=None)  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        "".join(
            pages.statement(broken, subject=SUBJECT, labels=Labels("en"), brand=Brand(templates=tmp_path))
        )


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "statement.html.j2",
            "a\nb {% if %}",
            "line 2: Expected an expression, got 'end of statement block'",
        ),
        ("statement.html.j2", "{{ x | monye }}{{ labels }}", "line 1: No filter named 'monye'"),
        ("statement.html.j2", "\n{% block a %}", "line 2: Unexpected end of template"),
        (
            "statement.html.j2",
            "\n{{ subjet.name }}",
            "line 2: nothing is named subjet here; did you mean subject?",
        ),
        ("statement.html.j2", "{{ account.name }}", "line 1: nothing is named account here"),
        ("mail.html.j2", "{{ facts }}", "line 1: nothing is named facts here"),
        ("page.html.j2", "{{ acount.name }}", "line 1: nothing is named acount here; did you mean account?"),
        ("overview.js", "{{ nothing }}", "line 1: nothing is named nothing here"),
        (
            "mail.html.j2",
            "{% extends 'mial.html.j2' %}",
            "no template mial.html.j2 to take in; did you mean mail.html.j2?",
        ),
        ("statment.html.j2", "", "it replaces no built-in template; did you mean statement.html.j2?"),
        ("Statement.html.j2", "", "it replaces no built-in template; did you mean statement.html.j2?"),
        ("statement.html", "", "it replaces no built-in template; did you mean statement.html.j2?"),
        ("zzz.css", "", "it replaces no built-in template; "),
    ],
)
def test_what_reading_a_template_shows_is_found_before_anything_is_asked(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        pages.check_templates(Brand(templates=tmp_path))
    assert str(caught.value).startswith(f"template {tmp_path / name}")
    assert said in str(caught.value)


def test_all_mistakes_of_a_folder_are_said_at_once(tmp_path: Path) -> None:
    own = brand(tmp_path, statement="{{ x }}{{ y }}", mail="{% if %}", letter="")
    with pytest.raises(ConfigError) as caught:
        pages.check_templates(own)
    assert len(str(caught.value).splitlines()) == 4


def test_a_template_in_another_encoding_is_refused_and_a_byte_order_mark_is_not(tmp_path: Path) -> None:
    template = tmp_path / "statement.html.j2"
    template.write_bytes("Não".encode("cp1252"))
    with pytest.raises(ConfigError, match="cannot be read as UTF-8; save it so"):
        pages.check_templates(Brand(templates=tmp_path))
    template.write_bytes(b"\xef\xbb\xbfok")
    pages.check_templates(Brand(templates=tmp_path))
    assert statement(Brand(templates=tmp_path)) == "ok"


def test_other_files_of_the_folder_are_left_alone(tmp_path: Path) -> None:
    for name in ("Thumbs.db", "desktop.ini", "README.txt", ".hidden", "logo.png"):
        (tmp_path / name).write_bytes(b"\xff\x00")
    pages.check_templates(Brand(templates=tmp_path))
    pages.check_templates(Brand())


def test_copies_of_all_built_in_templates_pass_and_change_nothing(tmp_path: Path) -> None:
    for name in environment.REPLACEABLE:
        (tmp_path / name).write_bytes((environment.builtin_folder() / name).read_bytes())
    own = Brand(templates=tmp_path)
    pages.check_templates(own)
    assert statement(own) == statement(Brand())


def test_nothing_within_a_templates_reach_can_touch_a_file() -> None:
    kinds = {type(value) for value in within_reach(given(Labels("en")))}
    assert Decimal in kinds
    assert not [kind for kind in kinds if issubclass(kind, Path | IOBase | ModuleType)]
    assert not [kind for kind in kinds if kind.__module__.startswith(("pandas", "jinja2"))]


def given(labels: Labels) -> Iterator[object]:
    """The values of statement, mail and overview."""
    look = pages._common(labels, Brand())
    period = client_report.period_text(OCTOBER, labels)
    one = report()
    totals = pages._totals(one.totals, labels, period, READ_AT, marks=tables.PAGE)
    sections = [pages._section(part, labels, Inserts(), None) for part in one.currencies]
    yield StatementPage(
        **look,
        report=one,
        subject=SUBJECT,
        period=period,
        facts=dict(chain.from_iterable(one.head.groups)),
        totals=totals,
        sections=sections,
        receipts=[],
        receipts_note="",
        no_invoice="",
    )
    line = ClientLine(1, "Ana", None, READY, totals=added(*PAPERS).totals)
    month = build_account_month(build_month(*PAPERS))
    yield AccountSummary("demo", None, OCTOBER, (line,), 1, {}, month)


def within_reach(values: object) -> Iterator[object]:
    """Everything that public attributes and entries lead to, labels excepted."""
    if isinstance(values, Labels | str):
        return
    if is_dataclass(values) and not isinstance(values, type):
        inner = [getattr(values, field.name) for field in fields(values) if field.name[0] != "_"]
        inner += list(values.lines) if isinstance(values, HtmlPart) else []
    elif isinstance(values, Mapping):
        inner = list(values.values())
    elif isinstance(values, list | tuple | Iterator):
        inner = list(values)
    else:
        return
    for value in inner:
        yield value
        yield from within_reach(value)


def test_the_guide_names_every_template_macro_and_block() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    for name in environment.REPLACEABLE:
        assert f"`{name}`" in guide
        source = (environment.builtin_folder() / name).read_text(encoding="utf-8")
        for call in re.findall(r"{% macro (\w+\(.*?\)) %}", source) if "parts" in name else ():
            assert f"`{call}`" in guide, f"{name}: {call}"
        for block in re.findall(r"{% block (\w+) %}", source):
            assert f"`{block}`" in guide, f"{name}: {block}"
