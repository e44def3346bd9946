"""What is asked of the API and made for each client, by the configuration and the account's own list."""

import datetime as dt
from pathlib import Path

import pytest

from reports.mail.eml import Mail
from reports.pipeline.jobs import Brief
from reports.plan import Plan
from reports.source.archive import Header
from reports.source.client_list import AccountClient, ClientList
from reports.source.client_reading import Reading, Wanted
from tests.support.configurations import load_text
from tests.support.papers import OCTOBER

ANA, RUI, EVA = 101, 102, 103
BOTH = ["archived", "non_archived"]
LISTED = """\
account: {name: my-company, client_details: true}
statement: {vendor_balance: true}
clients:
  - {id: 101, name: "Ana, Lda", fiscal_id: "500000000", language: en}
  - {id: 102, filters: {status: [settled]}, email: {to: [rui@example.com], cc: [mae@example.com]}}
email: {from: contas@example.com, subject: "{{ client }}"}
issuer: {name: Exemplo}
"""
EVERYBODY = """\
account: {name: my-company, client_details: true}
clients: all
email: {from: contas@example.com}
"""
LIST = ClientList(
    2,
    (
        AccountClient(ANA, "Ana do Céu", None, "ana@example.com", None),
        AccountClient(RUI, "Rui", None, None, None),
    ),
)


def make_brief(folder: Path, text: str, listing: ClientList | None = None) -> Brief:
    brief = Brief(Plan(load_text(folder, text), OCTOBER, folder, None, (), dt.date(2026, 11, 2)))
    brief.listing = listing
    return brief


def make_reading(client: int) -> Reading:
    header = Header("my-company", client, {}, dt.datetime(2026, 11, 2, tzinfo=dt.UTC), 4, True)
    return Reading(client, Path(f"{client}.jsonl.gz"), header, pages=4, documents=90, requests=5)


def test_a_client_is_asked_about_with_filters_of_its_own(tmp_path: Path) -> None:
    brief = make_brief(tmp_path, LISTED)
    assert brief.build_wanted(ANA) == Wanted(ANA, {"archived": BOTH}, ("client", "balance"))
    # What the vendor counts as open is of no use where a filter leaves something out.
    assert brief.build_wanted(RUI) == Wanted(RUI, {"status": ["settled"], "archived": BOTH}, ("client",))
    assert brief.build_wanted(EVA).filters == {"archived": BOTH}


def test_where_the_accounts_list_was_read_no_client_is_asked_about_by_itself(tmp_path: Path) -> None:
    assert make_brief(tmp_path, EVERYBODY).build_wanted(ANA).details == ("client",)
    brief = make_brief(tmp_path, EVERYBODY, LIST)
    assert (brief.build_wanted(ANA).details, brief.build_wanted(EVA).details) == ((), ("client",))


def test_the_list_says_nothing_of_clients_that_somebody_listed(tmp_path: Path) -> None:
    assert make_brief(tmp_path, EVERYBODY, LIST).find_listed(ANA) == LIST.clients[0]
    assert make_brief(tmp_path, LISTED, LIST).find_listed(ANA) is None


def test_a_task_has_the_clients_own_name_number_and_language(tmp_path: Path) -> None:
    task = make_brief(tmp_path, LISTED).task(make_reading(ANA))
    assert (task.job.name, task.job.fiscal_id) == ("Ana, Lda", "500000000")
    assert (task.job.language, task.job.account_language) == ("en", "pt")
    assert (task.pages, task.requests, task.job.archive) == (4, 5, Path("101.jsonl.gz"))
    assert task.period_folder == tmp_path / "2026-10"
    assert (task.job.issuer.name, task.job.account) == ("Exemplo", "my-company")


def test_without_a_name_of_its_own_a_client_has_that_of_the_list(tmp_path: Path) -> None:
    brief = make_brief(tmp_path, EVERYBODY, LIST)
    assert brief.task(make_reading(ANA)).job.name == "Ana do Céu"
    assert brief.task(make_reading(EVA)).job.name is None


@pytest.mark.parametrize(
    ("text", "client", "to"),
    [
        (LISTED, ANA, None),
        (LISTED, RUI, ("rui@example.com",)),
        (EVERYBODY, ANA, ("ana@example.com",)),
        (EVERYBODY, RUI, None),
    ],
)
def test_only_a_client_whose_address_is_known_is_written_to(
    tmp_path: Path, text: str, client: int, to: tuple[str, ...] | None
) -> None:
    task = make_brief(tmp_path, text, LIST).task(make_reading(client))
    assert task.is_mailing
    assert (task.mail and task.mail.to) == to
    assert (task.job.own_words is not None) == (to is not None)


def test_a_task_names_sender_copies_and_what_goes_with_the_mail(tmp_path: Path) -> None:
    task = make_brief(tmp_path, LISTED).task(make_reading(RUI))
    assert task.mail == Mail("contas@example.com", "Exemplo", ("rui@example.com",), ("mae@example.com",))
    assert task.attachments == ("xlsx", "html")


def test_without_a_section_for_mail_none_is_wanted(tmp_path: Path) -> None:
    task = make_brief(tmp_path, "account: {name: my-company}\nclients: all\n").task(make_reading(ANA))
    assert (task.is_mailing, task.mail, task.job.own_words) == (False, None, None)
