"""A file held open the way a program of Windows does it, and what such a program lets others do meanwhile."""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

GENERIC_READ = 0x80000000
OPEN_EXISTING = 3

SHARES_NOTHING = 0
SHARES_READING = 1
"""As Excel does with a workbook that is open: others may read it, not write, replace or remove it."""


@contextmanager
def held(path: Path, *, sharing: int = SHARES_READING) -> Iterator[None]:
    """`path`, which is there, is open for as long as the block lasts."""
    if sys.platform == "win32":
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.CreateFileW.restype = ctypes.c_void_p
        kernel.CloseHandle.argtypes = [ctypes.c_void_p]
        handle = kernel.CreateFileW(str(path), GENERIC_READ, sharing, None, OPEN_EXISTING, 0, None)
        if handle in (None, ctypes.c_void_p(-1).value):
            raise ctypes.WinError(ctypes.get_last_error())
        try:
            yield
        finally:
            kernel.CloseHandle(handle)
    else:
        raise NotImplementedError("only Windows has such handles")
