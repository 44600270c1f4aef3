"""What the tests share: how they are spread over processes, and a browser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from programs import CHROMIUM_FLAGS, program


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With ``-n`` alone each process gets a row of whole files, and takes over from another when it is done: what the
    tests of a file share is made once, not in every process."""
    if config.getvalue("dist") != "load":
        return None
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """With ``-n auto`` three processes on two cores: who waits for a browser or a server leaves a core free."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores + (cores + 1) // 2


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, driven without a screen."""
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program("chromium"), args=list(CHROMIUM_FLAGS))
        yield opened
        opened.close()
