"""`python -m reports` is `invoice-reports`."""

if __name__ == "__main__":
    # Not above: processes that make files begin with this module too, and need no commands.
    from reports.cli import main

    main()
