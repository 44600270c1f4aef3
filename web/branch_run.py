"""A BPJS branch in its process: the districts one after the other, each a run of its own, then what they add up to."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from web.branch_form import prepared
from web.job import PAGE, Job


def make_branch(folder: Path, job: Job) -> None:
    """Compute what is missing of the branch and write its files. Raises ``InputError`` or ``UserError``."""
    from reports.branch.write import write_branch
    from scenarios.branch.actual import actual_of
    from scenarios.branch.plan import command_of
    from scenarios.store import RunStore
    from web.runner import computed, report

    ready = prepared(folder, job)
    for one in ready:
        inside = folder / one.district.name
        computed(one, inside)
        if not (inside / PAGE).is_file():
            report(inside, job.lang)
    given = folder / job.ask["actual"] if job.ask["actual"] else None
    known = actual_of([one.district for one in ready], given)
    name = job.ask["branch"]
    with ExitStack() as opened:
        stores = [opened.enter_context(RunStore.open(folder / one.district.name)) for one in ready]
        write_branch(folder, name, stores, ready[0].scenarios[0].name, command_of(name, ready), known, job.lang)
