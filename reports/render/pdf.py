"""The browser that prints: Edge, Chrome or Chromium as this computer has it, started without a window.

It gets a profile of its own that is gone afterwards, no network, and of the environment only what a browser
needs: the API key may stand there. Its sandbox stays on, so on Linux it must run as an ordinary user: there
Chromium refuses root.
"""

import errno
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from html import unescape
from pathlib import Path

from reports.errors import ClientError

VARIABLE = "INVOICE_REPORTS_BROWSER"
"""Environment variable with the whole path of the browser to use, before any other."""

TIMEOUT_SECONDS = 60
END_SECONDS = 5
COMMANDS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "microsoft-edge-stable",
)
WINDOWS_PROGRAMS = {
    "msedge.exe": Path("Microsoft", "Edge", "Application"),
    "chrome.exe": Path("Google", "Chrome", "Application"),
}
WINDOWS_FOLDERS = ("PROGRAMFILES(X86)", "PROGRAMFILES", "PROGRAMW6432", "LOCALAPPDATA")
MAC_PROGRAMS = ("Google Chrome", "Microsoft Edge", "Chromium")
OPTIONS = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-sync",
    # Neither a system's key store is asked, which may want an answer, nor any computer.
    "--password-store=basic",
    "--use-mock-keychain",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-pdf-header-footer",
)
KEPT_VARIABLES = frozenset(
    # Everywhere, then Windows.
    "HOME LANG LC_ALL LOGNAME PATH TEMP TMP TMPDIR TZ USER XDG_CONFIG_HOME XDG_RUNTIME_DIR "
    "ALLUSERSPROFILE APPDATA COMPUTERNAME COMSPEC HOMEDRIVE HOMEPATH LOCALAPPDATA OS PATHEXT "
    "PROCESSOR_ARCHITECTURE PROGRAMDATA PROGRAMFILES PROGRAMFILES(X86) PROGRAMW6432 PUBLIC "
    "SYSTEMDRIVE SYSTEMROOT USERDOMAIN USERNAME USERPROFILE WINDIR".split()
)
WAIT_SECONDS = 0.02
TRIAL = "<!DOCTYPE html><html lang=en><title>Trial</title><p>Trial</p></html>"

_running: set["subprocess.Popen[bytes]"] = set()
_folders: set[str] = set()
_is_over = threading.Event()
_SAID = re.compile(r"^\[[^\]]*\] *")
_PDF_TITLE = re.compile(rb"/Title\s*(?:<([0-9A-Fa-f\s]*)>|\(((?:\\.|[^\\)])*)\))", re.DOTALL)


class PrintError(ClientError):
    """The browser did not print a page. `cause` is what happened, without what to do."""

    def __init__(self, cause: str, remedy: str) -> None:
        super().__init__(f"PDF: {cause}. {remedy}")
        self.cause = cause


def find() -> Path:
    """The browser to print with. Raises PrintError when there is none."""
    named = os.environ.get(VARIABLE, "")
    if named and not Path(named).is_file():
        raise PrintError(
            f"{VARIABLE} names {named}, which is no file",
            "Correct it, or unset it for the browser of this computer",
        )
    found = Path(named) if named else next((path for path in _places() if path.is_file()), None)
    if found is None:
        raise PrintError("no Edge or Chromium was found", "Install one, or write pdf: false")
    return found


def try_out() -> Path:
    """Prints a page of one word into a folder that is gone afterwards; the browser that did.

    Raises PrintError when there is none, or when it does not print.
    """
    browser = find()
    with _temporary_folder() as folder:
        page = Path(folder, "trial.html")
        page.write_text(TRIAL, "utf-8", newline="\n")
        print_page(page, page.with_suffix(".pdf"))
    return browser


