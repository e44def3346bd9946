"""Hard pages on paper and on screens: sizes of letters, breaks, figures beside each other, scrolling."""

import os
import re
from collections.abc import Callable, Mapping
from html import unescape
from pathlib import Path

import pytest

from reports.render import pdf
from tests.readers import hard_pages
from tests.readers.chromium import Chromium, Look
from tests.readers.paper import Page, list_small, read_pages
from tests.readers.test_pages_layout import PAPER, SCROLLED, as_printed

TOUCHING = """
async function look(view) {
  const found = [];
  for (const totals of view.document.querySelectorAll(".totals")) {
    const shown = [...totals.querySelectorAll("dd data, dd")].filter((one) => !one.querySelector("data"));
    const boxes = shown.map((one) => {
      const range = view.document.createRange();
      range.selectNodeContents(one);
      return range.getBoundingClientRect();
    });
    const edge = totals.getBoundingClientRect().right;
    boxes.forEach((one, place) => {
      if (one.right > edge + 1) found.push("out of the page");
      for (const other of boxes.slice(place + 1)) {
        const isBeside = one.top < other.bottom && other.top < one.bottom;
        if (isBeside && one.left < other.right + 6 && other.left < one.right + 6)
          found.push(`${one.left} to ${one.right} beside ${other.left}`);
      }
    });
  }
  return {found};
}
"""
ALIGNED = """
async function look(view) {
  const found = [], page = view.document;
  const box = (cell) => {
    const range = page.createRange();
    range.selectNodeContents(cell);
    return range.getBoundingClientRect();
  };
  const RIGHT = ["money", "number", "integer", "percent"];
  const isRight = (cell) => RIGHT.some((name) => cell.classList.contains(name));
  for (const table of page.querySelectorAll("table")) {
    if (!table.getClientRects().length) continue;
    const heads = [...table.tHead.rows[0].cells];
    for (const row of [...table.tBodies].flatMap((body) => [...body.rows])) {
      const cells = [...row.cells];
      if (cells.length !== heads.length || cells.some((cell) => cell.colSpan > 1)) continue;
      cells.forEach((cell, place) => {
        if (!cell.textContent.trim()) return;
        const right = isRight(cell);
        const head = heads[place], next = cells[place + 1];
        if (right !== isRight(head)) found.push(`${head.innerText}: another side`);
        const isOver = Math.abs(box(cell).right - box(head).right) <= 1.6;
        if (right && !isOver) found.push(`${head.innerText}: beside`);
        const isFollowed = right && next && !isRight(next) && next.textContent.trim();
        if (isFollowed && box(next).left - box(cell).right < 8)
          found.push(`${head.innerText}: touches the next`);
        const isBesideNumber = right && next && isRight(next) && next.textContent.trim();
        if (isBesideNumber && box(next).left - box(cell).right < 5.5)
          found.push(`${head.innerText}: one number with the next`);
        const edge = table.getBoundingClientRect().left;
        if (!place && !right && box(cell).left > edge + 1.6) found.push(`${head.innerText}: stands in`);
      });
    }
  }
  return {found: [...new Set(found)]};
}
"""
PHONE_MAIL = """
async function look(view) {
  const page = view.document, small = new Set();
  const texts = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode.data.trim(), holder = texts.currentNode.parentElement;
    const isSeen = text && holder.getClientRects().length;
    if (isSeen && parseFloat(view.getComputedStyle(holder).fontSize) < 14) small.add(text);
  }
  return {wide: page.documentElement.scrollWidth - view.innerWidth, small: [...small]};
}
"""


Print = Callable[[str], list[Page]]


@pytest.fixture(scope="module")
def statements() -> Mapping[str, str]:
    return {
        name: page
        for language in hard_pages.LANGUAGES
        for name, page in hard_pages.make_statements(language).items()
    }


@pytest.fixture(scope="module")
def overviews() -> Mapping[str, str]:
    return {language: hard_pages.make_overview(language) for language in hard_pages.LANGUAGES}


