"""Native charts, with their points cached: a preview draws a chart from its cache, not from the cells."""

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
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties
from openpyxl.utils import get_column_letter, quote_sheetname

from reports.render.layout import Chart
from reports.render.looks import Ink, Inks

TEXT_HUNDREDTHS = 800
"""Size of the chart's words, in hundredths of a point."""


class _Point(NumVal):
    """A point by its exact decimal text; openpyxl's own is a binary fraction: 84.90000000000001."""

    idx = Integer()
    v = NestedText(allow_none=True, expected_type=str)


def column_chart(block: Chart, sheet_name: str, first: int, *, inks: Inks, bars: Sequence[str]) -> BarChart:
    """A native chart over the cells from row `first`, its points cached so that previews show them.

    `bars` has a colour for each series.
    """
    count = len(block.categories)
    place = quote_sheetname(sheet_name)

    def cells(index: int, start: int, end: int) -> str:
        letter = get_column_letter(index)
        return f"{place}!${letter}${start}" + (f":${letter}${end}" if end > start else "")

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
    months = [StrVal(idx=index, v=name) for index, name in enumerate(block.categories)]
    for index, (name, values) in enumerate(block.series):
        points = [_Point(idx=place_, v=str(value)) for place_, value in enumerate(values)]
        series = Series(
            idx=index,
            order=index,
            tx=SeriesLabel(
                strRef=StrRef(
                    f=cells(index + 2, first - 1, first - 1),
                    strCache=StrData(ptCount=1, pt=[StrVal(idx=0, v=name)]),
                )
            ),
            cat=AxDataSource(
                strRef=StrRef(
                    f=cells(1, first, first + count - 1), strCache=StrData(ptCount=count, pt=months)
                )
            ),
            val=NumDataSource(
                numRef=NumRef(
                    f=cells(index + 2, first, first + count - 1),
                    numCache=NumData(formatCode="General", ptCount=count, pt=points),
                )
            ),
        )
        series.graphicalProperties.solidFill = bars[index].removeprefix("#").upper()
        series.graphicalProperties.line.noFill = True
        series.invertIfNegative = False
        chart.series.append(series)
    return chart


def _words(colour: str) -> RichText:
    look = CharacterProperties(sz=TEXT_HUNDREDTHS, solidFill=colour)
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=look), endParaRPr=look)])
