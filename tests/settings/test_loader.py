"""Configurations are loaded with every mistake of every file, and two never write to one folder."""

from pathlib import Path

from reports.settings.loader import load_all
from tests.support.configurations import SHORTEST, read_refusal, write_config


def test_mistakes_of_all_files_are_said_at_once(tmp_path: Path) -> None:
    one = write_config(tmp_path, "account: {name: my-company}\n", "one.yaml")
    two = write_config(tmp_path, SHORTEST, "two.yaml")
    three = write_config(tmp_path, SHORTEST + "language: xx\nperod: 2026\n", "three.yaml")
    assert [line.split(" ")[0] for line in read_refusal(one, two, tmp_path / "none.yaml", three)] == [
        "one.yaml:1:1:",
        "none.yaml:1:1:",
        "three.yaml:3:11:",
        "three.yaml:4:1:",
    ]


def test_two_configurations_of_one_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    one = write_config(tmp_path, SHORTEST, "one.yaml")
    two = write_config(tmp_path / "below", SHORTEST + "output:\n  folder: ../output\n", "two.yaml")
    (said,) = read_refusal(one, two)
    assert said.endswith(
        "two.yaml:4:11: output.folder: one.yaml writes account my-company to the same folder: change one"
    )
    assert len(read_refusal(one, one, one)) == 2


def test_accounts_may_share_a_folder_and_an_account_may_have_two(tmp_path: Path) -> None:
    one = write_config(tmp_path, SHORTEST, "one.yaml")
    other_account = write_config(tmp_path, SHORTEST.replace("my-company", "my-shop"), "two.yaml")
    other_folder = write_config(tmp_path, SHORTEST + "output: {folder: drafts}\n", "three.yaml")
    configs = load_all([one, other_account, other_folder])
    assert [config.account.name for config in configs] == ["my-company", "my-shop", "my-company"]
