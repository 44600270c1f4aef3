"""The form of an RKPD proposal: whose, for which year, from what was known when; and how it is started."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from districts.faults import InputError, UserError
from districts.model import District
from districts.text import translator
from scenarios.months import MONTH
from scenarios.rkpd.propose import SCENARIO
from scenarios.rkpd.stages import chosen_stage, last_data
from scenarios.scenario import library, load_scenario
from web.districts import Choice, choice_of
from web.drafts import DEFAULTS, read_settings
from web.job import INPUT, Job, new_folder
from web.site import Site
from web.starting import check_room, kept_input
from web.uploads import Upload

if TYPE_CHECKING:
    from scenarios.rkpd.proposal import Stage
    from sim.rules import Rules

_FIELDS: dict[str, str] = {"year": "", "known_until": "", "scenario": SCENARIO}
#: What the address of a district begins with that lies in the folder of a run.
_OF_RUN = "run:"


@dataclass(frozen=True)
class ProposalDraft:
    """The form as it was typed; ``values`` are what the settings mean, ``faults`` what is to be mended, by field.
    ``stage`` is the one that is proposed for, ``following`` the one where the form names neither year nor month."""

    settings: dict[str, str]
    values: dict[str, Any]
    faults: dict[str, str]
    stage: Stage
    following: Stage


def choice_for(site: Site, key: str) -> Choice:
    """The district of an address: one of the list, or that of a run (``run:NAME``). Raises ``UserError`` when there is
    none."""
    if not key.startswith(_OF_RUN):
        return choice_of(key, site.uploads)
    job = site.jobs.get(key.removeprefix(_OF_RUN))
    if job.kind == "branch" or not job.where:
        raise UserError("there is no such district; choose one of the list")
    if not job.where.startswith(f"{INPUT}/"):
        return choice_of(f"example:{job.where}", site.uploads)
    kept = Upload(job.name, site.outputs / job.name / INPUT, job.district, job.created)
    return Choice(key, str(kept.path), job.district, kept)


def rules_for(district: District) -> Rules:
    """The dated rules that hold in the district."""
    from sim.rules import load_rules

    return load_rules(Path(district.rules_file) if district.rules_file else None)


def read_proposal(pairs: Iterable[tuple[str, str]], district: District, lang: str) -> ProposalDraft:
    """The form that was typed, as (name, value); what was not typed has its default."""
    _ = translator(lang)
    typed = dict(pairs)
    settings = {name: typed.get(name, default).strip() for name, default in {**DEFAULTS, **_FIELDS}.items()}
    values, faults = read_settings(settings, lang)
    rules, data = rules_for(district), last_data(district)
    values["known_until"] = settings["known_until"] or None
    if settings["known_until"] and not MONTH.fullmatch(settings["known_until"]):
        faults["known_until"], values["known_until"] = _("A month as YYYY-MM, such as 2027-01."), None
    values["year"] = int(settings["year"]) if re.fullmatch("[0-9]{4}", settings["year"]) else None
    if settings["year"] and values["year"] is None:
        faults["year"] = _("A year, such as 2027.")
    stage = following = chosen_stage(rules, data)
    try:
        stage = chosen_stage(rules, data, values["year"], values["known_until"])
    except UserError as error:
        faults["year" if values["known_until"] is None else "known_until"] = error.describe(lang)
    values["scenario"] = settings["scenario"]
    if settings["scenario"] not in library():
        faults["scenario"] = _("Choose a scenario of the list.")
    return ProposalDraft(settings, values, faults, stage, following)


def start_proposal(site: Site, choice: Choice, draft: ProposalDraft, form: Sequence[tuple[str, str]], lang: str) -> Job:
    """Put the proposal of ``draft``, which has no faults, into the queue and return it.

    Raises ``InputError`` or ``UserError`` for what cannot be run, and ``OSError`` on a full disk; then nothing is left.
    """
    district, values = choice.district, draft.values
    assert district is not None  # the form is not shown for a district with faults
    check_room(site)
    if lacks := load_scenario(values["scenario"]).faults(district):
        raise InputError(lacks)
    name = new_folder(site.outputs, f"usulan-{draft.stage.year}-{district.name}")
    folder = site.outputs / name
    try:
        ask = {"year": draft.stage.year, "known_until": values["known_until"]}
        job = Job(
            name, created=time.time(), district=district.title, where=kept_input(choice, folder),
            scenarios=(values["scenario"],), replicates=values["replicates"], seed=values["seed"],
            certainty=values["certainty"], lang=lang, form=tuple(form), kind="rkpd", ask=ask,
        )  # fmt: skip
        site.jobs.submit(job)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return job
