"""A colour is darkened as far as it takes to be read or seen on white, and no further."""

import pytest

from reports.render.content.colours import contrast_on_white, palette


def test_a_colour_that_is_dark_enough_stays_as_it_is() -> None:
    assert palette(("#1f4e78", "#5b7f95")) == ("#1f4e78", "#1f4e78", "#5b7f95")
    assert contrast_on_white("#000000") == pytest.approx(21)
    assert contrast_on_white("#ffffff") == pytest.approx(1)
