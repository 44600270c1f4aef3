"""From a form without faults to a run in the queue: its folder holds a copy of all that it is computed from."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from districts.faults import UserError
from districts.whole import write_whole
from web.districts import Choice
from web.drafts import Chosen, Draft
from web.forms import MEGABYTE
from web.job import INPUT, SCENARIOS, Job, new_folder
from web.site import Site

#: A run is not begun with less room than this on the disk.
_LEAST_ROOM = 50 * MEGABYTE


def start(site: Site, choice: Choice, draft: Draft, form: Sequence[tuple[str, str]], lang: str) -> Job:
    """Put the run of ``draft`` into the queue and return it.

    Raises ``InputError`` or ``UserError`` for what cannot be run, and ``OSError`` on a full disk; then nothing is left.
    """
    district = choice.district
    assert district is not None  # the form is not shown for a district with faults
    check_room(site)
    name = new_folder(site.outputs, district.name)
    folder = site.outputs / name
    try:
        job = Job(
            name, created=time.time(), district=district.title, where=kept_input(choice, folder),
            scenarios=tuple(_kept_scenario(one, folder) for one in draft.chosen), months=draft.values["months"],
            replicates=draft.values["replicates"], start=draft.values["start"], seed=draft.values["seed"],
            certainty=draft.values["certainty"], lang=lang, form=tuple(form),
        )  # fmt: skip
        check(folder, job)
        site.jobs.submit(job)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return job


def check_room(site: Site) -> None:
    """Raises ``UserError`` when there is too little room on the disk to begin a run."""
    if shutil.disk_usage(site.outputs).free < _LEAST_ROOM:
        raise UserError("the disk is almost full: {free} MB are left and a run needs at least {least}. Free some "
                        "space, then try again", free=shutil.disk_usage(site.outputs).free // MEGABYTE,
                        least=_LEAST_ROOM // MEGABYTE)  # fmt: skip


def check(folder: Path, job: Job) -> None:
    """Load all that the run names, as its process will. Raises ``InputError`` or ``UserError``."""
    from scenarios.plan import prepare
    from web.runner import plan_of

    prepare(plan_of(folder, job))


def kept_input(choice: Choice, folder: Path) -> str:
    """Copy an uploaded workbook into the run's folder; an example is told by its name."""
    if choice.upload is None:
        return choice.where
    (folder / INPUT).mkdir()
    kept = folder / INPUT / choice.upload.path.name
    shutil.copyfile(choice.upload.path, kept)
    return f"{INPUT}/{kept.name}"


def _kept_scenario(chosen: Chosen, folder: Path) -> str:
    """The name of a scenario of the library, or the file of a changed one, written into the run's folder."""
    if not chosen.changed and not chosen.title:
        return chosen.scenario.name
    from ruamel.yaml import YAML

    text = StringIO()
    YAML(typ="safe").dump(chosen.file(), text)
    (folder / SCENARIOS).mkdir(exist_ok=True)
    write_whole(folder / SCENARIOS / f"{chosen.name}.yaml", text.getvalue())
    return f"{SCENARIOS}/{chosen.name}.yaml"
