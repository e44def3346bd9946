"""Every page through axe-core in Chromium, on a wide screen and, in the pages' narrow layout, on a phone's."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.readers.chromium import Chromium, Look

PHONE = 360
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>\n?')
LOOK = """
async function look(view) {
  const page = view.document;
  for (const details of page.querySelectorAll("details")) details.open = true;
  view.eval(AXE);
  const {violations} = await view.axe.run(page, {resultTypes: ["violations"]});
  const told = violations.flatMap(({id, nodes}) => nodes.map((node) => `${id}: ${node.html}`));
  return {told, width: view.innerWidth};
}
"""
WRONG = """<!DOCTYPE html><html><head><title>A</title></head><body><main><h1>A</h1>
<p style="color: #bbb">Pale</p><img src="data:,"></main></body></html>"""


@pytest.mark.parametrize("width", [None, PHONE])
def test_axe_finds_no_violation(
    pages: Mapping[str, str], chromium: Chromium, node_modules: Path, width: int | None
) -> None:
    found = looked(chromium, [*pages.values(), WRONG], node_modules, width)
    assert {answer["width"] for answer in found} == {width or 1280}
    *told, wrong = (answer["told"] for answer in found)
    assert {name: one for name, one in zip(pages, told, strict=True) if one} == {}
    assert {one.partition(":")[0] for one in wrong} >= {"color-contrast", "html-has-lang", "image-alt"}


def looked(
    chromium: Chromium, pages: Sequence[str], node_modules: Path, width: int | None
) -> list[dict[str, Any]]:
    """What axe-core says of the pages, which let no script in but for it."""
    axe = (node_modules / "axe-core" / "axe.min.js").read_text("utf-8")
    library = json.dumps(axe).replace("</", r"<\/")
    look = Look(f"const AXE = {library};\n{LOOK}", width)
    return chromium.look([POLICY.sub("", page) for page in pages], look)
