"""What every section of the configuration has in common: frozen, strict, and no option it does not know."""

import ast
import inspect
from itertools import pairwise
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

from reports.settings import validators

Word = TypeVar("Word", bound=str)
Text = Annotated[str, AfterValidator(validators.text)]
Distinct = Annotated[tuple[Word, ...], AfterValidator(validators.distinct)]
"""A list in which no word stands twice."""


class Section(BaseModel):
    """A section of the file. Left empty, it has its defaults. The text below an option describes it."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _empty_has_defaults(cls, data: object) -> object:
        return {} if data is None else data


def read_descriptions(section: type[Section]) -> dict[str, str]:
    """The text below each option of a section, by the name that it has in the file.

    pydantic itself would read the source of every section whenever a command begins, and only the schema
    wants it.
    """
    (model,) = ast.parse(inspect.getsource(section)).body
    return {
        section.model_fields[option.target.id].alias or option.target.id: inspect.cleandoc(below.value.value)
        for option, below in pairwise(model.body)  # type: ignore[attr-defined] # a class
        if isinstance(option, ast.AnnAssign) and isinstance(option.target, ast.Name)
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
        if isinstance(below.value.value, str)
    }
