"""Clients in Portugal: three regions, a rate that has ended, codes by day, and a series with a gap."""

from datetime import date
from decimal import Decimal
from typing import Any

from reports.sandbox.clients_at_home import AT_HOME, GONE
from reports.sandbox.data import SandboxAccount
from reports.sandbox.routes import Request, answer
from tests.support.sandbox_account import list_documents


def day_of(paper: dict[str, Any]) -> date:
    day, month, year = map(int, paper["date"].split("/"))
    return date(year, month, day)


def test_every_rate_of_three_regions_is_sold_at_in_october(account: SandboxAccount) -> None:
    regions = {row["id"]: row["region"] or "PT" for row in account.taxes}
    clients = {one["id"] for one, _ in AT_HOME}
    sold = {
        (regions.get(item["tax"]["id"], "PT"), Decimal(str(item["tax"]["value"])))
        for client in clients
        for one in account.documents[client]
        if day_of(one) >= date(2026, 10, 1) and "CreditNote" not in one["type"]
        for item in one["items"]
        if item["tax"]
    }
    assert sold == {
        *(("PT", Decimal(rate)) for rate in (23, 13, 6, 0)),
        *(("PT-MA", Decimal(rate)) for rate in (22, 12, 4, 0)),
        *(("PT-AC", Decimal(rate)) for rate in (16, 9, 4)),
    }


def test_a_credit_note_of_october_bears_a_rate_that_ended_in_2024(account: SandboxAccount) -> None:
    at_five = [
        one
        for one in account.documents[3100004]
        if any(item["tax"]["name"] == "IVA5 (Madeira)" for item in one["items"])
    ]
    sold, note = sorted(at_five, key=day_of)
    assert (sold["type"], note["type"]) == ("Invoice", "CreditNote")
    assert day_of(sold) < date(2024, 10, 1) < date(2026, 10, 1) < day_of(note)
    assert note["reference"] == f"FT {sold['inverted_sequence_number']}"


def test_reverse_charge_of_building_has_its_codes_and_the_newest_since_july(account: SandboxAccount) -> None:
    codes = {
        one["tax_exemption"]: day_of(one) for one in account.documents[3100011] if one.get("tax_exemption")
    }
    assert {*codes} == {"M30", "M31", "M35"}
    assert codes["M35"] >= date(2026, 7, 1)


def test_one_number_of_october_is_gone_and_one_invoice_was_dated_back(account: SandboxAccount) -> None:
    for kind, missing, backwards in (("Invoice", 1, 1), ("InvoiceReceipt", 0, 0), ("CreditNote", 0, 0)):
        days = {
            int(one["inverted_sequence_number"].removeprefix("2026/")): day_of(one)
            for one in list_documents(account)
            if one["type"] == kind and one.get("inverted_sequence_number", "").startswith("2026/")
        }
        gone = {*range(1, max(days) + 1)} - {*days}
        assert len(gone) == missing
        assert all(days[number - 1] >= date(2026, 10, 1) for number in gone)
        late = [one for one in days if any(days[low] > days[one] for low in days if low < one)]
        assert len(late) == backwards


def test_the_client_that_is_gone_has_one_invoice_of_a_series_of_its_own(account: SandboxAccount) -> None:
    ((gone, _),) = GONE
    assert gone["id"] not in {one["id"] for one in account.clients}
    (paper,) = account.documents[gone["id"]]
    assert (paper["inverted_sequence_number"], day_of(paper)) == ("FEIRA/1", date(2026, 10, 21))
    query = {"date[from]": "21/10/2026", "date[to]": "21/10/2026", "non_archived": "true", "per_page": "50"}
    wanted = {"type": ["Invoice"], "status": ["sent"]}
    listed = answer(Request("GET", "/invoices.json", query, "", wanted), account)
    alone = answer(Request("POST", f"/clients/{gone['id']}/invoices.json", {}, "{}"), account)
    assert (f'"id":{paper["id"]},' in listed.text, alone.status) == (True, 404)
    others = [one for one in list_documents(account) if "FEIRA" in one["sequence_number"]]
    assert others == [paper]
