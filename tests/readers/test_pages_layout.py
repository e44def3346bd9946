"""Every page as wide as a phone and as A4 paper: nothing is cut off, covered by its neighbour or out of reach."""

import re
from collections.abc import Mapping

import pytest

from tests.readers.chromium import Chromium, Look

PHONE = 360
PAPER = 688
"""210 mm without the margins of 14 mm that the pages set, in CSS pixels of 1/96 inch."""

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
    if (style.display.startsWith("inline") || holder.ownerSVGElement) continue;
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
  return left < -SLACK || right > view.innerWidth + SLACK ? "beside the page" : null;
}
"""
WRONG = """<!DOCTYPE html><html lang="en"><title>A</title><style>p { margin: 0 }</style><body>
<p style="width: 400px">&nbsp;</p>
<div style="overflow: hidden; width: 5em"><p style="width: 20em; text-align: right">hidden</p></div>
<p style="width: 2em; white-space: nowrap">into its neighbour</p>
<div style="overflow: auto; width: 5em"><p style="width: 20em; text-align: right">reached</p></div>
<p style="position: relative; left: 50em">far away</p>
</body></html>"""


@pytest.mark.parametrize(("width", "is_paper"), [(PHONE, False), (PAPER, True)], ids=["phone", "paper"])
def test_nothing_is_cut_off(
    pages: Mapping[str, str], chromium: Chromium, width: int, *, is_paper: bool
) -> None:
    shown = [*map(as_printed, pages.values())] if is_paper else [*pages.values()]
    found = chromium.look([*shown, WRONG], Look(LOOK, width))
    assert {answer["width"] for answer in found} == {width}
    *answers, wrong = found
    assert all(answer["seen"] > 10 for answer in answers)
    assert {name: one["cut"] for name, one in zip(pages, answers, strict=True) if one["cut"]} == {}
    told = " ".join(wrong["cut"])
    for trouble in (
        "page: ",
        "hidden: cut off",
        "into its neighbour: out of its P",
        "far away: beside the page",
    ):
        assert trouble in told
    assert "reached" not in told


def as_printed(page: str) -> str:
    """The page with its rules for print in force, and none for screens."""
    printed = re.sub(r"@media print\b[^{]*\{", "@media all {", page)
    return re.sub(r"@media screen\b[^{]*\{", "@media not all {", printed)
