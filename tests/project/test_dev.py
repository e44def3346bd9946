"""The set-up: dev.py as a newcomer calls it, and the locks it installs from."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

import benchmarks.__main__ as bench
import dev
from benchmarks import table
from tests.support.waiting import LASTING_SECONDS, PATIENCE_SECONDS

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")
PIN = re.compile(r"([a-z0-9-]+)==([^ ]+?)(?: ; [^\\]+)?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)")
NAME = re.compile(r"[A-Za-z0-9._-]+")
TOOLS_OF_A_RUN = {"cryptography"}
"""Tests make certificates with it everywhere; on Linux the keyring needs it too."""


def pins(lock: str) -> dict[str, str]:
    """Version by name of every requirement in `lock`; anything in it that is not a hashed pin is an error."""
    header, *rest = (ROOT / lock).read_text("utf-8").splitlines()
    assert header.startswith("# Made by `python3 dev.py lock`")
    requirements = re.split(r"\n(?=\S)", "\n".join(rest))
    found = {text: PIN.fullmatch(text) for text in requirements}
    assert [text for text, match in found.items() if match is None] == []
    return {match[1]: match[2] for match in found.values() if match}


def names(requirements: list[str]) -> set[str]:
    """As a lock writes them: lower case, hyphens."""
    found = [NAME.match(requirement) for requirement in requirements]
    return {re.sub(r"[-_.]+", "-", match[0]).lower() for match in found if match}


def project() -> dict[str, list[str]]:
    tables = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return {"runtime": tables["project"]["dependencies"], "dev": tables["dependency-groups"]["dev"]}


def call(script: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(script), *arguments]
    return subprocess.run(
        command,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **variables},
        cwd=script.parent,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def call_in(checkout: Path, *lines: str) -> subprocess.CompletedProcess[str]:
    """`dev.py demo` in a Python that ran `lines` before."""
    starter = checkout / "starter.py"
    run = f"runpy.run_path({str(checkout / 'dev.py')!r}, run_name='__main__')"
    text = "\n".join(["import runpy, sys", *lines, "sys.argv = ['dev.py', 'demo']", run])
    starter.write_text(text, "utf-8")
    return call(starter)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With empty locks, so a set-up needs no network, and a package that shows how it was called."""
    folder = tmp_path_factory.mktemp("Relatórios de março")
    for lock in LOCKS:
        (folder / lock).write_text("# nothing\n", "utf-8")
    shutil.copy(ROOT / "dev.py", folder)
    package = folder / "reports"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text("import sys; print(sys.prefix, *sys.argv[1:]); sys.exit(7)", "utf-8")
    return folder


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_holds_nothing_but_hashed_pins(lock: str) -> None:
    assert len(pins(lock)) > 30


def test_runtime_lock_has_every_dependency_of_the_package_and_no_tool() -> None:
    locked = set(pins("requirements.lock"))
    assert names(project()["runtime"]) <= locked
    assert names(project()["dev"]) & locked == TOOLS_OF_A_RUN


def test_dev_lock_is_the_runtime_lock_and_the_tools() -> None:
    runtime, dev = (pins(lock) for lock in LOCKS)
    assert {name: dev.get(name) for name in runtime} == runtime
    assert names(project()["dev"]) <= set(dev)


@pytest.mark.parametrize(
    ("package", "why"),
    [
        ("pywin32-ctypes", "keyring's store on Windows"),
        ("secretstorage", "keyring's store on Linux"),
        ("tzdata", "Windows has no time zones"),
    ],
)
def test_lock_serves_every_platform_whichever_it_was_made_on(package: str, why: str) -> None:
    assert package in pins("requirements.lock"), why


