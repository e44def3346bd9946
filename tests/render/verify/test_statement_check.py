"""A statement is read back before it is published: each amount, what is shown for it, and its place."""

import re
from collections.abc import Iterator
from itertools import cycle, pairwise
from pathlib import Path

import pytest

from reports.errors import ClientError
from reports.render.verify import statement_check
from reports.render.verify.grid_check import Reference, check_report
from reports.render.verify.statement_check import check_page, read_amounts
from reports.sandbox.documents import Raw, line
from tests.conftest import Figure
from tests.support import misprints, workbooks
from tests.support.misprints import written
from tests.support.papers import paper, vat

DATA = r'<data (?:class="minus" )?value="([^"]*)">([^<]*)</data>'
ROW = r"(<tr><th.*?</tr>\n)"


def noticed(
    folder: Path, page: str | bytes, reference: Reference | None = None, *, is_own: bool = False
) -> str:
    """What the read-back says about the page; "" when it finds nothing."""
    path = folder / "ana.html"
    path.write_bytes(page if isinstance(page, bytes) else page.encode())
    held = reference or written().reference
    try:
        check_report(path.name, held)
        check_page(path, held, is_own=is_own)
    except ClientError as error:
        return str(error)
    return ""


def changed(pattern: str, group: int, *others: str) -> Iterator[tuple[str, str]]:
    """Each match in the statement, and the page with a group of it replaced by one of `others`, in turn.

    `{}` stands for what was there.
    """
    matches = re.finditer(pattern, written().page, re.DOTALL)
    for match, other in zip(matches, cycle(others), strict=False):
        start, end = match.span(group)
        text = other.replace("{}", match[group])
        yield match[0], written().page[:start] + text + written().page[end:]


def test_a_statement_as_it_is_written_ties(tmp_path: Path) -> None:
    assert noticed(tmp_path, written().page) == ""


def test_each_amount_of_a_statement_is_checked(tmp_path: Path, figure: Figure) -> None:
    count = 0
    for place, page in changed(DATA, 1, "{}1", "1{}", "", "x", "1e9"):
        assert noticed(tmp_path, page), place
        count += 1
    assert count > 200
    figure("amounts of a statement changed, each noticed", count)


def test_what_people_read_is_the_amount(tmp_path: Path) -> None:
    for place, page in changed(DATA, 2, "1{}", "-{}", "", "{}0,00"):
        assert noticed(tmp_path, page), place


def test_a_sign_is_never_lost(tmp_path: Path) -> None:
    negative = list(changed(r'<data class="minus" value="(-)([^"]*)">', 1, ""))
    shown = list(changed(r'<data class="minus" value="[^"]*">(-)', 1, ""))
    assert len(negative) == len(shown) > 10
    for place, page in (*negative, *shown):
        assert noticed(tmp_path, page), place


def test_a_row_that_is_missing_or_there_twice_is_noticed(tmp_path: Path) -> None:
    for other in ("", "{}{}"):
        rows = [(place, page) for place, page in changed(ROW, 1, other) if "<data" in place]
        assert len(rows) > 25
        for place, page in rows:
            assert noticed(tmp_path, page), place


def test_a_table_in_the_place_of_another_is_noticed(tmp_path: Path) -> None:
    tables = re.findall(r"<table.*?</table>", written().page, re.DOTALL)
    assert len(tables) > 8
    for one, other in pairwise(tables):
        if "<data" in one:
            assert noticed(tmp_path, written().page.replace(one, ""))
            assert noticed(tmp_path, written().page.replace(one, other))


def test_a_page_that_is_cut_short_or_no_text_is_noticed(tmp_path: Path) -> None:
    page = written().page.encode()
    for length in range(0, len(page) - 10, 999):
        assert noticed(tmp_path, page[:length])
    assert noticed(tmp_path, page[:-3])
    assert noticed(tmp_path, page.replace("é".encode(), b"\xe9"))


def test_a_difference_says_file_part_and_what_to_do(tmp_path: Path) -> None:
    page = written().page.replace('value="200.00"', 'value="200.01"', 1)
    assert noticed(tmp_path, page).startswith("ana.html, part 2-documents: amount ")
    assert "should be 200.00 and is 200.01. The files were read back and do not tie" in noticed(
        tmp_path, page
    )


def test_a_template_of_ones_own_may_show_less_but_nothing_else(tmp_path: Path) -> None:
    def own(page: str) -> str:
        return noticed(tmp_path, page, is_own=True)

    assert own("ok") == ""
    assert own(written().page) == ""
    assert own(re.sub(r"<table.*?</table>", "", written().page, flags=re.DOTALL)) == ""
    assert own('<data value="200.00">two hundred</data>') == ""
    for value in ("200.01", "-200.00", "", "NaN", "two hundred"):
        said = own(f'<data value="{value}">200,00 US$</data>')
        assert "is no figure of this client" in said
        assert "template of your own" in said


ODD = [
    [paper(1, currency="1"), paper(2, currency="-"), paper(3, currency="M1\0")],
    [paper(1, "CreditNote", lines=[line("Fio", "0.00004", tax=vat("23"), quantity="0.001")], permalink=None)],
    [paper(1, items=[], before_taxes=0, taxes=0, total=0, due_date="")],
    [paper(1), paper(2, "CreditNote", items=[])],
]


@pytest.mark.parametrize("papers", [[], workbooks.hostile_papers(), *ODD])
def test_no_text_of_a_client_is_taken_for_a_fault(tmp_path: Path, papers: list[Raw]) -> None:
    files = misprints.of(papers)
    assert noticed(tmp_path, files.page, files.reference) == ""


@pytest.mark.parametrize(("characters", "amounts"), [(1, 1), (7, 2), (64, 3), (1_000, 10_000)])
def test_a_page_is_read_the_same_in_pieces_of_any_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, characters: int, amounts: int
) -> None:
    page = written().page
    wrong = page.replace('value="200.00"', 'value="200.01"', 1)
    cut = page[: page.index('value="200.00"')]
    pages = (page, wrong, cut, page.rstrip().removesuffix("</html>"))
    whole = list(read_amounts([page])), [noticed(tmp_path, one) for one in pages]
    assert list(map(bool, whole[1])) == [False, True, True, True]
    monkeypatch.setattr(statement_check, "CHUNK_CHARACTERS", characters)
    monkeypatch.setattr(statement_check, "AMOUNTS_AT_ONCE", amounts)
    pieces = [page[start : start + characters] for start in range(0, len(page), characters)]
    in_pieces = [noticed(tmp_path, one) for one in pages]
    assert (list(read_amounts(pieces)), in_pieces) == whole


def test_a_page_that_cannot_be_opened_is_no_difference(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        check_page(tmp_path / "ana.html", written().reference, is_own=False)
