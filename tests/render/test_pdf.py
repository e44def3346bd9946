"""Printing: which browser is found, what becomes of one that fails, and what a run and a check make of it.

The browsers here are scripts of a few lines, for a real one prints in `tests/readers`.
"""

import os
import sys
from pathlib import Path

import pytest

from reports.errors import ClientError
from reports.render import pdf
from tests.support.office import Office
from tests.support.waiting import LASTING_SECONDS, wait_until

ANA, RUI = 101, 102
PDF = rb"%PDF-1.4 1 0 obj <</Title (Ana \(101\))>> endobj %%EOF"
PAGE = "<!DOCTYPE html><html lang=en><title>Ana (101)</title><p>Paper</html>"

pytestmark = pytest.mark.skipif(
    os.name == "nt", reason="Windows cannot start the scripts that are browsers here"
)


def script(path: Path, *lines: str) -> Path:
    """A browser: `target` is where it has to print to."""
    target = 'target = next(a.partition("=")[2] for a in sys.argv if a.startswith("--print-to-pdf="))'
    work = path.with_suffix(".py")
    work.write_text("\n".join(["import os, subprocess, sys, time", target, *lines]), "utf-8")
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -IS "{work}" "$@"\n', "utf-8")
    path.chmod(0o755)
    return path


def printing(data: bytes) -> str:
    return f"open(target, 'wb').write({data!r})"


@pytest.fixture
def named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the browser is that the environment names."""
    path = tmp_path / "my browser"
    monkeypatch.setenv(pdf.VARIABLE, str(path))
    return path


@pytest.fixture
def nothing_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A computer without a browser; programs of this folder are found."""
    monkeypatch.delenv(pdf.VARIABLE, raising=False)
    monkeypatch.setattr(pdf, "MAC_PROGRAMS", ())
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "relatório de Ana.html"
    path.write_text(PAGE, "utf-8")
    return path


def print_it(page: Path, *, timeout_seconds: float = 20) -> Path:
    pdf.print_page(page, page.with_suffix(".pdf"), timeout_seconds=timeout_seconds)
    return page.with_suffix(".pdf")


# Which one


def test_browser_on_the_path_is_found_in_order_of_preference(nothing_installed: Path) -> None:
    edge = script(nothing_installed / "microsoft-edge")
    assert pdf.find() == edge
    chromium = script(nothing_installed / "chromium")
    assert pdf.find() == chromium


def test_program_that_may_not_be_started_is_no_browser(nothing_installed: Path) -> None:
    script(nothing_installed / "chromium").chmod(0o644)
    edge = script(nothing_installed / "microsoft-edge")
    assert pdf.find() == edge


def test_named_browser_comes_before_any_other(nothing_installed: Path, named: Path) -> None:
    script(nothing_installed / "chromium")
    script(named)
    assert pdf.find() == named


def test_named_browser_that_is_not_there_is_told(named: Path) -> None:
    with pytest.raises(pdf.PrintError, match=f"{pdf.VARIABLE} names .*my browser, which is no file"):
        pdf.find()


def test_missing_browser_is_told_with_what_to_do(nothing_installed: Path, page: Path) -> None:
    sentence = "^PDF: no Edge or Chromium was found. Install one, or write pdf: false$"
    for find_or_print in (pdf.find, lambda: print_it(page)):
        with pytest.raises(pdf.PrintError, match=sentence):
            find_or_print()


# Printing


def test_page_is_printed_without_network_and_with_a_profile_that_is_gone(
    named: Path, page: Path, tmp_path: Path
) -> None:
    said = tmp_path / "said.txt"
    script(named, f'open("{said}", "w").write("\\n".join(sys.argv[1:]))', printing(PDF))
    assert print_it(page).read_bytes() == PDF
    words = said.read_text("utf-8").splitlines()
    assert words[-1] == page.as_uri()
    assert "--host-resolver-rules=MAP * ~NOTFOUND" in words
    assert "--no-sandbox" not in words
    (profile,) = (word.partition("=")[2] for word in words if word.startswith("--user-data-dir="))
    assert not Path(profile).parent.exists()


