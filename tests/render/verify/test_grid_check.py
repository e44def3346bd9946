"""Each value of the grids that files are made from is that of the figures, texts and addresses too."""

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from reports.errors import ClientError
from reports.render.content.blocks import Beside, Chart, DataTab, Link, Rows, Sheet, Value
from reports.render.content.client_report import ClientReport
from reports.render.verify.grid_check import WORDED, check_data_grid, check_report
from tests.support.misprints import written


def notice(report: ClientReport | None = None, **changes: Any) -> str:
    """What is said about a report, or about what it is held against."""
    reference = replace(written().reference, **changes)
    try:
        check_report("ana", replace(reference, report=report or reference.report))
    except ClientError as error:
        return str(error)
    return ""


def notice_data(grid: Sheet) -> str:
    """What is said about a grid of the workbook's data."""
    try:
        check_data_grid("ana", grid, written().reference)
    except ClientError as error:
        return str(error)
    return ""


def misprint(value: Value) -> Value:
    """Another value of the same kind."""
    if isinstance(value, bool) or value is None:
        return not value
    if isinstance(value, (Decimal, int)):
        return value + 1
    if isinstance(value, Link):
        return Link(value.text, "https://no.example/")
    return value + ("x" if isinstance(value, str) else timedelta(1))  # type: ignore[operator]


def lay_out(grid: Sheet, rows: Sequence[Sequence[Value]]) -> Rows:
    return Rows.from_rows(rows, len(grid.columns))


def change_values(grid: Sheet) -> Iterator[tuple[str, Sheet]]:
    """The grid with one of its values changed, each in turn, where it is one of the figures'."""
    rows = [*grid.rows]
    for place, column in enumerate(grid.columns):
        for number, row in enumerate(rows if column.key not in WORDED else []):
            other = (*row[:place], misprint(row[place]), *row[place + 1 :])
            changed = replace(grid, rows=lay_out(grid, [*rows[:number], other, *rows[number + 1 :]]))
            yield f"{grid.key}, {column.key}, row {number}", changed


def change_totals(grid: Sheet) -> Iterator[tuple[str, Sheet]]:
    """The grid with one of its totals changed, each in turn."""
    for place, column in enumerate(grid.columns):
        if grid.totals and column.has_total:
            other = misprint(grid.totals[place])
            yield column.key, replace(grid, totals=(*grid.totals[:place], other, *grid.totals[place + 1 :]))


def list_pages() -> Iterator[tuple[str, Sheet, Any]]:
    """Each grid of the statement by its name, and what makes a report with another in its place."""
    report = written().reference.report
    for number, pages in enumerate(report.currencies):
        for field in fields(pages):
            grid = getattr(pages, field.name)
            if isinstance(grid, Sheet):

                def put(other: Sheet, number: int = number, name: str = field.name) -> ClientReport:
                    changes: dict[str, Any] = {name: other}
                    changed = replace(report.currencies[number], **changes)
                    whole = (*report.currencies[:number], changed, *report.currencies[number + 1 :])
                    return replace(report, currencies=whole)

                yield f"{pages.currency} {field.name}", grid, put
    for number, grid in enumerate(report.receipts):

        def put_receipts(other: Sheet, number: int = number) -> ClientReport:
            receipts = (*report.receipts[:number], other, *report.receipts[number + 1 :])
            return replace(report, receipts=receipts)

        yield f"{grid.currency} receipts", grid, put_receipts


def test_grids_as_they_are_made_are_those_of_the_figures() -> None:
    assert notice() == ""
    data = [tab.sheet for tab in written().grids.tabs if isinstance(tab, DataTab)]
    assert len(data) == 10
    assert [notice_data(grid) for grid in data] == [""] * 10


@pytest.mark.parametrize("number", range(10))
def test_each_value_of_a_data_sheet_is_checked(number: int) -> None:
    grid = [tab.sheet for tab in written().grids.tabs if isinstance(tab, DataTab)][number]
    changed = list(change_values(grid))
    assert len(changed) >= 8
    assert [place for place, other in changed if not notice_data(other)] == []
    assert all(notice_data(other) for _, other in change_totals(grid))
    rows = [*grid.rows]
    assert notice_data(replace(grid, rows=lay_out(grid, rows[1:])))
    assert notice_data(replace(grid, rows=lay_out(grid, [*rows, rows[-1]])))


def test_each_value_of_the_totals_is_checked() -> None:
    report = written().reference.report
    changed = list(change_values(report.totals))
    assert len(changed) > 15
    assert [place for place, other in changed if not notice(replace(report, totals=other))] == []


def test_each_value_and_total_of_the_statement_is_checked() -> None:
    count = 0
    for name, grid, put in list_pages():
        for place, other in (*change_values(grid), *change_totals(grid)):
            assert notice(put(other)), f"{name}: {place}"
            count += 1
    assert count > 200


