"""What a scheduler gets to see, through a batch file that keeps a log and was started in System32.

Each case is a process of its own, which takes seconds on Windows, so all run once, at the same time.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from reports.deliver import publish
from reports.sandbox.data import SandboxAccount
from reports.sandbox.server import Sandbox
from tests.support.office import ACCOUNT, HTML_ONLY, KEY_VARIABLE, Office, account, tree
from tests.windows.held import held
from tests.windows.scheduled import SYSTEM_FOLDER, Ended, scheduled

ANA, RUI, NOBODY = 101, 102, 404
NAMES = {ANA: "Łódź 漢字 Ελλάς", RUI: "Rui & São"}
AT_ONCE = 3
CODES = {
    "again": 6,
    "checked": 0,
    "ready": 0,
    "misspelt": 2,
    "one unknown": 3,
    "all unknown": 4,
    "wrong key": 5,
    "warnings": 6,
    "busy": 7,
    "open": 8,
}

Case = Callable[[], Ended]


class Scene:
    """An office for each case, for as long as the cases last."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack

    def office(self, name: str, data: SandboxAccount | None = None) -> Office:
        folder = self._folder / f"Ação & Cia ({name})"
        folder.mkdir()
        sandbox = self._stack.enter_context(Sandbox(account_data=data or account(NAMES)))
        office = Office(folder, sandbox)
        office.configure("all", output=HTML_ONLY)
        return office

    def checked(self) -> Case:
        office = self.office("checked")
        return partial(scheduled, office, "check", office.config)

    def ready(self) -> Case:
        office = self.office("ready")
        office.configure("all")
        return partial(scheduled, office, "run", office.config)

    def misspelt(self) -> Case:
        office = self.office("misspelt")
        office.configure("all", perod="2026-10")
        return partial(scheduled, office, "run", office.config)

    def one_unknown(self) -> Case:
        office = self.office("one unknown")
        office.configure([ANA, NOBODY], output=HTML_ONLY)
        return partial(scheduled, office, "run", office.config)

    def all_unknown(self) -> Case:
        office = self.office("all unknown")
        office.configure([NOBODY], output=HTML_ONLY)
        return partial(scheduled, office, "run", office.config)

    def wrong_key(self) -> Case:
        office = self.office("wrong key")
        return partial(scheduled, office, "run", office.config, env={KEY_VARIABLE: secrets.token_hex(20)})

    def warnings(self) -> Case:
        nobody_has_a_document = replace(account(NAMES), documents={client: [] for client in NAMES})
        office = self.office("warnings", nobody_has_a_document)
        return partial(scheduled, office, "run", office.config)

    def busy(self) -> Case:
        office = self.office("busy")
        self._stack.enter_context(publish.one_run(office.output / ACCOUNT))
        return partial(scheduled, office, "run", office.config)

    def open(self) -> Case:
        office = self.office("open")
        assert office.run().code == 0
        (statement,) = office.month.glob(f"*-{RUI}/*.html")
        self._stack.enter_context(held(statement))
        return partial(scheduled, office, "run", office.config, "--offline")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("codes")


@pytest.fixture(scope="module")
def before(demo: Office) -> Mapping[str, bytes]:
    """The demo's month as the demo left it."""
    return tree(demo.month)


@pytest.fixture(scope="module")
def ended(folder: Path, demo: Office, before: Mapping[str, bytes]) -> Iterator[Mapping[str, Ended]]:
    """How every case ended."""
    with ExitStack() as stack, ThreadPoolExecutor(AT_ONCE) as pool:
        scene = Scene(folder, stack)
        cases: dict[str, Case] = {
            "again": partial(scheduled, demo, "run", demo.config, "--offline"),
            "checked": scene.checked(),
            "ready": scene.ready(),
            "misspelt": scene.misspelt(),
            "one unknown": scene.one_unknown(),
            "all unknown": scene.all_unknown(),
            "wrong key": scene.wrong_key(),
            "warnings": scene.warnings(),
            "busy": scene.busy(),
            "open": scene.open(),
        }
        waiting = {name: pool.submit(case) for name, case in cases.items()}
        yield {name: case.result() for name, case in waiting.items()}


def month(folder: Path, case: str) -> Path:
    return folder / f"Ação & Cia ({case})" / "output" / ACCOUNT / "2026-10"


@pytest.mark.parametrize("case", CODES)
def test_code_reaches_the_caller_and_errorlevel(ended: Mapping[str, Ended], case: str) -> None:
    assert (ended[case].code, ended[case].noted) == (CODES[case], CODES[case]), ended[case].log


@pytest.mark.parametrize("case", CODES)
def test_last_line_of_the_log_says_the_code(ended: Mapping[str, Ended], case: str) -> None:
    # In the language of the configuration, where there is one that can be read.
    words = "Exit code" if case == "misspelt" else "Código de saída"
    assert ended[case].last.endswith(f"{words} {CODES[case]}.")
    assert "Traceback" not in ended[case].log


def test_what_a_code_page_lacks_is_a_question_mark_in_the_log_and_whole_in_the_files(
    ended: Mapping[str, Ended], folder: Path
) -> None:
    assert "Rui & São: pronto" in ended["ready"].log
    assert "?ód? ??" in ended["ready"].log
    (statement,) = month(folder, "ready").glob(f"*-{ANA}/*.html")
    assert NAMES[ANA] in statement.read_text("utf-8")
    assert NAMES[ANA] in (month(folder, "ready") / "run.log").read_text("utf-8")
    assert NAMES[ANA] in (month(folder, "ready") / "run.json").read_text("utf-8")


def test_check_uses_no_sign_that_the_code_page_lacks(ended: Mapping[str, Ended], folder: Path) -> None:
    assert "config.yaml" in ended["checked"].log
    assert "?" not in ended["checked"].log
    assert not month(folder, "checked").parents[1].exists()


def test_relative_folder_is_beside_the_configuration_and_not_in_the_working_folder(
    ended: Mapping[str, Ended], folder: Path
) -> None:
    assert (month(folder, "ready") / "index.html").is_file()
    assert not (SYSTEM_FOLDER / "output").exists()


def test_mistake_is_told_with_its_place_and_nothing_is_written(
    ended: Mapping[str, Ended], folder: Path
) -> None:
    assert "config.yaml:" in ended["misspelt"].log
    assert "period" in ended["misspelt"].log
    assert not month(folder, "misspelt").parents[1].exists()


def test_open_file_is_named_in_the_log(ended: Mapping[str, Ended]) -> None:
    assert f"-{RUI}-2026-10.html" in ended["open"].log
    assert "Feche o ficheiro" in ended["open"].log


def test_busy_folder_is_left_as_it_is(ended: Mapping[str, Ended], folder: Path) -> None:
    assert "outra execução" in ended["busy"].log
    assert not month(folder, "busy").exists()


def test_month_rendered_again_offline_from_elsewhere_is_the_same_byte_for_byte(
    ended: Mapping[str, Ended], before: Mapping[str, bytes], demo: Office
) -> None:
    assert ended["again"].code == CODES["again"]
    after = tree(demo.month)
    assert sorted(after) == sorted(before)
    changed = {path for path in before if before[path] != after[path]}
    assert changed <= {"run.json", "run.log"}
