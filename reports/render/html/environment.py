"""Templates: from named values to text. The only room that knows Jinja.

An issuer's folder may hold templates of its own, which stand in for the built-in ones of the same name;
`builtin/NAME` always is the built-in one. All of them are rendered in a sandbox: a template reads what it is
given, changes nothing, and reaches neither files nor the program.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from traceback import walk_tb
from typing import NamedTuple

from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader, StrictUndefined, TemplateError, nodes
from jinja2.exceptions import TemplateSyntaxError
from jinja2.meta import find_referenced_templates, find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

from reports.errors import ClientError, ConfigError
from reports.render.html.pieces import legal

REPLACEABLE = (
    "statement.html.j2",
    "mail.html.j2",
    "mail.txt.j2",
    "overview.html.j2",
    "page.html.j2",
    "parts.html.j2",
    "overview_parts.html.j2",
    "mail_parts.html.j2",
    "look.css",
    "overview.css",
    "overview.js",
)
"""RESULT.html is of all accounts in a folder, so no issuer's templates make it."""

SUFFIXES = (".j2", ".jinja", ".jinja2", ".html", ".htm", ".css", ".js")
"""What looks like a template: any other file of the folder is left alone."""

TEXTS_AT_ONCE = 256
"""Of what a template puts out, so many are one piece."""

_FAULTS = (
    TemplateError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What Jinja and the expressions of a template raise, and what a function raises that is given nonsense."""

_GUIDE = "the page Templates of the documentation says what a template is given"


class Place(NamedTuple):
    """A line of a template, counted from 1; `template` is its path."""

    template: Path
    line: int


def render(template: str, values: Mapping[str, object], folder: Path | None) -> str:
    """The text of `template`, as `stream` makes it."""
    return "".join(stream(template, values, folder))


def stream(template: str, values: Mapping[str, object], folder: Path | None) -> Iterator[str]:
    """The text of `template`, of `folder` where that has it, piece by piece.

    Raises ClientError naming template and line when a template of `folder` cannot be rendered.
    """
    with blame_template(folder):
        pieces = environment(folder).get_template(template).stream(values)
        pieces.enable_buffering(TEXTS_AT_ONCE)
        yield from map(legal, pieces)


@contextmanager
def blame_template(folder: Path | None) -> Iterator[None]:
    """Raises ClientError naming template and line for what a template of `folder` does wrong within."""
    try:
        try:
            yield
        except _FAULTS:
            # Jinja tells a macro's own lines from those of its code only while the template is rendered.
            environment(folder).handle_exception()
    except _FAULTS as error:
        place = _place(error, folder) if folder else None
        if place is None:
            raise
        raise ClientError(_sentence(place, error)) from error


def check(folder: Path, known: Mapping[str, Collection[str]]) -> None:
    """Raises ConfigError, with all that is wrong with the templates in `folder` as far as reading them tells.

    `known` has, for the templates that are a page, the names of its values. A part is of any page.
    """
    everything = {name for names in known.values() for name in names}
    mistakes = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in SUFFIXES and path.is_file():
            mistakes += list(_mistakes(path, known.get(path.name, everything), folder))
    if mistakes:
        raise ConfigError("\n".join(mistakes))


def builtin_folder() -> Path:
    """Where the built-in templates lie: inside the installed package, else beside it in the checkout."""
    package = Path(__file__).parents[2]
    packaged = package / "templates"
    return packaged if packaged.is_dir() else package.parent / "templates"


@lru_cache
def environment(folder: Path | None) -> ImmutableSandboxedEnvironment:
    """Jinja with the built-in templates, and before them those of `folder`."""
    builtin = FileSystemLoader(builtin_folder(), encoding="utf-8")
    # Some editors of Windows begin a file with a mark of its encoding, which is no part of a page.
    own = [FileSystemLoader(folder, encoding="utf-8-sig")] if folder else []
    return ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([*own, builtin, PrefixLoader({"builtin": builtin})]),
        # For every name: the default goes by the extension and misses .j2.
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def unknown_names(tree: nodes.Template) -> set[str]:
    """The names a template uses and sets nowhere itself; those of its top level are known in its blocks."""
    own = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "store"}
    own |= {node.name for node in tree.find_all(nodes.Macro)}
    own |= {node.target for node in tree.find_all(nodes.Import)}
    for node in tree.find_all(nodes.FromImport):
        own |= {name if isinstance(name, str) else name[1] for name in node.names}
    return find_undeclared_variables(tree) - own


def _mistakes(path: Path, known: Collection[str], folder: Path) -> Iterator[str]:
    if path.name not in REPLACEABLE:
        near = _near(path.name, REPLACEABLE) or f"; the names are {', '.join(REPLACEABLE)}"
        yield f"template {path}: it replaces no built-in template{near}"
        return
    jinja = environment(folder)
    try:
        # Compiling finds what parsing alone lets pass: filters and tests there are none of.
        source = path.read_text("utf-8-sig")
        jinja.compile(source, path.name, str(path))
        tree = jinja.parse(source, path.name, str(path))
    except TemplateSyntaxError as error:
        yield _sentence(Place(path, error.lineno), error)
        return
    except (OSError, UnicodeDecodeError):
        yield f"template {path}: it cannot be read as UTF-8; save it so, and allow reading it"
        return
    for name in sorted(unknown_names(tree) - {*known, *jinja.globals}):
        line = next(node.lineno for node in tree.find_all(nodes.Name) if node.name == name)
        yield f"template {path}, line {line}: nothing is named {name} here{_near(name, known)}; {_GUIDE}"
    available = jinja.list_templates()
    for other in find_referenced_templates(tree):
        if other is not None and other not in available:
            yield f"template {path}: there is no template {other} to take in{_near(other, available)}"


def _place(error: Exception, folder: Path) -> Place | None:
    """The innermost line of a template of `folder` on the way to `error`, or of any template for Jinja's own.

    None when no template has to do with it: then it is a bug of the program.
    """
    if isinstance(error, TemplateSyntaxError):
        return Place(Path(error.filename or error.name or ""), error.lineno)
    frames = ((Path(frame.f_code.co_filename), line) for frame, line in walk_tb(error.__traceback__))
    places = [Place(path, line) for path, line in frames if path.name in REPLACEABLE]
    own = [place for place in places if place.template.parent == folder]
    others = places if isinstance(error, TemplateError) else []
    return next(reversed(own or others), None)


def _sentence(place: Place, error: Exception) -> str:
    words = " ".join(str(error).split()).rstrip(".") or type(error).__name__
    mend = f"mend the line or take the file away; {_GUIDE}"
    return f"template {place.template}, line {place.line}: {words}; {mend}"


def _near(word: str, choices: Collection[str]) -> str:
    near = get_close_matches(word, sorted(choices), n=1)
    return f"; did you mean {near[0]}?" if near else ""
