"""`python -m reports` is `invoice-reports`."""

from reports.cli import main

if __name__ == "__main__":
    main()
