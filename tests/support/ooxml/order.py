"""The order in which the schemas want an element's children; Excel refuses any other."""

from collections.abc import Iterator

from tests.support.ooxml.package import Package

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"

_AXIS = """axId scaling delete axPos majorGridlines minorGridlines title numFmt majorTickMark minorTickMark
    tickLblPos spPr txPr crossAx crosses crossesAt """
_RESULT = "f strCache numCache extLst"
_CACHE = "formatCode ptCount pt extLst"
_CORNER = "col colOff row rowOff"

_SPREADSHEET = {
    "workbook": """fileVersion fileSharing workbookPr workbookProtection bookViews sheets functionGroups
        externalReferences definedNames calcPr oleSize customWorkbookViews pivotCaches extLst""",
    "worksheet": """sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection
        protectedRanges scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells phoneticPr
        conditionalFormatting dataValidations hyperlinks printOptions pageMargins pageSetup headerFooter
        rowBreaks colBreaks customProperties cellWatches ignoredErrors smartTags drawing legacyDrawing
        legacyDrawingHF picture oleObjects controls webPublishItems tableParts extLst""",
    "sheetPr": "tabColor outlinePr pageSetUpPr",
    "sheetView": "pane selection pivotSelection extLst",
    "cols": "col",
    "sheetData": "row",
    "row": "c extLst",
    "c": "f v is extLst",
    "headerFooter": "oddHeader oddFooter evenHeader evenFooter firstHeader firstFooter",
    "table": "autoFilter sortState tableColumns tableStyleInfo extLst",
    "tableColumn": "calculatedColumnFormula totalsRowFormula xmlColumnPr extLst",
    "styleSheet": """numFmts fonts fills borders cellStyleXfs cellXfs cellStyles dxfs tableStyles colors
        extLst""",
    "xf": "alignment protection extLst",
    "border": "start end left right top bottom diagonal vertical horizontal",
    "dxf": "font numFmt fill alignment border protection extLst",
    "tableStyles": "tableStyle",
    "tableStyle": "tableStyleElement",
    "mergeCells": "mergeCell",
    "ignoredErrors": "ignoredError extLst",
    "sst": "si extLst",
    "si": "t",
    "rowBreaks": "brk",
    "conditionalFormatting": "cfRule extLst",
    "cfRule": "formula colorScale dataBar iconSet extLst",
}
_CHART = {
    "chartSpace": """date1904 lang roundedCorners style clrMapOvr pivotSource protection chart spPr txPr
        externalData printSettings userShapes extLst""",
    "chart": """title autoTitleDeleted pivotFmts view3D floor sideWall backWall plotArea legend plotVisOnly
        dispBlanksAs showDLblsOverMax extLst""",
    "plotArea": "layout barChart catAx valAx dTable spPr extLst",
    "manualLayout": "layoutTarget xMode yMode wMode hMode x y w h extLst",
    "barChart": "barDir grouping varyColors ser dLbls gapWidth overlap serLines axId extLst",
    "ser": """idx order tx spPr invertIfNegative pictureOptions dPt dLbls trendline errBars cat val shape
        extLst""",
    "catAx": _AXIS + "auto lblAlgn lblOffset noMultiLvlLbl extLst",
    "valAx": _AXIS + "crossBetween majorUnit minorUnit dispUnits extLst",
    "scaling": "logBase orientation max min extLst",
    "legend": "legendPos legendEntry layout overlay spPr txPr extLst",
    "strRef": _RESULT,
    "numRef": _RESULT,
    "strCache": _CACHE,
    "numCache": _CACHE,
}
_SHEET_DRAWING = {
    "oneCellAnchor": "from ext sp grpSp graphicFrame cxnSp pic contentPart clientData",
    "twoCellAnchor": "from to sp grpSp graphicFrame cxnSp pic contentPart clientData",
    "from": _CORNER,
    "to": _CORNER,
    "graphicFrame": "nvGraphicFramePr xfrm graphic",
    "pic": "nvPicPr blipFill spPr style",
}

CHILDREN = {
    namespace + tag: tuple(children.split())
    for namespace, orders in ((MAIN, _SPREADSHEET), (CHART, _CHART), (DRAWING, _SHEET_DRAWING))
    for tag, children in orders.items()
}
"""Element → its children in order (ECMA-376, part 1). What is not listed has no order, or is none of ours."""

REPEATED = {
    *(
        MAIN + name
        for name in """selection conditionalFormatting cfRule mergeCell brk tableStyle col row c si
            ignoredError""".split()
    ),
    *(CHART + name for name in "ser axId catAx valAx pt dPt trendline legendEntry barChart".split()),
}


def children_stand_in_order(package: Package) -> Iterator[str]:
    for name, root in package.roots.items():
        for element in root.iter():
            if order := CHILDREN.get(element.tag):
                yield from _in_order(name, element.tag, [child.tag for child in element], order)


RULES = (children_stand_in_order,)


def _in_order(part: str, tag: str, children: list[str], order: tuple[str, ...]) -> Iterator[str]:
    last = 0
    seen = set[str]()
    for child in children:
        name = child.rpartition("}")[2]
        if name not in order:
            yield f"{part}: {name} has no place in {tag}"
            continue
        if order.index(name) < last:
            yield f"{part}: {name} comes too late in {tag}"
        if child in seen and child not in REPEATED:
            yield f"{part}: {name} stands more than once in {tag}"
        seen.add(child)
        last = max(last, order.index(name))
