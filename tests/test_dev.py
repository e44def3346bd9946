"""The set-up: dev.py as a newcomer calls it, and the locks it installs from."""

import ast
import os
import re
import shutil
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


def call(script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(script), *arguments]
    return subprocess.run(
        command,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        cwd=script.parent,
        timeout=120,
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
    done = call(ROOT / "dev.py")
    assert done.returncode == 0
    tasks = [line.split()[0] for line in done.stdout.splitlines()[1:]]
    assert tasks == ["demo", "test", "lint", "build", "lock"]


@pytest.mark.parametrize("arguments", [["tset"], ["lint", "reports"]])
def test_dev_refuses_what_it_does_not_know_and_lists_the_tasks(arguments: list[str]) -> None:
    done = call(ROOT / "dev.py", *arguments)
    assert done.returncode == 2
    assert f"there is no task '{' '.join(arguments)}'" in done.stderr
    assert "  lint " in done.stderr


def test_an_older_python_is_told_which_one_it_takes(checkout: Path) -> None:
    ast.parse((ROOT / "dev.py").read_text("utf-8"), feature_version=(3, 7))
    done = call_in(checkout, "sys.version_info = (3, 8, 20)")
    assert done.returncode == 1
    assert "call it with 3.11 or newer" in done.stderr


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