def test_browser_gets_no_key_from_the_environment(
    named: Path, page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OFFICE_API_KEY", "not for a browser")
    said = tmp_path / "said.txt"
    script(named, f'open("{said}", "w").write(repr(dict(os.environ)))', printing(PDF))
    print_it(page)
    assert "OFFICE_API_KEY" not in said.read_text("utf-8")
    assert "HOME" in said.read_text("utf-8")


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["sys.exit(3)"], r"ended with code 3\. Update that browser, or write pdf: false"),
        (['sys.exit("[12:34:ERROR:a.cc(5)] no room")'], r"ended with code 1: “no room”\. Update"),
        (['sys.exit("[1:a.cc] Running as root without a sandbox")'], r"for root\. Run as an ordinary user"),
        ([], "wrote no PDF. Update"),
        ([printing(b"")], "wrote no PDF"),
        ([printing(PDF[:30])], r"cut short\. Run again"),
        ([printing(PDF.replace(b"Ana", b"file://"))], "printed another page than the statement"),
    ],
)
def test_failed_print_is_told_and_leaves_nothing(
    named: Path, page: Path, lines: list[str], sentence: str
) -> None:
    script(named, *lines)
    with pytest.raises(ClientError, match=f"^PDF: my browser .*{sentence}"):
        print_it(page)
    assert not page.with_suffix(".pdf").exists()


def test_browser_that_cannot_be_started_is_told(named: Path, page: Path) -> None:
    named.write_bytes(b"no program")
    with pytest.raises(ClientError, match="my browser cannot be started"):
        print_it(page)


def test_browser_that_hangs_is_ended_with_all_it_started(named: Path, page: Path, tmp_path: Path) -> None:
    child = tmp_path / "child.txt"
    script(
        named,
        f'started = subprocess.Popen(["sleep", "{LASTING_SECONDS}"])',
        f'open("{child}", "w").write(str(started.pid))',
        f"time.sleep({LASTING_SECONDS})",
    )
    # On a busy machine it may not have come as far as it is to hang.
    for seconds in ("1.5", "15", "150"):
        with pytest.raises(ClientError, match=f"did not finish within {seconds} seconds and was ended"):
            print_it(page, timeout_seconds=float(seconds))
        if child.exists() and child.read_text("utf-8"):
            break
    wait_until(lambda: is_gone(int(child.read_text("utf-8"))))


def test_what_a_browser_leaves_behind_is_ended(named: Path, page: Path, tmp_path: Path) -> None:
    child = tmp_path / "child.txt"
    script(
        named,
        f'started = subprocess.Popen(["sleep", "{LASTING_SECONDS}"])',
        f'open("{child}", "w").write(str(started.pid))',
        printing(PDF),
    )
    print_it(page)
    wait_until(lambda: is_gone(int(child.read_text("utf-8"))))


# The command


@pytest.mark.parametrize(("others", "code"), [({}, 6), ({"excel": False, "html": False}, 4)])
def test_run_without_a_browser_makes_all_but_the_pdf_and_check_foretells_it(
    office: Office, nothing_installed: Path, others: dict[str, bool], code: int
) -> None:
    office.configure([ANA], output={"pdf": True, **others}, language="en")
    looked = office.type("check", office.config)
    assert looked.code == office.run().code == code
    assert "NOT OK: PDF: no Edge or Chromium was found. Install one, or write pdf: false" in looked.out
    assert "no Edge or Chromium was found" in office.overview
    endings = {Path(file["path"]).suffix for file in office.entries[ANA]["files"]}
    assert endings == ({".html", ".xlsx"} if code == 6 else set())


