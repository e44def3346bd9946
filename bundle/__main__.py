"""Builds the zip for Windows: `python -m bundle WHEEL TARGET`, with the options of `main`."""

import argparse
import sys
from pathlib import Path

from bundle.requirements import select_requirements
from bundle.windows_python import BundleError, read_python
from bundle.windows_zip import build_zip

ROOT = Path(__file__).parents[1]


def main(arguments: list[str]) -> int:
    """Writes the zip for Windows into the folder TARGET, and says what is in it; the exit code."""
    parser = argparse.ArgumentParser(prog="bundle", allow_abbrev=False)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument(
        "--windows-python", type=Path, metavar="PLACE", help="in place of python.org's: a folder or a zip"
    )
    parser.add_argument(
        "--replace", action="append", default=[], metavar="LINE", help="in place of the lock's, for a trial"
    )
    parser.add_argument(
        "--sign", type=Path, metavar="PROGRAM", help="signs the starter, a file, in its place"
    )
    given = parser.parse_args(arguments)
    replaced = {line.partition("==")[0]: line for line in given.replace}
    try:
        if given.windows_python and not given.windows_python.exists():
            raise BundleError(f"{given.windows_python}: there is no such folder or file")
        python = read_python(given.windows_python)
        lines = select_requirements((ROOT / "requirements.lock").read_text("utf-8"), replaced=replaced)
        note = f"For a trial, not the lock's: {', '.join(sorted(replaced))}" if replaced else ""
        signer = given.sign.absolute() if given.sign else None
        data = build_zip(given.wheel, python, lines, note=note, signer=signer)
    except (BundleError, ValueError) as error:
        print(f"bundle: {error}", file=sys.stderr)
        return 1
    version = given.wheel.name.split("-")[1]
    path = given.target / f"invoice-reports-{version}-windows.zip"
    path.write_bytes(data)
    print(f"{path}: {len(data) / 1_000_000:.1f} MB")
    print(f"Python: {python.origin}")
    if note:
        print(note)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
