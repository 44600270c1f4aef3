"""One run as the page keeps it: what was asked for and how far it is, in ``job.json`` beside the run's store.

Everything that a page shows of a run is read from its folder, so that a reload, a second reader or a server started
anew sees the same. Runs that were made on the command line have no such file; they are seen as what their store says.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from districts.faults import UserError
from districts.text import translator
from scenarios.store import FILE, MANIFEST, is_at_work
from web.site import write_json

JOB = "job.json"
#: Copies of what a run is computed from, in its folder.
INPUT, SCENARIOS = "input", "scenarios"
#: What the runner says at its end, and where it writes what went wrong inside the program.
OUTCOME, LOG = "outcome.json", "job.log"
#: The figures of a finished branch.
BRANCH = "branch.json"
#: Written last by the reports: a run that has it is finished.
PAGE = "report.html"

#: ``closing``: stopped by the user, its reports are still to be written from what is stored.
State = Literal["queued", "running", "paused", "closing", "cancelled", "failed", "done"]
#: What is computed: scenarios of one district, a BPJS branch of several, or the RKPD proposal of one.
KindOfJob = Literal["run", "branch", "rkpd"]
#: States in which a process works or will.
UNDER_WAY: tuple[State, ...] = ("queued", "running", "closing")


class NoRun(UserError):
    """There is no run of the name that was asked for."""


@dataclass(frozen=True)
class Job:
    """What a run was asked for (see :class:`scenarios.plan.RunPlan`) and what has become of it.

    ``where`` and ``scenarios`` are names of the library or paths below the run's folder. ``queued`` is when it came
    into the queue, ``begun`` when its process started, with ``begun_done`` units stored by then (seconds since 1970).
    ``left_out`` are names of scenarios that were taken out on the way.
    ``message`` is a message id with its values, told when a run failed; values named "id" and "en" are the message
    itself. ``form`` is the form it was made with. ``ask`` is what only a ``kind`` other than "run" asks for: see
    :mod:`web.branch_form` and :mod:`web.proposal_form`.
    """

    name: str
    state: State = "queued"
    title: str = ""
    created: float = 0.0
    district: str = ""
    where: str = ""
    scenarios: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    months: int = 24
    replicates: int = 100
    start: str | None = None
    seed: int = 1
    certainty: float = 0.8
    lang: str = "id"
    queued: float = 0.0
    begun: float = 0.0
    begun_done: int = 0
    message: tuple[str, dict[str, Any]] | None = None
    form: tuple[tuple[str, str], ...] = ()
    kind: KindOfJob = "run"
    ask: dict[str, Any] = field(default_factory=dict)
    made_here: bool = field(default=True, compare=False)

    @property
    def under_way(self) -> bool:
        """Whether a process works on it, or will."""
        return self.state in UNDER_WAY

    @property
    def kept(self) -> tuple[str, ...]:
        """The scenarios that are computed."""
        return tuple(one for one in self.scenarios if scenario_name(one) not in self.left_out)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the scenarios that are computed."""
        return tuple(map(scenario_name, self.kept))

    def told(self, lang: str) -> str:
        """What went wrong, in ``lang``; "" where nothing did."""
        if self.message is None:
            return ""
        text, params = self.message
        return str(params[lang]) if lang in params else translator(lang)(text).format(**params)

    def but(self, **changes: Any) -> Job:
        """The same with some entries changed."""
        return replace(self, **changes)


def save_job(outputs: Path, job: Job) -> None:
    """Write ``job.json`` whole or not at all. Raises ``OSError``, as on a full disk."""
    content = asdict(job)
    del content["name"], content["made_here"]
    write_json(outputs / job.name / JOB, content)


def load_job(outputs: Path, name: str) -> Job:
    """The run of this name. Raises :class:`NoRun` when there is none, and ``UserError`` for a damaged one."""
    folder = outputs / name
    if is_name(name) and not folder.is_symlink() and folder.is_dir():
        try:
            said = json.loads((folder / JOB).read_text(encoding="utf-8"))
            said["message"] = None if said["message"] is None else (said["message"][0], said["message"][1])
            said["form"] = tuple((key, value) for key, value in said["form"])
            return Job(name, **{**said, **{key: tuple(said.get(key, ())) for key in ("scenarios", "left_out")}})
        except FileNotFoundError:
            if (folder / FILE).is_file() and (folder / MANIFEST).is_file():
                return _of_command_line(folder)
            if (folder / BRANCH).is_file():
                return _branch_of_command_line(folder)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UserError("{path} is damaged or not a run of this program", path=f"{name}/{JOB}") from error
    raise NoRun("there is no such run; it may have been deleted")


def all_jobs(outputs: Path) -> list[Job]:
    """All runs below ``outputs``, the newest first."""
    found = []
    for path in outputs.iterdir() if outputs.is_dir() else ():
        try:
            found.append(load_job(outputs, path.name))
        except UserError:
            continue  # another folder, or one that is being removed
    return sorted(found, key=lambda job: (job.created, job.name), reverse=True)


def new_folder(outputs: Path, stem: str) -> str:
    """Make a new folder for a run and return its name, which begins with ``stem``. Raises ``OSError``."""
    base = re.sub(r"[^a-z0-9]+", "-", stem.casefold()).strip("-")[:40] or "run"
    while True:
        name = f"{base}-{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}"
        try:
            (outputs / name).mkdir(parents=True)
        except FileExistsError:
            continue  # two users in the same second
        return name


def scenario_name(asked: str) -> str:
    """The name in the run of a scenario that is asked for by its name, or by the path of its file."""
    return Path(asked).stem if "/" in asked else asked


def is_name(name: str) -> bool:
    """Whether ``name`` may be a run's folder: one plain part of a path, not hidden."""
    return bool(name) and not name.startswith(".") and not set(name) & set("/\\:\0")


def _of_command_line(folder: Path) -> Job:
    """A run that the command line made: done when its page is there, else under way or stopped on the way."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        district = str(manifest["district"]["title"])
        names = tuple(str(entry["name"]) for entry in manifest["scenarios"] if "@" not in entry["name"])
        binding, made = manifest.get("binding") or {}, (folder / MANIFEST).stat().st_mtime
        state: State = "done" if (folder / PAGE).is_file() else "running" if is_at_work(folder) else "cancelled"
        return Job(
            folder.name, state, created=made, queued=made, begun=made, district=district, scenarios=names,
            months=int(manifest["months"]), replicates=int(manifest["replicates"]), start=str(manifest["start"]),
            seed=int(manifest["seed"]), certainty=float(binding.get("certainty", 0.8)), made_here=False,
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError("{path} is damaged or not a run of this program", path=folder.name) from error


def _branch_of_command_line(folder: Path) -> Job:
    """A branch that the command line made; its record is written when its districts are done."""
    try:
        record = json.loads((folder / BRANCH).read_text(encoding="utf-8"))
        districts = record["districts"]
        ask: dict[str, Any] = {f"{key}s": [str(one[key]) for one in districts] for key in ("name", "title")}
        return Job(
            folder.name, "done", created=(folder / BRANCH).stat().st_mtime, district=str(record["branch"]),
            scenarios=(str(record["scenario"]["name"]),), months=len(record["months"]),
            replicates=int(record["replicates"]), start=str(record["months"][0]), seed=int(record["seed"]),
            made_here=False, kind="branch", ask=ask,
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise UserError("{path} is damaged or not a run of this program", path=folder.name) from error
