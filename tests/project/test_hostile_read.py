"""What looks for harm in what a run wrote notices each kind of it, planted into a run that is sound."""

import os
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from reports.sandbox.server import Sandbox
from tests.support.hostile_read import (
    trouble_of_lines,
    trouble_of_names,
    trouble_of_page,
    trouble_of_run,
    trouble_of_workbook,
)
from tests.support.office import Office, account

ANA = 101
PAGE, LOG, BOOK = "*/2026-10/ana-101/*.html", "*/2026-10/run.log", "*/2026-10/ana-101/*.xlsx"
IN_PAGES: Mapping[str, tuple[str, str]] = {
    "a script": ("</main>", "<script>alert(1)</script></main>"),
    "an event": ("<main>", "<main onload=alert(1)>"),
    "a frame": ("</main>", "<iframe srcdoc='x'></iframe></main>"),
    "a base": ("</main>", "<base href='https://evil.example/'></main>"),
    "a refresh": ("</main>", "<meta http-equiv=refresh content=0></main>"),
    "a script's link": ("</main>", "<a href='javascript:alert(1)'>x</a></main>"),
    "a link without a scheme": ("</main>", "<a href='//evil.example/x.html'>x</a></main>"),
    "a link upwards": ("</main>", "<a href='../../x.html'>x</a></main>"),
    "a picture from elsewhere": ("</main>", "<img src='evil.example/x.png'></main>"),
    "a data link": ("</main>", "<a href='data:text/html,x'>x</a></main>"),
    "a comment": ("</main>", "<!-- x --></main>"),
    "a control character": ("</main>", "\x9b</main>"),
}
IN_LOGS: Mapping[str, tuple[str, str]] = {
    "a line of its own": ("INFO", "INFO\nall is well"),
    "an escape": ("INFO", "INFO \x1b[2J"),
    "a turned line": ("INFO", "INFO \u202e"),
    "a separator": ("INFO", "INFO \u2028"),
}
IN_BOOKS: Mapping[str, tuple[str, str]] = {
    "a formula": ("</row>", '<c r="AZ1"><f>1+1</f><v>2</v></c></row>'),
    "an error": ("</row>", '<c r="AZ1" t="e"><v>#N/A</v></c></row>'),
    "a service": ("HYPERLINK(&quot;https", "WEBSERVICE(&quot;https"),
    "another scheme": ("HYPERLINK(&quot;https", "HYPERLINK(&quot;file"),
}
IMPOSSIBLE_ON_WINDOWS = () if os.name == "nt" else ("CON.html", "aux", "a.", "RUN.LOG")
NAMES = (*IMPOSSIBLE_ON_WINDOWS, "a b.html", ".hidden", "a\u202eb", "x" * 120)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of a run in order."""
    with Sandbox(account_data=account({ANA: "Ana"})) as sandbox:
        office = Office(tmp_path_factory.mktemp("office"), sandbox)
        assert office.run().code == 0
    return office.output


@pytest.fixture
def output(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "output"))


def in_page(path: Path) -> list[str]:
    """What is found; a page may be refused while it is read."""
    try:
        return list(trouble_of_page(path))
    except AssertionError as error:
        return [str(error)]


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.slow
def test_every_kind_of_harm_is_looked_for_in_a_whole_run(output: Path) -> None:
    change(next(output.glob(PAGE)), *IN_PAGES["a script"])
    change(next(output.glob(LOG)), *IN_LOGS["an escape"])
    (output / ".hidden").write_bytes(b"")
    assert len(trouble_of_run(output)) == 3


def test_a_sound_run_gives_no_trouble(output: Path) -> None:
    assert trouble_of_run(output) == []


@pytest.mark.parametrize("harm", IN_PAGES)
def test_harm_in_a_page_is_noticed(harm: str, output: Path) -> None:
    page = next(output.glob(PAGE))
    change(page, *IN_PAGES[harm])
    assert len(in_page(page)) >= 1


@pytest.mark.parametrize("harm", IN_LOGS)
def test_harm_in_a_log_is_noticed(harm: str, output: Path) -> None:
    log = next(output.glob(LOG))
    change(log, *IN_LOGS[harm])
    assert len(list(trouble_of_lines(log.read_text("utf-8"), is_log=True))) >= 1


@pytest.mark.parametrize("harm", IN_BOOKS)
def test_harm_in_a_workbook_is_noticed(harm: str, output: Path) -> None:
    path = next(output.glob(BOOK))
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    old, new = (text.encode() for text in IN_BOOKS[harm])
    name = next(name for name in parts if name.startswith("xl/worksheets/sheet2") and old in parts[name])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for part, data in parts.items():
            book.writestr(part, data.replace(old, new, 1) if part == name else data)
    assert len(list(trouble_of_workbook(path))) >= 1


@pytest.mark.parametrize("name", NAMES)
def test_a_bad_name_is_noticed(name: str, output: Path) -> None:
    (next(output.glob(LOG)).parent / name).write_bytes(b"")
    assert len(list(trouble_of_names(output))) == 1


def test_a_screen_is_looked_through_too() -> None:
    assert list(trouble_of_lines("1/1 Ana: ready\n", is_log=False)) == []
    assert list(trouble_of_lines("1/1 Ana\r: ready\n", is_log=False)) == ["the character '\\r'"]
