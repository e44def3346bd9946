"""The colours of a page, made of the two that are configured: `#` and six hexadecimal digits each.

Paper is white. A colour too light to be read or seen on it is darkened until it can be, by the contrasts that
WCAG 2.2 asks for (1.4.3 and 1.4.11); lines that only adorn keep the colour as it is.
"""

from typing import NamedTuple

TEXT_CONTRAST = 4.5
SHAPE_CONTRAST = 3.0


class Palette(NamedTuple):
    """`brand`: of lines, as configured. `accent`: of words and first bars. `second`: of the other bars."""

    brand: str
    accent: str
    second: str


def palette(colours: tuple[str, str]) -> Palette:
    """The colours of a page whose issuer has these two."""
    first, other = colours
    return Palette(first, dark_enough(first, TEXT_CONTRAST), dark_enough(other, SHAPE_CONTRAST))


def dark_enough(colour: str, contrast: float) -> str:
    """`colour`, with as much black mixed in as `contrast` on white needs."""
    shades = (_darken(colour, percent) for percent in range(100))
    return next(shade for shade in shades if contrast_on_white(shade) >= contrast)


def contrast_on_white(colour: str) -> float:
    """From 1 for white to 21 for black, by WCAG's relative luminance."""
    red, green, blue = (_linear(part / 255) for part in bytes.fromhex(colour.removeprefix("#")))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _darken(colour: str, percent: int) -> str:
    parts = bytes.fromhex(colour.removeprefix("#"))
    return "#" + bytes(part * (100 - percent) // 100 for part in parts).hex()


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
