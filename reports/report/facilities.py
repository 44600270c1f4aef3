"""The facilities that need attention: where KBK costs most, what lifts them to the next band, which staff lack."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from districts.inventory import FACILITY_INPUTS
from districts.text import month_name, number, percent, rupiah, rupiah_short, signed_rupiah, translator
from reports.charts_kbk import indicator_chart
from reports.charts_kbk_map import share_map
from reports.kbk_plan_words import lacking, terms_words
from reports.law import contact_rating
from reports.numbers import exempt, most_frequent
from reports.report.blocks import Block, Cell, Figure, Note, Section, Table, Text
from reports.run import Run
from reports.wording import chance_words, confidence_label
from scenarios.kbk_sites import Site, sites_of_run
from sim.kbk import Evaluation, Scheme, ratios, scheme
from sim.kbk_plan import Plan, Terms, terms

#: Facilities that a table of the report holds; the workbook has all.
_MOST = 7


@dataclass(frozen=True)
class Way:
    """The cheapest way of a facility to the next share, and in how many replicates that share is reached with and
    without its effort."""

    site: Site
    now: Evaluation
    plan: Plan
    reached: int
    without: int

    @property
    def expected(self) -> int:
        """What the effort brings a month, rupiah, mean over the replicates: the gain where it is the effort that
        reaches the share."""
        return round(self.plan.gain * (self.reached - self.without) / len(self.site.worlds))


def _way(site: Site, now: Evaluation, plan: Plan, rule: Scheme) -> Way:
    still = replace(plan, contacts=0, referrals=0, dm_controlled=0, ht_controlled=0)
    return Way(site, now, plan, sum(site.enough(plan, rule)), sum(site.enough(still, rule)))


def facilities_section(run: Run, lang: str = "id") -> Section:
    """The steps that bring most in people and rupiah, the map of paid shares, the missing staff, the indicators."""
    _ = translator(lang)
    month = run.months[0]
    rule = scheme(run.rules, month)
    found: list[Way] = []
    if not rule.zone_payment and "facility_types" in run.manifest:
        costs = terms(run.rules, month)
        for site in sites_of_run(run.store, run.told, month, run.rules):
            now, ways = site.plans(rule, costs)
            found += [_way(site, now, plan, rule) for plan in ways[:1]]
        found.sort(key=lambda way: (-way.expected, -way.plan.gain))
        steps: list[Block] = [_steps(found, costs, lang)] if found else []
    else:
        steps = [Text(_("There is no plan: it needs the score of Peraturan BPJS 7/2019 and the types of the "
                        "facilities."))]  # fmt: skip
    shares = share_map(run, lang)
    title = _title(run, gaining, lang) if (gaining := [way for way in found if way.expected > 0]) else shares.title
    blocks = [*steps, Figure(shares), Note(_denominators(run, lang)), *_staff(run, lang)]
    name = _("Facilities that need attention")
    return Section("puskesmas", _("Facilities"), name, title, (*blocks, Figure(indicator_chart(run, lang))))


def _title(run: Run, found: list[Way], lang: str) -> str:
    """Sums only what the effort brings, never a gain that comes without it."""
    _ = translator(lang)
    short = dict(zip(run.facilities, run.short_names, strict=True))
    names = ", ".join(short[way.site.name] for way in found[:3])
    gain = rupiah_short(sum(way.expected for way in found), lang)
    if len(found) == 1:
        return _("One facility can gain capitation: {names}, on average {gain} a month").format(names=names,
                                                                                              gain=gain)  # fmt: skip
    return _("{count} facilities could gain {gain} a month together on average; most of all {names}").format(
        count=len(found), gain=gain, names=names
    )


def _steps(found: list[Way], costs: Terms, lang: str) -> Table:
    """The steps to the next band whose effort brings the most capitation."""
    _ = translator(lang)
    rows = []
    for entry in found[:_MOST]:
        site, now, way = entry.site, entry.now, entry.plan
        told = ratios(site.counts)
        indicators = (
            (told.ak_permille, 1, now.ak_rating, way.ratings[0]),
            (told.rrns_percent, 2, now.rrns_rating, way.ratings[1]),
            (told.rppt_percent, 2, now.rppt_rating, way.ratings[2]),
        )
        cells = [Cell(site.name, mark="bold")]
        for value, decimals, rating, aim in indicators:
            shown = "–" if value is None else number(float(value), lang, decimals)
            beneath = _("rating {rating}").format(rating=rating)
            cells.append(Cell(shown, beneath, "warn" if aim > rating else ""))
        shares = f"{_share(now.share_permille, lang)} → {_share(way.share_permille, lang)}"
        rows.append((
            *cells, Cell(lacking(way, lang), f"{shares}: {signed_rupiah(way.gain, lang)}"),
            Cell(signed_rupiah(entry.expected, lang) if entry.expected > 0 else _("reached no more often"),
                 _("cost {cost}").format(cost=rupiah_short(way.cost, lang)), "bold"),
            *(Cell(chance_words(np.arange(len(site.worlds)) < count, lang)) for count in (entry.reached,
                                                                                        entry.without)),
        ))  # fmt: skip
    month = month_name(found[0].site.month, lang)
    title = _("What brings the most capitation, {month}").format(month=month)
    heads = (_("facility"), "AK ‰", "RRNS %", "RPPT %", _("what it takes"), _("brings a month, mean"), _("enough in"),
             _("reached without it"))  # fmt: skip
    note = _("The cheapest way to the next band if the other indicators stay; only contacts, control and reasons that "
             "are real may be recorded. Mean: what is gained where the share is reached, times how much more often it "
             "is reached with the effort than without.")  # fmt: skip
    note += " " + terms_words(costs, lang) + " " + _("These costs are assumed unless the district gave its own.")
    if len(found) > _MOST:
        note += " " + _("The other {count} are in the workbook.").format(count=len(found) - _MOST)
    return Table(title, heads, tuple(rows), frozenset({1, 2, 3, 5}), note=note)


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


def _share(permille: int, lang: str) -> str:
    return percent(permille / 1000, lang, 0 if permille % 10 == 0 else 1)
