"""The account's month: its clients' parts added up."""

from dataclasses import replace
from decimal import Decimal

from reports.figures.account.vat_return import ReturnRounding
from reports.money import ZERO
from tests.support.filed import build_account_month, build_month
from tests.support.papers import paper


def test_equal_rows_of_several_clients_are_one_row_of_the_account() -> None:
    ana, rui = build_month(paper(1), paper(2, rate="6")), replace(build_month(paper(3)), client=12)
    month = build_account_month(ana, rui)
    reduced, normal = month.vat_return
    assert (normal.amounts.base, normal.amounts.documents) == (Decimal("200.00"), 2)
    assert (reduced.amounts.base, reduced.amounts.documents) == (Decimal("100.00"), 1)
    assert month.rounding == ReturnRounding(ZERO, ZERO)


def test_adding_up_leaves_the_clients_parts_as_they_are() -> None:
    ana = build_month(paper(1))
    first = build_account_month(ana, replace(ana, client=12))
    assert build_account_month(ana, replace(ana, client=12)) == first
    assert build_account_month(ana).vat_return[0].amounts.documents == 1


def test_an_account_without_clients_is_a_month_of_nothing() -> None:
    month = build_account_month()
    assert not month.vat_return
    assert not month.outside
    assert month.rounding == ReturnRounding(ZERO, ZERO)
    assert month.is_whole
