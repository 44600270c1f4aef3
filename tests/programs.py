"""Programs from outside that some tests drive: a browser, an office program.

Where one is missing its tests are skipped, unless ``PRAKIRA_TEST_PROGRAMS=required``, as on the machine that decides
what lands.
"""

from __future__ import annotations

import os
import shutil

import pytest

#: How a test starts Chromium: without a screen, and without asking anybody for anything.
CHROMIUM_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


def needs(*names: str) -> pytest.MarkDecorator:
    """Marks tests that drive these programs: skipped where one is missing, unless they must run."""
    missing = [name for name in names if shutil.which(name) is None]
    skipped = bool(missing) and os.environ.get("PRAKIRA_TEST_PROGRAMS") != "required"
    return pytest.mark.skipif(skipped, reason=f"{', '.join(missing)} not on this machine")


def program(name: str) -> str:
    """The path of ``name`` (``chromium``, ``soffice``, ``pdftotext``); skips or fails the test where there is none."""
    found = shutil.which(name)
    if found is None:
        if os.environ.get("PRAKIRA_TEST_PROGRAMS") == "required":
            pytest.fail(f"{name} is not on this machine")
        pytest.skip(f"{name} is not on this machine")
    return found
