"""The zip for Windows: what goes into it, what does not, and that the same input makes the same bytes.

The whole of it, with the libraries, is built and tried by `.ci/windows` (tests/windows/test_zip.py).
"""

import hashlib
import io
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import dev
from bundle import windows_python, windows_zip
from bundle.__main__ import main
from bundle.requirements import list_pins, select_requirements
from bundle.windows_python import BundleError, read_python
from reports.deliver import schedule
from tests.support.waiting import PATIENCE_SECONDS

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
LICENCE = "thing-1.0.dist-info/licenses/LICENSE"
PYTHON_FILES = {
    "python.exe": b"MZ",
    "pythonw.exe": b"MZ",
    "python311.dll": b"MZ",
    "Lib/os.py": b"",
    "LICENSE.txt": b"PSF",
}
OF_THE_COMPUTER = {
    "Lib/site-packages/pip/__init__.py": b"",
    "Lib/sitecustomize.py": b"",
    "Lib/__pycache__/os.cpython-311.pyc": b"",
    "Scripts/pip.exe": b"MZ",
    "python311._pth": b"C:\\elsewhere",
}


def make_wheel(files: dict[str, bytes]) -> bytes:
    return windows_zip.pack({"thing/__init__.py": b"", "thing-1.0.dist-info/METADATA": b"", **files})


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """A folder that looks like a Windows Python of somebody's computer."""
    folder = tmp_path / "Python311"
    for name, data in {**PYTHON_FILES, **OF_THE_COMPUTER}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


# The libraries


def test_libraries_are_those_of_windows_with_their_hashes() -> None:
    lines = select_requirements(LOCK)
    assert {"pywin32-ctypes", "tzdata", "colorama", "pandas"} - lines.keys() <= {"colorama"}
    assert {"secretstorage", "jeepney", "cryptography"} & lines.keys() == set()
    assert all(
        re.fullmatch(r"[a-z0-9-]+==\S+( --hash=sha256:[0-9a-f]{64})+", line) for line in lines.values()
    )
    assert list_pins(lines) == {name: dict(dev.PIN.findall(line))[name] for name, line in lines.items()}


def test_library_for_a_trial_stands_in_the_place_of_the_locks() -> None:
    own = "numpy==1.0 --hash=sha256:00"
    assert select_requirements(LOCK, replaced={"numpy": own})["numpy"] == own
    for wrong in ({"names": {"nothing-of-the-kind"}}, {"replaced": {"nothing-of-the-kind": "x"}}):
        with pytest.raises(ValueError, match="nothing-of-the-kind"):
            select_requirements(LOCK, **wrong)


def test_wheel_is_unpacked_as_it_is_with_its_licence_twice() -> None:
    data = make_wheel({LICENCE: b"free"})
    files = windows_zip.unpack_wheel(data, "thing-1.0-py3-none-any.whl")
    assert files["LICENSES/thing/LICENSE"] == b"free"
    assert files[f"python/Lib/site-packages/{LICENCE}"] == b"free"
    assert "python/Lib/site-packages/thing/__init__.py" in files


@pytest.mark.parametrize(
    ("files", "why"),
    [({}, "holds no licence"), ({LICENCE: b"", "thing-1.0.data/scripts/thing": b""}, "elsewhere")],
)
def test_wheel_that_would_lose_something_is_refused(files: dict[str, bytes], why: str) -> None:
    with pytest.raises(BundleError, match=why):
        windows_zip.unpack_wheel(make_wheel(files), "thing-1.0-py3-none-any.whl")


def test_tests_of_numpy_and_pandas_are_left_out_and_nothing_else() -> None:
    names = ("numpy/_core/tests/test_x.py", "pandas/tests/frame/test_y.py")
    kept = ("numpy/testing/__init__.py", "pandas/_testing/__init__.py", "other/tests/__init__.py")
    data = make_wheel({LICENCE: b"", **dict.fromkeys((*names, *kept), b"")})
    files = windows_zip.unpack_wheel(data, "thing-1.0-py3-none-any.whl")
    found = {name.removeprefix("python/Lib/site-packages/") for name in files}
    assert found & {*names, *kept} == {*kept}


# Python


def test_python_is_pinned_by_its_sum() -> None:
    assert re.fullmatch(
        r"https://www\.python\.org/ftp/python/3\.11\.[0-9]+/python-3\.11\.[0-9]+-embed-amd64\.zip",
        windows_python.URL,
    )
    assert re.fullmatch("[0-9a-f]{64}", windows_python.SHA256)


def test_another_python_is_said_to_be_another_and_brings_nothing_of_its_computer(
    python: Path, tmp_path: Path
) -> None:
    found = read_python(python)
    assert found.files == PYTHON_FILES
    assert found.origin.startswith("not python.org's: ")
    assert found == read_python(python)
    file = tmp_path / "python.zip"
    file.write_bytes(windows_zip.pack(PYTHON_FILES))
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert read_python(file).origin == f"not python.org's: a zip, SHA-256 {digest}"
    assert read_python(file).files == PYTHON_FILES