@pytest.fixture
def to_paper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Print:
    if os.geteuid() == 0:
        monkeypatch.setenv(pdf.VARIABLE, str(Path(__file__).with_name("chromium-for-root")))

    def print_page(page: str) -> list[Page]:
        path = tmp_path / "page.html"
        path.write_text(page, "utf-8", newline="\n")
        pdf.print_page(path, path.with_suffix(".pdf"))
        return read_pages(path.with_suffix(".pdf"))

    return print_page


def test_no_letter_on_paper_is_too_small(
    statements: Mapping[str, str], overviews: Mapping[str, str], to_paper: Print
) -> None:
    results = {f"result {language}": hard_pages.make_result(language) for language in hard_pages.LANGUAGES}
    chosen = {
        name: page
        for name, page in {**statements, **overviews, **results}.items()
        if "many" not in name and "thirteen" not in name
    }
    small = {name: list_small(to_paper(page)) for name, page in chosen.items()}
    assert {name: found for name, found in small.items() if found} == {}
    for fault in ("table { font-size: 6pt !important }", "table { min-width: 1000px }"):
        assert list_small(to_paper(_styled(statements["pt nine digits"], fault)))


def test_no_page_ends_with_a_heading_or_begins_with_a_total(
    statements: Mapping[str, str], overviews: Mapping[str, str], to_paper: Print
) -> None:
    pages = {
        **hard_pages.make_long_statements(),
        "thirteen": statements["pt thirteen"],
        "overview": overviews["pt"],
    }
    lonely = {name: _list_lonely(page, to_paper) for name, page in pages.items()}
    assert {name: found for name, found in lonely.items() if found} == {}
    page = pages["18 rows"]
    assert "ends" in str(_list_lonely(_styled(page, "h2 { break-after: page !important }"), to_paper))
    assert "begins" in str(
        _list_lonely(_styled(page, "tr.total { break-before: page !important }"), to_paper)
    )


def test_overview_on_paper_repeats_its_heads_and_leaves_links_out(
    overviews: Mapping[str, str], to_paper: Print
) -> None:
    def headless(page: str) -> list[int]:
        pages = to_paper(page)
        assert "Livro Excel" not in str(pages)
        return [
            number
            for number, one in enumerate(pages)
            if any("NIF 5000" in line for line in one.lines)
            and not any(line.startswith("CLIENTE MOEDA") for line in one.lines)
        ]

    assert headless(overviews["pt"]) == []
    assert headless(_styled(overviews["pt"], "th button { display: inline-block !important }"))


def test_what_is_folded_in_on_a_screen_is_on_paper(overviews: Mapping[str, str], to_paper: Print) -> None:
    def count(page: str) -> list[int]:
        shown = " ".join(line for one in to_paper(page) for line in one.lines)
        return [shown.count(text) for text in ("FT 2026/8", "FT 2026/9", "EXEMPTION-MISSING")]

    assert [count(page) for page in overviews.values()] == [[2, 2, 4]] * len(overviews)
    assert count(_styled(overviews["pt"], "details { display: none !important }")) == [0, 0, 0]


def test_first_page_of_many_currencies_is_not_empty(statements: Mapping[str, str], to_paper: Print) -> None:
    page = statements["pt many"]
    assert "Moeda 1" in to_paper(page)[0].lines
    assert "Moeda 1" not in to_paper(_styled(page, ".sum { break-inside: avoid }"))[0].lines


@pytest.mark.parametrize("width", [360, 800, 1366, PAPER])
def test_large_figures_do_not_touch(
    statements: Mapping[str, str], overviews: Mapping[str, str], chromium: Chromium, width: int
) -> None:
    pages = {**statements, **{f"overview {name}": page for name, page in overviews.items()}}
    shown = {name: as_printed(page, PAPER) if width == PAPER else page for name, page in pages.items()}
    crowded = _styled(
        shown["pt named"],
        ".totals { display: grid !important; grid-template-columns: repeat(12, 3em) !important } "
        ".totals dd { white-space: nowrap !important }",
    )
    *found, wrong = chromium.look([*shown.values(), crowded], Look(TOUCHING, width))
    assert wrong["found"]
    assert {name: one["found"] for name, one in zip(shown, found, strict=True) if one["found"]} == {}


