"""Whole files or none: a temporary name beside, flushed to disk, renamed. Every failure is a WriteError.

A temporary name is `.NAME.0123abcd.tmp`; what a killed run left behind is removed by `sweep`, which fails no
run: what it cannot remove, the next one tries again.
On Windows a file that somebody has open refuses to be replaced: that is tried again for about 2.5 seconds,
and then the message says to close it. Elsewhere a refusal is a matter of permission, and final at once.

A link, a pipe or a device may lie where a file of ours belongs: it is never written through, and opening it
never waits.
"""

import errno
import logging
import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import chain, count
from pathlib import Path
from typing import BinaryIO, Literal, TextIO, TypeVar

from reports.errors import WriteError

HELD_WAITS_SECONDS = (0.1, 0.2, 0.4, 0.8, 1.0)

_TEMPORARY = re.compile(r"\..+\.[0-9a-f]{8}\.tmp")
_IS_WINDOWS = os.name == "nt"
_DISK_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_DISK_FULL_WINDOWS = {39, 112}
_HELD_WINDOWS = {5, 32, 33}
_NONBLOCK = getattr(os, "O_NONBLOCK", 0)
"""Opens without waiting for whoever is at the other end of a pipe."""

_JUNCTION = getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", None)
"""How Windows marks a folder that leads elsewhere without being a symbolic link."""

_Result = TypeVar("_Result")

_log = logging.getLogger(__name__)


def write_bytes(path: Path, data: bytes, *, staged_in: Path | None = None) -> None:
    """Afterwards `path` holds exactly `data`, or what it held before. Raises WriteError.

    The temporary file lies in `staged_in`, on the same disk, where `sweep` may come; else beside `path`.
    """
    with new_file(path, staged_in=staged_in) as file:
        file.write(data)


@contextmanager
def new_file(path: Path, *, staged_in: Path | None = None) -> Iterator[BinaryIO]:
    """A file beside `path`, to be written; it becomes `path` when the block ends well, else it disappears.

    Any OSError of the block counts as a failure to write. Raises WriteError.
    """
    beside = temporary_name((staged_in or path.parent) / path.name)
    try:
        with beside.open("xb") as file:
            yield file
            sync(file)
        replace(beside, path)
    except OSError as error:
        raise as_write_error(error, path) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def open_to_read(path: Path) -> BinaryIO:
    """The regular file `path`, or the one a link leads to. Raises OSError, also for a pipe or a device.

    Windows opens no file at the moment when another run puts a new one into its place: that is waited for.
    """
    file = _wait_while_held(lambda: open(path, "rb", opener=_open_at_once))  # noqa: SIM115
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(errno.EINVAL, "no regular file", str(path))
    return file


def open_log(path: Path, *, is_continued: bool) -> TextIO:
    """The text file `path`, begun anew or continued. What else lies there gives way. Raises OSError.

    So does the second name of another file where it is begun anew: its text would go.
    """
    with suppress(FileNotFoundError):
        found = path.lstat()
        is_shared = found.st_nlink > 1 and not is_continued
        if is_link(path) or not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)) or is_shared:
            remove_file(path)
    mode: Literal["a", "w"] = "a" if is_continued else "w"
    return open(path, mode, encoding="utf-8", errors="backslashreplace", opener=_open_no_link)


