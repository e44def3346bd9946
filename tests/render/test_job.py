"""One client from its archive to its files: whose name it has, what is made of it, and what counts once."""

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from reports.errors import DataError, ReadingError
from reports.render.job import Job, render
from reports.sandbox.documents import Raw
from reports.source.client_list import AccountClient
from tests.support import payload_path
from tests.support.archives import store_pages, store_papers
from tests.support.papers import paper
from tests.support.recorded_papers import CLIENT

LISTED = AccountClient(CLIENT, "Ana do Céu", "999999990", None, None, "Rua da Lista 1", country="Portugal")


def make_paper(number: int, **snapshot: object) -> Raw:
    """Ana's document; what the snapshot says of her beside her id."""
    return paper(number, client={"id": CLIENT} | snapshot)


def make_job(archive: Path) -> Job:
    return replace(payload_path.job(archive), excel=False)


@pytest.mark.parametrize(
    ("configured", "snapshots", "name"),
    [
        ("  Ana &  Filhos ", ("Ana",), "Ana & Filhos"),
        (None, ("Ana Velha", "Ana Nova"), "Ana Nova"),
        (None, ("Ana Velha", None), "Ana Velha"),
        (None, (), f"#{CLIENT}"),
    ],
)
def test_a_client_is_named_by_configuration_then_newest_document_then_id(
    tmp_path: Path, configured: str | None, snapshots: tuple[str | None, ...], name: str
) -> None:
    papers = [make_paper(number, name=own) for number, own in enumerate(snapshots, start=1)]
    job = replace(make_job(store_papers(tmp_path, *papers)), name=configured)
    assert render(job, None).subject.name == name


def test_number_and_address_come_from_the_first_that_knows_them(tmp_path: Path) -> None:
    archive = store_papers(tmp_path, make_paper(1, address="Rua do Documento 2"))
    subject = render(replace(make_job(archive), listed=LISTED), None).subject
    assert (subject.fiscal_id, subject.address) == ("999999990", "Rua do Documento 2")
    subject = render(replace(make_job(archive), listed=LISTED, fiscal_id="500000000"), None).subject
    assert subject.fiscal_id == "500000000"


def test_a_document_on_two_pages_counts_once(tmp_path: Path) -> None:
    first, second = make_paper(1), make_paper(2)
    figures = render(make_job(store_pages(tmp_path, (first, second), (second, first))), None).figures
    assert (figures.documents_read, figures.totals[0].gross) == (2, Decimal("246.00"))


def test_without_a_folder_no_file_is_made(tmp_path: Path) -> None:
    archive = store_papers(tmp_path, make_paper(1))
    rendered = render(make_job(archive), None)
    assert list(tmp_path.iterdir()) == [archive]
    assert ("documents", "EUR") in rendered.grids
    assert (rendered.body, rendered.changes) == (None, None)


@pytest.mark.parametrize(("excel", "endings"), [(True, [".html", ".xlsx"]), (False, [".html"])])
def test_only_the_files_that_are_wanted_are_made(tmp_path: Path, excel: bool, endings: list[str]) -> None:
    folder = tmp_path / "staged"
    folder.mkdir()
    archive = store_papers(tmp_path, make_paper(1, name="Ana"))
    render(replace(payload_path.job(archive), excel=excel), folder)
    assert sorted(path.suffix for path in folder.iterdir()) == endings
    assert {path.stem for path in folder.iterdir()} == {f"ana-{CLIENT}-2026-10"}


def test_an_archive_of_another_client_or_account_is_refused(tmp_path: Path) -> None:
    job = make_job(store_papers(tmp_path, make_paper(1)))
    for other in (replace(job, client=CLIENT + 1), replace(job, account="another")):
        with pytest.raises(ReadingError, match=re.escape(str(job.archive))):
            render(other, None)


def test_a_document_of_another_client_in_an_archive_fails_its_client_whatever_is_made(tmp_path: Path) -> None:
    foreign = paper(2, client={"id": CLIENT + 1, "name": "Rui"})
    job = make_job(store_papers(tmp_path, make_paper(1), foreign))
    with pytest.raises(DataError, match=r"document 2 belongs to another client.*Read the client again"):
        render(job, None)


def test_an_archive_with_fewer_documents_than_its_pages_count_fails_its_client(tmp_path: Path) -> None:
    job = make_job(store_pages(tmp_path, (make_paper(1), make_paper(2)), total=3))
    with pytest.raises(DataError, match="hold 2 documents, and say that there are 3"):
        render(job, None)
