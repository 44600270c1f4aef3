"""``prakira kbk plan``: per facility the cheapest way to the next band of the KBK payment."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import completion
from cli.tables import Lang

if TYPE_CHECKING:
    from scenarios.kbk_efforts import Effort
    from scenarios.kbk_sites import Site
    from sim.kbk import Evaluation, Scheme
    from sim.kbk_plan import Plan, Terms
    from sim.rules import Rules

_Amount = typer.Option(min=0, help="Rupiah a month; default: the rule's, which is assumed.", show_default=False)


def plan(
    where: Annotated[str, typer.Argument(metavar="RUN|DISTRICT", help="Folder of a run, or a district whose history "
                                         "holds the counts of its facilities.",
                                         autocompletion=completion.runs_and_districts)],
    facility: Annotated[list[str] | None, typer.Option(help="Name of a facility; repeat it. It tells every higher "
                                                       "band.")] = None,
    month: Annotated[str | None, typer.Option(help="Month of a run, YYYY-MM; default: its first.")] = None,
    scenario: Annotated[str | None, typer.Option(help="Scenario of a run; default: that of the answer.",
                                         autocompletion=completion.scenarios)] = None,
    certainty: Annotated[float | None, typer.Option(help="Of a run: also the cheapest way that is enough in this share "
                                                    "of the replicates, 0 to 1; one month may turn out otherwise than "
                                                    "its middle.")] = None,
    cost_contact: Annotated[int | None, _Amount] = None,
    cost_referral: Annotated[int | None, _Amount] = None,
    cost_patient: Annotated[int | None, _Amount] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    lang: Annotated[Lang, typer.Option("--lang", help="Language of the output: id or en.")] = Lang.id,
) -> None:  # fmt: skip
    """Say how each facility reaches the next band at least cost: contacts, referrals, patients, and what it brings.

    Exact over all combinations of AK, RRNS and RPPT. A non-specialist referral that is avoided leaves both counts.
    """
    from sim.kbk import scheme
    from sim.kbk_plan import terms

    sites, rules = _sites(where, scenario, month)
    chosen = _named(sites, facility)
    given = {"contact": cost_contact, "referral": cost_referral, "patient": cost_patient}
    changed = {name: value for name, value in given.items() if value is not None}
    costs = {site.month: replace(terms(rules, site.month), **changed) for site in chosen}
    schemes = {site.month: scheme(rules, site.month) for site in chosen}
    found = [(site, *site.plans(schemes[site.month], costs[site.month])) for site in chosen]
    sure = _sure(found, schemes, costs, certainty)
    best = {site.name: _best(site, schemes[site.month], costs[site.month]) for site in chosen}
    if as_json:
        records = [_record(site, now, ways, schemes[site.month]) for site, now, ways in found]
        for record, (site, _now, _ways) in zip(records, found, strict=True):
            if (effort := best[site.name]) is not None:
                record["best"] = {**asdict(effort), "net": effort.net, "pays": effort.pays}
            if site.name in sure:
                record["certain"] = _way(site, sure[site.name], schemes[site.month])
        record = {"costs": {month: asdict(one) for month, one in costs.items()}, "facilities": records}
        typer.echo(json.dumps(record, ensure_ascii=False, indent=1))
        return
    typer.echo(_text(found, sure, best, schemes, costs, facility is not None, bool(changed), lang))


def _sure(
    found: list[tuple[Site, Evaluation, list[Plan]]], schemes: dict[str, Scheme], costs: dict[str, Terms],
    certainty: float | None,
) -> dict[str, Plan | None]:  # fmt: skip
    """By facility that has a plan, the cheapest way to its next band that is enough at ``certainty``; none without."""
    from scenarios.kbk_efforts import certain_plan

    if certainty is None:
        return {}
    return {
        site.name: certain_plan(site, schemes[site.month], costs[site.month], ways[0].share_permille, certainty)
        for site, _now, ways in found
        if ways
    }


def _best(site: Site, scheme: Scheme, costs: Terms) -> Effort | None:
    """Of a run with replicates enough, the effort that leaves most on average after its cost."""
    from scenarios.kbk_efforts import best_effort
    from scenarios.quantiles import MIN_REPLICATES_FOR_RANGE

    return best_effort(site, scheme, costs) if len(site.worlds) >= MIN_REPLICATES_FOR_RANGE else None


def _sites(where: str, scenario: str | None, month: str | None) -> tuple[list[Site], Rules]:
    """The facilities of a run, where ``where`` is the folder of one, else of a district's history."""
    from districts.faults import UserError
    from scenarios.kbk_sites import sites_of_history, sites_of_run
    from scenarios.store import FILE
    from sim.rules import load_rules

    folder = Path(where)
    if (folder / FILE).is_file():
        from reports.run import opened

        with opened(folder) as run:
            return sites_of_run(run.store, scenario or run.told, month or run.months[0], run.rules), run.rules
    if month is not None:
        raise UserError("--month is for a run; of a history the last month with all counts is taken")
    from districts.read import read_district

    district = read_district(where)
    rules = load_rules(Path(district.rules_file) if district.rules_file else None)
    return sites_of_history(district, rules), rules


