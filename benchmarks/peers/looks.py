"""Styles of the workbook for every writer: those of `render/xlsx/cell_styles`, in words that others take."""

from typing import Any

FONT, SIZE = "Calibri", 10
INK, PAPER, ACCENT, LINE, LINK = "1F2933", "FFFFFF", "1F4E78", "D5DCE2", "0563C1"
TINT, BAND = "E9EEF2", "F6F8FA"
EURO = r"#,##0.00\ [$€-816];[Red]\-#,##0.00\ [$€-816]"
FORMATS = {
    "money": EURO,
    "number": r"#,##0.00##;[Red]\-#,##0.00##",
    "percent": "0%",
    "date": "dd/mm/yyyy",
    "integer": "0",
}
RIGHT = ("money", "number", "percent", "integer")
LINKS = ("link", "name-link")
MARGINS = {"left": 0.5, "right": 0.5, "top": 0.6, "bottom": 0.7}
FOOTER = "&L&8Cliente de Ensaio, Lda · outubro de 2026&R&8Página &P de &N"
QUIET = "Paga"
"""A status that stands back, by a conditional format."""


def hyperlink(link: Any) -> str:
    """The formula that opens a link and shows its text."""
    url, text = link
    return f'=HYPERLINK("{url}","{text}")'


def subtotal(letter: str, rows: int) -> str:
    """The formula of a total that follows the filter."""
    return f"=SUBTOTAL(109,{letter}2:{letter}{rows + 1})"


def letter(place: int) -> str:
    """The letter of a column, counted from 0; there are no more than 26."""
    return chr(ord("A") + place)
