"""The plan of a branch: one run per district with the same scenarios, months, replicates and seed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from districts.faults import InputError, SeveralErrors, UserError
from scenarios.plan import Prepared, RunPlan, prepare
from scenarios.store import FILE

#: Scenarios of a branch that names none: what comes without a new decision.
SCENARIOS = ("baseline",)
#: What may stand in the name of a branch, which is the name of a folder.
_NAME = re.compile(r"\w[\w-]*( [\w-]+)*")


def check_name(name: str) -> str:
    """``name`` if it can be a branch's. Raises ``UserError`` otherwise."""
    if not _NAME.fullmatch(name):
        raise UserError('a branch named "{name}". Expected: letters, digits, - and _, such as curup', name=name)
    return name


def prepare_branch(plan: RunPlan, districts: Sequence[str]) -> tuple[Prepared, ...]:
    """``plan`` for each of ``districts``, all from the same month on: where ``plan.start`` is None, from the latest of
    their first months.

    Raises ``SeveralErrors`` with all that is wrong with any of them before anything is computed, ``UserError`` when two
    have one name or one posterior is asked for all of them.
    """
    if plan.posterior and len(districts) > 1:
        raise UserError("--posterior is for one district; a branch takes those that lie beside its districts")
    ready = _each(plan, districts)
    names = [one.district.name for one in ready]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UserError("two districts of the branch have the same name: {names}", names=", ".join(twice))
    starts = {one.start for one in ready}
    return ready if len(starts) == 1 else _each(replace(plan, start=max(starts)), districts)


def _each(plan: RunPlan, districts: Sequence[str]) -> tuple[Prepared, ...]:
    ready: list[Prepared] = []
    errors: list[tuple[str, InputError | UserError]] = []
    for where in districts:
        try:
            ready.append(prepare(replace(plan, where=where)))
        except (InputError, UserError) as error:
            errors.append((where, error))
    if errors:
        raise SeveralErrors(errors)
    return tuple(ready)


def command_of(name: str, ready: Sequence[Prepared]) -> str:
    """The command that asks for this branch, without folders of the machine."""
    plans = [shlex.split(one.plan.command()) for one in ready]
    return shlex.join([*plans[0][:2], *(words[2] for words in plans), "--branch", name, *plans[0][3:]])


def check_folder(folder: Path, ready: Sequence[Prepared], resume: bool) -> None:
    """Raises ``UserError`` where the branch cannot be put into ``folder``: it holds something and is not to be gone on
    with, or it holds the run of another district."""
    if not folder.exists():
        return
    if not resume:
        if not folder.is_dir() or any(folder.iterdir()):
            raise UserError("{folder} is not empty; add --resume to go on with its run, or choose another --out",
                            folder=folder)  # fmt: skip
        return
    names = {one.district.name for one in ready}
    held = {path.parent.name for path in folder.glob(f"*/{FILE}")}
    if (folder / FILE).exists() or held - names:
        raise UserError("{folder} holds another run; these differ: {keys}. Choose another --out", folder=folder,
                        keys=", ".join(sorted(held - names)) or "branch")  # fmt: skip
