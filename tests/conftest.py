"""What the tests share: how they are spread over processes, and a browser."""

from __future__ import annotations

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


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, driven without a screen."""
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program("chromium"), args=list(CHROMIUM_FLAGS))
        yield opened
        opened.close()