def print_page(page: Path, target: Path, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
    """Prints the HTML file `page` as PDF into the file `target`.

    Raises PrintError when there is no browser, when it fails, or when it takes longer than
    `timeout_seconds`; then it is ended with all that it started.
    """
    browser = find()
    # The browser has a working folder of its own.
    page, target = page.absolute(), target.absolute()
    with _temporary_folder() as folder:
        said = Path(folder, "said.txt")
        command = [
            str(browser),
            *OPTIONS,
            f"--user-data-dir={Path(folder, 'profile')}",
            f"--print-to-pdf={target}",
            page.as_uri(),
        ]
        try:
            code = _run(command, said, timeout_seconds)
        except subprocess.TimeoutExpired:
            raise PrintError(
                f"{browser.name} did not finish within {timeout_seconds:g} seconds and was ended",
                "Run again; if it stays so, start that browser once by hand, or write pdf: false",
            ) from None
        except OSError as error:
            raise PrintError(
                f"{browser} cannot be started (“{error.strerror}”)",
                f"Allow it, name another browser in {VARIABLE}, or write pdf: false",
            ) from error
        trouble = _trouble(browser.name, code, target, said=said, page=page)
    if trouble:
        target.unlink(missing_ok=True)
        what, remedy = trouble
        raise PrintError(what, remedy)


def end_all() -> None:
    """Ends every print that is under way, with its browser, and lets none begin. For a process that ends."""
    _is_over.set()
    for process in [*_running]:
        with suppress(OSError, subprocess.TimeoutExpired):
            _end(process)
    # Whoever prints takes away what the browser had.
    until = time.monotonic() + END_SECONDS
    while _folders and time.monotonic() < until:
        time.sleep(WAIT_SECONDS)


def _places() -> Iterator[Path]:
    """Where a browser may be, the one that is preferred first."""
    if sys.platform == "win32":
        yield from _list_registered()
        folders = [Path(value) for name in WINDOWS_FOLDERS if (value := os.environ.get(name))]
        yield from (folder / below / name for name, below in WINDOWS_PROGRAMS.items() for folder in folders)
    elif sys.platform == "darwin":
        for folder in (Path("/Applications"), Path.home() / "Applications"):
            yield from (folder / f"{name}.app/Contents/MacOS/{name}" for name in MAC_PROGRAMS)
    # Windows would look in the working folder first.
    commands = () if sys.platform == "win32" else COMMANDS
    yield from (Path(found) for name in commands if (found := shutil.which(name)))


def _list_registered() -> list[Path]:
    """The browsers that Windows starts by name."""
    found: list[Path] = []
    if sys.platform == "win32":
        import winreg

        for name in WINDOWS_PROGRAMS:
            for hive in (winreg.HKEY_CURRENT_USER, winreg.HKEY_LOCAL_MACHINE):
                with suppress(OSError):
                    place = rf"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\{name}"
                    found.append(Path(winreg.QueryValue(hive, place).strip('"')))
    return found


def _run(command: list[str], said: Path, timeout_seconds: float) -> int:
    """The exit code; what the browser writes goes to `said`. Nothing it started outlives the call."""
    if _is_over.is_set():
        raise InterruptedError(errno.EINTR, "interrupted")
    with said.open("wb") as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            # A file: a pipe would be held open by what the browser leaves behind.
            stderr=errors,
            env={name: value for name, value in os.environ.items() if name.upper() in KEPT_VARIABLES},
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    _running.add(process)
    try:
        return process.wait(timeout_seconds)
    finally:
        _running.discard(process)
        _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Ends the browser and every process it started."""
    if sys.platform != "win32":
        # Refused where all of them have ended by themselves.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(END_SECONDS)
    elif process.poll() is None:
        system = Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "taskkill.exe")
        subprocess.run(
            [system, "/T", "/F", "/PID", str(process.pid)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            creationflags=subprocess.CREATE_NO_WINDOW,
            timeout=END_SECONDS,
        )
        process.wait(END_SECONDS)


def _trouble(browser: str, code: int, target: Path, *, said: Path, page: Path) -> tuple[str, str] | None:
    """What is wrong with the print, and what to do; None when nothing is."""
    data = target.read_bytes() if target.is_file() else b""
    if code or not data:
        text = said.read_text("utf-8", "replace")
        if "Running as root" in text:
            return f"{browser} does not print for root", "Run as an ordinary user, or write pdf: false"
        lines = [line for line in text.splitlines() if line.strip()]
        last = _SAID.sub("", lines[-1]).strip() if lines else ""
        what = f"{browser} ended with code {code}" if code else f"{browser} wrote no PDF"
        what = f"{what}: “{last[:200]}”" if last else what
        return what, "Update that browser, or write pdf: false"
    if not (data.startswith(b"%PDF-") and data.rstrip().endswith(b"%%EOF")):
        return f"{browser} wrote a PDF that is cut short", "Run again"
    if not _is_of(page, data):
        # An error page is printed like any other.
        what = f"{browser} printed another page than the statement"
        return what, "Allow it to open files, or write pdf: false"
    return None


def _is_of(page: Path, data: bytes) -> bool:
    """The PDF has the title of the page, or none at all."""
    title = re.search(r"<title>(.*?)</title>", page.read_text("utf-8"), re.DOTALL)
    found = _PDF_TITLE.search(data)
    if not found or not title:
        return True
    if found[1] is not None:
        shown = bytes.fromhex(found[1].decode("ascii")).decode("utf-16", "replace")
    else:
        shown = re.sub(rb"\\(.)", rb"\1", found[2], flags=re.DOTALL).decode("latin-1")
    return shown.split() == unescape(title[1]).split()


@contextmanager
def _temporary_folder() -> Iterator[str]:
    # On Windows a crash reporter may hold a file of the profile a moment longer.
    made = tempfile.TemporaryDirectory(prefix="invoice-reports-", ignore_cleanup_errors=True)
    _folders.add(made.name)
    try:
        with made as folder:
            yield folder
    finally:
        _folders.discard(made.name)
