"""The form of a BPJS branch: its districts, its name, what is computed, and what became true; and how it is started."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from districts.faults import InputError, SeveralErrors, UserError
from districts.text import translator
from scenarios.branch.plan import SCENARIOS, check_name
from scenarios.scenario import library
from web.districts import Choice, choice_of
from web.drafts import DEFAULTS, read_settings
from web.job import INPUT, Job, new_folder
from web.site import Site
from web.starting import check_room
from web.uploads import Uploads, shown_name

if TYPE_CHECKING:
    from scenarios.plan import Prepared

#: A branch's name is the name of a folder.
_LONGEST = 60
#: The file of what became true, in the run's folder.
ACTUAL = f"{INPUT}/actual.csv"


@dataclass(frozen=True)
class BranchDraft:
    """The form as it was typed: ``name``, the ``chosen`` districts, ``scenarios``, and the settings; ``values`` are
    what these mean, ``faults`` what is to be mended, by field."""

    name: str
    chosen: tuple[Choice, ...]
    scenarios: tuple[str, ...]
    settings: dict[str, str]
    values: dict[str, Any]
    faults: dict[str, str]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the chosen districts."""
        return tuple(choice.key for choice in self.chosen)

    @property
    def faulty(self) -> tuple[Choice, ...]:
        """The chosen districts whose data hold an error."""
        return tuple(choice for choice in self.chosen if choice.district is None)


def first_branch(lang: str, district: str, uploads: Uploads) -> BranchDraft:
    """The form as it is first shown, with one district ticked where one was chosen."""
    pairs = [("s", name) for name in SCENARIOS] + ([("d", district)] if district else [])
    return replace(read_branch(pairs, lang, uploads), faults={})


def read_branch(pairs: Iterable[tuple[str, str]], lang: str, uploads: Uploads) -> BranchDraft:
    """The form that was typed, as (name, value) in order: ``d`` names districts, ``s`` scenarios."""
    _ = translator(lang)
    typed: dict[str, list[str]] = {}
    for name, value in pairs:
        typed.setdefault(name, []).append(value)
    settings = {name: typed.get(name, [default])[0].strip() for name, default in DEFAULTS.items()}
    values, faults = read_settings(settings, lang)
    chosen, gone = _chosen(typed.get("d", ()), uploads, lang)
    name = " ".join(typed.get("name", [""])[0].split())
    try:
        check_name(name)
        if len(name) > _LONGEST:
            faults["name"] = _("At most {most} characters.").format(most=_LONGEST)
    except UserError:
        faults["name"] = _("Letters, digits, - and _, such as curup.")
    if gone or not chosen:
        faults["d"] = gone or _("Choose at least one district.")
    known = library()
    scenarios = tuple(one for one in dict.fromkeys(typed.get("s", ())) if one in known)
    if not scenarios:
        faults["s"] = _("Choose at least one scenario.")
    return BranchDraft(name, chosen, scenarios, settings, values, faults)


def _chosen(keys: Sequence[str], uploads: Uploads, lang: str) -> tuple[tuple[Choice, ...], str]:
    """The districts of these keys, and what is to be said of one that is no longer there."""
    found, gone = [], ""
    for key in dict.fromkeys(keys):
        try:
            found.append(choice_of(key, uploads))
        except UserError as error:
            gone = error.describe(lang)
    return tuple(found), gone


def start_branch(
    site: Site, draft: BranchDraft, actual: tuple[BinaryIO, str] | None, form: Sequence[tuple[str, str]], lang: str
) -> Job:
    """Put the branch of ``draft``, which has no faults, into the queue and return it. ``actual`` is the file of what
    became true and its name.

    Raises ``InputError`` or ``UserError`` for what cannot be run, and ``OSError`` on a full disk; then nothing is left.
    """
    check_room(site)
    name = new_folder(site.outputs, draft.name)
    folder = site.outputs / name
    try:
        if actual is not None:
            (folder / INPUT).mkdir(exist_ok=True)
            with (folder / ACTUAL).open("wb") as kept:
                shutil.copyfileobj(actual[0], kept)
        ask = {
            "branch": draft.name, "districts": [_kept(choice, folder) for choice in draft.chosen],
            "names": [choice.district.name for choice in draft.chosen if choice.district],
            "titles": [choice.district.title for choice in draft.chosen if choice.district],
            "actual": ACTUAL if actual is not None else "",
        }  # fmt: skip
        job = Job(
            name, created=time.time(), district=draft.name, scenarios=draft.scenarios, months=draft.values["months"],
            replicates=draft.values["replicates"], start=draft.values["start"], seed=draft.values["seed"], lang=lang,
            form=tuple(form), kind="branch", ask=ask,
        )  # fmt: skip
        _check(folder, job, "" if actual is None else shown_name(actual[1]))
        site.jobs.submit(job)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return job


def prepared(folder: Path, job: Job) -> tuple[Prepared, ...]:
    """What the job asks for, with the copies in its folder. Raises ``SeveralErrors`` or ``UserError``."""
    from scenarios.branch.plan import prepare_branch
    from scenarios.plan import RunPlan, with_second_run

    places = {str(folder / where) if where.startswith(f"{INPUT}/") else where: title
              for where, title in zip(job.ask["districts"], job.ask["titles"], strict=True)}  # fmt: skip
    plan = RunPlan("", job.scenarios, job.start, job.months, job.replicates, job.seed, certainty=job.certainty)
    try:
        return tuple(with_second_run(one) for one in prepare_branch(plan, tuple(places)))
    except SeveralErrors as several:  # told by the names that people know, not by where the copies lie
        raise SeveralErrors([(places.get(where, where), error) for where, error in several.errors]) from several


def _check(folder: Path, job: Job, shown: str) -> None:
    """Load all that the branch names, as its process will; ``shown`` is what the user calls the file of what became
    true. Raises ``InputError`` or ``UserError``."""
    from scenarios.branch.actual import actual_of_file

    names = job.ask["names"]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UserError("two districts of the branch have the same name: {names}", names=", ".join(twice))
    ready = prepared(folder, job)
    if job.ask["actual"]:
        try:
            actual_of_file(folder / ACTUAL, [one.district for one in ready])
        except InputError as error:
            raise InputError([replace(fault, file=shown) for fault in error.faults]) from error


def _kept(choice: Choice, folder: Path) -> str:
    """Copy an uploaded workbook into the run's folder, under the district's name; an example is told by its name."""
    if choice.upload is None or choice.district is None:
        return choice.where
    (folder / INPUT).mkdir(exist_ok=True)
    kept = folder / INPUT / f"{choice.district.name}.xlsx"
    shutil.copyfile(choice.upload.path, kept)
    return f"{INPUT}/{kept.name}"
