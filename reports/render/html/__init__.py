"""From blocks to HTML pages."""
