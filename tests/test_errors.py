"""Which exit code a run ends with, and what its errors may say."""

from itertools import combinations

import pytest

from reports import errors
from reports.errors import ConfigError, ExitCode, Problem, WriteError, most_severe

CONTRACT = [5, 8, 4, 3, 6]


def test_the_most_severe_outcome_wins() -> None:
    for worse, better in combinations(CONTRACT, 2):
        assert most_severe([ExitCode(better), ExitCode(worse), ExitCode.DONE]) == worse


def test_a_run_in_which_nothing_happened_is_done() -> None:
    assert most_severe([]) == ExitCode.DONE
    assert most_severe([ExitCode.DONE, ExitCode.WARNINGS]) == ExitCode.WARNINGS


def test_every_exit_code_has_its_place() -> None:
    assert sorted(map(int, ExitCode)) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 130]
    assert [int(code) for code in ExitCode] == [1, 130, 2, *CONTRACT[:3], 7, *CONTRACT[3:], 0]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.ReportsError("x"), 1),
        (ConfigError("x"), 2),
        (errors.ClientError("x"), 3),
        (errors.ReadingError("x"), 3),
        (errors.UnreachableError("x"), 3),
        (errors.DataError("x"), 3),
        (errors.RefusedError("x"), 5),
        (errors.BusyError("x"), 7),
        (WriteError("x"), 8),
    ],
)
def test_each_error_has_its_exit_code(error: errors.ReportsError, code: int) -> None:
    assert error.exit_code == code
    assert str(error) == "x"


def test_all_problems_of_a_configuration_are_said_at_once() -> None:
    problems = [Problem("a.yaml", 3, 1, "unknown"), Problem("a.yaml", 7, 5, "twice")]
    error = ConfigError(problems)
    assert error.problems == (*problems,)
    assert str(error) == "a.yaml:3:1: unknown\na.yaml:7:5: twice"
    assert ConfigError("--period: no").problems == ()


def test_a_full_disk_is_told_from_other_failures() -> None:
    assert WriteError("x", disk_full=True).disk_full
    assert not WriteError("x").disk_full
