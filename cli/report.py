"""``prakira report``: the files of a run written anew, or the printed page of one facility."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.tables import Lang, write_out

if TYPE_CHECKING:
    from reports.facility.facts import Facts


def register(app: typer.Typer) -> None:
    """Adds the command to ``app``."""
    app.command()(report)


def report(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.")],
    facility: Annotated[str | None, typer.Option(help="Name of a facility: write its page, one printed A4.")] = None,
    month: Annotated[str | None, typer.Option(help="Month of the page, YYYY-MM; default: the run's first.")] = None,
    scenario: Annotated[str | None, typer.Option(help="Scenario of the page; default: that of the answer.")] = None,
    out: Annotated[str | None, typer.Option(help="File of the page, - for standard output; default: in the folder of "
                                            "the run.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON: the figures of the page, or the files.")] = False,
    lang: Annotated[Lang, typer.Option("--lang", help="Language of the output: id or en.")] = Lang.id,
) -> None:  # fmt: skip
    """Write the files of a run anew (page, workbook, charts), or with --facility the page of one facility: ratings,
    the chance of each band, what is missing in people and rupiah, and what it would gain."""
    from districts.faults import UserError

    if facility is None:
        for name, value in (("month", month), ("scenario", scenario), ("out", out)):
            if value is not None:
                raise UserError("--{option} goes with --facility", option=name)
        _all(run, as_json, lang)
    else:
        _facility(run, facility, month, scenario, out, as_json, lang)


def _all(folder: Path, as_json: bool, lang: str) -> None:
    from districts.text import translator
    from reports.write import write_outputs

    written = write_outputs(folder, lang)
    if as_json:
        typer.echo(json.dumps({"files": [str(path) for path in written]}, ensure_ascii=False, indent=1))
        return
    typer.echo(translator(lang)("Written anew in {folder}:").format(folder=folder))
    for path in written:
        typer.echo(f"  {path.relative_to(folder).as_posix()}")


def _facility(
    folder: Path, name: str, month: str | None, scenario: str | None, out: str | None, as_json: bool, lang: str
) -> None:
    from districts.text import translator
    from reports.facility.facts import facility_facts
    from reports.facility.page import facility_page
    from reports.run import opened

    with opened(folder) as run:
        facts = facility_facts(run, name, month, scenario)
        if not as_json or out is not None:
            parts = re.findall(r"[^\W_]+", facts.facility)
            target = out or str(folder / f"fktp-{'-'.join(parts)}.html")
            write_out(facility_page(run, facts.facility, lang, facts.month, facts.scenario), target)
            if target != "-" and not as_json:
                typer.echo(translator(lang)("Page of {facility}: {file}").format(facility=facts.facility, file=target))
    if as_json:
        typer.echo(json.dumps(_record(facts), ensure_ascii=False, indent=1))


def _record(facts: Facts) -> dict[str, Any]:
    """The figures for JSON: evaluations by name, net beside gain and cost, chances as shares of the replicates."""
    from dataclasses import asdict

    record = asdict(facts)
    record["now"], record["counts"] = facts.now._asdict(), facts.counts._asdict()
    if facts.best is not None:
        record["best"] |= {"net": facts.best.net, "pays": facts.best.pays}
    if facts.gap is not None:
        record["gap"]["now"] = facts.gap.now._asdict()
    means = record.pop("mean_nets")
    for way, plan, mean, hits in zip(record["plans"], facts.plans, means, facts.enough, strict=True):
        way |= {"net": plan.net, "mean_net": mean, "enough": hits / facts.replicates}
    return record
