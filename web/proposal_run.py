"""An RKPD proposal in its process: computed in memory, then written whole, as ``prakira rkpd --out`` writes it."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from districts.text import LANGUAGES, month_name, rupiah_short, translator
from districts.whole import write_whole
from web.job import INPUT, Job
from web.progress import tell
from web.results import bare
from web.site import write_json

if TYPE_CHECKING:
    from scenarios.rkpd.proposal import Proposal
    from scenarios.run import Progress

#: What the page shows of a proposal, by language; written last.
SHOWN = "shown.json"
_PACE = 0.3  # seconds between two words on how far it is


def make_proposal(folder: Path, job: Job) -> None:
    """Compute the proposal that the job asks for and write its files. Raises ``InputError`` or ``UserError``."""
    from districts.read import read_district
    from reports.answer import proposed
    from reports.rkpd import write
    from reports.write import SHORT
    from scenarios.posterior import found_posterior
    from scenarios.quantiles import MIN_REPLICATES_FOR_CERTAINTY
    from scenarios.rkpd.propose import SIDE_REPLICATES, propose
    from scenarios.track_record import found_record
    from scenarios.workers import cores
    from sim.warm import compile_kernels, compiled
    from web.proposal_form import rules_for

    tell(folder, 0, job.replicates)
    where = str(folder / job.where) if job.where.startswith(f"{INPUT}/") else job.where
    district = read_district(where)
    posterior = found_posterior(where, district, None, False)
    told = 0.0

    def far(state: Progress) -> None:
        nonlocal told
        if time.monotonic() - told >= _PACE or state.done >= state.total:
            told = time.monotonic()
            tell(folder, state.done, state.total)

    if not compiled():
        compile_kernels()
    proposal = propose(
        district, rules_for(district), posterior, job.ask["year"],
        job.certainty if job.replicates >= MIN_REPLICATES_FOR_CERTAINTY else None, known_until=job.ask["known_until"],
        scenario=job.scenarios[0], replicates=job.replicates, side_replicates=min(SIDE_REPLICATES, job.replicates),
        seed=job.seed, jobs=cores(), track_record=posterior is not None and found_record(where, None) is not None,
        progress=far,
    )  # fmt: skip
    write_whole(folder / "proposal.json", json.dumps(proposal.record(), ensure_ascii=False, indent=1) + "\n")
    write(proposal, folder, job.lang)
    write_json(folder / SHOWN, {lang: shown(proposal, lang) for lang in LANGUAGES})
    write_json(folder / SHORT, {lang: proposed(str(proposal.year), proposal.amount, lang) for lang in LANGUAGES})


def shown(proposal: Proposal, lang: str) -> dict[str, Any]:
    """The first lines of the proposal in ``lang``, as its note has them, with its chart for a wide and a narrow screen
    (SVG; None with too few replicates)."""
    from reports.rkpd.curve import curve_chart
    from reports.rkpd.note import note
    from reports.rkpd.wording import reserve_words, stage_words

    _, basis = translator(lang), proposal.basis
    told = {key: value for key, value in asdict(note(proposal, lang)).items() if key != "questions"}
    chart = curve_chart(proposal, lang)
    drawing = None if chart is None else {
        "title": chart.title, "lead": chart.lead, "wide": bare(chart.svg(titled=False)),
        "narrow": bare(chart.svg(titled=False, narrow=True)),
    }  # fmt: skip
    return {
        **told, "stressed": [rupiah_short(proposal.amount, lang)], "curve": drawing,
        "tenths": None if proposal.certainty is None else int(10 * proposal.certainty + 1e-9),
        "reserve": reserve_words(proposal, lang), "scenario": basis.scenario_title[lang],
        "made": _("{district} · data to {month} · {stage}").format(
            district=basis.title, month=month_name(basis.data_until, lang), stage=stage_words(basis.stage.key, lang),
        ),
    }  # fmt: skip
