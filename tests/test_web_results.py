"""What a page shows of a store: of one moment while the run goes on, and honest of a run that was cut short."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from test_reports_made_up import made_up_results, made_up_run

from scenarios.comparison import differences
from scenarios.months import span
from scenarios.store import RunStore
from web.results import results


def test_results_are_of_one_moment_though_units_arrive_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process of the run stores a unit of every scenario after the tables were read, before the pairs are."""
    folder = made_up_run(tmp_path / "run", replicates=7)
    pairs, arrived = differences.pairs, iter(range(7, 100))

    def after_a_unit(*arguments: Any) -> Any:
        replicate = next(arrived)
        with RunStore.open(folder) as other:
            for name in other.scenarios:
                other.save(name, replicate, made_up_results(name, replicate, span("2024-11", 24)), 0.1)
        return pairs(*arguments)

    monkeypatch.setattr(differences, "pairs", after_a_unit)
    found = results(folder, "id", pictures=False, growing=True)
    assert found is not None
    assert found.replicates == 7
    with RunStore.open(folder) as store:
        assert len(store.replicates("baseline")) > 7
