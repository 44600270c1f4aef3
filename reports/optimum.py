"""Everything a person opens after an optimisation: the record, the mix as a scenario file, and the picture."""

from __future__ import annotations

from pathlib import Path

from reports.charts_optimum import optimum_chart
from reports.optimum_words import Record
from reports.write import CHARTS, put, put_chart
from scenarios.optimise.optimise import Outcome
from scenarios.optimise.record import JSON, YAML, as_json, record, scenario_file


def write_optimum(outcome: Outcome, folder: Path, lang: str = "id") -> tuple[Record, list[Path]]:
    """Writes ``optimum.json``, ``optimum.yaml`` and ``charts/``, each whole or not at all; returns the record and the
    paths."""
    found = record(outcome)
    written = [put(folder / JSON, as_json(found).encode()), put(folder / YAML, scenario_file(outcome).encode())]
    return found, [*written, *put_chart(folder / CHARTS, optimum_chart(found, lang))]
