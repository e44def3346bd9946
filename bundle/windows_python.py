"""The Python that the zip carries: python.org's embeddable one by its SHA-256, or another that is named."""

import hashlib
import io
import re
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile, ZipFile

URL = "https://www.python.org/ftp/python/3.11.9/python-3.11.9-embed-amd64.zip"
"""The newest 3.11 that python.org has for Windows: later ones are sources alone (2026-11)."""

SHA256 = "009d6bf7e3b2ddca3d784fa09f90fe54336d5b60f0e0f305c37f400bf83cfd3b"
SERIES = "311"
TIMEOUT_SECONDS = 120
LEFT_OUT = re.compile(r"(^|/)(__pycache__|site-packages|Scripts|sitecustomize\.py|[^/]*\._pth)(/|$)")
"""What of another Python is of its computer, and the list of paths, which is written anew."""


class BundleError(Exception):
    """The zip cannot be built. The text says why and what to do."""


@dataclass(frozen=True)
class WindowsPython:
    """A Python's files by their path, and a sentence that says which Python it is."""

    files: dict[str, bytes]
    origin: str


def read_python(place: Path | None) -> WindowsPython:
    """python.org's, or the one in the folder or zip `place`. Raises BundleError."""
    if place is not None and place.is_dir():
        files = {name: (place / name).read_bytes() for name in _list_names(place)}
        content = "".join(f"{name} {hashlib.sha256(files[name]).hexdigest()}\n" for name in sorted(files))
        digest = hashlib.sha256(content.encode()).hexdigest()
        return _prove(files, f"not python.org's: the files of a folder, SHA-256 of their sums {digest}")
    data = place.read_bytes() if place else _download()
    digest = hashlib.sha256(data).hexdigest()
    if place is None and digest != SHA256:
        raise BundleError(f"{URL} has the SHA-256 {digest}, not {SHA256}: it is not what was chosen")
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            names = [name for name in archive.namelist() if name[-1] != "/" and not LEFT_OUT.search(name)]
            files = {name: archive.read(name) for name in names}
    except BadZipFile:
        raise BundleError(f"{place or URL}: this is no zip") from None
    whose = f"python.org's, {URL}" if digest == SHA256 else "not python.org's: a zip"
    return _prove(files, f"{whose}, SHA-256 {digest}")


def _download() -> bytes:
    try:
        with urllib.request.urlopen(URL, timeout=TIMEOUT_SECONDS) as answer:
            data: bytes = answer.read()
    except OSError as error:
        raise BundleError(
            f"{URL} could not be read ({error}). Get it elsewhere, and name it: --windows-python FILE"
        ) from None
    return data


def _list_names(folder: Path) -> list[str]:
    """The files of a folder by their relative paths, without what is left out."""
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    return sorted(name for name in names if not LEFT_OUT.search(name))


def _prove(files: dict[str, bytes], origin: str) -> WindowsPython:
    """Refuses a Python of another series: the libraries are made for one."""
    needed = {"python.exe", "pythonw.exe", f"python{SERIES}.dll"}
    if missing := sorted(needed - files.keys()):
        raise BundleError(f"this Python lacks {', '.join(missing)}: name a 64-bit Python 3.11 for Windows")
    return WindowsPython(files, origin)
