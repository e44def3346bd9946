"""Every page as wide as a phone and as A4 paper: nothing is cut off, covered or out of reach. At a desk no
table is wider than its page."""

import re
from collections.abc import Mapping

from tests.readers.chromium import Chromium, Look

PHONE = 360
DESK = 1280
PAPER, LANDSCAPE = 794, 1123
"""A4 in CSS pixels of 1/96 inch."""
MARGINS = 76
"""The 10 mm left and right that the pages set. Rules for a width go by the paper all the same."""

LOOK = """
const SLACK = 1;

async function look(view) {
  const page = view.document, cut = [];
  for (const details of page.querySelectorAll("details")) details.open = true;
  const root = page.documentElement;
  if (root.scrollWidth > view.innerWidth) cut.push(`page: ${root.scrollWidth} wide`);
  for (const drawing of page.querySelectorAll("svg, img")) {
    const trouble = where(view, drawing, drawing.getBoundingClientRect());
    if (trouble) cut.push(`${drawing.tagName}: ${trouble}`);
  }
  const texts = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
  let seen = 0;
  while (texts.nextNode()) {
    const text = texts.currentNode, range = page.createRange();
    if (!text.data.trim()) continue;
    range.selectNodeContents(text);
    for (const box of range.getClientRects()) {
      const trouble = box.width && where(view, text.parentElement, box);
      if (trouble) cut.push(`${text.data.trim().slice(0, 60)}: ${trouble}`);
      seen += 1;
    }
  }
  return {cut, seen, width: view.innerWidth};
}

function where(view, element, box) {
  let left = box.left, right = box.right, isHeld = false;
  for (let holder = element; holder && holder !== view.document.body; holder = holder.parentElement) {
    const style = view.getComputedStyle(holder), frame = holder.getBoundingClientRect();
    // Meant for ears alone.
    if (style.clipPath !== "none") return null;
    // What is inline, or has no box of its own, cuts nothing.
    if (/^(inline|contents)/.test(style.display) || holder.ownerSVGElement) continue;
    if (["auto", "scroll"].includes(style.overflowX)) {
      if (left + holder.scrollLeft < frame.left - SLACK) return "out of reach";
      [left, right] = [frame.left, frame.right];
    } else if (style.overflowX !== "visible" && (left < frame.left - SLACK || right > frame.right + SLACK)) {
      return "cut off";
    } else if (!isHeld && holder.tagName !== "svg"
        && (left < frame.left - SLACK || right > frame.right + SLACK)) {
      return `out of its ${holder.tagName} by ${Math.max(frame.left - left, right - frame.right)}`;
    }
    isHeld = true;
  }
  const page = view.document.documentElement.getBoundingClientRect();
  const beside = Math.max(page.left - left, right - page.right);
  return beside > SLACK ? `beside the page by ${beside}` : null;
}
"""
SCROLLED = """
async function look(view) {
  const canScroll = (one) => ["auto", "scroll"].includes(view.getComputedStyle(one).overflowX);
  const holders = [...view.document.querySelectorAll("*")].filter(canScroll);
  const wide = holders.filter((one) => one.scrollWidth > one.clientWidth + 1);
  return {wide: wide.map((one) => `${one.innerText.slice(0, 60)}: ${one.scrollWidth - one.clientWidth}`)};
}
"""
OVERVIEW = "index.html"

WRONG = """<!DOCTYPE html><html lang="en"><title>A</title><style>p { margin: 0 }</style><body>
<p style="width: 400px">&nbsp;</p>
<div style="overflow: hidden; width: 5em"><p style="width: 20em; text-align: right">hidden</p></div>
<p style="width: 2em; white-space: nowrap">into its neighbour</p>
<div style="overflow: auto; width: 5em"><p style="width: 20em; text-align: right">reached</p></div>
<p style="position: relative; left: 80em">far away</p>
</body></html>"""


def test_nothing_is_cut_off_on_a_phone(pages: Mapping[str, str], chromium: Chromium) -> None:
    assert cut_off(pages, chromium, PHONE) == {}


def test_no_table_has_to_be_scrolled_at_a_desk(pages: Mapping[str, str], chromium: Chromium) -> None:
    *found, wrong = chromium.look([*pages.values(), WRONG], Look(SCROLLED, DESK))
    assert wrong["wide"]
    assert {name: one["wide"] for name, one in zip(pages, found, strict=True) if one["wide"]} == {}


def test_nothing_is_cut_off_on_paper(pages: Mapping[str, str], chromium: Chromium) -> None:
    upright = {name: as_printed(page, PAPER) for name, page in pages.items() if OVERVIEW not in name}
    assert cut_off(upright, chromium, PAPER) == {}


def test_overview_fits_on_paper_laid_across(pages: Mapping[str, str], chromium: Chromium) -> None:
    across = {name: as_printed(page, LANDSCAPE) for name, page in pages.items() if OVERVIEW in name}
    assert all("size: A4 landscape" in page and 'class="wide"' in page for page in across.values())
    assert cut_off(across, chromium, LANDSCAPE) == {}


def cut_off(pages: Mapping[str, str], chromium: Chromium, width: int) -> dict[str, list[str]]:
    """Page → what of it is cut off; a page on which all of it is, is noticed."""
    *found, wrong = chromium.look([*pages.values(), WRONG], Look(LOOK, width))
    assert {answer["width"] for answer in found} == {width}
    assert all(answer["seen"] > 10 for answer in found)
    told = " ".join(wrong["cut"])
    for trouble in ("page: ", "hidden: cut off", "into its neighbour: out of its P", "away: beside the page"):
        assert trouble in told
    assert "reached" not in told
    return {name: one["cut"] for name, one in zip(pages, found, strict=True) if one["cut"]}


def as_printed(page: str, width: int) -> str:
    """The page with its rules for print in force, none for screens, and as wide as paper lets it be."""
    printed = re.sub(r"@media print\b[^{]*\{", "@media all {", page)
    printed = re.sub(r"@media screen\b[^{]*\{", "@media not all {", printed)
    return printed.replace("</head>", f"<style>html {{ width: {width - MARGINS}px }}</style></head>")