def test_what_is_no_python_of_the_series_is_refused(python: Path, tmp_path: Path) -> None:
    (python / "python311.dll").rename(python / "python313.dll")
    with pytest.raises(BundleError, match=r"lacks python311\.dll: name a 64-bit Python 3\.11"):
        read_python(python)
    (tmp_path / "no.zip").write_bytes(b"PK no zip")
    with pytest.raises(BundleError, match="this is no zip"):
        read_python(tmp_path / "no.zip")


def test_python_without_its_licence_is_not_handed_on(python: Path) -> None:
    (python / "LICENSE.txt").unlink()
    with pytest.raises(BundleError, match=r"lacks its LICENSE\.txt"):
        windows_zip.build_zip(Path("no.whl"), read_python(python), {})


# The zip


def test_same_files_make_the_same_bytes_in_any_order() -> None:
    files = {"b/ç.txt": b"2", "a.txt": b"1", "b.txt": b"3"}
    data = windows_zip.pack(files)
    assert data == windows_zip.pack(dict(reversed(files.items())))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == sorted(files)
        assert {entry.date_time for entry in archive.infolist()} == {windows_zip.TIME}
        assert archive.read("b/ç.txt") == b"2"


def test_starter_names_the_python_beside_it_and_holds_the_first_lines() -> None:
    data = windows_zip.make_launcher()
    assert data[:2] == b"MZ"
    assert b"#!<launcher_dir>\\python\\python.exe\r\nPK" in data
    assert data == windows_zip.make_launcher()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == ["__main__.py"]
        assert archive.read("__main__.py") == (ROOT / "bundle" / "launcher_main.py").read_bytes()


def test_schedule_looks_for_the_starter_by_its_name() -> None:
    assert schedule.LAUNCHER == windows_zip.LAUNCHER


@pytest.mark.slow
def test_zip_is_the_same_when_it_is_built_again_and_says_what_is_in_it(python: Path, tmp_path: Path) -> None:
    """Without the libraries, which come from the network."""
    wheel = tmp_path / "thing-1.0-py3-none-any.whl"
    wheel.write_bytes(make_wheel({}))
    found = read_python(python)
    data = windows_zip.build_zip(wheel, found, {}, note="a note")
    assert data == windows_zip.build_zip(wheel, found, {}, note="a note")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        top = {name.split("/")[1] for name in archive.namelist()}
        assert top == {"CONTENTS.txt", "LICENSES", "invoice-reports.exe", "python"}
        paths = archive.read("invoice-reports/python/python311._pth").decode().split()
        assert paths == ["Lib", "DLLs", "python311.zip", ".", "Lib\\site-packages"]
        contents = archive.read("invoice-reports/CONTENTS.txt").decode()
        assert contents.startswith(f"Program: {wheel.name}\r\nPython: {found.origin}\r\na note\r\n")


def test_place_that_is_not_there_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["no.whl", str(tmp_path), "--windows-python", str(tmp_path / "nothing")]) == 1
    assert "there is no such folder or file" in capsys.readouterr().err


# Its first lines


@pytest.mark.slow
def test_first_lines_are_the_command_and_say_what_is_missing_until_enter_is_pressed(tmp_path: Path) -> None:
    launcher = str(ROOT / "bundle" / "launcher_main.py")

    def start(*words: str, path: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, launcher, *words],
            env={**os.environ, "PYTHONPATH": str(path)},
            cwd=tmp_path,
            input="\n",
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE_SECONDS,
            check=False,
        )

    said = start("--version", path=ROOT)
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.startswith("invoice-reports, version ")
    assert start("no-such-command", path=ROOT).returncode == 2
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "__init__.py").touch()
    said = start(path=tmp_path)
    assert said.returncode == 1
    assert (
        "This copy is incomplete: unpack the whole zip again, into an empty folder. Press Enter."
        in said.stdout
    )


# Signing


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="the signer is a script")
def test_starter_that_was_not_signed_is_not_handed_on(python: Path, tmp_path: Path) -> None:
    wheel, signer = tmp_path / "thing-1.0-py3-none-any.whl", tmp_path / "sign"
    wheel.write_bytes(make_wheel({}))
    for text, is_signed in (("printf signature >>$1", True), ("true", False), ("exit 3", False)):
        signer.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
        signer.chmod(0o755)
        if is_signed:
            data = windows_zip.build_zip(wheel, read_python(python), {}, signer=signer)
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                assert archive.read("invoice-reports/invoice-reports.exe").endswith(b"signature")
        else:
            with pytest.raises(BundleError, match="did not sign the starter"):
                windows_zip.build_zip(wheel, read_python(python), {}, signer=signer)
