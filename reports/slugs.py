"""Names of folders and files: a slug of the client's name, its id, and the period's label.

ASCII, lower case, and never a name Windows reserves: the id makes every name unique and harmless, whatever
the client is called.
"""

import re
import unicodedata

MAX_SLUG = 60
NAMELESS = "client"
_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})


def slug(name: str) -> str:
    """`name` in ASCII letters, digits and hyphens, at most 60 of them; `client` when nothing is left."""
    # Apostrophes go first: decomposed, the accent that stands for one is a blank.
    bare = re.sub(r"[’'`´]", "", name.lower().translate(_LETTERS))
    plain = unicodedata.normalize("NFKD", bare)
    plain = "".join(mark for mark in plain if not unicodedata.combining(mark)).lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:MAX_SLUG].strip("-") or NAMELESS


def fold(name: str) -> str:
    """`name` without case, accents and the marks between its words: what two spellings of it share."""
    bare = re.sub(r"[’'`´]", "", name.casefold().translate(_LETTERS))
    plain = unicodedata.normalize("NFKD", bare)
    plain = "".join(mark for mark in plain if not unicodedata.combining(mark)).casefold()
    return re.sub(r"[\W_]+", " ", plain).strip()


def client_folder(name: str, client: int) -> str:
    """`ana-filhos-lda-1310176`."""
    return f"{slug(name)}-{client}"


def client_of(folder: str) -> int | None:
    """The client a folder belongs to, by its id; None for a folder of something else."""
    match = re.fullmatch(r"[a-z0-9-]+-([0-9]+)", folder)
    return int(match[1]) if match else None
