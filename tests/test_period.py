"""Periods are calendar months, quarters and years where the business is."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.period import FORMS, NAMED, Period, local_day, make_period, parse, parse_document_day
from tests.support.examples import examples

TODAY = date(2026, 11, 2)


@pytest.mark.parametrize(
    ("text", "first", "last", "label"),
    [
        ("last-month", date(2026, 10, 1), date(2026, 10, 31), "2026-10"),
        ("this-month", date(2026, 11, 1), date(2026, 11, 30), "2026-11"),
        ("last-quarter", date(2026, 7, 1), date(2026, 9, 30), "2026-Q3"),
        ("this-quarter", date(2026, 10, 1), date(2026, 12, 31), "2026-Q4"),
        ("last-year", date(2025, 1, 1), date(2025, 12, 31), "2025"),
        ("this-year", date(2026, 1, 1), date(2026, 12, 31), "2026"),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29), "2028-02"),
        ("2026-Q3", date(2026, 7, 1), date(2026, 9, 30), "2026-Q3"),
        ("2026-q1", date(2026, 1, 1), date(2026, 3, 31), "2026-Q1"),
        ("2026", date(2026, 1, 1), date(2026, 12, 31), "2026"),
        ("2026-10-01_2026-10-20", date(2026, 10, 1), date(2026, 10, 20), "2026-10-01_2026-10-20"),
        ("2026-10-01_2026-10-31", date(2026, 10, 1), date(2026, 10, 31), "2026-10"),
        ("2026-04-01_2026-06-30", date(2026, 4, 1), date(2026, 6, 30), "2026-Q2"),
        ("2026-02-01_2026-04-30", date(2026, 2, 1), date(2026, 4, 30), "2026-02-01_2026-04-30"),
        ("2026-01-01_2026-12-31", date(2026, 1, 1), date(2026, 12, 31), "2026"),
        ("2026-02-01_2027-01-31", date(2026, 2, 1), date(2027, 1, 31), "2026-02-01_2027-01-31"),
        ("2026-10-05_2026-10-05", date(2026, 10, 5), date(2026, 10, 5), "2026-10-05_2026-10-05"),
    ],
)
def test_a_period_is_whole_calendar_days_under_its_label(
    text: str, first: date, last: date, label: str
) -> None:
    assert parse(text, TODAY) == Period(first, last)
    assert parse(text, TODAY).label == label


@pytest.mark.parametrize(
    ("today", "name", "label"),
    [
        (date(2026, 1, 1), "last-month", "2025-12"),
        (date(2026, 1, 31), "last-quarter", "2025-Q4"),
        (date(2026, 3, 31), "last-month", "2026-02"),
        (date(2026, 4, 1), "last-quarter", "2026-Q1"),
        (date(2026, 12, 31), "this-quarter", "2026-Q4"),
    ],
)
def test_the_last_month_is_the_calendar_month_before_today(today: date, name: str, label: str) -> None:
    assert parse(name, today).label == label


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("last_month", "is not a period"),
        ("", "is not a period"),
        ("2026-1", "is not a period"),
        ("2026-Q5", "is not a period"),
        ("26-10", "is not a period"),
        ("0026-10", "is not a period"),
        ("9999", "is not a period"),
        ("٢٠٢٦-١٠", "is not a period"),
        ("2026-10 ", "is not a period"),
        ("2026-10-31", "is not a period"),
        ("2026-13", "months are 01 to 12"),
        ("2026-00", "months are 01 to 12"),
        ("2026-02-01_2026-02-30", "'2026-02-30' is not a day of the calendar"),
        ("2026-10-20_2026-10-01", "ends on 2026-10-01 before it begins on 2026-10-20"),
        ("0026-10-01_0026-10-31", "begins on 0026-10-01: write the year in full"),
    ],
)
def test_what_is_no_period_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse(text, TODAY)


def test_the_refusal_names_the_forms_a_period_has() -> None:
    with pytest.raises(ValueError, match="October") as caught:
        parse("October", TODAY)
    assert FORMS in str(caught.value)


def test_both_ends_are_included() -> None:
    october = parse("2026-10", TODAY)
    assert date(2026, 10, 1) in october
    assert date(2026, 10, 31) in october
    assert date(2026, 9, 30) not in october
    assert date(2026, 11, 1) not in october


def test_years_have_four_digits() -> None:
    assert make_period(date(1000, 1, 1), date(1000, 1, 31)).label == "1000-01"
    with pytest.raises(ValueError, match="write the year in full"):
        make_period(date(999, 12, 31), date(2026, 10, 31))


def test_a_period_without_end_has_twelve_months_too() -> None:
    open_ended = make_period(date(2026, 1, 1), date(9999, 12, 31))
    assert open_ended.label == "2026-01-01_9999-12-31"
    assert open_ended.twelve_months[-1] == Period(date(9999, 12, 1), date(9999, 12, 31))


def test_twelve_months_end_with_the_month_of_the_last_day() -> None:
    months = parse("2026-Q1", TODAY).twelve_months
    assert [month.label for month in months] == [
        *(f"2025-{month:02}" for month in range(4, 13)),
        *("2026-01", "2026-02", "2026-03"),
    ]


def test_just_after_midnight_in_lisbon_the_azores_still_have_october() -> None:
    instant = datetime(2026, 11, 1, 0, 5, tzinfo=UTC)
    assert local_day(instant, ZoneInfo("Europe/Lisbon")) == date(2026, 11, 1)
    assert local_day(instant, ZoneInfo("Atlantic/Azores")) == date(2026, 10, 31)


@examples(60)
@given(st.dates(date(1999, 1, 1), date(2099, 12, 31)), st.sampled_from(NAMED))
def test_a_label_names_its_period_again(today: date, name: str) -> None:
    period = parse(name, today)
    assert parse(period.label, today) == period
    assert (today in period) is name.startswith("this-")


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (date(2026, 10, 1), date(2026, 10, 31), ["2026-10"]),
        (date(2026, 12, 1), date(2027, 1, 31), ["2026-12", "2027-01"]),
        (date(2026, 10, 2), date(2026, 10, 31), []),
        (date(2026, 10, 1), date(2026, 11, 29), []),
    ],
)
def test_a_period_of_whole_months_is_these_months(first: date, last: date, months: list[str]) -> None:
    assert [month.label for month in make_period(first, last).months] == months


@pytest.mark.parametrize("came", ["31/10/2026", " 2026-10-31 "])
def test_a_document_has_its_day_in_two_forms(came: str) -> None:
    assert parse_document_day(came) == date(2026, 10, 31)


@pytest.mark.parametrize(
    "came", ["", "31/10/26", "31/10/0099", "32/10/2026", "31/10/١٢٣٤", "a/b/2026", "None"]
)
def test_what_is_no_day_of_a_document_is_a_value_error(came: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_document_day(came)
