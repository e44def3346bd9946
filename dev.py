"""Set-up and tasks of a checkout, with nothing but Python: `python3 dev.py`, on Windows `py dev.py`.

A task first makes `.venv` beside this file, from the lock it needs, and leaves a stamp there that says
from what. As long as the stamp fits, the next call starts at once. It is written last, so a set-up that
was cut short has none and is made anew.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

OLDEST_PYTHON = (3, 11)
NEWEST_PYTHON = (3, 14)
"""The newest for which every package of the locks has a wheel."""
ROOT = Path(__file__).absolute().parent
RUNTIME_LOCK = ROOT / "requirements.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"
DIST = ROOT / "dist"
ENVIRONMENT = ROOT / ".venv"
STAMP = ENVIRONMENT / "set-up-from.txt"
IN_ENVIRONMENT = Path("Scripts", "python.exe") if os.name == "nt" else Path("bin", "python")
PYTHON = ENVIRONMENT / IN_ENVIRONMENT
PEERS = ROOT / "benchmarks" / "peers.txt"
PEERS_ENVIRONMENT = ROOT / ".venv-bench"
LOCK_HEADER = "# Made by `python3 dev.py lock`, for Linux, macOS and Windows. Do not edit.\n"

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_NOT_ASKED = 3
EXIT_INTERRUPTED = 130

ALL_CORES = ("-n", str((os.cpu_count() or 1) + 1), "--dist", "loadfile")
"""One more than there are cores, as many tests wait for a process. A file stays on one core: what its tests
share is made once."""

EACH_CORE = ("-n", str(os.cpu_count() or 1), "--dist", "loadfile")
"""For tests that wait for no process."""

QUICK = "--quick"
FOR_WINDOWS = "--windows"
LONGEST_TEST_SECONDS = 1200
"""A test of the soak that takes longer hangs: it is ended, with the place where it stood."""

FULLY_COVERED = {
    "reports": "atomic_files exact_json money period redaction slugs",
    "reports/source": "archive client_list client_reading completeness details fetch threads",
    "reports/source/http": "api rate_limit response transport transport_errors waiting",
    "reports/deliver": "publish",
}
"""Rooms where every branch is proven, by folder: amounts, reading, secrecy, and files."""

COVERING_TESTS = (
    "atomic_files errors exact_json money period redaction slugs deliver/publish deliver/publish_places "
    "source/archive source/client_list source/client_reading source/completeness source/details "
    "source/document_list source/fetch source/list_reading source/page_size source/saft_file source/threads "
    "system/leaks_redaction system/no_permission source/http/api source/http/api_saft "
    "source/http/api_secrecy source/http/download source/http/rate_limit source/http/response "
    "source/http/transport source/http/transport_deadline source/http/transport_errors source/http/waiting"
)
"""The tests that do so, each by the name of its file and its folder."""

PIN = re.compile(r"^([a-z0-9-]+)==([^\s;]+)", re.MULTILINE)


class SetUpError(Exception):
    """An environment cannot be made. The text says why and what to do."""


def main(arguments: list[str]) -> int:
    """Runs one task; its exit code, which is that of the program the task ends in."""
    name, *rest = arguments or [""]
    if name not in TASKS or (rest and name not in TAKE_ARGUMENTS):
        print(_usage(arguments), file=sys.stderr if arguments else sys.stdout)
        return EXIT_USAGE if arguments else 0
    try:
        _check_python()
        return TASKS[name](*rest)
    except (SetUpError, OSError) as error:
        _say(f"dev.py: {error}")
        return EXIT_FAILED
    except KeyboardInterrupt:
        _say("dev.py: interrupted")
        return EXIT_INTERRUPTED


def demo(*arguments: str) -> int:
    """the main job on generated data: demo [DIR]"""
    _set_up(RUNTIME_LOCK)
    # From the caller's folder, so that DIR means what it says there.
    return _run("-P", "-m", "reports", "demo", *arguments, cwd=Path.cwd(), PYTHONPATH=str(ROOT))


def test(*arguments: str) -> int:
    """the tests, or those that start no process, in a minute: test [--quick] [ARGUMENTS OF PYTEST]"""
    _set_up(DEV_LOCK)
    is_quick = QUICK in arguments
    chosen = ("-m", "not soak and not slow") if is_quick else ()
    rest = [argument for argument in arguments if argument != QUICK]
    cores = () if "-n" in rest else EACH_CORE if is_quick else ALL_CORES
    words = ("-m", "pytest", "-q", *cores, *chosen, *rest)
    if not is_quick:
        return _run(*words)
    # Containers often say that nothing compiled is kept. Then each process compiles all tests anew at every
    # call, a tenth of what the quick ones take.
    return _run(*words, PYTHONDONTWRITEBYTECODE="")


def soak(*arguments: str) -> int:
    """the tests that take minutes, with the figures they find, then `cover`: soak [ARGUMENTS OF PYTEST]"""
    bound = (f"faulthandler_timeout={LONGEST_TEST_SECONDS}", "faulthandler_exit_on_timeout=true")
    options = (word for option in bound for word in ("-o", option))
    # A process that was ended is not begun again: it would only hang again.
    code = test("-m", "soak", "--max-worker-restart=0", *options, *arguments)
    # Whoever names tests wants those alone.
    return code if arguments else cover() or code


def cover() -> int:
    """that every branch of the rooms for amounts, reading, secrecy and files is proven"""
    rooms = [f"{folder}/{room}.py" for folder, names in FULLY_COVERED.items() for room in names.split()]
    paths = map(Path, COVERING_TESTS.split())
    tests = [str("tests" / path.with_name(f"test_{path.name}.py")) for path in paths]
    measured = ("--cov=reports", "--cov-branch", "--cov-report=")
    report = ("-m", "coverage", "report", f"--include={','.join(rooms)}", "--precision=2", "--fail-under=100")
    _set_up(DEV_LOCK)
    # In a folder of its own: processes that tests kill leave half a file of it behind.
    with tempfile.TemporaryDirectory() as folder:
        data = str(Path(folder, "coverage"))
        code = _run("-m", "pytest", "-q", *ALL_CORES, *measured, *tests, COVERAGE_FILE=data)
        return code or _run(*report, COVERAGE_FILE=data)


def house(*arguments: str) -> int:
    """how the modules are laid out and functions named; --list: which are in the way: house [--list]"""
    return _run("-m", "tests.support.house", *arguments)


def bench(*arguments: str) -> int:
    """figures and their targets: bench [NAME...] [--times N] [--small] [--against FOLDER] [--write]"""
    if os.name == "nt":
        raise SetUpError("processes are measured as Linux and macOS count them; call bench there.")
    _set_up(RUNTIME_LOCK)
    _set_up_peers()
    # From the caller's folder, so that FOLDER means what it says there.
    return _run("-P", "-m", "benchmarks", *arguments, cwd=Path.cwd(), PYTHONPATH=str(ROOT))


def lint() -> int:
    """ruff's rules, ruff's format, and mypy"""
    _set_up(DEV_LOCK)
    checks = (["ruff", "check"], ["ruff", "format", "--check"], ["mypy"])
    return next(filter(None, [_run("-m", *check) for check in checks]), 0)


def build(*arguments: str) -> int:
    """source archive and wheel, into dist/, or the zip too: build [--windows [--windows-python PLACE]]"""
    if arguments and arguments[0] != FOR_WINDOWS:
        raise SetUpError(f"build takes {FOR_WINDOWS}, and then the options of python -m bundle")
    _set_up(DEV_LOCK)
    for former in (*DIST.glob("*.tar.gz"), *DIST.glob("*.whl"), *DIST.glob("*.zip")):
        former.unlink()
    # Without isolation the build backend is the locked one. The wheel is made from the source archive,
    # which proves that the archive is complete.
    code = _run("-P", "-m", "build", "--no-isolation", "--outdir", str(DIST), str(ROOT))
    if code or not arguments:
        return code
    (wheel,) = DIST.glob("*.whl")
    # From the caller's folder, so that PLACE means what it says there.
    return _run(
        *("-P", "-m", "bundle", str(wheel), str(DIST), *arguments[1:]), cwd=Path.cwd(), PYTHONPATH=str(ROOT)
    )


def lock() -> int:
    """both locks anew, with the newest releases that pyproject.toml admits"""
    with tempfile.TemporaryDirectory() as folder:
        _say("Getting uv ...")
        _make(Path(folder, "uv"))
        python = Path(folder, "uv", IN_ENVIRONMENT)
        _pip(python, "uv")
        runtime, dev = (Path(folder, path.name) for path in (RUNTIME_LOCK, DEV_LOCK))
        code = _compile(python, runtime)
        code = code or _compile(python, dev, "--group", "dev", "--constraint", str(runtime))
        if code == 0:
            for made, target in ((runtime, RUNTIME_LOCK), (dev, DEV_LOCK)):
                target.write_text(LOCK_HEADER + made.read_text("utf-8"), "utf-8", newline="\n")
    return code


def audit() -> int:
    """known advisories on what the locks name; exit code 3 when that could not be asked"""
    pins = dict(PIN.findall(DEV_LOCK.read_text("utf-8")))
    report = {}
    with tempfile.TemporaryDirectory() as folder:
        _say("Getting pip-audit ...")
        python = Path(folder, "audit", IN_ENVIRONMENT)
        try:
            _make(Path(folder, "audit"))
            _pip(python, "pip-audit")
            report = _report(python, Path(folder, "pins.txt"), pins)
        except (SetUpError, ValueError) as error:
            _say(str(error))
    return _judge(report, pins)


TASKS: dict[str, Callable[..., int]] = {
    task.__name__: task for task in (demo, test, soak, cover, house, bench, lint, build, lock, audit)
}
TAKE_ARGUMENTS = ("demo", "test", "soak", "house", "bench", "build")


def _usage(arguments: list[str]) -> str:
    wrong = [f"dev.py: there is no task {' '.join(arguments)!r}"] if arguments else []
    tasks = [f"  {name:<6} {task.__doc__}" for name, task in TASKS.items()]
    return "\n".join([*wrong, "usage: python3 dev.py TASK   (Windows: py dev.py TASK)", *tasks])


def _check_python() -> None:
    if not OLDEST_PYTHON <= sys.version_info[:2] <= NEWEST_PYTHON:
        oldest, newest = (".".join(map(str, version)) for version in (OLDEST_PYTHON, NEWEST_PYTHON))
        raise SetUpError(f"this is Python {platform.python_version()}; call it with {oldest} to {newest}.")


def _set_up(lock: Path) -> None:
    """Makes sure that `.venv` holds what `lock` names."""
    found = STAMP.read_text("utf-8") if STAMP.is_file() and PYTHON.exists() else None
    if found in (_stamp(lock), _stamp(DEV_LOCK)):
        return
    _say(f"Setting up {ENVIRONMENT.name} from {lock.name}, about a minute ...")
    try:
        if found == _stamp(RUNTIME_LOCK):
            STAMP.unlink()
        else:
            _make(ENVIRONMENT)
        # The lock is the whole list. Asked to resolve it again, older pips take an extra of a package for
        # another package, which no line pins, as soon as a newer release of it is out.
        _pip(PYTHON, "--no-deps", "--require-hashes", "--requirement", str(lock))
        STAMP.write_text(_stamp(lock), "utf-8", newline="\n")
    except OSError as error:
        raise SetUpError(
            f"{error.filename or ENVIRONMENT} cannot be written: {error.strerror}. Close what uses "
            f"{ENVIRONMENT.name}, or copy the checkout to a folder that is yours, and call dev.py again."
        ) from error


def _set_up_peers() -> None:
    """Makes sure that `.venv-bench` holds what ours is held against.

    It is apart from `.venv`: what others bring along must not change how ours starts and runs.
    """
    stamp, python = PEERS_ENVIRONMENT / STAMP.name, PEERS_ENVIRONMENT / IN_ENVIRONMENT
    wanted = _stamp(RUNTIME_LOCK) + _stamp(PEERS)
    if stamp.is_file() and stamp.read_text("utf-8") == wanted:
        return
    _say(f"Setting up {PEERS_ENVIRONMENT.name} from {PEERS.name}, about a minute ...")
    _make(PEERS_ENVIRONMENT)
    _pip(python, "--no-deps", "--require-hashes", "--requirement", str(RUNTIME_LOCK))
    _pip(python, "--no-deps", "--requirement", str(PEERS))
    stamp.write_text(wanted, "utf-8", newline="\n")


def _stamp(lock: Path) -> str:
    """What an environment is made from: the lock's content, and the Python by version and place."""
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    return f"{lock.name} sha256:{digest}\nPython {platform.python_version()} in {sys.base_prefix}\n"


