"""The menu of a program that was started by a double click: a choice is a command, and the window stays.

Configurations, results and the demo lie in a folder of the user's own, never in that of the program, which
the next version replaces.
"""

import os
import webbrowser
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reports import TOOL, __version__, atomic_files
from reports.commands.console import Dialogue, prepare_streams, say, speak
from reports.commands.system_language import find_language
from reports.deliver import result_page
from reports.errors import ConfigError

FOLDER_VARIABLE = "INVOICE_REPORTS_FOLDER"
FOLDER_NAME = "Contas"
"""In the user's own folder: short, for Excel opens no file whose path has more than 218 characters, and in no
folder that is copied to a cloud, as Documents often is."""

DEMO = "demo"
PROGRAM = "invoice-reports"
QUIT = "0"

Command = Callable[[list[str]], object]
"""The program: it takes the words of a command, and ends by SystemExit with the exit code."""


@dataclass(frozen=True)
class Session:
    """Who is asked, where everything lies, and what carries a command out."""

    person: Dialogue
    folder: Path
    command: Command

    def find_configs(self) -> list[Path]:
        """The configurations of the folder, by name."""
        return sorted(path for path in self.folder.glob("*.y*ml") if path.suffix in (".yaml", ".yml"))

    def call(self, *words: str | Path) -> None:
        """Carries a command out; what it says, its exit code too, stays on the screen."""
        shown = [str(word) for word in words]
        say(f"> {PROGRAM} {' '.join(shown)}", is_english=True)
        try:
            self.command(shown)
        except SystemExit:
            # The command said how it ended.
            speak(find_language())


def offer_menu(command: Command) -> int:
    """Asks for a choice and carries it out, until there is none; the exit code.

    Choices may come through a pipe; what a command asks for itself, such as a key, needs a terminal.
    """
    prepare_streams()
    speak(find_language())
    session = Session(Dialogue(is_at_terminal=False), find_folder(os.environ), command)
    while True:
        say(f"\n{TOOL} {__version__}. Configurations and results are in {session.folder}.")
        chosen = _choose(session, [row for row, _ in CHOICES], "Quit the program")
        if chosen is None:
            return 0
        try:
            CHOICES[chosen][1](session)
        except OSError as error:
            say(f"{atomic_files.as_write_error(error, session.folder)}.", is_error=True)


def find_folder(environment: Mapping[str, str]) -> Path:
    """Where configurations and results lie: in the user's own folder, or where the variable says."""
    named = environment.get(FOLDER_VARIABLE)
    return Path(named).absolute() if named else Path.home() / FOLDER_NAME


def list_results(configs: Sequence[Path], folder: Path) -> Iterator[Path]:
    """The pages that say how the last runs ended, and the demo's, as far as they are there.

    A configuration with a mistake is named, with what is wrong.
    """
    from reports.settings.loader import load

    folders = []
    for path in configs:
        try:
            folders.append(load(path).output.folder)
        except ConfigError as error:
            say(str(error), is_error=True, is_english=True)
    for place in dict.fromkeys([*folders, folder / DEMO]):
        if (page := place / result_page.FILE_NAME).is_file():
            yield page


def _set_up(session: Session) -> None:
    """A configuration for an account, or the new clients of one that is there."""
    session.folder.mkdir(parents=True, exist_ok=True)
    configs = session.find_configs()
    names = (f"config-{number}.yaml" for number in range(2, len(configs) + 3))
    free = next(
        session.folder / name for name in ("config.yaml", *names) if session.folder / name not in configs
    )
    if not configs:
        session.call("init", free)
        return
    rows = [f"Add the new clients of {path.name}" for path in configs]
    chosen = _choose(session, [*rows, "Set up another account"], "Back to the menu")
    if chosen is not None:
        session.call("init", [*configs, free][chosen])


def _call_with_configs(session: Session, *words: str) -> None:
    if configs := session.find_configs():
        session.call(words[0], *configs, *words[1:])
    else:
        say("There is no account yet: set one up first.")


def _check(session: Session) -> None:
    _call_with_configs(session, "check")


def _run(session: Session) -> None:
    _call_with_configs(session, "run")


def _schedule(session: Session) -> None:
    _call_with_configs(session, "schedule", *(["--register"] if os.name == "nt" else []))


def _show_demo(session: Session) -> None:
    session.folder.mkdir(parents=True, exist_ok=True)
    session.call("demo", session.folder / DEMO)


def _open_results(session: Session) -> None:
    pages = list(list_results(session.find_configs(), session.folder))
    if not pages:
        say("There are no results yet: run the month, or the demo.")
        return
    chosen = 0 if len(pages) == 1 else _choose(session, [str(page) for page in pages], "Back to the menu")
    if chosen is None:
        return
    page = pages[chosen]
    if webbrowser.open(page.as_uri()):
        say(f"The browser opens {page}.")
    else:
        say(f"No browser could be started. Open this file yourself: {page}")


CHOICES: Sequence[tuple[str, Callable[[Session], None]]] = (
    ("Set up an account, or add its new clients", _set_up),
    ("Check that a run would go through", _check),
    ("Run the month, for every account", _run),
    ("Have the month run by itself, every month", _schedule),
    ("Show what you will get, with made-up clients", _show_demo),
    ("Open the results", _open_results),
)
"""What the menu offers, in the order of the first month."""


def _choose(session: Session, rows: Sequence[str], none: str) -> int | None:
    """The place, from 0, of the row that is chosen; None for `none`, and where nothing more is typed."""
    for number, text in enumerate(rows, start=1):
        say(f"{number}. {text}")
    say(f"{QUIT}. {none}")
    while True:
        typed = session.person.ask_or_end("Your choice")
        if typed is None or typed.strip() == QUIT:
            return None
        if typed.strip() in map(str, range(1, len(rows) + 1)):
            return int(typed) - 1
        say("Type one of the numbers above.")
