"""Recovery in small: rows of a table are taken for the history; intervals are right as often as they say.

The whole study is docs/recovery.md. Here the table is small (4,000 residents, 18 months): only gross errors show.
"""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import pytest

from calibration.posterior.calibrate import Ready
from calibration.posterior.fit import DYNAMIC, LEVELS
from calibration.posterior.rows import Rows
from calibration.posterior.table import simulate_row
from calibration.statistics.quiet import one_thread
from calibration.studies import recovery
from calibration.studies.recovery import Recovery, made_up, page, recover, simulations, verdict

_ROWS, _DECIDING, _JUDGED = 200, 40, 70


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Recovery], dict[str, list[str]]]:
    ready = made_up(4000, 3, 18, 400)
    rows = simulations(ready, tmp_path_factory.mktemp("table"), _ROWS, 1)
    stored: dict[str, list[str]] = {}
    with one_thread():
        return recover(ready, rows, _DECIDING, _JUDGED, stored.update), stored


def test_coverage_and_ranks_of_what_can_be_identified(
    parts: tuple[dict[str, Recovery], dict[str, list[str]]],
) -> None:
    """Joint false-alarm rate 2 % a part: coverage outside the 99 % band, or uneven ranks at 1 % (Holm)."""
    found, stored = parts
    assert [list(part.names) for part in found.values()] == [list(DYNAMIC), list(LEVELS)]
    assert sum(map(len, stored.values())) > 0, "nothing identifiable: the test could not fail"
    for title, part in found.items():
        assert stored[title] == list(part.identifiable())
        assert part.ranks.shape == (_JUDGED, len(part.names))
        assert verdict(part) == (True, True), title


def test_the_list_is_stored_before_anything_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """``store`` hears the names after the rows that decide and before those that are judged."""
    heard: list[str] = []

    def fits(names: tuple[str, ...], at: range) -> tuple[np.ndarray, np.ndarray]:
        heard.append(f"rows from {at.start}")
        return np.full((len(at), len(names)), 0.5), np.full((len(at), len(names)), 0.5)

    monkeypatch.setattr(recovery, "dynamic_fits", lambda ready, rows, at: fits(DYNAMIC, at))
    monkeypatch.setattr(recovery, "level_fits", lambda ready, rows, at, apart: fits(LEVELS, at))
    ready, rows = cast(Ready, None), cast(Rows, None)
    recover(ready, rows, 2, 3, lambda names: heard.append("stored"))
    assert heard == ["rows from 0", "rows from 0", "stored", "rows from 2", "rows from 2"]


def test_a_verdict_finds_intervals_that_are_too_narrow() -> None:
    ranks = (np.arange(400) + 0.5) / 400
    right = Recovery(("a", "b"), np.array([0.3, 0.9]), np.stack([ranks, ranks * 0.01], axis=1))
    assert right.identifiable() == ("a",)
    assert verdict(right) == (True, True)  # b is judged by nobody: it is not identifiable
    spread = np.where(ranks < 0.5, ranks**2 * 2, 1 - (1 - ranks) ** 2 * 2)  # truths too often in the tails
    assert verdict(Recovery(("a",), np.array([0.3]), spread[:, None])) == (False, False)
    assert "**they do not**" in page({"x": Recovery(("a",), np.array([0.3]), spread[:, None])}, "about")


def test_rows_do_not_depend_on_each_other(tmp_path: Path) -> None:
    ready = made_up(1200, 3, 12, 400)
    first, second = simulate_row(ready.setting, 3), simulate_row(ready.setting, 3)
    assert first[:3] == second[:3]
    rows = simulations(ready, tmp_path, 4, 1)
    assert rows.numbers.tolist() == [0, 1, 2, 3]
    assert np.isfinite(rows.z).all()
