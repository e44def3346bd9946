"""Native charts, with their points cached: a preview draws a chart from its cache, not from the cells.

openpyxl makes a chart of an outline, with places for all that it shows.
"""

from collections.abc import Sequence

from openpyxl.chart import BarChart
from openpyxl.chart.axis import ChartLines, NumericAxis, TextAxis
from openpyxl.chart.data_source import (
    AxDataSource,
    NumData,
    NumDataSource,
    NumRef,
    NumVal,
    StrData,
    StrRef,
    StrVal,
)
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.series import Series, SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.descriptors import Integer
from openpyxl.descriptors.nested import NestedText
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties
from openpyxl.utils import get_column_letter, quote_sheetname

from reports.render.content.blocks import Chart
from reports.render.xlsx.cell_styles import Ink, Inks
from reports.render.xlsx.outline import EMU_PER_PIXEL, ChartOutline
from reports.render.xlsx.placeholders import Places

TEXT_HUNDREDTHS = 900
"""Size of the chart's words, in hundredths of a point."""
GAP_EMU = 7 * EMU_PER_PIXEL
"""A character's width, between the cells and their chart."""


class _Point(NumVal):
    """A point by its exact decimal text; openpyxl's own is a binary fraction: 84.90000000000001."""

    idx = Integer()
    v = NestedText(allow_none=True, expected_type=str)


def column_chart(
    outline: ChartOutline, name: str, *, places: Places, inks: Inks, bars: Sequence[str]
) -> BarChart:
    """A native chart to the right of its cells. `name` begins its places, `bars` has a colour a series."""
    text = places.digits
    chart = BarChart()
    chart.type, chart.grouping, chart.gapWidth, chart.overlap = "col", "clustered", 60, -5
    words = _words(inks[Ink.QUIET])
    chart.legend.position, chart.legend.txPr = "t", words
    chart.layout = Layout(manualLayout=ManualLayout(x=0.1, y=0.13, w=0.88, h=0.7, xMode="edge", yMode="edge"))
    chart.graphical_properties = GraphicalProperties(ln=LineProperties(noFill=True))
    # Excel takes a chart that does not say so for one with rounded corners.
    chart.roundedCorners = False
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.axPos = "b"
    chart.x_axis.tickLblPos = "low"
    chart.y_axis.number_format = r"#,##0;\-#,##0"
    line = LineProperties(solidFill=inks[Ink.LINE])
    chart.y_axis.majorGridlines = ChartLines(GraphicalProperties(ln=line))
    axes: tuple[TextAxis | NumericAxis, ...] = (chart.x_axis, chart.y_axis)
    for axis in axes:
        axis.txPr, axis.majorTickMark = words, "none"
        axis.graphicalProperties = GraphicalProperties(ln=line)
    categories = [
        StrVal(idx=index, v=text(f"{name} category {index}")) for index in range(outline.categories)
    ]
    for index in range(outline.series):
        own = f"{name} series {index}"
        points = [_Point(idx=place, v=text(f"{own} {place}")) for place in range(outline.categories)]
        series = Series(
            idx=index,
            order=index,
            tx=SeriesLabel(
                strRef=StrRef(
                    f=text(f"{own} heading"),
                    strCache=StrData(ptCount=1, pt=[StrVal(idx=0, v=text(f"{own} name"))]),
                )
            ),
            cat=AxDataSource(
                strRef=StrRef(
                    f=text(f"{name} categories"), strCache=StrData(ptCount=outline.categories, pt=categories)
                )
            ),
            val=NumDataSource(
                numRef=NumRef(
                    f=text(f"{own} values"),
                    numCache=NumData(formatCode="General", ptCount=outline.categories, pt=points),
                )
            ),
        )
        series.graphicalProperties.solidFill = bars[index].removeprefix("#").upper()
        series.graphicalProperties.line.noFill = True
        series.invertIfNegative = False
        chart.series.append(series)
    # From cell to cell, so that it is as wide as the columns are in every program.
    chart.anchor = TwoCellAnchor(  # type: ignore[assignment] # the stub knows only the name of a cell
        editAs="oneCell",
        _from=AnchorMarker(outline.series + 1, GAP_EMU, places.number(f"{name} top")),
        to=AnchorMarker(outline.end, 0, places.number(f"{name} bottom")),
    )
    return chart


def values(block: Chart, name: str, sheet_name: str, first: int) -> dict[str, object]:
    """What belongs in the places of the chart of `block`, whose categories begin in row `first`."""
    place, last = quote_sheetname(sheet_name), first + len(block.categories) - 1

    def cells(index: int, start: int, end: int) -> str:
        letter = get_column_letter(index)
        return f"{place}!${letter}${start}" + (f":${letter}${end}" if end > start else "")

    names = ", ".join(shown for shown, _ in block.series)
    found: dict[str, object] = {
        f"{name} words": f"{block.title}: {names}, {block.categories[0]} – {block.categories[-1]}",
        f"{name} top": first - 2,
        f"{name} bottom": last,
        f"{name} categories": cells(1, first, last),
    }
    found |= {f"{name} category {index}": category for index, category in enumerate(block.categories)}
    for index, (shown, amounts) in enumerate(block.series):
        own = f"{name} series {index}"
        found |= {
            f"{own} heading": cells(index + 2, first - 1, first - 1),
            f"{own} name": shown,
            f"{own} values": cells(index + 2, first, last),
        }
        found |= {f"{own} {place_}": amount for place_, amount in enumerate(amounts)}
    return found


def _words(colour: str) -> RichText:
    look = CharacterProperties(sz=TEXT_HUNDREDTHS, solidFill=colour)
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=look), endParaRPr=look)])
