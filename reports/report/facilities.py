"""The facilities that need attention: where KBK costs most, what pays to lift them, which staff lack."""

from __future__ import annotations

import numpy as np

from districts.inventory import FACILITY_INPUTS
from districts.text import month_name, number, percent, rupiah, rupiah_short, signed_rupiah, translator
from reports.charts_kbk import indicator_chart
from reports.charts_kbk_map import share_map
from reports.kbk_plan_words import effort_words, lacking, terms_words, why_none
from reports.law import contact_rating
from reports.numbers import exempt, most_frequent
from reports.report.blocks import Block, Cell, Figure, Mark, Note, Section, Table, Text
from reports.run import Run
from reports.wording import chance_words, confidence_label, ranged
from scenarios.kbk_efforts import Effort
from scenarios.kbk_sites import Site
from scenarios.quantiles import MIN_REPLICATES_FOR_RANGE
from sim.kbk import Evaluation, Scheme, ratios, scheme
from sim.kbk_plan import Plan, Terms, terms

#: Facilities that a table of the report holds; the workbook has all.
_MOST = 7


#: A facility, its evaluation now, and the effort that leaves most on average after its cost.
Best = tuple[Site, Evaluation, Effort]


def facilities_section(run: Run, lang: str = "id") -> Section:
    """The steps that bring most in people and rupiah, the map of paid shares, the missing staff, the indicators."""
    _ = translator(lang)
    month = run.months[0]
    rule = scheme(run.rules, month)
    found: list[Best] = []
    steps: list[Block]
    if rule.zone_payment or "facility_types" not in run.manifest:
        steps = [Text(_("There is no plan: it needs the score of Peraturan BPJS 7/2019 and the types of the "
                        "facilities."))]  # fmt: skip
    elif not ranged(run.replicates(run.told)):
        steps = [Text(_("Which efforts for KBK pay is told from {least} replicates on.").format(
            least=MIN_REPLICATES_FOR_RANGE))]  # fmt: skip
    else:
        found = [(site, now, effort) for site, now, effort in run.efforts if effort is not None and effort.pays]
        lost = [(site, now) for site, now, effort in run.efforts if effort is None or not effort.pays]
        steps = _advised(found, lost, rule, terms(run.rules, month), lang)
    shares = share_map(run, lang)
    title = _title(run, found, lang) if found else shares.title
    blocks = [*steps, Figure(shares), Note(_denominators(run, lang)), *_staff(run, lang)]
    name = _("Facilities that need attention")
    return Section("puskesmas", _("Facilities"), name, title, (*blocks, Figure(indicator_chart(run, lang))))


def _title(run: Run, found: list[Best], lang: str) -> str:
    """Sums what the efforts bring less what they cost."""
    _ = translator(lang)
    short = dict(zip(run.facilities, run.short_names, strict=True))
    names = ", ".join(short[site.name] for site, _now, _effort in found[:3])
    net = rupiah_short(sum(effort.net for _site, _now, effort in found), lang)
    if len(found) == 1:
        return _("An effort for KBK pays at one facility: {names}, {net} a month after its cost on average").format(
            names=names, net=net
        )
    return _("An effort for KBK pays at {count} facilities: {net} a month after its cost on average; most of all "
             "{names}").format(count=len(found), net=net, names=names)  # fmt: skip


def _advised(
    found: list[Best], lost: list[tuple[Site, Evaluation]], rule: Scheme, costs: Terms, lang: str
) -> list[Block]:
    """What it takes, facility by facility: the efforts that pay first, then of those where none does (``lost``) the
    cheapest way to the next share."""
    _ = translator(lang)
    rows = [_paying(best, rule, lang) for best in found[:_MOST]]
    rows += [_cheapest(site, now, rule, costs, lang) for site, now in lost[: _MOST - len(rows)]]
    if not rows:
        return []
    month = month_name((found[0][0] if found else lost[0][0]).month, lang)
    title = _("What it takes to be paid more, {month}").format(month=month)
    heads = (_("facility"), "AK ‰", "RRNS %", "RPPT %", _("what it takes a month"), _("net a month, mean"),
             _("raises what is paid in"))  # fmt: skip
    told = []
    if found:
        told.append(_("Where an effort pays, that which leaves most on average over the replicates."))
    if lost:
        told.append(_("“Not sure to pay”: the cheapest way to the next share; over the replicates no effort there "
                      "clearly earns back its cost."))  # fmt: skip
    told += [_("Only contacts, control and reasons that are real may be recorded."), _assumed(costs, lang)]
    if others := len(found) + len(lost) - len(rows):
        told.append(_("The other {count} are in the workbook.").format(count=others))
    return [Table(title, heads, tuple(rows), frozenset({1, 2, 3, 5}), note=" ".join(told))]


def _assumed(costs: Terms, lang: str) -> str:
    _ = translator(lang)
    return terms_words(costs, lang) + " " + _("These costs are assumed unless the district gave its own.")


def _indicators(
    site: Site, now: Evaluation, rule: Scheme, plan: Plan | None, lang: str
) -> tuple[list[Cell], list[str]]:
    """The three indicators, those marked that the plan lifts; and of those at their best rating how often they miss."""
    _ = translator(lang)
    told = ratios(site.counts)
    people = (0, 0, 0) if plan is None else (plan.contacts, plan.referrals, plan.dm_controlled + plan.ht_controlled)
    cells, missed = [], []
    for key, value, decimals, rating, needed in (
        ("ak", told.ak_permille, 1, now.ak_rating, people[0]),
        ("rrns", told.rrns_percent, 2, now.rrns_rating, people[1]),
        ("rppt", told.rppt_percent, 2, now.rppt_rating, people[2]),
    ):
        shown = "–" if value is None else number(float(value), lang, decimals)
        best = max(band.rating for band in rule.bands[key])
        mark: Mark = "warn" if needed and rating < best else ""
        cells.append(Cell(shown, _("rating {rating}").format(rating=rating), mark))
        if needed and rating == best:
            lower = [rule.rating(key, counts) < best for counts in site.worlds]
            missed.append(_("{indicator} below rating {rating} in {chance}").format(
                indicator=key.upper(), rating=best, chance=chance_words(lower, lang)))  # fmt: skip
    return cells, missed


