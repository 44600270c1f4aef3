"""A run whose scenarios are chosen anew: what is stored of one that is left out stays, and is told of no more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from districts.faults import UserError
from scenarios.plan import Prepared, asked, differing, manifest_of
from scenarios.store import RunStore

#: The entry of the manifest with the records of the scenarios that were left out.
LEFT_OUT = "left_out"


def choose_scenarios(folder: Path, ready: Prepared) -> None:
    """Make the run in ``folder`` one of the scenarios of ``ready``, all else being the same.

    Units of a scenario that is left out stay stored, so that it may be taken in again; the second run and the probes of
    another scenario than before are removed. Raises ``UserError`` when ``folder`` holds a run that differs in anything
    else, and ``OSError`` where nothing can be written.
    """
    with RunStore.open(folder) as store:
        then, now = store.manifest, manifest_of(ready)
        if different := set(differing(asked(then), asked(now))) - {"scenarios", "binding"}:
            raise UserError("{folder} holds another run; these differ: {keys}. Choose another --out",
                            folder=folder, keys=", ".join(sorted(different)))  # fmt: skip
        stays = then["binding"] == now["binding"]
        before = {entry["name"]: entry for entry in [*then.get(LEFT_OUT, ()), *then["scenarios"]]}
        second = [entry for name, entry in before.items() if "@" in name]
        chosen: list[dict[str, Any]] = [*now["scenarios"], *(second if stays else ())]
        names = {entry["name"] for entry in chosen}
        stale = [entry["name"] for entry in chosen if before.get(entry["name"], entry)["sha256"] != entry["sha256"]]
        for name in [*stale, *(entry["name"] for entry in second if not stays)]:
            store.drop(name)
        if _probed(then) != _probed(now):
            store.drop_probes()
        gone = [entry for name, entry in before.items() if name not in names and "@" not in name]
        kept = {key: now[key] for key in ("binding", "blocks", "command")}
        store.update(scenarios=chosen, **kept, **{LEFT_OUT: gone})


def _probed(manifest: dict[str, Any]) -> str | None:
    """The scenario that is probed."""
    return (manifest.get("blocks") or {}).get("scenario")
