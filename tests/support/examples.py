"""How many examples Hypothesis draws for a test."""

from hypothesis import settings

USUAL = 100
"""So many draws the whole suite where a test does not say."""
QUICK = 25
"""So many `dev.py test --quick`, and the same part of what a test says."""
FEWEST = 5


def examples(count: int) -> settings:
    """The settings of a test that draws `count` examples; a quarter of them, but not below five, if quick."""
    drawn = settings().max_examples
    return settings(max_examples=count if drawn == USUAL else max(FEWEST, count * drawn // USUAL))
