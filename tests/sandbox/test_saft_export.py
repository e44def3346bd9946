"""The SAF-T file of a month as the service hands it out, and each thing that is assumed of it, both ways."""

import time
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import requests

from reports.sandbox.saft import NAMESPACE, SaftRules
from reports.sandbox.saft_export import find_region
from reports.sandbox.server import Sandbox
from tests.support.sandbox_account import get_path
from tests.support.waiting import PATIENCE_SECONDS

PATH = "/api/export_saft.json"
OCTOBER = {"month": "10", "year": "2026"}
NUMBER_OF_ENTRIES = f".//{{{NAMESPACE}}}NumberOfEntries"


def assume(sandbox: Sandbox, **assumed: Any) -> None:
    sandbox.account_data = replace(sandbox.account_data, saft=SaftRules(**assumed))


def export(sandbox: Sandbox, **asked: object) -> requests.Response:
    return get_path(sandbox, PATH, **OCTOBER | asked)


def fetch_file(sandbox: Sandbox) -> requests.Response:
    return requests.get(export(sandbox).json()["Url"], timeout=PATIENCE_SECONDS)


@pytest.mark.parametrize("waits", [0, 2])
def test_a_file_is_asked_for_until_it_is_ready(sandbox: Sandbox, waits: int) -> None:
    assume(sandbox, waits=waits)
    for _ in range(waits):
        answer = export(sandbox)
        assert (answer.status_code, [*answer.json()]) == (202, ["message"])
    for _ in range(2):
        answer = export(sandbox)
        assert (answer.status_code, [*answer.json()]) == (200, ["Url"])
        assert answer.json()["Url"].startswith(f"{sandbox.url}/")


def test_the_file_holds_the_documents_of_all_clients_and_needs_no_key(sandbox: Sandbox) -> None:
    assume(sandbox, waits=0)
    answer = fetch_file(sandbox)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/xml")
    assert ET.fromstring(answer.content).findtext(NUMBER_OF_ENTRIES) == "39"  # noqa: S314 - our own


def test_whoever_sends_the_key_to_the_file_or_lacks_its_signature_is_refused(sandbox: Sandbox) -> None:
    assume(sandbox, waits=0)
    address = export(sandbox).json()["Url"]
    for key in (sandbox.api_key, "another", ""):
        answer = requests.get(address, params={"api_key": key}, timeout=PATIENCE_SECONDS)
        assert answer.status_code == (400 if key else 200)
    bare = address.partition("?")[0]
    assert requests.get(bare, timeout=PATIENCE_SECONDS).status_code == 403
    other = address.replace("2026-10", "2026-11")
    assert requests.get(other, timeout=PATIENCE_SECONDS).status_code == 404
    assert requests.post(address, timeout=PATIENCE_SECONDS).status_code == 404


@pytest.mark.parametrize("asked", [{"month": "11"}, {"month": "13"}, {"month": ""}, {"year": "soon"}])
def test_a_month_without_a_document_is_422_with_a_message(sandbox: Sandbox, asked: dict[str, str]) -> None:
    answer = export(sandbox, **asked)
    assert (answer.status_code, [*answer.json()]) == (422, ["message"])


@pytest.mark.parametrize("status", [HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN])
def test_an_account_whose_plan_lacks_the_file_is_told_so(sandbox: Sandbox, status: HTTPStatus) -> None:
    assume(sandbox, refused_with=status)
    answer = export(sandbox)
    assert answer.status_code == status
    assert answer.json() == {"errors": [{"error": "não está disponível durante o período gratuito"}]}


def test_a_service_that_fails_says_so_and_comes_back(sandbox: Sandbox) -> None:
    assume(sandbox, fails=1, waits=1)
    answers = [export(sandbox) for _ in range(3)]
    assert [one.status_code for one in answers] == [500, 202, 200]
    assert [*answers[0].json()] == ["message"]


def test_a_slow_service_lets_time_pass_before_each_answer_and_the_file(sandbox: Sandbox) -> None:
    assume(sandbox, waits=0, seconds=0.2)
    start = time.monotonic()
    assert fetch_file(sandbox).status_code == 200
    assert time.monotonic() - start >= 0.4


@pytest.mark.parametrize(
    ("region", "country", "found"),
    [
        (None, "Germany", "PT"),
        (" PT - MA ", "Portugal", "PT-MA"),
        ("PT-AC", None, "PT-AC"),
        ("ES", "Portugal", "ES"),
        ("Desconhecido", "France", "FR"),
        ("Desconhecido", " uk ", "GB"),
        ("Desconhecido", "NO", "NO"),
        ("Desconhecido", "Atlantis", "PT"),
        ("Desconhecido", None, "PT"),
        ("<b>", None, "PT"),
    ],
)
def test_a_line_is_of_the_region_of_its_tax_or_of_its_client(
    region: str | None, country: str | None, found: str
) -> None:
    assert find_region(region, country) == found
