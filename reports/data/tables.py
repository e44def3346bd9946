"""Reads the tables beside this file; lines that begin with # tell their source."""

import csv
import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

FOLDER = Path(__file__).parent


def read_table(name: str) -> Sequence[Mapping[str, str]]:
    """The rows of `<name>.csv` by the headings of its columns; an empty cell is ""."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def read_texts(name: str) -> Mapping[str, Mapping[str, str]]:
    """The tables of `<name>.toml` by their names, texts by their keys."""
    with (FOLDER / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


def parse_day(text: str, *, default: dt.date) -> dt.date:
    """An ISO day of a table; `default` where the cell is empty, which is no bound."""
    return dt.date.fromisoformat(text) if text else default
