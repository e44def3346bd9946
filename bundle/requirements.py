"""The lines of a lock that hold on Windows. pip evaluates the markers of a lock for the system it runs on."""

import re
from collections.abc import Collection, Mapping

from packaging.markers import Marker

WINDOWS: Mapping[str, str] = {
    "extra": "",
    "implementation_name": "cpython",
    "implementation_version": "3.11.0",
    "os_name": "nt",
    "platform_machine": "AMD64",
    "platform_python_implementation": "CPython",
    "platform_release": "10",
    "platform_system": "Windows",
    "platform_version": "",
    "python_full_version": "3.11.0",
    "python_version": "3.11",
    "sys_platform": "win32",
}
"""The Windows and the Python that the zip carries, and that the rig of `.ci/windows` has."""

NOTHING: Mapping[str, str] = {}

# Name, version, marker, hashes.
_REQUIREMENT = re.compile(
    r"^([a-z0-9-]+)(==[^\s;]+)(?: ; ([^\\\n]+))? \\\n((?:    --hash=.+\n?)+)", re.MULTILINE
)


def select_requirements(
    lock: str, *, names: Collection[str] | None = None, replaced: Mapping[str, str] = NOTHING
) -> dict[str, str]:
    """A line for pip by name: those of `lock` that hold on Windows, and of them those in `names` (None: all).

    `replaced` names lines that stand in the place of the lock's, by name. Raises ValueError when one of the
    `names` or of `replaced` is not in the lock.
    """
    lines = {}
    for name, version, marker, hashes in _REQUIREMENT.findall(lock):
        if (names is None or name in names) and (not marker or Marker(marker).evaluate(WINDOWS)):
            pinned = f"{name}{version} {' '.join(hashes.split())}".replace(" \\", "")
            lines[name] = replaced.get(name, pinned)
    if missing := sorted({*(names or ()), *replaced} - lines.keys()):
        raise ValueError(f"the lock does not name {', '.join(missing)}")
    return lines


def list_pins(lines: Mapping[str, str]) -> dict[str, str]:
    """The version by name of every line."""
    return {name: line.split()[0].partition("==")[2] for name, line in lines.items()}