def test_dev_imports_only_the_standard_library() -> None:
    tree = ast.parse((ROOT / "dev.py").read_text("utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in imported} - sys.stdlib_module_names == set()


def test_dev_without_a_task_lists_them() -> None:
    done = call(ROOT / "dev.py")
    assert done.returncode == 0
    tasks = [line.split()[0] for line in done.stdout.splitlines()[1:]]
    assert tasks == ["demo", "test", "soak", "cover", "house", "bench", "lint", "build", "lock", "audit"]


@pytest.mark.parametrize("arguments", [["tset"], ["lint", "reports"]])
def test_dev_refuses_what_it_does_not_know_and_lists_the_tasks(arguments: list[str]) -> None:
    done = call(ROOT / "dev.py", *arguments)
    assert done.returncode == 2
    assert f"there is no task '{' '.join(arguments)}'" in done.stderr
    assert "  lint " in done.stderr


@pytest.mark.parametrize("version", [(3, 8, 20), (3, 10, 13), (3, 15, 2), (4, 0, 0)])
def test_a_python_without_the_locked_packages_is_told_which_ones_have_them(
    checkout: Path, version: tuple[int, int, int]
) -> None:
    ast.parse((ROOT / "dev.py").read_text("utf-8"), feature_version=(3, 7))
    done = call_in(checkout, f"sys.version_info = {version}")
    assert done.returncode == 1
    assert "call it with 3.11 to 3.14." in done.stderr


def test_a_python_without_ensurepip_is_told_what_to_install(checkout: Path) -> None:
    done = call_in(checkout, "sys.modules['ensurepip'] = None")
    assert done.returncode == 1
    assert "it lacks ensurepip. On Debian and Ubuntu: apt install python3-venv." in done.stderr


def test_environment_is_made_once_and_anew_where_the_stamp_does_not_fit(checkout: Path) -> None:
    script, stamp = checkout / "dev.py", checkout / ".venv" / "set-up-from.txt"
    cut_short = checkout / ".venv" / "left from a set-up that was cut short"
    cut_short.parent.mkdir()
    cut_short.touch()
    first = call(script, "demo", "saída com espaços")
    assert first.stderr.startswith("Setting up .venv from requirements.lock")
    assert (first.returncode, first.stdout.strip()) == (7, f"{checkout / '.venv'} demo saída com espaços")
    assert not cut_short.exists()

    assert call(script, "demo").stderr == ""

    former = stamp.read_text("utf-8")
    (checkout / "requirements.lock").write_text("# nothing else\n", "utf-8")
    assert call(script, "demo").stderr.startswith("Setting up")
    assert stamp.read_text("utf-8") != former


# Benchmarks


def test_what_ours_is_held_against_is_pinned() -> None:
    lines = [line for line in dev.PEERS.read_text("utf-8").splitlines() if not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9-]+==[0-9.]+", line)] == []


@pytest.mark.parametrize("name", bench.NAMES)
def test_every_benchmark_has_its_place_in_the_page(name: str, tmp_path: Path) -> None:
    copy = Path(shutil.copy(bench.PAGE, tmp_path))
    table.write_table(copy, name, "| new |\n")
    assert f"<!-- bench {name} -->\n| new |\n<!-- end of {name} -->" in copy.read_text("utf-8")


def test_no_table_of_the_page_is_without_its_benchmark() -> None:
    marked = re.findall(r"<!-- bench ([a-z]+) -->", bench.PAGE.read_text("utf-8"))
    assert sorted(marked) == sorted(bench.NAMES)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["growht"], "there is no benchmark growht"),
        (["--times", "0"], "--times is at least 1"),
        (["--small", "--write"], "figures of --small are for no page"),
        (["client", "--against", "nowhere"], "nowhere is no checkout"),
    ],
)
def test_a_benchmark_that_cannot_be_run_is_refused(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        bench.main(words)
    assert said in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="processes are measured as Linux and macOS count them")
def test_benchmarks_have_an_environment_of_their_own_made_once(checkout: Path) -> None:
    package = checkout / "benchmarks"
    package.mkdir()
    (package / "peers.txt").write_text("# nothing\n", "utf-8")
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text("import sys; print(sys.prefix, *sys.argv[1:]); sys.exit(7)", "utf-8")
    first = call(checkout / "dev.py", "bench", "start", "--write")
    assert "Setting up .venv-bench from peers.txt" in first.stderr
    assert (first.returncode, first.stdout.strip()) == (7, f"{checkout / '.venv'} start --write")
    assert (checkout / ".venv-bench" / dev.IN_ENVIRONMENT).exists()
    assert call(checkout / "dev.py", "bench").stderr == ""


