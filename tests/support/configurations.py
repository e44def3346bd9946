"""Configurations as tests write them, and what is said of those that are refused."""

import os
from pathlib import Path

import pytest

from reports.errors import ConfigError
from reports.settings.config import Config
from reports.settings.loader import load, load_all

SHORTEST = "account: {name: my-company}\nclients: all\n"
TOP = (
    "account: {name: my-company}\nclients:\n"
    "  - {id: 1, email: {to: [ana@example.com], bcc: [b@example.com]}}\n  - id: 2\n"
)
MAIL = "email:\n  from: contas@example.com\n"


def write_config(folder: Path, text: str | bytes, name: str = "config.yaml") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def read_refusal(*paths: Path) -> list[str]:
    """What is said about the files, without the folder they are in."""
    with pytest.raises(ConfigError) as caught:
        load_all(paths)
    return [line.replace(f"{paths[0].parent}{os.sep}", "") for line in str(caught.value).splitlines()]


def load_text(folder: Path, text: str) -> Config:
    return load(write_config(folder, text))
