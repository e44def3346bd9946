"""A colour is darkened as far as it takes to be read or seen on white, and no further."""

import pytest

from reports.render.content.colours import (
    SHAPE_CONTRAST,
    TEXT_CONTRAST,
    contrast_on_white,
    dark_enough,
    palette,
)


def test_a_colour_that_is_dark_enough_stays_as_it_is() -> None:
    assert palette(("#1f4e78", "#5b7f95")) == ("#1f4e78", "#1f4e78", "#5b7f95")
    assert contrast_on_white("#000000") == pytest.approx(21)
    assert contrast_on_white("#ffffff") == pytest.approx(1)


@pytest.mark.parametrize("contrast", [SHAPE_CONTRAST, TEXT_CONTRAST])
@pytest.mark.parametrize("colour", ["#ffffff", "#f5c24c", "#00ff88", "#777777", "#000000"])
def test_a_light_colour_is_darkened_as_far_as_it_takes_and_no_further(colour: str, contrast: float) -> None:
    found = dark_enough(colour, contrast)
    assert contrast_on_white(found) >= contrast
    if found != colour:
        lighter = bytes(min(part + 4, 255) for part in bytes.fromhex(found[1:]))
        assert contrast_on_white(f"#{lighter.hex()}") < contrast


def test_lines_keep_the_colour_that_words_cannot_have() -> None:
    brand, accent, second = palette(("#ffe600", "#ffe600"))
    assert brand == "#ffe600"
    assert contrast_on_white(accent) > contrast_on_white(second) > contrast_on_white(brand)
