"""What the embedded API answers: pages, filters, balances, taxes, and a web page for what is not there."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from http import HTTPStatus
from itertools import product
from typing import Any

import pytest

from reports.sandbox.data import PeriodList, generate
from reports.sandbox.documents import RECORDED, Habits, document, noisy
from reports.sandbox.routes import json_text, split_query
from reports.sandbox.server import Sandbox
from tests.support.sandbox_account import ANA, NEW, RUI, get_path, list_ids, post_filter

OCTOBER = {"date[from]": "01/10/2026", "date[to]": "31/10/2026", "non_archived": "true", "archived": "true"}
FILTERS = {"type": ["Invoice", "CreditNote"], "status": ["sent", "settled"]}


def assume(sandbox: Sandbox, **assumed: Any) -> None:
    sandbox.account_data = replace(sandbox.account_data, period_list=PeriodList(**assumed))


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


def test_a_query_keeps_the_last_value_of_a_name_and_all_of_an_array() -> None:
    singles, arrays = split_query(
        "page=1&page=2&type%5B%5D=Invoice&type[]=Receipt&date%5Bfrom%5D=01%2F10%2F2026"
    )
    assert singles == {"page": "2", "date[from]": "01/10/2026"}
    assert arrays == {"type": ["Invoice", "Receipt"]}


def test_documents_of_a_period_are_those_of_all_clients_in_pages(sandbox: Sandbox) -> None:
    first = get_path(sandbox, "/invoices.json", **FILTERS, **OCTOBER, per_page=30)
    assert first.json()["pagination"] == {
        "total_entries": 39,
        "current_page": 1,
        "total_pages": 2,
        "per_page": 30,
    }
    rest = get_path(sandbox, "/invoices.json", **FILTERS, **OCTOBER, per_page=30, page=2)
    owners = [one["client"]["id"] for page in (first, rest) for one in page.json()["invoices"]]
    assert owners == [ANA] * 35 + [RUI] * 4
    assert rest.json()["invoices"][-4:] == post_filter(sandbox, RUI).json()["invoices"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [0, 1, 2, 3]),
        ({"type": ["CreditNote"]}, [3]),
        ({"status": ["settled"]}, [2]),
        ({"status": ["final", "settled"], "type": ["Invoice", "CreditNote", "Receipt"]}, [0, 2, 3]),
        ({"archived": "false"}, [0, 1]),
        ({"non_archived": "false"}, [2, 3]),
        ({"date[from]": "05/10/2026", "date[to]": "05/10/2026"}, [0, 1, 2, 3]),
        ({"date[from]": "06/10/2026"}, []),
        ({"date[to]": "04/10/2026"}, []),
    ],
)
def test_filters_of_the_period_list_choose_by_day_type_status_and_archive(
    sandbox: Sandbox, asked: dict[str, Any], found: list[int]
) -> None:
    sandbox.account_data.documents[ANA].clear()
    assert list_ids(get_path(sandbox, "/invoices.json", **FILTERS | OCTOBER | asked)) == found


def test_estimates_guides_and_orders_are_no_invoices_of_a_period(sandbox: Sandbox) -> None:
    papers = [
        document(kind, date(2026, 10, 5), [], client={"id": NEW}, identity=count)
        for count, kind in enumerate(("Quote", "Receipt", "Transport", "PurchaseOrder"))
    ]
    sandbox.account_data = replace(sandbox.account_data, documents={NEW: papers})
    assume(sandbox, must_filter=False)
    assert list_ids(get_path(sandbox, "/invoices.json", **OCTOBER)) == [1]


@pytest.mark.parametrize("absent", ["type", "status", "non_archived"])
def test_a_filter_of_the_period_list_may_be_absent_where_it_is_optional(
    sandbox: Sandbox, absent: str
) -> None:
    asked = {name: value for name, value in (FILTERS | OCTOBER).items() if name != absent}
    answer = get_path(sandbox, "/invoices.json", **asked)
    assert answer.status_code == 422
    assert answer.json() == {"errors": [{"error": f"{absent} is missing"}]}
    assume(sandbox, must_filter=False)
    assert get_path(sandbox, "/invoices.json", **asked, per_page=50).status_code == 200
    everything = get_path(sandbox, "/invoices.json", per_page=50)
    assert everything.json()["pagination"]["total_entries"] == 39


@pytest.mark.parametrize("words", [{"type": ["Invoice", "SimplifiedInvoice"]}, {"status": ["final"]}])
def test_words_that_the_vendor_does_not_name_are_filters_too_or_refused(
    sandbox: Sandbox, words: dict[str, list[str]]
) -> None:
    asked = FILTERS | OCTOBER | words
    assert get_path(sandbox, "/invoices.json", **asked).json()["pagination"]["total_entries"] > 30
    assume(sandbox, takes_other_words=False)
    assert get_path(sandbox, "/invoices.json", **asked).status_code == 422
    assert get_path(sandbox, "/invoices.json", **FILTERS, **OCTOBER).status_code == 200


@pytest.mark.parametrize("day", ["2026-10-01", "31/02/2026", "soon"])
def test_a_bound_that_is_no_day_of_the_service_is_refused(sandbox: Sandbox, day: str) -> None:
    asked = FILTERS | OCTOBER | {"date[from]": day}
    assert get_path(sandbox, "/invoices.json", **asked).status_code == 422


@pytest.mark.parametrize("status", [HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN])
def test_an_account_whose_plan_lacks_the_period_list_is_told_so(sandbox: Sandbox, status: HTTPStatus) -> None:
    assume(sandbox, refused_with=status)
    answer = get_path(sandbox, "/invoices.json", **FILTERS, **OCTOBER)
    assert answer.status_code == status
    assert answer.json() == {"errors": [{"error": "não está disponível durante o período gratuito"}]}
    assert post_filter(sandbox, ANA).status_code == 200


def test_a_service_without_the_period_list_answers_as_for_any_unknown_address(sandbox: Sandbox) -> None:
    assume(sandbox, refused_with=HTTPStatus.NOT_FOUND)
    answer = get_path(sandbox, "/invoices.json", **FILTERS, **OCTOBER)
    assert (answer.status_code, answer.text[:15]) == (404, "<!DOCTYPE html>")


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
