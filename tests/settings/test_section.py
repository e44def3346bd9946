"""A section of the configuration is frozen, and one that is left empty has its defaults."""

from pathlib import Path

import pydantic
import pytest

from reports.settings.loader import load
from reports.settings.mail import Email
from reports.settings.section import read_descriptions
from tests.support.configurations import SHORTEST, write_config


def test_empty_sections_have_their_defaults(tmp_path: Path) -> None:
    sections = "filters:\nissuer:\nstatement:\noutput: # nothing\nrequests: ~\n"
    assert load(write_config(tmp_path, SHORTEST + sections)) == load(write_config(tmp_path, SHORTEST))


def test_values_are_frozen(tmp_path: Path) -> None:
    config = load(write_config(tmp_path, SHORTEST))
    with pytest.raises(pydantic.ValidationError):
        config.account.name = "other"
    assert isinstance(config.filters.archived, tuple)


def test_every_option_has_the_text_below_it_by_its_name_in_the_file() -> None:
    described = read_descriptions(Email)
    assert described["from"] == "Address it comes from"
    assert {*described} == {field.alias or name for name, field in Email.model_fields.items()}