def _make(folder: Path) -> None:
    """A new environment in `folder`; what was there is deleted."""
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        raise SetUpError(
            f"this Python cannot make environments, it lacks {' and '.join(missing)}. "
            "On Debian and Ubuntu: apt install python3-venv. Then call dev.py again."
        )
    import venv

    try:
        venv.create(folder, clear=True, symlinks=os.name != "nt", with_pip=True)
    except ValueError as error:
        raise SetUpError(f"{error} Copy the checkout to another folder.") from error
    except subprocess.CalledProcessError as error:
        raise SetUpError(f"pip could not be set up in {folder}: {_text(error.output)}") from error


def _pip(python: Path, *arguments: str) -> None:
    """Installs wheels only: a source package would be built by tools that no lock pins."""
    command = ["-I", "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    done = subprocess.run(
        [python, *command, "--only-binary=:all:", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "PIP_USER": "0"},  # The setting `user = true` would refuse an environment.
        check=False,
    )
    if done.returncode:
        raise SetUpError(
            "pip could not install the packages, for the reason below. "
            f"Call dev.py again when that is mended.\n{_text(done.stdout)}"
        )


def _compile(python: Path, target: Path, *arguments: str) -> int:
    """Writes the lock of pyproject.toml's dependencies to `target`; uv's exit code."""
    _say(f"Resolving {target.name} ...")
    command = ["-m", "uv", "pip", "compile", "pyproject.toml", "--quiet", "--output-file", str(target)]
    content = ["--generate-hashes", "--no-annotate", "--no-header", "--no-emit-index-url"]
    # One version for every Python ("fewest"), so that what is tested on one is what runs on the others.
    versions = ["--universal", "--python-version", "3.11", "--fork-strategy", "fewest"]
    return _run(*command, *content, *versions, *arguments, python=python)


