"""Measures the house: how modules are laid out, and what functions are called. `dev.py house` prints it."""

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PACKAGE, BENCHMARKS, TESTS = ROOT / "reports", ROOT / "benchmarks", ROOT / "tests"
PREPOSITIONS = frozenset(
    """
    about above after against ahead along among around at before behind below beside between beyond by down
    during for in inside into of off on out outside over past per through under until up upon with within
    without
    """.split()
)
IRREGULAR = frozenset(
    """
    begun bound broken brought built chosen done drawn driven fallen felt found given gone grown heard held
    hidden kept known laid left lent lost made meant met paid seen sent shown sold spent stood sworn taken
    taught thought thrown told understood undone won worn written
    """.split()
)
VERBS_IN_ED_OR_ING = frozenset(
    "embed feed need proceed seed shed speed bring cling ping ring string swing".split()
)


class House(NamedTuple):
    """What `measure` finds; shares are of 1, lines as in the files."""

    top_modules: int
    largest_folder: int
    participles: float
    shared_class_names: int
    tested_modules: float
    package_lines: int
    benchmark_lines: int
    longest_module: int


@cache
def list_modules(folder: Path) -> tuple[Path, ...]:
    """Every module below `folder` but the `__init__` and `__main__` of packages."""
    return tuple(sorted(path for path in folder.rglob("*.py") if not path.name.startswith("__")))


@cache
def list_nodes(path: Path) -> tuple[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, ...]:
    """The functions, methods and classes of a module."""
    wanted = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return tuple(node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, wanted))


def list_functions() -> Iterator[tuple[Path, str]]:
    """Each function and method of the package with its file; properties and special methods apart."""
    for path in list_modules(PACKAGE):
        for node in list_nodes(path):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not node.name.startswith("__"):
                decorators = {ast.unparse(one).rpartition(".")[2] for one in node.decorator_list}
                if not decorators & {"property", "cached_property"}:
                    yield path, node.name


def is_participle(name: str) -> bool:
    """Whether the first word of a function's name is a participle or a bare preposition, and no verb."""
    word = name.strip("_").partition("_")[0]
    if word in VERBS_IN_ED_OR_ING:
        return False
    return word in PREPOSITIONS or word in IRREGULAR or word.endswith(("ed", "ing"))


def find_shared_classes() -> dict[str, list[Path]]:
    """Names of classes that stand in two modules or more; private ones count without their underscore."""
    found: dict[str, list[Path]] = {}
    for path in list_modules(PACKAGE):
        for name in {node.name.strip("_") for node in list_nodes(path) if isinstance(node, ast.ClassDef)}:
            found.setdefault(name, []).append(path)
    return {name: paths for name, paths in found.items() if len(paths) > 1}


def find_untested() -> list[Path]:
    """Modules without a test file of their name, in whatever folder of tests."""
    tests = {path.name for path in TESTS.rglob("test_*.py")}
    return [path for path in list_modules(PACKAGE) if f"test_{path.name}" not in tests]


def count_lines(folder: Path) -> int:
    """Lines of every Python file below `folder`."""
    return sum(len(path.read_text("utf-8").splitlines()) for path in folder.rglob("*.py"))


def measure() -> House:
    """Measures the checkout."""
    modules, names = list_modules(PACKAGE), [name for _, name in list_functions()]
    folders = Counter(path.parent for path in modules)
    return House(
        top_modules=folders[PACKAGE],
        largest_folder=max(folders.values()),
        participles=sum(map(is_participle, names)) / len(names),
        shared_class_names=len(find_shared_classes()),
        tested_modules=1 - len(find_untested()) / len(modules),
        package_lines=count_lines(PACKAGE),
        benchmark_lines=count_lines(BENCHMARKS),
        longest_module=max(len(path.read_text("utf-8").splitlines()) for path in modules),
    )


def main() -> int:
    """Prints the table, and what is in the way of it where `--list` is given."""
    house = measure()
    rows = {
        "modules at the top of reports/": f"{house.top_modules}",
        "largest folder, in modules": f"{house.largest_folder}",
        "functions named by a participle or preposition": f"{house.participles:.1%}",
        "class names in two modules or more": f"{house.shared_class_names}",
        "modules with a test file of their name": f"{house.tested_modules:.0%}",
        "lines of reports/": f"{house.package_lines:,}",
        "lines of benchmarks/": f"{house.benchmark_lines:,}",
        "longest module, in lines": f"{house.longest_module}",
    }
    for name, value in rows.items():
        sys.stdout.write(f"{name:<48} {value:>7}\n")
    if "--list" in sys.argv:
        for path, name in list_functions():
            if is_participle(name):
                sys.stdout.write(f"{path.relative_to(ROOT)}: {name}\n")
        for shared, paths in find_shared_classes().items():
            sys.stdout.write(f"{shared}: {', '.join(str(path.relative_to(ROOT)) for path in paths)}\n")
        for path in find_untested():
            sys.stdout.write(f"{path.relative_to(ROOT)}: no test file of its name\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
