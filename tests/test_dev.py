"""The set-up: dev.py as a newcomer calls it, and the locks it installs from."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")
PIN = re.compile(r"([a-z0-9-]+)==([^ ]+?)(?: ; [^\\]+)?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)")
NAME = re.compile(r"[A-Za-z0-9._-]+")


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


def call(*arguments: str, script: Path = ROOT / "dev.py") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(script), *arguments]
    return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=False)


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_holds_nothing_but_hashed_pins(lock: str) -> None:
    assert len(pins(lock)) > 30


def test_runtime_lock_has_every_dependency_of_the_package_and_no_tool() -> None:
    locked = set(pins("requirements.lock"))
    assert names(project()["runtime"]) <= locked
    assert names(project()["dev"]).isdisjoint(locked)


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
    done = call()
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == ["demo", "test", "lint", "build", "lock"]


@pytest.mark.parametrize("arguments", [["tset"], ["lint", "reports"]])
def test_dev_refuses_what_it_does_not_know_and_lists_the_tasks(arguments: list[str]) -> None:
    done = call(*arguments)
    assert done.returncode == 2
    assert f"there is no task '{' '.join(arguments)}'" in done.stderr
    assert "  lint " in done.stderr


def test_dev_says_which_python_it_needs_to_an_older_one(tmp_path: Path) -> None:
    older = tmp_path / "older.py"
    older.write_text(
        "import runpy, sys\n"
        "sys.version_info = (3, 8, 20)\n"
        f"sys.argv = ['dev.py', 'test']\n"
        f"runpy.run_path({str(ROOT / 'dev.py')!r}, run_name='__main__')\n",
        "utf-8",
    )
    done = call(script=older)
    assert done.returncode == 1
    assert "call it with 3.11 or newer" in done.stderr
    ast.parse((ROOT / "dev.py").read_text("utf-8"), feature_version=(3, 8))


def test_dev_says_what_to_install_where_python_cannot_make_environments(tmp_path: Path) -> None:
    (tmp_path / "requirements.lock").touch()
    (tmp_path / "dev.py").write_bytes((ROOT / "dev.py").read_bytes())
    lacking = tmp_path / "lacking.py"
    lacking.write_text(
        "import importlib.util, runpy, sys\n"
        "find = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name: None if name == 'ensurepip' else find(name)\n"
        f"sys.argv = ['dev.py', 'demo']\n"
        f"runpy.run_path({str(tmp_path / 'dev.py')!r}, run_name='__main__')\n",
        "utf-8",
    )
    done = call(script=lacking)
    assert done.returncode == 1
    assert "it lacks ensurepip. On Debian and Ubuntu: apt install python3-venv." in done.stderr
    assert not (tmp_path / ".venv").exists()
