"""A detector of English where Portuguese or Spanish is due: by the words that our sentences are made of."""

import re

WORDS = frozenset(
    """
    the of and is it its was were not to with that this which what could cannot should would again nothing
    client clients failed ready read written made because from file folder page pages month sent before after
    warnings warning see look without there has have had been they them their than then when where while
    account key run it's output mails nobody something wrong missing documents configuration period
    too many requests answered refused
    """.split()
)
"""None of them is a word of Portuguese or Spanish."""

_UNSEEN = re.compile(
    r"“[^”]*”|`[^`]*`|https?://\S+|\S*[/\\]\S*|\b\w+\.(?:yaml|html|xlsx|json|log|md|eml|task|xml)\b"
    r"|(?<![\w-])--[\w-]+(?: ID| ACCOUNT)?|invoice(?:xpress)?-reports(?: key set| check| run| send)?"
    r"|\w+[._]\w[\w.]*|\b(?:to|clients|period|host|key|user|output): ?\S+|run --offline"
    r"|\bto,|\bhost\b|\bACCOUNT\b",
    re.ASCII,
)
"""What is quoted, names, addresses, and what is typed so: options, commands, keys of a configuration."""


def find_english(text: str) -> list[str]:
    """The English words of `text`."""
    seen = _UNSEEN.sub(" ", text)
    return [word for word in re.findall(r"[^\W\d_]+", seen) if word.lower() in WORDS]