def temporary_name(path: Path) -> Path:
    """A name beside `path` that nobody else uses and that `sweep` knows."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")


def sweep(folder: Path, *, but: Collection[Path] = ()) -> None:
    """Removes the temporary files and folders that killed runs left in `folder`, as far as it may.

    Those that `but` names are somebody's who lives.
    """
    kept = {path.name for path in but}
    try:
        names = (path for path in folder.iterdir() if path.name not in kept)
        found = [path for path in names if _TEMPORARY.fullmatch(path.name)]
    except OSError:
        return
    for left in found:
        try:
            if left.is_dir() and not is_link(left):
                remove_folder(left)
            else:
                remove_file(left)
        except WriteError as error:
            _log.warning("what a killed run left stays there: %s", error)


def replace(source: Path, target: Path) -> None:
    """Renames the file `source` to `target`, which it replaces in one step. Raises WriteError."""
    if target.is_dir() and (_IS_WINDOWS or not is_link(target)):
        # Windows would say that somebody has it open, also for a link to a folder.
        raise WriteError(f"{target}: it could not be written, for a folder is there. Move it away")
    _patiently(partial(os.replace, source, target), target)
    sync_folder(target.parent)


def rename_folder(source: Path, target: Path) -> None:
    """Renames a folder; `target` must not exist. Raises WriteError."""
    _patiently(partial(os.rename, source, target), target)
    sync_folder(target.parent)


def move(source: Path, folder: Path) -> None:
    """Moves a file, folder or link into `folder`, under a new name if its own is taken. Raises WriteError."""
    names = (f"{source.stem} ({number}){source.suffix}" for number in count(2))
    target = next(folder / name for name in chain([source.name], names) if not os.path.lexists(folder / name))
    _patiently(partial(os.rename, source, target), source)


def remove_file(path: Path) -> None:
    """Removes a file or a link, not what it leads to; one that is not there is fine. Raises WriteError."""
    # Windows removes a link to a folder as it does a folder.
    is_folder = _IS_WINDOWS and path.is_dir()
    _patiently(partial(os.rmdir, path) if is_folder else partial(path.unlink, missing_ok=True), path)


def remove_empty_folder(folder: Path) -> None:
    """Removes a folder in which nothing is left. Raises WriteError."""
    _patiently(partial(os.rmdir, folder), folder)


def is_link(path: Path) -> bool:
    """A symbolic link or a junction lies there, wherever it leads."""
    try:
        found = path.lstat()
    except OSError:
        return False
    return stat.S_ISLNK(found.st_mode) or getattr(found, "st_reparse_tag", 0) == _JUNCTION


def list_folder(folder: Path) -> list[Path]:
    """What lies in `folder`, in order of names. Raises WriteError."""
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise as_write_error(error, folder) from error


def prove_free(folder: Path) -> None:
    """Nobody has a file of `folder` open, so that it can be moved. Raises WriteError, which names the file.

    Windows would refuse to move the folder without saying for which file, and some drives would move it.
    """
    for path in list_folder(folder):
        # A name that is given to the file that has it: nothing happens, unless somebody holds the file.
        _patiently(partial(os.rename, path, path), path)


def remove_folder(folder: Path) -> None:
    """Removes a folder with all it holds; one that is not there is fine. Raises WriteError."""
    if folder.exists():
        _patiently(partial(shutil.rmtree, folder), folder)


def sync(file: BinaryIO | TextIO) -> None:
    """Everything written to `file` is on the disk."""
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """The names in `folder` are on the disk. Windows and some network drives cannot be asked for that."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def as_write_error(error: OSError, path: Path) -> WriteError:
    """What the user is told when `error` kept `path` from being written."""
    if error.errno in _DISK_FULL or getattr(error, "winerror", None) in _DISK_FULL_WINDOWS:
        return WriteError(f"{path}: the disk is full. Free some space and run again", disk_full=True)
    if is_held(error):
        return WriteError(
            f"{path}: it is open in another program, or you may not write it. Close the file and run again"
        )
    if limit := as_limit_error(error, path):
        return limit
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return WriteError(f"{path}: no permission to write here. Allow it, or choose another output folder")
    return WriteError(f"{path}: it could not be written (“{error.strerror or type(error).__name__}”)")


def as_limit_error(error: BaseException, path: Path) -> WriteError | None:
    """What the user is told when no more files may be open; `path` is where, unless `error` knows."""
    if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
        return WriteError(
            f"{error.filename or path}: it could not be opened, too many open files. Close other programs, "
            "or allow this one more open files, and run again"
        )
    return None


def is_held(error: OSError) -> bool:
    """Windows refused because somebody has the file open. It reports a lack of permission the same way."""
    if getattr(error, "winerror", None) in _HELD_WINDOWS:
        return True
    return _IS_WINDOWS and error.errno == errno.EACCES


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | _NONBLOCK)


def _open_no_link(path: str, flags: int) -> int:
    return os.open(path, flags | _NONBLOCK | getattr(os, "O_NOFOLLOW", 0), 0o666)


def _patiently(action: Callable[[], object], path: Path) -> None:
    try:
        _wait_while_held(action)
    except OSError as error:
        raise as_write_error(error, path) from error


def _wait_while_held(action: Callable[[], _Result]) -> _Result:
    waits_seconds = iter(HELD_WAITS_SECONDS)
    while True:
        try:
            return action()
        except OSError as error:
            wait_seconds = next(waits_seconds, None)
            if wait_seconds is None or not is_held(error):
                raise
        time.sleep(wait_seconds)