def test_no_column_hides_behind_a_scroll_at_800_pixels(
    statements: Mapping[str, str], overviews: Mapping[str, str], chromium: Chromium
) -> None:
    pages = {**statements, **overviews}
    wide = _styled(statements["pt named"], "td { padding-left: 8em !important }")
    *found, wrong = chromium.look([*pages.values(), wide], Look(SCROLLED, 800))
    assert wrong["wide"]
    assert {name: one["wide"] for name, one in zip(pages, found, strict=True) if one["wide"]} == {}


@pytest.mark.parametrize("width", [360, 375])
def test_pages_for_the_office_are_read_on_a_phone_without_scrolling_sideways(
    overviews: Mapping[str, str], chromium: Chromium, width: int
) -> None:
    results = {f"result {language}": hard_pages.make_result(language) for language in hard_pages.LANGUAGES}
    pages = {**overviews, **results}
    wide = [
        _styled(pages[name], ".stacked td { min-width: 400px !important }") for name in ("pt", "result pt")
    ]
    *found, one, other = chromium.look([*pages.values(), *wide], Look(SCROLLED, width))
    assert one["wide"]
    assert other["wide"]
    assert {name: one["wide"] for name, one in zip(pages, found, strict=True) if one["wide"]} == {}


@pytest.mark.parametrize("width", [800, 1366, PAPER])
def test_heads_stand_over_their_numbers_and_texts_apart_from_them(
    statements: Mapping[str, str], overviews: Mapping[str, str], chromium: Chromium, width: int
) -> None:
    pages = {**statements, **overviews}
    shown = {name: as_printed(page, PAPER) if width == PAPER else page for name, page in pages.items()}
    close = _styled(shown["pt nine digits"], "td { padding-left: 0 !important } th { text-align: left }")
    *found, wrong = chromium.look([*shown.values(), close], Look(ALIGNED, width))
    assert wrong["found"]
    assert {name: one["found"] for name, one in zip(shown, found, strict=True) if one["found"]} == {}


def test_a_mail_is_read_on_a_phone_without_scrolling(chromium: Chromium) -> None:
    mails = {
        name: page
        for language in hard_pages.LANGUAGES
        for name, page in hard_pages.make_mails(language).items()
    }
    wrong = _styled(next(iter(mails.values())), ".rows { width: 600px !important; font-size: 10px } .label")
    wrong = wrong.replace("font-size: 14px", "font-size: 12px").replace("display: block !important", "")
    *found, told = chromium.look([*mails.values(), wrong], Look(PHONE_MAIL, 375))
    assert told["small"]
    assert told["wide"] > 0
    assert {
        name: one for name, one in zip(mails, found, strict=True) if one["wide"] > 0 or one["small"]
    } == {}


def _styled(page: str, rules: str) -> str:
    return page.replace("</head>", f"<style>{rules}</style></head>")


def _list_lonely(page: str, to_paper: Print) -> list[str]:
    headings = {unescape(text) for text in re.findall(r"<h2[^>]*>(.*?)</h2>", page)}
    headings |= {
        unescape(text) for text in re.findall(r'<th scope="rowgroup" colspan="\d+">(.*?)</th>', page)
    }
    columns = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', page)
    words = {word.upper() for heading in columns for word in unescape(heading).split()}
    found = []
    for number, one in enumerate(to_paper(page), 1):
        lines = [line for line in one.lines if not set(line.split()) <= words]
        if one.lines[-1] in headings or one.lines[-1] not in lines:
            found.append(f"page {number} ends with {one.lines[-1]}")
        if re.match(r"(Subt|T)otal (?!\D*·)", lines[0]) and lines[0] not in headings:
            found.append(f"page {number} begins with {lines[0]}")
    return found
