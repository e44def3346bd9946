"""What is wrong with the values of a configuration, each in a sentence that says what to write.

pydantic finds the mistakes and says where; the words are ours. They repeat no value, except a short
word that only lacks its quotes, and show the option's own example.
"""

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Le, MaxLen, MinLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from reports.errors import Problem
from reports.settings.yaml_file import NAME_LIMIT_CHARACTERS, Route, Unclear, YamlFile, format_route

SIMILARITY = 0.6
"""A word less alike than this, of 1, is not offered as what was meant."""

_PLAIN_WORD = re.compile(r"[A-Za-z][\w./-]*")


def explain(file: YamlFile, model: type[BaseModel], errors: Iterable[ErrorDetails]) -> list[Problem]:
    """A problem for each of the `errors` in `file` as a `model`; no second one where it has one already."""
    spoilt = {(problem.line, problem.column) for problem in file.problems}
    found = [_problem(file, model, error) for error in errors]
    return [problem for problem in found if (problem.line, problem.column) not in spoilt]


def did_you_mean(word: object, choices: Iterable[str] | Mapping[str, str]) -> str:
    """`; did you mean "settled"?`, or nothing when no choice is near.

    A mapping leads from what the word may look like to what is offered.
    """
    offers = choices if isinstance(choices, Mapping) else {choice: choice for choice in choices}
    folded = {looks.casefold(): offer for looks, offer in offers.items()}
    typed = _as_typed(word).casefold()
    near = difflib.get_close_matches(typed, folded, n=1, cutoff=SIMILARITY)
    return f'; did you mean "{folded[near[0]]}"?' if near else ""


def _problem(file: YamlFile, model: type[BaseModel], error: ErrorDetails) -> Problem:
    route, kind = error["loc"], error["type"]
    name = format_route(route)
    if kind == "extra_forbidden":
        instead = _instead(model, route)
        if error["input"] is None and file.is_in_braces(route) and instead.startswith("; the options"):
            instead = '; a text with a comma needs quotes here, as in "Silva, Lda"'
        return file.problem(route, f"{name} is not an option{instead}", at_key=True)
    if kind == "value_error":
        return file.problem(route, f"{name}: {error['ctx']['error']}")
    field, _ = _find_option(model, route)
    if kind == "missing":
        return file.problem(route, f"{name} is missing: write {_describe_wanted(field, is_entry=False)}")
    wanted = _describe_wanted(field, is_entry=isinstance(route[-1], int))
    return file.problem(route, f"{name}: {_sentence(kind, error['input'], wanted, field)}")


def _sentence(kind: str, found: object, wanted: str, field: FieldInfo | None) -> str:
    """What to write in place of the value `found`."""
    word = _as_typed(found)
    if kind in ("string_type", "is_instance_of") and 0 < len(word) <= NAME_LIMIT_CHARACTERS:
        return f'{word} without quotes is no text in YAML: write "{word}"'
    if kind == "int_type" and isinstance(found, Unclear):
        return f"write {wanted}, without leading zeros, underscores or decimals"
    if (kind == "int_type" and word.isdecimal()) or (kind == "bool_type" and found in ("true", "false")):
        return f"write {wanted}, without quotes"
    near = did_you_mean(found, _choices(field.annotation)) if field and kind == "literal_error" else ""
    return f"write {wanted}{near}"


def _describe_wanted(field: FieldInfo | None, *, is_entry: bool) -> str:
    """What an option takes, or an entry of its list: `a whole number from 1 to 100, e.g. 30`."""
    example = _example(field)
    if isinstance(example, list) and not is_entry:
        return f"a list{_bounds(field)}, e.g. {_yaml(example)}"
    annotation = field.annotation if field else None
    if choices := _choices(annotation):
        return f"one of: {', '.join(choices)}"
    if model := _model_in(annotation):
        first, below = next(iter(_options_of(model).items()))
        return f"its options below it, as in {first}: {_yaml(_example(below))}"
    if isinstance(example, bool):
        return "true or false"
    one, bounds = (example[0], "") if is_entry else (example, _bounds(field))
    return f"{f'a whole number{bounds}' if isinstance(one, int) else 'text'}, e.g. {_yaml(one)}"


def _instead(model: type[BaseModel], route: Route) -> str:
    """What was meant by a key that is no option: one written alike, one of another section, or any."""
    holder, key = route[:-1], str(route[-1])
    _, owner = _find_option(model, holder)
    names = list(_options_of(owner)) if owner else []
    elsewhere = [option for option in _list_options(model) if option.rpartition(".")[2] == key]
    if near := did_you_mean(key, names):
        return near
    if elsewhere:
        nearest = min(elsewhere, key=lambda option: option.count("."))
        return f' here; did you mean "{nearest}"?'
    return f"; the options{f' of {format_route(holder)}' if holder else ''} are: {', '.join(names)}"


def _list_options(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """The dotted names of all options below `model`."""
    for name, field in _options_of(model).items():
        yield f"{prefix}{name}"
        if below := _model_in(field.annotation):
            yield from _list_options(below, f"{prefix}{name}.")


def _options_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """What a file may say. A field excluded from output is no option."""
    return {field.alias or name: field for name, field in model.model_fields.items() if not field.exclude}


def _find_option(model: type[BaseModel], route: Route) -> tuple[FieldInfo | None, type[BaseModel] | None]:
    """The field that `route` leads to, and the section it is about; places in lists are passed over."""
    field: FieldInfo | None = None
    section: type[BaseModel] | None = model
    for part in route:
        if isinstance(part, str):
            field = _options_of(section).get(part) if section else None
            section = _model_in(field.annotation) if field else None
    return field, section


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The section that `annotation` is about: the one of `tuple[Client, ...] | None` is Client."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)


def _choices(annotation: Any) -> tuple[str, ...]:
    """The words of a closed set."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return tuple(choice for part in get_args(annotation) for choice in _choices(part))


def _example(field: FieldInfo | None) -> Any:
    return (field.examples or [field.default])[0] if field else None


def _bounds(field: FieldInfo | None) -> str:
    """` from 1 to 100` for numbers, ` of 1 to 6` for lists; nothing where there is no upper bound."""
    rules = {type(rule): rule for rule in (field.metadata if field else ())}
    if Le in rules:
        return f" from {rules[Ge].ge} to {rules[Le].le}"
    return f" of {rules[MinLen].min_length} to {rules[MaxLen].max_length}" if MaxLen in rules else ""


def _as_typed(found: object) -> str:
    """A word as it stands in the file; empty for what is no word."""
    if isinstance(found, Unclear):
        return found.text
    if isinstance(found, bool):
        return str(found).lower()
    return str(found) if isinstance(found, (int, str)) else ""


def _yaml(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_yaml, value))}]"
    is_plain = isinstance(value, str) and _PLAIN_WORD.fullmatch(value)
    return str(value) if is_plain else json.dumps(value, ensure_ascii=False)
