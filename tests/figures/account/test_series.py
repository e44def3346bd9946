"""Series: numbers that are missing, and those that go back in time."""

from dataclasses import replace
from datetime import date

from reports.figures.account.account_month import add_up
from reports.figures.account.coverage import Coverage
from reports.figures.account.series import MOST_MISSING, SeriesRow
from reports.sandbox.documents import Raw
from tests.support.filed import build_account_month, build_month
from tests.support.papers import OCTOBER, paper


def numbered(
    number: int, day: str, kind: str = "Invoice", status: str = "final", series: str = "2026"
) -> Raw:
    own = {"inverted_sequence_number": f"{series}/{number}"}
    return paper(number, kind, status=status, date=day, **own)  # type: ignore[arg-type]


def list_rows(*papers: Raw) -> list[SeriesRow]:
    return list(build_account_month(build_month(*papers)).series)


def test_missing_is_what_no_document_of_any_date_or_status_bears() -> None:
    rows = list_rows(
        numbered(3, "05/09/2026"),
        numbered(5, "30/09/2026"),
        numbered(7, "02/10/2026"),
        numbered(8, "02/10/2026", status="canceled"),
        numbered(9, "03/11/2026"),
        numbered(10, "31/10/2026"),
        numbered(12, "01/11/2026"),
    )
    assert rows == [SeriesRow("Invoice", "2026", 3, 12, 7, missing=(6,), backwards=(10,))]


def test_a_series_that_begins_in_the_period_begins_with_its_lowest_number() -> None:
    (row,) = list_rows(numbered(40, "02/10/2026"), numbered(42, "03/10/2026"))
    assert (row.missing, row.backwards) == ((41,), ())


def test_a_series_without_a_number_in_the_period_lacks_nothing() -> None:
    (row,) = list_rows(numbered(1, "02/09/2026"), numbered(9, "03/09/2026"))
    assert (row.first, row.last, row.documents, row.missing) == (1, 9, 2, ())


def test_types_and_series_are_rows_of_their_own_and_drafts_and_quotes_none() -> None:
    rows = list_rows(
        numbered(1, "02/10/2026"),
        numbered(2, "02/10/2026", series="A/B"),
        numbered(3, "02/10/2026", kind="Receipt"),
        numbered(4, "02/10/2026", kind="Quote"),
        paper(5, status="draft"),
    )
    assert [(row.type, row.series) for row in rows] == [
        ("Invoice", "2026"),
        ("Invoice", "A/B"),
        ("Receipt", "2026"),
    ]


def test_a_series_that_was_begun_anew_far_away_claims_nothing() -> None:
    (row,) = list_rows(numbered(1, "02/09/2026"), numbered(3 + MOST_MISSING, "02/10/2026"))
    assert row.missing is None


def test_nothing_is_claimed_where_a_client_is_missing_and_across_clients_nothing_is_lost() -> None:
    first = build_month(numbered(1, "02/10/2026"), numbered(3, "03/10/2026"))
    second = replace(build_month(numbered(2, "02/10/2026")), client=12)
    assert [row.missing for row in build_account_month(first, second).series] == [()]
    partly = add_up([first], Coverage(2, 1), period=OCTOBER, region="PT", listed=None)
    assert [(row.missing, row.backwards) for row in partly.series] == [(None, None)]
    early = add_up(
        [replace(first, read_on=date(2026, 10, 20))], Coverage(1, 1), period=OCTOBER, region="PT", listed=None
    )
    assert (early.is_whole, [row.missing for row in early.series]) == (False, [(2,)])
