"""A detector of something to do: a sentence of its own, at the end, that begins with what to do."""

import re

VERBS = frozenset("Ask Check Correct Export Look Mend Read Report Run Take Try Write".split())
"""What our sentences ask of a person, as their first word."""

_QUOTED = re.compile(r"“[^”]*”")


def has_advice(text: str) -> bool:
    """Whether the last sentence of `text` asks for something, and is not the whole of it.

    What stands in quotation marks is somebody else's.
    """
    *told, last = _QUOTED.sub("“”", text).rstrip(".").split(". ")
    return bool(told) and last.partition(" ")[0] in VERBS
