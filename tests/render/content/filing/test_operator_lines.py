"""The operator reads in three lines what the account's month comes to."""

from dataclasses import replace

from reports.render.content.filing.operator_lines import list_operator_lines
from reports.render.content.labels import Labels
from tests.support.english import find_english
from tests.support.filed_accounts import build_filed_account

EN = Labels("en")


def test_vat_what_is_left_to_decide_and_what_is_overdue_are_told() -> None:
    assert list_operator_lines(build_filed_account(), EN) == [
        "VAT of fields 2, 4, 6: €240.00 of invoices, -€46.00 of credit notes. The month is whole.",
        "To decide by hand: €170.00 net; US$70.00 net. Warnings of the account: none.",
        "Overdue: €1,869.33 (clients: 4); US$86.10 (clients: 1).",
    ]


def test_a_month_that_is_not_whole_says_why_in_the_language_of_the_account() -> None:
    vat, *_ = list_operator_lines(build_filed_account(is_whole=False), EN)
    assert vat.endswith("The month is not whole. Clients of the account that were not read: 1.")
    for language in ("pt", "es"):
        lines = list_operator_lines(build_filed_account(is_whole=False), Labels(language))
        assert find_english("\n".join(lines)) == []


def test_an_account_without_figures_has_nothing_to_tell() -> None:
    assert list_operator_lines(replace(build_filed_account(), clients=()), EN) == []
