"""What invoice-reports.exe runs: the command that was typed, or without one the menu."""

import sys
import traceback


def start() -> int:
    """The exit code of the command or the menu. A menu that breaks says why, until Enter is pressed."""
    if sys.argv[1:]:
        from reports.cli import main

        main(prog_name="invoice-reports")
    try:
        from reports.cli import main
        from reports.commands.menu import offer_menu

        return offer_menu(lambda words: main(args=words, prog_name="invoice-reports"))
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 - the window must not vanish with it
        traceback.print_exc()
        is_incomplete = isinstance(error, ImportError)
        why = (
            "This copy is incomplete: unpack the whole zip again, into an empty folder."
            if is_incomplete
            else ""
        )
        print(f"{why} Press Enter.")
        sys.stdin.readline()
        return 1


if __name__ == "__main__":
    sys.exit(start())