def _named(sites: list[Site], wanted: list[str] | None) -> list[Site]:
    """The sites of those names, all without names. Raises ``UserError`` for an unknown one."""
    from districts.faults import UserError
    from districts.names import suggested

    by_name = {site.name.casefold(): site for site in sites}
    for name in wanted or ():
        if name.casefold() not in by_name:
            message, more = suggested(name, [site.name for site in sites],
                                      "unknown facility {name}; nearest known: {near}",
                                      "unknown facility {name}; known: {known}")  # fmt: skip
            raise UserError(message, name=name, **more)
    return sites if wanted is None else [by_name[name.casefold()] for name in wanted]


def _record(site: Site, now: Evaluation, ways: list[Plan], scheme: Scheme) -> dict[str, Any]:
    """One facility for JSON; ``enough`` is the share of replicates, null without replicates."""
    plans = [_way(site, way, scheme) for way in ways]
    return {
        "facility": site.name, "type": site.type, "month": site.month, "exempt": site.exempt,
        "capitated": site.capitated, "tariff": site.tariff, "counts": site.counts._asdict(),
        "now": now._asdict(), "plans": plans,
    }  # fmt: skip


def _way(site: Site, way: Plan | None, scheme: Scheme) -> dict[str, Any] | None:
    if way is None:
        return None
    hits = site.enough(way, scheme)
    return {
        **asdict(way),
        "net": way.net,
        "mean_net": site.mean_net(way, scheme),
        "enough": sum(hits) / len(hits) if hits else None,
    }


def _text(
    found: list[tuple[Site, Evaluation, list[Plan]]], sure: dict[str, Plan | None], best: dict[str, Effort | None],
    schemes: dict[str, Scheme], costs: dict[str, Terms], every: bool, own: bool, lang: str,
) -> str:  # fmt: skip
    """The plans as sentences, 80 columns: the next band and, where it leaves more, a higher one (``every``: all); then
    what the next bands bring together."""
    from districts.text import month_name, rupiah_short, signed_rupiah, translator
    from reports.kbk_plan_words import best_words, now_words, plan_words, sure_words, terms_words, why_none

    _ = translator(lang)
    lines: list[str] = []
    for site, now, ways in found:
        head = f"{site.name}, {month_name(site.month, lang)}: {now_words(site, now, lang)}"
        lines.append(_filled(head, ""))
        top = max(ways, key=lambda way: way.net, default=None)
        for way in ways if every else [way for way in ways if way is ways[0] or way is top]:
            lines += [_filled(sentence, "  ") for sentence in plan_words(site, way, schemes[site.month], lang)]
        if site.name in sure:
            lines += [
                _filled(sentence, "  ") for sentence in sure_words(site, sure[site.name], schemes[site.month], lang)
            ]
        if ways:
            lines += [_filled(sentence, "  ") for sentence in best_words(best[site.name], len(site.worlds), lang)]
        else:
            lines.append(_filled(why_none(site, now, lang), "  "))
    nexts = [ways[0] for _site, _now, ways in found if ways]
    if len(nexts) > 1:
        all_told = _("All {count} facilities to their next band: {gain} a month, cost {cost}, net {net}.")
        worth_told = _("Only the {count} where it brings more than it costs: {gain} a month, cost {cost}, net {net}.")
        lines.append("")
        for text, ways in ((all_told, nexts), (worth_told, [way for way in nexts if way.net > 0])):
            gain, cost = sum(way.gain for way in ways), sum(way.cost for way in ways)
            told = text.format(count=len(ways), gain=signed_rupiah(gain, lang), cost=rupiah_short(cost, lang),
                               net=signed_rupiah(gain - cost, lang))  # fmt: skip
            lines.append(_filled(told, ""))
    source = "" if own else " " + _("These costs are assumed; give your own with --cost-contact, --cost-referral and "
                                    "--cost-patient, or in the district's rules file.")  # fmt: skip
    return "\n".join([*lines, "", _filled(terms_words(next(iter(costs.values())), lang) + source, "")])


def _filled(text: str, indent: str) -> str:
    import textwrap

    return textwrap.fill(text, 80, initial_indent=indent, subsequent_indent=f"{indent}  ",
                         break_long_words=False, break_on_hyphens=False)  # fmt: skip
