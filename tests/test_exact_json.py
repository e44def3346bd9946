"""No number of a reply loses a digit, and no nesting reaches whoever walks it."""

import json
from decimal import Decimal

import pytest

from reports.exact_json import DEEPEST_LEVELS, DepthError, read


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        ("-0", 0),
        ("9" * 30, int("9" * 30)),
        ("9" * 5_000, Decimal("9" * 5_000)),
        ("-" + "9" * 5_000, Decimal("-" + "9" * 5_000)),
        ("0.1", Decimal("0.1")),
        ("0.30000000000000004", Decimal("0.30000000000000004")),
        ("1e400", Decimal("1E+400")),
        ("1e99999999999999999999", "1e99999999999999999999"),
        ("Infinity", Decimal("Infinity")),
        ('["1.0", null, true, {"a": []}]', ["1.0", None, True, {"a": []}]),
    ],
    ids=lambda value: str(value)[:12],
)
def test_a_value_is_read_to_its_last_digit(text: str, value: object) -> None:
    came = read(text)
    assert came == value
    assert type(came) is type(value)


def test_no_number_is_a_number() -> None:
    assert str(read("NaN")) == "NaN"


@pytest.mark.parametrize("levels", [1, DEEPEST_LEVELS])
@pytest.mark.parametrize("core", ["", "1", '"x"'])
def test_a_hundred_levels_are_read(levels: int, core: str) -> None:
    text = "[" * levels + core + "]" * levels
    assert json.dumps(read(text)) == text


@pytest.mark.parametrize("levels", [DEEPEST_LEVELS + 1, 950, 985, 100_000])
@pytest.mark.parametrize(("start", "end"), [("[", "]"), ('{"a":', "}"), ('[1, {"a":', "}]")])
def test_one_level_more_is_not(levels: int, start: str, end: str) -> None:
    with pytest.raises(DepthError):
        read(start * levels + "1" + end * levels)


@pytest.mark.parametrize("text", ["", "{", "nil", "[1,]", '"\n"'])
def test_what_is_no_json_is_said_as_that(text: str) -> None:
    with pytest.raises(json.JSONDecodeError):
        read(text)
