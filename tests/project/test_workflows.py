"""The workflows: every action is pinned by its commit, and no job may do more than it has to."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from reports import __version__
from tests.support.waiting import PATIENCE_SECONDS

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.y*ml"))
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")
MAY_WRITE = {("release.yml", "publish"): {"contents": "write"}}
"""The only job that may change anything, and what."""

by_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)


def read_workflow(path: Path) -> dict[Any, Any]:
    found: dict[Any, Any] = yaml.safe_load(path.read_text("utf-8"))
    return found


def list_steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in read_workflow(path)["jobs"].values() for step in job["steps"]]


def find_faults(workflow: dict[Any, Any], name: str) -> list[str]:
    """What a workflow lets its jobs do beyond reading, and what runs without an end."""
    faults = [] if workflow.get("permissions") == {"contents": "read"} else ["permissions of the workflow"]
    for job, said in workflow["jobs"].items():
        if said.get("permissions", {"contents": "read"}) != MAY_WRITE.get((name, job), {"contents": "read"}):
            faults.append(f"permissions of {job}")
        if "timeout-minutes" not in said:
            faults.append(f"time of {job}")
    return faults


def test_both_workflows_are_there() -> None:
    assert [path.name for path in WORKFLOWS] == ["ci.yml", "release.yml"]


@by_workflow
def test_every_action_is_pinned_by_its_commit_and_says_its_version(path: Path) -> None:
    used = re.findall(r"uses: *(\S+)(.*)", path.read_text("utf-8"))
    assert len(used) == sum("uses" in step for step in list_steps(path)) > 0
    assert [action for action, _ in used if not PINNED.fullmatch(action)] == []
    assert [action for action, version in used if not re.fullmatch(r" # v[0-9.]+", version)] == []


def test_an_action_has_one_commit_everywhere() -> None:
    used = {action for path in WORKFLOWS for step in list_steps(path) if (action := step.get("uses"))}
    assert len(used) == len({action.partition("@")[0] for action in used})


@by_workflow
def test_no_job_may_do_more_than_it_has_to_and_each_has_an_end(path: Path) -> None:
    assert find_faults(read_workflow(path), path.name) == []


def test_a_job_that_may_write_is_noticed() -> None:
    job = {"timeout-minutes": 1, "permissions": {"contents": "write"}}
    workflow = {"permissions": "write-all", "jobs": {"one": job, "two": {}}}
    assert find_faults(workflow, "other.yml") == [
        "permissions of the workflow",
        "permissions of one",
        "time of two",
    ]


@by_workflow
def test_no_word_from_outside_is_put_into_a_script(path: Path) -> None:
    """A name of a branch or a title may hold a command; a script reads it from a variable."""
    assert [step["run"] for step in list_steps(path) if "${{" in step.get("run", "")] == []


@by_workflow
def test_secrets_are_given_to_steps_alone(path: Path) -> None:
    workflow = read_workflow(path)
    places = [workflow.get("env"), *(job.get("env") for job in workflow["jobs"].values())]
    assert "secrets." not in f"{places}"


def test_what_is_published_was_tried_on_windows_before() -> None:
    jobs = read_workflow(ROOT / ".github" / "workflows" / "release.yml")["jobs"]
    assert set(jobs["publish"]["needs"]) == {"build", "windows"}
    assert "actions/checkout" not in f"{jobs['publish']['steps']}"


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="a script of bash")
@pytest.mark.parametrize(
    ("tag", "notes", "why"),
    [
        ("v0.0.0", "- a note\n", f"the tag is v0.0.0, and the program says {__version__}"),
        (__version__, "- a note\n", "the tag is "),
        (f"v{__version__}", "\n", f"CHANGELOG.md has nothing about {__version__}"),
    ],
)
def test_release_that_would_be_another_one_is_not_made(
    tag: str, notes: str, why: str, tmp_path: Path
) -> None:
    for name in (".ci", "reports"):
        (tmp_path / name).mkdir()
    shutil.copy(ROOT / ".ci" / "release", tmp_path / ".ci")
    shutil.copy(ROOT / "reports" / "__init__.py", tmp_path / "reports")
    changes = f"# Changelog\n\n## {__version__} – today\n\n{notes}\n## 0.0.1\n\n- an older note\n"
    (tmp_path / "CHANGELOG.md").write_text(changes, "utf-8")
    done = subprocess.run(
        ["bash", ".ci/release", tag],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 1
    assert why in done.stderr


def test_tools_of_a_release_are_pinned_by_their_sums() -> None:
    header, *lines = (ROOT / ".ci" / "sbom.txt").read_text("utf-8").splitlines()
    assert header.startswith("# ")
    pins = re.split(r"\n(?=\S)", "\n".join(lines))
    pinned = re.compile(r"[a-z0-9-]+==[^ ]+(?: ; [^\\]+)?(?: \\\n    --hash=sha256:[0-9a-f]{64})+")
    assert len(pins) > 10
    assert [pin for pin in pins if not pinned.fullmatch(pin.strip())] == []
