"""The language of the system, for what is asked before there is a configuration."""

import locale
import os
from collections.abc import Mapping

from reports.data.tables import read_table

VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""In the order of POSIX: the first that is set and not empty counts."""

FALLBACK = "en"


def find_language() -> str:
    """The language of the user's system as far as there are words for it, else English."""
    return choose_language(os.environ, _read_windows_locale())


def choose_language(environment: Mapping[str, str], windows_locale: str | None) -> str:
    """`pt` of `pt_PT.UTF-8`. A variable counts before what Windows says, as for other programs there."""
    named = next(filter(None, map(environment.get, VARIABLES)), windows_locale) or ""
    language = named.replace("-", "_").split("_")[0].split(".")[0].lower()
    return language if language in {row["language"] for row in read_table("languages")} else FALLBACK


def _read_windows_locale() -> str | None:
    """The language in which Windows speaks to this user; None on other systems."""
    import ctypes

    libraries = getattr(ctypes, "windll", None)
    return libraries and locale.windows_locale.get(libraries.kernel32.GetUserDefaultUILanguage())
