"""Rendering that fails, whatever the error."""

from pathlib import Path
from typing import Any

import pytest

from reports.render.job import render


def break_rendering(monkeypatch: pytest.MonkeyPatch, error: BaseException, *clients: int) -> None:
    """Rendering of `clients` raises `error`."""

    def fail(job: Any, folder: Path | None) -> Any:
        if job.client in clients:
            raise error
        return render(job, folder)

    monkeypatch.setattr("reports.pipeline.client_job.render", fail)
