"""How the issuer's papers look: two colours, a logo, a footer, and templates of its own."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class IssuerDetails:
    """Who sends the statement."""

    name: str | None = None
    fiscal_id: str | None = None
    address: str | None = None


@dataclass(frozen=True)
class Brand:
    """`colours` as `#1f4e78`: of headings and lines, and of what stands back. `logo`: a PNG or JPEG file.

    `templates`: a folder whose templates replace the built-in ones of the same name.
    """

    colours: tuple[str, str] = ("#1f4e78", "#5b7f95")
    logo: Path | None = None
    footer: str | None = None
    templates: Path | None = None


HOUSE = Brand()
"""What stands where nothing is configured."""
