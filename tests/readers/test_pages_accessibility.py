"""Every page through axe-core in Chromium, as wide as a desk's screen and as a phone's."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.readers.chromium import Chromium, Look

PHONE, DESK = 360, 1280
MAIL = " mail "
RULES_OF_WIDTH = ("color-contrast", "scrollable-region-focusable", "target-size")
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>\n?')
LOOK = """
async function look(view) {
  const page = view.document;
  for (const details of page.querySelectorAll("details")) details.open = true;
  view.eval(AXE);
  const {violations} = await view.axe.run(page, OPTIONS);
  const told = violations.flatMap(({id, nodes}) => nodes.map((node) => `${id}: ${node.html}`));
  return {told, width: view.innerWidth};
}
"""
WRONG = """<!DOCTYPE html><html><head><title>A</title></head><body><main><h1>A</h1>
<p style="color: #bbb">Pale</p><img src="data:,"></main></body></html>"""


def test_axe_finds_no_violation_in_pages(
    pages: Mapping[str, str], chromium: Chromium, node_modules: Path
) -> None:
    files = {name: page for name, page in pages.items() if MAIL not in name}
    axe = Axe(chromium, node_modules, {})
    assert axe.violations(files) == {}


def test_axe_finds_no_violation_in_mails(
    pages: Mapping[str, str], chromium: Chromium, node_modules: Path
) -> None:
    mails = {name: page for name, page in pages.items() if MAIL in name}
    # A mail is shown inside a page, whose parts have names of their own.
    axe = Axe(chromium, node_modules, {name: {"enabled": False} for name in ("landmark-one-main", "region")})
    assert axe.violations(mails) == {}


def test_axe_finds_no_violation_on_a_phone(
    pages: Mapping[str, str], chromium: Chromium, node_modules: Path
) -> None:
    axe = Axe(chromium, node_modules, {name: {"enabled": True} for name in RULES_OF_WIDTH}, PHONE)
    # The language makes no difference here, line items do.
    assert axe.violations({name: page for name, page in pages.items() if name.startswith("en ")}) == {}


@dataclass(frozen=True)
class Axe:
    """axe-core with `rules` switched on or off. With a `width`, in CSS pixels, these rules alone apply."""

    chromium: Chromium
    node_modules: Path
    rules: Mapping[str, Mapping[str, bool]]
    width: int | None = None

    def violations(self, pages: Mapping[str, str]) -> dict[str, list[str]]:
        """Page → what is wrong with it; a page with violations is noticed. They let in no script but this."""
        library = (self.node_modules / "axe-core" / "axe.min.js").read_text("utf-8")
        options: dict[str, object] = {"resultTypes": ["violations"], "rules": self.rules}
        if self.width:
            options["runOnly"] = list(self.rules)
        constants = f"const AXE = {_quoted(library)}, OPTIONS = {_quoted(options)};"
        texts = [POLICY.sub("", page) for page in (*pages.values(), WRONG)]
        *found, wrong = self.chromium.look(texts, Look(f"{constants}\n{LOOK}", self.width))
        assert {answer["width"] for answer in found} == {self.width or DESK}
        expected = {"color-contrast"} if self.width else {"color-contrast", "html-has-lang", "image-alt"}
        assert {told.partition(":")[0] for told in wrong["told"]} >= expected
        return {name: one["told"] for name, one in zip(pages, found, strict=True) if one["told"]}


def _quoted(value: object) -> str:
    """As a script inside a page has it."""
    return json.dumps(value).replace("</", r"<\/")