# Advisories

PINS = {"alpha": "1.0", "beta": "2.0"}
ADVISORY = {"id": "PYSEC-2026-1", "fix_versions": ["1.1"], "aliases": [], "description": "Words."}


def clean(name: str) -> dict[str, Any]:
    return {"name": name, "version": PINS[name], "vulns": []}


def unasked(name: str) -> dict[str, Any]:
    return {"name": name, "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("dependencies", "code", "said"),
    [
        ([clean("alpha"), clean("beta")], 0, "2 packages: 0 with a known advisory, 0 could not"),
        ([unasked("alpha"), unasked("beta")], 3, "0 with a known advisory, 2 could not"),
        ([clean("alpha"), unasked("beta")], 3, "0 with a known advisory, 1 could not"),
        ([clean("alpha")], 3, "0 with a known advisory, 1 could not"),
        ([], 3, "0 with a known advisory, 2 could not"),
        (
            [clean("alpha") | {"vulns": [ADVISORY]}, unasked("beta")],
            1,
            "alpha 1.0: PYSEC-2026-1, mended in 1.1",
        ),
        (
            [clean("beta") | {"vulns": [ADVISORY | {"fix_versions": []}]}, clean("alpha")],
            1,
            "beta 2.0: PYSEC-2026-1, mended in no version yet",
        ),
    ],
)
def test_what_could_not_be_asked_is_never_taken_for_nothing_known(
    dependencies: list[dict[str, Any]], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert dev._judge({"dependencies": dependencies}, PINS) == code
    assert said in capsys.readouterr().out


def test_every_pin_is_asked_about_those_of_other_systems_too() -> None:
    assert dict(dev.PIN.findall((ROOT / "requirements-dev.lock").read_text("utf-8"))) == pins(LOCKS[1])


@pytest.fixture
def locked_checkout(tmp_path: Path) -> Path:
    """With a lock of two packages, one of which is for Windows alone."""
    shutil.copy(ROOT / "dev.py", tmp_path)
    (tmp_path / "requirements-dev.lock").write_text(
        "alpha==1.0\nbeta==2.0 ; sys_platform == 'win32'\n", "utf-8"
    )
    return tmp_path


@pytest.mark.soak
def test_advisories_that_cannot_be_asked_about_are_an_answer_of_their_own(locked_checkout: Path) -> None:
    done = call(locked_checkout / "dev.py", "audit", PIP_NO_INDEX="1", PIP_FIND_LINKS=str(locked_checkout))
    assert done.returncode == 3
    assert "pip could not install the packages" in done.stderr
    assert done.stdout == "2 packages: 0 with a known advisory, 2 could not be asked about\n"


@pytest.mark.soak
@pytest.mark.parametrize(
    ("program", "code", "said"),
    [
        (
            f"print({json.dumps(json.dumps({'dependencies': [clean('beta') | {'vulns': [ADVISORY]}]}))})",
            1,
            "beta",
        ),
        ("sys.exit('no connection')", 3, "2 could not be asked about"),
    ],
    ids=["found", "no answer"],
)
def test_the_answer_of_the_program_that_asks_is_the_answer(
    locked_checkout: Path, program: str, code: int, said: str
) -> None:
    asked = "import pathlib, sys\npins = pathlib.Path(sys.argv[sys.argv.index('--requirement') + 1])\n"
    asked += "assert pins.read_text() == 'alpha==1.0\\nbeta==2.0\\n'\n"
    stand_in_wheel(locked_checkout, asked + program)
    done = call(locked_checkout / "dev.py", "audit", PIP_NO_INDEX="1", PIP_FIND_LINKS=str(locked_checkout))
    assert (done.returncode, said in done.stdout) == (code, True), done


def stand_in_wheel(folder: Path, program: str) -> None:
    """A package of pip-audit's name that does as `program` says."""
    about = "pip_audit-1.0.dist-info"
    with zipfile.ZipFile(folder / "pip_audit-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("pip_audit/__init__.py", "")
        wheel.writestr("pip_audit/__main__.py", program)
        wheel.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: pip-audit\nVersion: 1.0\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{about}/RECORD", "")


# Full coverage, and the soak


def test_rooms_that_must_be_fully_covered_and_their_tests_are_there() -> None:
    rooms = [
        ROOT / folder / f"{room}.py" for folder, found in dev.FULLY_COVERED.items() for room in found.split()
    ]
    named = [ROOT / "tests" / name for name in dev.COVERING_TESTS.split()]
    tests = [path.with_name(f"test_{path.name}.py") for path in named]
    assert [path for path in (*rooms, *tests) if not path.is_file()] == []


def test_nothing_in_a_fully_covered_room_is_kept_out_of_the_count() -> None:
    for folder, found in dev.FULLY_COVERED.items():
        for room in found.split():
            assert "pragma" not in (ROOT / folder / f"{room}.py").read_text("utf-8"), room


GATE = """
import pathlib, sys
import dev
dev._set_up = lambda lock: None
dev._run.__kwdefaults__["python"] = pathlib.Path(sys.executable)
dev.FULLY_COVERED, dev.COVERING_TESTS = {{"reports": "sign"}}, "sign"
{changed}
sys.exit(dev.main(sys.argv[1:]))
"""
SIGN = """
def sign(number):
    if number < 0:
        return "-"
    return "+"
"""
HANGS = f"""
import time, pytest
@pytest.mark.soak
def test_that_hangs():
    time.sleep({LASTING_SECONDS})
"""
MARKED = """
import pytest
def test_that_is_quick(): pass
@pytest.mark.slow
def test_that_is_slow(): pass
"""


@pytest.mark.soak
@pytest.mark.parametrize(("tried", "code"), [("(1, -1)", 0), ("(1,)", 2)])
def test_a_branch_that_no_test_takes_closes_the_gate(tmp_path: Path, tried: str, code: int) -> None:
    small_project(
        tmp_path, f"from reports.sign import sign\ndef test_sign():\n    for n in {tried}: sign(n)\n"
    )
    done = gate(tmp_path, "cover")
    assert done.returncode == code, done.stdout + done.stderr


@pytest.mark.parametrize(("words", "passed"), [((), 2), (("--quick",), 1), (("--quick", "-n", "0"), 1)])
def test_quick_tests_are_those_not_slow_and_stay_compiled(
    tmp_path: Path, words: tuple[str, ...], passed: int
) -> None:
    small_project(tmp_path, MARKED)
    done = gate(tmp_path, "test", *words, PYTHONDONTWRITEBYTECODE="1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{passed} passed" in done.stdout
    assert any(tmp_path.glob("tests/__pycache__/test_sign.*.pyc")) is ("--quick" in words)


@pytest.mark.soak
def test_a_test_of_the_soak_that_hangs_is_ended(tmp_path: Path) -> None:
    small_project(tmp_path, HANGS)
    done = gate(tmp_path, "soak", changed="dev.LONGEST_TEST_SECONDS, dev.cover = 1, lambda: 0")
    assert done.returncode != 0
    assert "1 failed" in done.stdout, done.stdout
    assert done.stderr.count("in test_that_hangs") == 1, done.stderr


def small_project(folder: Path, test: str) -> None:
    shutil.copy(ROOT / "dev.py", folder)
    (folder / "reports").mkdir()
    (folder / "reports" / "sign.py").write_text(SIGN, "utf-8")
    (folder / "tests").mkdir()
    (folder / "tests" / "test_sign.py").write_text(test, "utf-8")
    (folder / "pytest.toml").write_text('[pytest]\npythonpath = ["."]\nmarkers = ["soak", "slow"]\n', "utf-8")


def gate(folder: Path, *words: str, changed: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """A task of dev.py on a small project, without a set-up, and with what is `changed` about dev.py."""
    starter = folder / "gate.py"
    starter.write_text(GATE.format(changed=changed), "utf-8")
    return call(starter, *words, **variables)
