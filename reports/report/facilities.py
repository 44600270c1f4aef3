"""The facilities that need attention: where KBK costs most, what pays to lift them, which staff lack."""

from __future__ import annotations

import numpy as np

from districts.inventory import FACILITY_INPUTS
from districts.text import month_name, number, percent, rupiah, rupiah_short, signed_rupiah, translator
from reports.charts_kbk import indicator_chart
from reports.charts_kbk_map import share_map
from reports.kbk_plan_words import effort_words, terms_words
from reports.law import contact_rating
from reports.numbers import exempt, most_frequent
from reports.report.blocks import Block, Cell, Figure, Note, Section, Table, Text
from reports.run import Run
from reports.wording import chance_words, confidence_label, ranged
from scenarios.kbk_efforts import Effort
from scenarios.kbk_sites import Site
from scenarios.quantiles import MIN_REPLICATES_FOR_RANGE
from sim.kbk import Evaluation, Scheme, ratios, scheme
from sim.kbk_plan import Terms, terms

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
        steps = _advised(found, len(run.efforts) - len(found), rule, terms(run.rules, month), lang)
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


def _advised(found: list[Best], lost: int, rule: Scheme, costs: Terms, lang: str) -> list[Block]:
    """The efforts that pay, as a table, and at how many facilities (``lost``) none does."""
    _ = translator(lang)
    left = ""
    if lost:
        left = _("At {count} facilities below full capitation no effort surely brings more than it costs; their ways "
                 "to a higher share are in the workbook, sheet “{sheet}”.")  # fmt: skip
        left = left.format(count=lost, sheet=_("KBK plan"))
    if found:
        return [_steps(found, rule, costs, left, lang)]
    return [Text(f"{left} {_assumed(costs, lang)}")] if left else []


def _assumed(costs: Terms, lang: str) -> str:
    _ = translator(lang)
    return terms_words(costs, lang) + " " + _("These costs are assumed unless the district gave its own.")


def _steps(found: list[Best], rule: Scheme, costs: Terms, left: str, lang: str) -> Table:
    """Of each facility the effort that leaves most after its cost; ``left`` tells of the others."""
    _ = translator(lang)
    rows = []
    for site, now, effort in found[:_MOST]:
        told, plan = ratios(site.counts), effort.plan
        indicators = (
            ("ak", told.ak_permille, 1, now.ak_rating, plan.contacts),
            ("rrns", told.rrns_percent, 2, now.rrns_rating, plan.referrals),
            ("rppt", told.rppt_percent, 2, now.rppt_rating, plan.dm_controlled + plan.ht_controlled),
        )
        cells, missed = [Cell(site.name, mark="bold")], []
        for key, value, decimals, rating, people in indicators:
            shown = "–" if value is None else number(float(value), lang, decimals)
            best = max(band.rating for band in rule.bands[key])
            cells.append(Cell(shown, _("rating {rating}").format(rating=rating),
                              "warn" if people and rating < best else ""))  # fmt: skip
            if people and rating == best:
                lower = [rule.rating(key, counts) < best for counts in site.worlds]
                missed.append(_("{indicator} below rating {rating} in {chance}").format(
                    indicator=key.upper(), rating=best, chance=chance_words(lower, lang)))  # fmt: skip
        before, after = (percent(share / 1000, lang) for share in effort.shares)
        money = _("brings {gain}, costs {cost}").format(gain=rupiah_short(effort.brings, lang),
                                                        cost=rupiah_short(plan.cost, lang))  # fmt: skip
        paid = _("paid on average {before} → {after}").format(before=before, after=after)
        rows.append((
            *cells, Cell(effort_words(plan, lang), "; ".join([paid, *missed])),
            Cell(signed_rupiah(effort.net, lang), money, "bold"),
            Cell(chance_words(np.arange(effort.replicates) < effort.raised, lang)),
        ))  # fmt: skip
    month = month_name(found[0][0].month, lang)
    title = _("Efforts for KBK that pay, {month}").format(month=month)
    heads = (_("facility"), "AK ‰", "RRNS %", "RPPT %", _("what it takes a month"), _("net a month, mean"),
             _("raises what is paid in"))  # fmt: skip
    note = _("Of each facility the effort that leaves most on average over the replicates; only contacts, control and "
             "reasons that are real may be recorded.") + " " + _assumed(costs, lang)  # fmt: skip
    if len(found) > _MOST:
        note += " " + _("The other {count} are in the workbook.").format(count=len(found) - _MOST)
    return Table(title, heads, tuple(rows), frozenset({1, 2, 3, 5}), note=f"{note} {left}".strip())


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