def test_check_finds_a_browser_that_does_not_print(office: Office, named: Path) -> None:
    office.configure([ANA], output={"pdf": True})
    script(named, "sys.exit(3)")
    looked = office.type("check", office.config)
    assert looked.code == office.run().code == 6
    assert "NOT OK: PDF: my browser ended with code 3" in looked.out
    office.configure([ANA], output={"pdf": True, "excel": False, "html": False})
    assert office.type("check", office.config).code == office.run().code == 4
    script(named, printing(b"%PDF-1.4 <</Title (Trial)>> %%EOF"))
    looked = office.type("check", office.config)
    assert looked.code == 0
    assert f"✓ PDF: {named} prints" in looked.out


def test_failed_print_is_a_warning_of_that_client_and_the_rest_is_published(
    office: Office, named: Path
) -> None:
    office.configure([ANA, RUI], output={"pdf": True}, language="en")
    script(named, 'if "ana-" in target: sys.exit(3)', printing(b"%PDF-1.4 %%EOF"))
    said = office.run()
    assert (said.code, f"; without a PDF: 1, Ana ({ANA})." in said.last) == (6, True)
    entry = office.entries[ANA]
    assert (entry["state"], [Path(file["path"]).suffix for file in entry["files"]]) == (
        "ready",
        [".html", ".xlsx"],
    )
    (finding,) = entry["findings"]
    assert (finding["code"], finding["level"]) == ("PDF-FAILED", "warning")
    assert finding["found"] == "my browser ended with code 3"
    assert "could not be printed as a PDF: my browser ended with code 3." in office.overview
    assert "PDF" not in (office.month / entry["files"][0]["path"]).read_text("utf-8")
    assert [Path(file["path"]).suffix for file in office.entries[RUI]["files"]] == [".html", ".pdf", ".xlsx"]
    assert f'href="rui-{RUI}/rui-{RUI}-2026-10.pdf">PDF</a>' in office.overview
    # The warning is of the files that lie there, and stays while they do.
    assert office.run("--client", f"{RUI}").code == 6
    assert office.entries[ANA] == entry
    assert "could not be printed as a PDF: my browser ended with code 3." in office.overview
    assert office.run("--resume", "--client", f"{ANA}").code == 6
    script(named, printing(b"%PDF-1.4 %%EOF"))
    assert office.run("--offline").code == 0
    assert office.entries[ANA]["findings"] == []


def test_failed_print_fails_a_client_who_gets_nothing_else(office: Office, named: Path) -> None:
    office.configure([ANA, RUI], output={"pdf": True, "html": False, "excel": False})
    script(named, 'if "ana-" in target: sys.exit(3)', printing(b"%PDF-1.4 %%EOF"))
    assert office.run().code == 3
    assert office.entries[ANA]["reason"].startswith("PDF: my browser ended with code 3")


def test_browser_that_is_gone_while_the_run_is_under_way_warns_of_who_is_left(
    office: Office, named: Path
) -> None:
    office.configure([ANA, RUI], output={"pdf": True}, requests={"parallel": 1})
    script(named, printing(b"%PDF-1.4 %%EOF"), f"os.remove({str(named)!r})")
    assert office.run("--jobs", "1").code == 6
    found = [finding["found"] for entry in office.entries.values() for finding in entry["findings"]]
    assert found == [f"{pdf.VARIABLE} names {named}, which is no file"]


def test_pdf_without_html_leaves_no_page(office: Office, named: Path) -> None:
    office.configure([RUI], output={"pdf": True, "html": False, "excel": False})
    script(named, printing(b"%PDF-1.4 %%EOF"))
    assert office.run().code == 0
    assert [path.name for path in (office.month / f"rui-{RUI}").iterdir()] == [f"rui-{RUI}-2026-10.pdf"]


def test_dry_run_names_the_pdf(office: Office, named: Path) -> None:
    office.configure([RUI], output={"pdf": True})
    script(named)
    assert "would write xlsx, html, pdf per client" in office.run("--dry-run").out


def is_gone(process: int) -> bool:
    """Whether the process has ended."""
    try:
        os.kill(process, 0)
        state = Path(f"/proc/{process}/stat")
        return state.exists() and state.read_text("utf-8").rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
