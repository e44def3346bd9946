"""Every sentence that a person can see on the screen, or as a reason on a page, and the catalogues of them.

A sentence is a text of the package: a constant or an f-string, whose places are named by their expressions.
Not among them are configuration and usage mistakes, help and log lines, which are English, labels, which have
a catalogue of their own (`tests/support/catalogue`), and what only programs read (NOT_SHOWN).

`python -m tests.support.sentences` brings the catalogues up to date, like its sister.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.support import catalogue

PACKAGE = catalogue.TOP / "reports"
FILE_NAME = "sentences.po"
SPEAKING = """
    atomic_files cli errors plan commands.* deliver.* mail.* pipeline.* source.* render.job render.pdf
    render.client_archive render.verify.* render.html.pages render.html.environment render.mail_body
    figures.parse figures.tables figures.saft.parse_saft
    figures.account.* figures.checks.client_checks figures.checks.document_checks
""".split()
"""Modules whose texts reach a person; `.*` for all of a folder."""

ENGLISH = {"ConfigError", "UsageError", "BadParameter"}
"""Mistakes of a configuration and of usage."""

SHOWN_ERRORS = (
    *("ClientError", "ReadingError", "UnreachableError", "DataError", "RefusedError", "NeverReadError"),
    *("MailError", "BusyError", "WriteError", "MovedError", "ContradictionError", "UnwillingError"),
    *("SaftError", "NotRunError"),
)
"""Errors whose texts reach a person."""

UNSEEN = {
    *("debug", "info", "warning", "error", "exception", "log", "option", "argument", "version_option"),
    *("compile", "N_", "text", "ValueError", "TypeError", "HTTPException", "TypeVar", "PermissionError"),
    *("InterruptedError", "getattr", "startswith", "Formatter", "getLogger", "flag", "split"),
    "_client_option",
}
"""Calls whose texts no person sees, or that say more about them elsewhere."""

ASKING = {"commands.prompts"}
"""Here a ValueError is said to the person who typed."""

RULES = """
    write the name alone: {address}
    this looks like an API key: write the first part of the account's address
    write the first part of the account's address: small letters, digits and hyphens
    write text, or take the line out
    a character in it cannot be shown: take it out
    this is no API key: copy it from InvoiceXpress again
"""
"""What rules for a configuration say, which are asked for here too."""

WORDS = {
    *("a bug", "interrupted", "nothing", "there", "missing", "others", "more", "currencies", "documents"),
    *(
        "balance",
        "client",
        "key",
        "API key",
        "mail password",
        "sent",
        "failed",
        "refused",
        "unclear",
        "archived",
        "y",
        "{question}? (y, n)",
        "to {folder}",
        "{missing} (404{words})",
    ),
}
"""Single words that are said in a place of a sentence."""

NOT_SHOWN = {
    *("no regular file", "Running as root", "to compare", "configuration {path}, folder {folder}"),
    *("account {name}, period {label}", "account {name}, period {label} ({first} to {last})"),
    *("{documents_read} documents on {pages} pages", "{documents_counted} counted, {warnings} warnings"),
    "client %s is not held against %s: it was read with other filters",
    *("gzip, deflate", "Google Chrome", "Microsoft Edge", "PLAIN {login}", "and {accounts} more"),
    *("Tunnel connection failed:", "invoice-reports {accounts}{others}"),
    *("Monthly statements from InvoiceXpress: {accounts}", "tuple[Config, ...]"),
    *('invoice-reports check "{path}"', "invoice-reports check {path}", "held back", "sent to some"),
    *(
        "no further process could be started (%s): this one does the work",
        "sent before",
        ": ready",
        ": failed",
    ),
    "processes that make clients' files end as soon as they begin: this one does the work",
    *("Try: {command_path} --help", "Nothing was done. Exit code 2"),
    "There is a word too many. A key is typed when it is asked for, never here",
    "{folder}: two configurations write to this folder",
    *("the Dask worker {worker}", "cannot do the work ({name}: {state})", "NIF {fiscal_id}"),
    "{name} {why}: install {tool} {version} where it runs, and start it again",
    "{name} {differs}: install the same there, and start it again",
    "has {tool} {version}, and this is {version2}",
    *("; did you mean {near}?", "; the names are {replaceable}"),
    "template {path}, line {line}: nothing is named {name} here{name2}; {guide}",
    "template {path}: it cannot be read as UTF-8; save it so, and allow reading it",
    "template {path}: it replaces no built-in template{near}",
    "template {path}: there is no template {other} to take in{other2}",
    "{name} does not see {place}: give it the same folders by the same paths",
}
"""Texts for programs, to be compared with, of English commands, and parts of configuration mistakes."""

_NO_PROSE = re.compile(r"^[#<]|\(\?|%\(|charset=|\r|\||Future\[|\\|~NOTFOUND|HOME LANG|\[, \.\.\.\]|^--")
_PLACE = re.compile(r"\{\w+\}")
_COMMA = re.compile(r"\}[^{}]*, \{")
_LETTER = re.compile(r"[A-Za-z]")
_TWO_WORDS = re.compile(r"[A-Za-z]{2,}[,:;.]? [A-Za-z]")


def sentences() -> frozenset[str]:
    """Every sentence, without the full stop at its end; line by line."""
    return (prose() - NOT_SHOWN) | WORDS | {rule.strip() for rule in RULES.strip().split("\n")}


@cache
def prose() -> frozenset[str]:
    """Every text that reads like a sentence, shown or not."""
    return frozenset(line for path in modules() for text in _texts(path) for line in _lines(text))


@cache
def joints() -> frozenset[str]:
    """Every text that joins what stands in its places with a comma, and has no word of its own."""
    lines = {line for path in modules() for text in _texts(path) for line in text.split("\n")}
    return frozenset(
        line for line in lines if _COMMA.search(line) and not _LETTER.search(_PLACE.sub("", line))
    )


def raising() -> Iterator[Path]:
    """The modules that raise an error of the program's with a text of their own."""
    for path in sorted(PACKAGE.rglob("*.py")):
        raised = set(re.findall(r"\b(\w+Error)\(\n?\s*f?\"", path.read_text("utf-8")))
        if raised & set(SHOWN_ERRORS):
            yield path


