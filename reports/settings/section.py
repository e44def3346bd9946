"""What every section of the configuration has in common: frozen, strict, and no option it does not know."""

from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

from reports.settings import validators

Word = TypeVar("Word", bound=str)
Text = Annotated[str, AfterValidator(validators.text)]
Distinct = Annotated[tuple[Word, ...], AfterValidator(validators.distinct)]
"""A list in which no word stands twice."""


class Section(BaseModel):
    """A section of the file. Left empty, it has its defaults. The text below an option describes it."""

    model_config = ConfigDict(
        strict=True, frozen=True, extra="forbid", hide_input_in_errors=True, use_attribute_docstrings=True
    )

    @model_validator(mode="before")
    @classmethod
    def _empty_has_defaults(cls, data: object) -> object:
        return {} if data is None else data
