"""Texts that are held against a file. `UPDATE_GOLDEN=1` writes the files anew; read what changed in them."""

import os
from pathlib import Path

IS_UPDATE = bool(os.environ.get("UPDATE_GOLDEN"))


def compare(text: str, golden: Path) -> None:
    """Fails unless `text` is what the file `golden` holds."""
    if IS_UPDATE:
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(text, "utf-8", newline="\n")
    assert text == golden.read_text("utf-8"), "UPDATE_GOLDEN=1 writes it anew"
