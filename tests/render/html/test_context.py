"""What a template is given is what the guide tells of it, and a built-in one asks for no more."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from reports.render.html import environment
from reports.render.html.context import FUNCTIONS, TEMPLATES, PageContext

GUIDE = Path(__file__).parents[3] / "docs" / "TEMPLATES.md"


def read_guide(template: str) -> dict[str, str]:
    """The table under a template's heading in the guide: name and type."""
    text = GUIDE.read_text(encoding="utf-8")
    section = re.split(r"^## ", text, flags=re.MULTILINE)
    (own,) = [part for part in section if part.startswith(template)]
    pairs = re.findall(r"^\| `([^`]+)` \| `([^`]+)` \|", own, flags=re.MULTILINE)
    return {name: kind.replace("\\|", "|") for name, kind in pairs}


def test_the_guide_lists_what_every_template_is_given_with_its_type() -> None:
    common = {field.name: name_type(field.type) for field in fields(PageContext)}
    every = read_guide("Every template")
    assert {name: kind for name, kind in every.items() if name not in FUNCTIONS} == common
    assert {*every} - {*common} == {*FUNCTIONS}
    for template, page in TEMPLATES.items():
        if template not in environment.REPLACEABLE:
            continue
        own = {field.name: name_type(field.type) for field in fields(page) if field.name not in common}
        assert read_guide(template) == own, template


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_a_built_in_template_uses_only_what_it_is_given(template: str) -> None:
    jinja = environment.environment(None)
    source = (environment.builtin_folder() / template).read_text(encoding="utf-8")
    passed = {*FUNCTIONS, *(field.name for field in fields(TEMPLATES[template]))}
    assert environment.unknown_names(jinja.parse(source)) <= passed


def name_type(kind: object) -> str:
    """`Sequence[Totals]`, as it is written in the code."""
    text = kind.__name__ if isinstance(kind, type) and not getattr(kind, "__args__", None) else str(kind)
    return re.sub(r"[\w.]+\.(\w+)", r"\1", text)
