"""Hostile texts where a word decides or an address leads: never a formula, an element or a bad link."""

from collections.abc import Iterator, Mapping
from datetime import date

import pytest

from reports.sandbox.data import SandboxAccount
from reports.sandbox.documents import client
from reports.sandbox.server import Sandbox
from tests.support.hostile import CLIENT, LINKS, TEXTS
from tests.support.hostile_read import ADDRESS, cells_of, read_page, trouble_of_lines, trouble_of_run
from tests.support.office import ACCOUNT, Office, Said, invoice

WORDS = ("formula", "NUL", "40,000", "script", "parent")
"""Texts of a currency in every run of the tests: each has sheets of its own, which takes long."""


def of_structure(currencies: Mapping[str, str]) -> SandboxAccount:
    """A document for each text as its address, its type and its status, and some in these currencies."""
    fields = [("permalink", text) for text in (*TEXTS.values(), *LINKS.values())]
    fields += [(field, text) for field in ("type", "status") for text in TEXTS.values()]
    fields += [("currency", text) for text in currencies.values()]
    papers = [
        invoice(CLIENT, "Ana", date(2026, 10, 5), number=number, **{field: text})
        for number, (field, text) in enumerate(fields, start=1)
    ]
    return SandboxAccount(ACCOUNT, [client(CLIENT, "Ana")], {CLIENT: papers})


@pytest.fixture(
    scope="module", params=[WORDS, pytest.param(tuple(TEXTS), marks=pytest.mark.soak)], ids=["some", "all"]
)
def ran(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Office, Said]]:
    currencies = {name: TEXTS[name] for name in request.param}
    with Sandbox(account_data=of_structure(currencies)) as sandbox:
        office = Office(tmp_path_factory.mktemp("structure"), sandbox)
        yield office, office.run("--verbose")


def test_the_client_is_done_and_every_unknown_word_is_found(ran: tuple[Office, Said]) -> None:
    office, said = ran
    entry = office.entries[CLIENT]
    assert (said.code, entry["state"]) == (6, "ready")
    found = {finding["document"]: finding["code"] for finding in entry["findings"]}
    papers = {paper["id"]: paper for paper in office.sandbox.account_data.documents[CLIENT]}
    for identity, paper in papers.items():
        is_odd = paper["type"] != "Invoice" or paper["status"] != "final" or paper["currency"] != "Euro"
        assert (identity in found) == is_odd, paper
    odd = [paper for paper in papers.values() if paper["type"] != "Invoice" or paper["status"] != "final"]
    assert entry["documents_counted"] == len(papers) - len(odd)


def test_nothing_of_it_acts_loads_or_leads_astray(ran: tuple[Office, Said]) -> None:
    office, said = ran
    assert trouble_of_run(office.output) == []
    assert list(trouble_of_lines(said.out + said.err, is_log=False)) == []


def test_only_addresses_of_the_web_are_links(ran: tuple[Office, Said]) -> None:
    office, _ = ran
    (path,) = office.month.glob("*/*.html")
    links = {dict(attributes).get("href") for tag, attributes in read_page(path).started if tag == "a"} - {
        None
    }
    given = {*TEXTS.values(), *LINKS.values()}
    assert {link for link in links if link in given} <= {link for link in given if ADDRESS.fullmatch(link)}
    assert LINKS["user"] in links
    assert LINKS["capitals"] in links
    assert LINKS["long"] in links


def test_an_address_that_is_no_link_is_text_in_the_workbook(ran: tuple[Office, Said]) -> None:
    office, _ = ran
    (path,) = office.month.glob("*/*.xlsx")
    texts = {
        value
        for rows in cells_of(path).values()
        for row in rows
        for _, value in row
        if isinstance(value, str)
    }
    for name in ("javascript link", "data link", "file link", "bare link", "share"):
        assert TEXTS[name] in texts
    for name in ("VBScript", "ftp", "mail", "one slash", "blank", "long"):
        assert LINKS[name] in texts
