"""What the embedded API answers: pages, filters, balances, taxes, and a web page for what is not there."""

import json
from dataclasses import replace
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from reports.sandbox.data import generate
from reports.sandbox.documents import RECORDED, Habits, noisy
from reports.sandbox.routes import json_text
from reports.sandbox.server import Sandbox
from tests.support.sandbox_account import ANA, NEW, RUI, get_path, list_ids, post_filter


def test_a_page_holds_ten_rows_unless_asked_otherwise_and_as_many_as_the_account_gives(
    sandbox: Sandbox,
) -> None:
    plain = post_filter(sandbox, ANA)
    assert list_ids(plain) == list(range(10))
    assert plain.json()["pagination"] == {
        "total_entries": 35,
        "current_page": 1,
        "total_pages": 4,
        "per_page": 10,
    }
    assert list_ids(post_filter(sandbox, ANA, per_page=100)) == list(range(35))
    sandbox.account_data = replace(sandbox.account_data, largest_page_size=30)
    capped = post_filter(sandbox, ANA, page=2, per_page=100)
    assert list_ids(capped) == list(range(30, 35))
    assert capped.json()["pagination"] == {
        "total_entries": 35,
        "current_page": 2,
        "total_pages": 2,
        "per_page": 30,
    }


def test_nothing_has_no_pages_and_a_page_past_the_end_is_empty(sandbox: Sandbox) -> None:
    assert post_filter(sandbox, NEW).json() == {
        "invoices": [],
        "pagination": {"total_entries": 0, "current_page": 1, "total_pages": 0, "per_page": 10},
    }
    assert list_ids(post_filter(sandbox, ANA, page=9)) == []


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [0, 1, 2, 3]),
        ({"status": [], "by_type": [], "archived": []}, [0, 1, 2, 3]),
        ({"status": ["final"]}, [0, 3]),
        ({"status": ["sent"]}, [0, 1, 3]),
        ({"status": ["settled", "canceled"]}, [2]),
        ({"by_type": ["CreditNote"]}, [3]),
        ({"archived": ["archived"]}, [2, 3]),
        ({"archived": ["non_archived"]}, [0, 1]),
        ({"archived": ["archived", "non_archived"]}, [0, 1, 2, 3]),
        ({"status": ["final"], "by_type": ["Invoice"], "archived": ["archived"]}, []),
    ],
)
def test_filters_choose_by_status_type_and_archive(
    sandbox: Sandbox, wanted: object, found: list[int]
) -> None:
    answer = post_filter(sandbox, RUI, {"filter": wanted})
    assert list_ids(answer) == found
    assert answer.json()["pagination"]["total_entries"] == len(found)


@pytest.mark.parametrize("body", [[], {"filter": "final"}, {"filter": {"status": "final"}}])
def test_a_filter_of_another_shape_is_refused(sandbox: Sandbox, body: object) -> None:
    answer = post_filter(sandbox, RUI, body)
    assert answer.status_code == 422
    assert answer.json() == {"errors": [{"error": "filter is invalid"}]}


def test_clients_are_paged_and_only_one_alone_shows_its_terms(sandbox: Sandbox) -> None:
    listed = get_path(sandbox, "/clients.json", per_page=2, page=2).json()
    assert [one["name"] for one in listed["clients"]] == ["Nova"]
    assert listed["pagination"]["total_entries"] == 3
    alone = get_path(sandbox, f"/clients/{NEW}.json").json()["client"]
    assert set(alone) - set(listed["clients"][0]) == {"payment_days", "tax_exemption_code"}


def test_only_the_balance_knows_of_part_payments(sandbox: Sandbox) -> None:
    path = f"/api/v3/clients/{ANA}/balance.json"
    before = get_path(sandbox, path).json()
    assert {*before} > {"currency", "balance", "overdue_balance"}
    sandbox.account_data.part_payments[ANA] = Decimal("5.50")
    after = get_path(sandbox, path).json()
    assert before["balance"]["with_vat"] - after["balance"]["with_vat"] == 5.5
    assert before["balance"]["without_vat"] == after["balance"]["without_vat"]


@pytest.mark.slow
def test_the_balance_is_what_is_payable_whichever_way_the_figures_are_written() -> None:
    def balances(habits: Habits) -> dict[int, Any]:
        with Sandbox(account_data=generate(habits)) as running:
            return {
                one["id"]: get_path(running, f"/api/v3/clients/{one['id']}/balance.json").json()["balance"]
                for one in running.account_data.clients
            }

    recorded = balances(RECORDED)
    # 1250 less 25 %, 365.93 less 11.5 % of 297.50, 492 less 25 % of 400; a credit note of 365.93 less 74.38.
    assert recorded[3100003]["with_vat"] == 937.5 + 331.72 + 392 - 291.55
    for flags in product((True, False), repeat=len(Habits._fields)):
        assert balances(Habits(*flags)) == recorded


def test_taxes_come_all_at_once_without_pages(sandbox: Sandbox) -> None:
    assert get_path(sandbox, "/taxes.json").json() == {"taxes": []}
    row = {"id": 1, "name": "IVA23", "value": 23.0, "region": None, "code": "NOR", "default_tax": 1}
    sandbox.account_data.taxes.extend([row] * 40)
    assert get_path(sandbox, "/taxes.json", page=2, per_page=10).json() == {"taxes": [row] * 40}


def test_what_is_not_there_is_404_as_a_web_page(sandbox: Sandbox) -> None:
    absent = (
        post_filter(sandbox, 99),
        get_path(sandbox, "/clients/99.json"),
        get_path(sandbox, "/api/v3/clients/99/balance.json"),
        get_path(sandbox, "/nowhere"),
        get_path(sandbox, f"/clients/{ANA}/invoices.json"),
    )
    for answer in absent:
        assert answer.status_code == 404
        assert answer.headers["Content-Type"].startswith("text/html")
        assert answer.text.startswith("<!DOCTYPE html>")


def test_amounts_are_sent_with_the_very_digits_they_have() -> None:
    amounts = ["1", "0.30000000000000004", "12345678901234567890.10", "-0.07", "1E+400"]
    value = {"amounts": [Decimal(one) for one in amounts], "text": 'é"\n', "none": None, "yes": True}
    text = json_text(value)
    assert text == f'{{"amounts":[{",".join(amounts)}],"text":"é\\"\\n","none":null,"yes":true}}'
    assert json.loads(text, parse_float=Decimal)["amounts"][1] == Decimal("0.30000000000000004")
    assert noisy(Decimal("0.3")) == Decimal("0.30000000000000004")