@cache
def modules() -> tuple[Path, ...]:
    """The modules of SPEAKING."""
    return tuple(path for path in sorted(PACKAGE.rglob("*.py")) if _is_speaking(module_of(path)))


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts)


def path(language: str) -> Path:
    return catalogue.path(language).with_name(FILE_NAME)


def _is_speaking(module: str) -> bool:
    return any(
        module == name or (name.endswith(".*") and module.startswith(name.removesuffix("*")))
        for name in SPEAKING
    )


def _lines(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        bare = line.strip()
        bare = bare if bare.endswith("..") else bare.removesuffix(".")
        own = _PLACE.sub("", bare)
        is_prose = _TWO_WORDS.search(own) or (" " in own and sum(map(str.isalpha, own)) >= 3)
        if is_prose and not _NO_PROSE.search(text):
            yield bare


def _texts(path: Path) -> list[str]:
    reader = _Reader(UNSEEN - ({"ValueError"} if module_of(path) in ASKING else set()))
    reader.visit(ast.parse(path.read_text("utf-8")))
    return reader.found


class _Reader(ast.NodeVisitor):
    """Collects the texts of a module."""

    def __init__(self, unseen: set[str]) -> None:
        self.found: list[str] = []
        self._unseen = unseen | ENGLISH

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if _name(node.func) not in self._unseen:
            self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self.found.append(_form(node))
        for value in node.values:
            if isinstance(value, ast.FormattedValue):
                self.visit(value.value)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self.found.append(node.value)


def _form(node: ast.JoinedStr) -> str:
    """The f-string with names in its places, each once."""
    text, times = "", dict[str, int]()
    for value in node.values:
        if isinstance(value, ast.Constant):
            text += str(value.value).replace("{", "{{").replace("}", "}}")
        elif isinstance(value, ast.FormattedValue):
            name = (_place(value.value) or "value").strip("_").lower()
            times[name] = times.get(name, 0) + 1
            text += f"{{{name}{times[name] if times[name] > 1 else ''}}}"
    return text


def _place(node: ast.expr) -> str | None:
    """The name of what an expression shows; None where it has none."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr):
            return _place(value) if attr == "value" else attr
        case ast.Call(func=func, args=args):
            named = next(filter(None, map(_place, args)), None)
            return named or _place(func.value if isinstance(func, ast.Attribute) else func)
        case ast.Subscript(value=value, slice=ast.Constant(value=str(key))):
            return key if key.isidentifier() else _place(value)
        case ast.Subscript(value=value) | ast.BinOp(left=value) | ast.IfExp(body=value):
            return _place(value)
        case ast.BoolOp(values=[first, *_]):
            return _place(first)
        case ast.GeneratorExp(elt=element) | ast.ListComp(elt=element):
            return _place(element)
        case _:
            return None


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def update() -> None:
    """The catalogues with exactly the sentences in use."""
    for language in catalogue.LANGUAGES:
        catalogue.write(path(language), language, sentences(), header="# Sentences on screen and pages.")


if __name__ == "__main__":
    update()