def _report(python: Path, wanted: Path, pins: dict[str, str]) -> dict[str, Any]:
    """What pip-audit says about `pins`. Raises ValueError with its last words when it says nothing."""
    # Without markers: what is installed on Windows alone is asked about too.
    wanted.write_text("".join(f"{name}=={version}\n" for name, version in pins.items()), "utf-8")
    options = ["--no-deps", "--disable-pip", "--format=json", "--progress-spinner=off"]
    command: list[str | Path] = [python, "-I", "-m", "pip_audit", "--requirement", wanted, *options]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise ValueError(f"pip-audit gave no answer: {_text(done.stderr)[-300:]}") from None
    return report


def _judge(report: dict[str, Any], pins: dict[str, str]) -> int:
    """Says of `pins` which have an advisory and which could not be asked about; the exit code."""
    about = {one["name"]: one["vulns"] for one in report.get("dependencies", ()) if "vulns" in one}
    known = {name: advisories for name, advisories in about.items() if advisories}
    for name, advisories in known.items():
        for advisory in advisories:
            mended = ", ".join(advisory["fix_versions"]) or "no version yet"
            print(f"{name} {pins[name]}: {advisory['id']}, mended in {mended}")
    unasked = len(pins.keys() - about.keys())
    print(f"{len(pins)} packages: {len(known)} with a known advisory, {unasked} could not be asked about")
    if known:
        return EXIT_FAILED
    return EXIT_NOT_ASKED if unasked else 0


def _run(*arguments: str, python: Path = PYTHON, cwd: Path = ROOT, **variables: str) -> int:
    """Runs `python` with `arguments` on this terminal; its exit code."""
    # Packages of another Python, which these name, have no place in the environment.
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "PYTHONPATH")}
    with subprocess.Popen([python, *arguments], cwd=cwd, env={**kept, **variables}) as child:
        while True:
            try:
                code = child.wait()
            except KeyboardInterrupt:
                continue  # Ctrl-C reached the child too; how it ends is for it to say.
            return code if code >= 0 else 128 - code


def _text(output: bytes | None) -> str:
    return (output or b"").decode("utf-8", "replace").strip()


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