def _paying(best: Best, rule: Scheme, lang: str) -> tuple[Cell, ...]:
    """The effort of a facility that leaves most after its cost."""
    _ = translator(lang)
    site, now, effort = best
    cells, missed = _indicators(site, now, rule, effort.plan, lang)
    money = _("brings {gain}, costs {cost}").format(gain=rupiah_short(effort.brings, lang),
                                                    cost=rupiah_short(effort.plan.cost, lang))  # fmt: skip
    before, after = (percent(share / 1000, lang) for share in effort.shares)
    paid = _("paid on average {before} → {after}").format(before=before, after=after)
    return (
        Cell(site.name, mark="bold"), *cells, Cell(effort_words(effort.plan, lang), "; ".join([paid, *missed])),
        Cell(signed_rupiah(effort.net, lang), money, "bold"),
        Cell(chance_words(np.arange(effort.replicates) < effort.raised, lang)),
    )  # fmt: skip


def _cheapest(site: Site, now: Evaluation, rule: Scheme, costs: Terms, lang: str) -> tuple[Cell, ...]:
    """The cheapest way of a facility to the next share, or why there is none."""
    _ = translator(lang)
    ways = site.plans(rule, costs)[1]
    way = ways[0] if ways else None
    cells, _missed = _indicators(site, now, rule, way, lang)
    if way is None:
        return (Cell(site.name, mark="bold"), *cells, Cell(why_none(site, now, lang)), Cell("–"), Cell("–"))
    money = _("if reached {gain}, costs {cost}").format(gain=rupiah_short(way.gain, lang),
                                                        cost=rupiah_short(way.cost, lang))  # fmt: skip
    before, after = (percent(share / 1000, lang) for share in (now.share_permille, way.share_permille))
    aim = _("{before} → {after}, not sure to pay").format(before=before, after=after)
    raised = [more > less for less, more in site.paid(way, rule)]
    return (
        Cell(site.name, mark="bold"), *cells, Cell(lacking(way, lang), aim),
        Cell(signed_rupiah(site.mean_net(way, rule) or 0, lang), money), Cell(chance_words(raised, lang)),
    )  # fmt: skip


def _denominators(run: Run, lang: str) -> str:
    """How many facilities would be rated lower if AK were divided by the other head count."""
    _ = translator(lang)
    store, at = run.store, len(run.months) - 1
    rule = run.rules.entry("kbk.ak_denominator", run.months[at])
    head = str(rule.value)
    other = "registered" if head == "capitated" else "capitated"
    contacts, members = (store.series(run.told, key, "facility") for key in ("contacts", other))
    under = most_frequent(contact_rating(contacts, members, run.months, run.rules)[:, at])[0]
    own = most_frequent(store.series(run.told, "ak_rating", "facility")[:, at])[0]
    lower = int(((under < own) & ~exempt(store)).sum())
    words = {"capitated": _("capitated members"), "registered": _("registered members")}
    text = _("AK is divided by {head} (confidence of the rule: {confidence}). Divided by {other}, {count} facilities "
             "would be rated lower in {month}.")  # fmt: skip
    return text.format(head=words[head], confidence=confidence_label(rule.confidence, lang), other=words[other],
                       count=lower, month=month_name(run.months[at], lang))  # fmt: skip


def _staff(run: Run, lang: str) -> list[Block]:
    """Who is missing against the minimum staff, in people and rupiah a year; nothing where nothing is compared."""
    _ = translator(lang)
    found = []
    for entry in run.manifest.get("staffing", []):
        posts = {key: post for key, post in entry["posts"].items() if post["held"] is not None and post["missing"]}
        if posts:
            found.append((entry["facility"], posts))
    if not found:
        return []
    found.sort(key=lambda entry: -sum(post["rupiah"] for post in entry[1].values()))
    side = 0 if lang == "id" else 1
    rows = []
    for facility, posts in found[:_MOST]:
        people = ", ".join(f"{post['missing']} {FACILITY_INPUTS[key][side]}" for key, post in posts.items())
        rows.append(_missing(facility, people, [posts], lang))
    everyone = [posts for _facility, posts in found]
    rows.append(_missing(_("All {count} facilities that lack staff").format(count=len(found)), "", everyone, lang))
    note = _("Permenkes 43/2019 against the staff that the district's files give; pay is assumed. A figure that is "
             "only assumed is unknown, not missing.")  # fmt: skip
    heads = (_("facility"), _("what is missing"), _("persons"), _("pay a year, rupiah"))
    title = _("Staff missing against the minimum")
    return [Table(title, heads, tuple(rows), frozenset({2, 3}), total=True, note=note)]


def _missing(name: str, people: str, posts: list[dict[str, dict[str, int]]], lang: str) -> tuple[Cell, ...]:
    every = [post for entry in posts for post in entry.values()]
    return (Cell(name), Cell(people), Cell(number(sum(post["missing"] for post in every), lang)),
            Cell(rupiah(sum(post["rupiah"] for post in every), lang)))  # fmt: skip