def test_each_subtotal_and_the_rows_of_each_group_are_checked() -> None:
    count = 0
    for name, grid, put in list_pages():
        for place, group in enumerate(grid.groups):

            def put_group(other: Any, grid: Sheet = grid, place: int = place, put: Any = put) -> ClientReport:
                groups = (*grid.groups[:place], *other, *grid.groups[place + 1 :])
                return put(replace(grid, groups=groups))  # type: ignore[no-any-return]

            for index, column in enumerate(grid.columns):
                if group.totals and column.has_total:
                    totals = (
                        *group.totals[:index],
                        misprint(group.totals[index]),
                        *group.totals[index + 1 :],
                    )
                    assert notice(put_group([replace(group, totals=totals)])), f"{name}: {column.key}"
                    count += 1
            assert notice(put_group([])), name
            assert notice(put_group([group, group])), name
    assert count > 10


def test_each_amount_of_a_line_under_its_document_is_checked() -> None:
    count = 0
    for _, grid, put in list_pages():
        for place, group in enumerate(grid.groups):
            for row, detail in enumerate(group.details):
                for name, other in change_values(detail) if detail else ():
                    if name.split(", ")[1] in ("quantity", "unit_price", "rate", "net", "tax", "gross"):
                        details = [*group.details[:row], other, *group.details[row + 1 :]]
                        groups = [*grid.groups]
                        groups[place] = replace(group, details=details)
                        assert notice(put(replace(grid, groups=tuple(groups)))), name
                        count += 1
                if detail:
                    groups = [*grid.groups]
                    groups[place] = replace(
                        group, details=[*group.details[:row], None, *group.details[row + 1 :]]
                    )
                    assert notice(put(replace(grid, groups=tuple(groups))))
    assert count > 40
    assert notice(has_lines=False) == ""


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("documents", "withholding"),
        ("documents", "net"),
        ("types", "payable"),
        ("vat", "base_credit_notes"),
        ("vat", "rate"),
        ("ageing", "amount"),
        ("open_documents", "payable"),
        ("receipts", "amount"),
        ("receipts", "reference"),
    ],
)
def test_a_column_that_holds_something_is_not_left_out(name: str, key: str) -> None:
    grids = {own: (grid, put) for own, grid, put in list_pages()}
    grid, put = grids[f"EUR {name}"]
    kept = [place for place, column in enumerate(grid.columns) if column.key != key]
    assert len(kept) < len(grid.columns)

    def cut(row: Any) -> Any:
        return tuple(row[place] for place in kept) if row else row

    def cut_rows(rows: Rows) -> Rows:
        return Rows([rows.columns[place] for place in kept])

    groups = tuple(replace(own, rows=cut_rows(own.rows), totals=cut(own.totals)) for own in grid.groups)
    columns = tuple(grid.columns[place] for place in kept)
    less = replace(grid, columns=columns, rows=cut_rows(grid.rows), totals=cut(grid.totals), groups=groups)
    assert f"column {key} should be there" in notice(put(less))


def test_each_month_of_a_chart_is_checked() -> None:
    report = written().reference.report
    for number, pages in enumerate(report.currencies):
        chart = pages.chart
        assert chart
        for place, (name, amounts) in enumerate(chart.series):
            for month in range(len(amounts)):
                other = (*amounts[:month], amounts[month] + 1, *amounts[month + 1 :])
                series = (*chart.series[:place], (name, other), *chart.series[place + 1 :])
                changed = replace(pages, chart=replace(chart, series=series))
                currencies = (*report.currencies[:number], changed, *report.currencies[number + 1 :])
                assert notice(replace(report, currencies=currencies))
    assert notice(has_months=False)


def test_a_list_of_receipts_that_is_missing_there_twice_or_in_another_order_is_noticed() -> None:
    report = written().reference.report
    euros, dollars = report.receipts
    for other in ((), (euros,), (dollars,), (dollars, euros), (euros, euros, dollars)):
        assert "currencies of receipts should be EUR / USD" in notice(replace(report, receipts=other))
    exchanged = (replace(dollars, currency="EUR"), replace(euros, currency="USD"))
    assert notice(replace(report, receipts=exchanged))


def test_currencies_and_the_vendors_balance_are_checked() -> None:
    report = written().reference.report
    assert "currencies should be EUR / USD" in notice(replace(report, currencies=report.currencies[:1]))
    assert notice(vendor=None)


def test_the_first_sheet_is_made_of_the_grids_that_were_checked() -> None:
    first, *_ = written().grids.tabs
    blocks = [block for page in first.pages for block in page]  # type: ignore[union-attr]
    report = written().reference.report
    shown = [
        part
        for block in blocks
        for part in ((block.left, block.right) if isinstance(block, Beside) else (block,))
    ]
    own = [
        grid for pages in report.currencies for grid in (pages.types, pages.ageing, pages.vat, pages.chart)
    ]
    assert [part for part in shown if isinstance(part, (Sheet, Chart))] == [report.totals, *own]
