"""Puts the zip for Windows together. Same input, same bytes: names are sorted, and every time is the same.

    invoice-reports/
      invoice-reports.exe     the starter, of distlib, with the program's first lines
      CONTENTS.txt            what is inside, and from where
      LICENSES/               of everything inside
      python/                 Python; in Lib/site-packages the libraries and the program

The folder's name has no version, so that a scheduled task finds the next version in its place.
"""

import io
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from bundle.requirements import list_pins
from bundle.windows_python import SERIES, BundleError, WindowsPython

TOP = "invoice-reports"
LAUNCHER = f"{TOP}.exe"
PACKAGES = "python/Lib/site-packages"
SHEBANG = b"#!<launcher_dir>\\python\\python.exe\r\n"
PATHS = (f"python{SERIES}.zip", ".", "Lib\\site-packages")
"""What python311._pth lists. While that file is there, neither variables nor the user's packages count."""

PATHS_OF_ANOTHER = ("Lib", "DLLs")
"""Where a Python that is no embeddable one keeps its own library."""

TIME = (1980, 1, 1, 0, 0, 0)
"""The first that a zip can say."""

LEVEL = 6
"""The next three save a hundredth of the size and take three times as long."""
LICENCE = re.compile(
    r"^[^/]+\.dist-info/(licenses/.+|(LICEN[CS]E|COPYING|NOTICE|AUTHORS)[^/]*)$", re.IGNORECASE
)
LEFT_OUT = re.compile(r"^(pandas|numpy)/(.+/)?tests/")
"""Tests of libraries: a third of all files."""

PIP = ("--quiet", "--no-input", "--disable-pip-version-check", "--no-deps", "--require-hashes")
FOR_WINDOWS = ("--only-binary=:all:", "--platform=win_amd64", "--python-version=3.11")


def build_zip(
    wheel: Path,
    python: WindowsPython,
    lines: Mapping[str, str],
    *,
    note: str = "",
    signer: Path | None = None,
) -> bytes:
    """The zip with our `wheel` and the libraries of the pinned `lines`; `note` joins CONTENTS.txt.

    `signer` is a program that signs a file in its place, here the starter. Raises BundleError.
    """
    files = {f"python/{name}": data for name, data in python.files.items()}
    is_embeddable = f"python{SERIES}.zip" in python.files
    paths = PATHS if is_embeddable else (*PATHS_OF_ANOTHER, *PATHS)
    files[f"python/python{SERIES}._pth"] = "".join(f"{path}\r\n" for path in paths).encode()
    licences = {name.rpartition("/")[2]: name for name in python.files if _is_licence_of_python(name)}
    if not licences:
        raise BundleError("this Python lacks its LICENSE.txt: it may not be handed on without")
    for name, place in licences.items():
        files[f"LICENSES/Python/{name}"] = python.files[place]
    with tempfile.TemporaryDirectory() as folder:
        _download(lines, Path(folder))
        for path in (*sorted(Path(folder).glob("*.whl")), wheel):
            files |= unpack_wheel(path.read_bytes(), path.name, is_ours=path == wheel)
    launcher = make_launcher()
    files[LAUNCHER] = _sign(launcher, signer) if signer else launcher
    files |= _read_licence_of_launcher()
    files["CONTENTS.txt"] = _describe(wheel, python, lines, note).replace("\n", "\r\n").encode()
    return pack({f"{TOP}/{name}": data for name, data in files.items()})


def unpack_wheel(data: bytes, name: str, *, is_ours: bool = False) -> dict[str, bytes]:
    """The files of a wheel as they lie in the zip, its licences once more among those of all.

    Raises BundleError: for a library without a licence, or one that wants files elsewhere.
    """
    files, has_licence = {}, is_ours
    with ZipFile(io.BytesIO(data)) as archive:
        for member in archive.namelist():
            if member[-1] == "/" or LEFT_OUT.match(member):
                continue
            if ".data/" in member.partition("/")[0] + "/":
                raise BundleError(f"{name} has {member}, which pip would put elsewhere: unpack it there")
            content = archive.read(member)
            files[f"{PACKAGES}/{member}"] = content
            if found := LICENCE.match(member):
                has_licence = True
                files[f"LICENSES/{name.partition('-')[0]}/{found[1].removeprefix('licenses/')}"] = content
    if not has_licence:
        raise BundleError(f"{name} holds no licence: say in bundle/windows_zip.py where it is")
    return files


def make_launcher() -> bytes:
    """distlib's starter, the line that says which Python it starts, and the program's first lines.

    It finds that Python beside itself, wherever it lies, and passes on words, streams, Ctrl+C and exit code.
    """
    starter = _find_in_distlib("distlib/t64.exe").read_bytes()
    first_lines = Path(__file__).with_name("launcher_main.py").read_bytes()
    return starter + SHEBANG + pack({"__main__.py": first_lines})


def pack(files: Mapping[str, bytes]) -> bytes:
    """A zip of `files` by their names."""
    whole = io.BytesIO()
    with ZipFile(whole, "w") as archive:
        for name in sorted(files):
            entry = ZipInfo(name, TIME)
            entry.compress_type = ZIP_DEFLATED
            # As on Unix whoever unpacks may read it; else the entry would say which system made it.
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, files[name], compresslevel=LEVEL)
    return whole.getvalue()


def _sign(launcher: bytes, signer: Path) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, LAUNCHER)
        path.write_bytes(launcher)
        code = subprocess.run([signer, path], check=False).returncode
        if code or path.read_bytes() == launcher:
            raise BundleError(
                f"{signer} did not sign the starter (it ended with {code}), for the reason above"
            )
        return path.read_bytes()


def _download(lines: Mapping[str, str], folder: Path) -> None:
    """The wheels of `lines`, as they were published."""
    wanted = folder / "requirements.txt"
    wanted.write_text("".join(f"{line}\n" for line in lines.values()), "utf-8")
    command = [sys.executable, "-I", "-m", "pip", "download", *PIP, *FOR_WINDOWS]
    done = subprocess.run(
        [*command, "--dest", folder, "--requirement", wanted],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode:
        said = done.stdout.decode("utf-8", "replace").strip()
        raise BundleError(f"pip could not download the libraries for Windows, for the reason below.\n{said}")


def _find_in_distlib(name: str) -> Path:
    return Path(str(metadata.distribution("distlib").locate_file(name)))


def _read_licence_of_launcher() -> dict[str, bytes]:
    found = [path for path in metadata.files("distlib") or () if LICENCE.match(path.as_posix())]
    if not found:
        raise BundleError("distlib holds no licence: say in bundle/windows_zip.py where it is")
    return {f"LICENSES/distlib/{path.name}": Path(str(path.locate())).read_bytes() for path in found}


def _is_licence_of_python(name: str) -> bool:
    return name in ("LICENSE.txt", "Lib/LICENSE.txt")


def _describe(wheel: Path, python: WindowsPython, lines: Mapping[str, str], note: str) -> str:
    pins = {**list_pins(lines), "distlib (the starter)": metadata.version("distlib")}
    rows = "".join(f"  {name} {version}\n" for name, version in sorted(pins.items()))
    noted = f"{note}\n" if note else ""
    return (
        f"Program: {wheel.name}\nPython: {python.origin}\n{noted}"
        f"Libraries, as published, without the tests of numpy and pandas:\n{rows}"
    )
