"""The KBK plan of a facility in a planner's words: what is lacking, what it brings and costs a month."""

from __future__ import annotations

from districts.text import number, percent, rupiah, rupiah_short, signed_rupiah, translator
from reports.wording import chance_words, ranged
from scenarios.kbk_efforts import Effort
from scenarios.kbk_sites import Site
from sim.kbk import Evaluation, Scheme, ratios
from sim.kbk_plan import Plan, Terms


def now_words(site: Site, now: Evaluation, lang: str = "id") -> str:
    """The indicators with their ratings, the score and the share paid; undefined indicators are a dash."""
    _ = translator(lang)
    found = ratios(site.counts)
    told = [
        f"{name} {'–' if value is None else number(float(value), lang, decimals)} {unit} ({rating})"
        for name, value, decimals, unit, rating in (
            ("AK", found.ak_permille, 1, "‰", now.ak_rating),
            ("RRNS", found.rrns_percent, 2, "%", now.rrns_rating),
            ("RPPT", found.rppt_percent, 2, "%", now.rppt_rating),
        )
    ]
    return _("{indicators}; score {score}, paid {share}").format(
        indicators=", ".join(told), score=number(now.score_tenths / 10, lang, 1), share=_share(now.share_permille, lang)
    )


def lacking(plan: Plan, lang: str = "id") -> str:
    """The people of a plan: "kurang 212 peserta kontak, 3 rujukan nonspesialistik terlalu banyak"."""
    _ = translator(lang)
    words = (
        _("{count} members with a contact lacking"), _("{count} non-specialist referrals too many"),
        _("{count} DM patients under control lacking"), _("{count} HT patients under control lacking"),
    )  # fmt: skip
    return _people(plan, words, lang)


def effort_words(plan: Plan, lang: str = "id") -> str:
    """The people of an effort made whatever the month turns out to be, so that none need be lacking by the middle
    counts: "tambah 212 peserta kontak, tangani sendiri sampai 3 rujukan nonspesialistik"."""
    _ = translator(lang)
    words = (
        _("{count} more members with a contact"), _("up to {count} non-specialist referrals treated in the clinic"),
        _("{count} more DM patients under control"), _("{count} more HT patients under control"),
    )  # fmt: skip
    return _people(plan, words, lang)


def _people(plan: Plan, words: tuple[str, ...], lang: str) -> str:
    """What a plan has of contacts, referrals, patients with DM and with HT, each in its words."""
    counts = (plan.contacts, plan.referrals, plan.dm_controlled, plan.ht_controlled)
    return ", ".join(text.format(count=number(count, lang)) for count, text in zip(counts, words, strict=True) if count)


def money_words(plan: Plan, lang: str = "id") -> str:
    """What the plan brings, costs and leaves a month, and when it has paid for itself."""
    _ = translator(lang)
    return _("if reached {gain} a month, cost {cost}, net {net}; {payback}").format(
        gain=signed_rupiah(plan.gain, lang), cost=rupiah_short(plan.cost, lang), net=signed_rupiah(plan.net, lang),
        payback=payback_words(plan, lang),
    )  # fmt: skip


def payback_words(plan: Plan, lang: str = "id") -> str:
    """The month by which the plan has paid for itself."""
    _ = translator(lang)
    if plan.payback is None:
        return _("never pays for itself")
    return _("pays for itself by month {month}").format(month=number(plan.payback, lang))


def plan_words(site: Site, plan: Plan, scheme: Scheme, lang: str = "id") -> list[str]:
    """The sentences of one plan: the aim with what is lacking, the money, and in how many replicates it is enough."""
    _ = translator(lang)
    aim = _("to {share}: {lacking}").format(share=_share(plan.share_permille, lang), lacking=lacking(plan, lang))
    told = [aim, money_words(plan, lang)]
    if site.worlds:
        told += _in_replicates(site, plan, scheme, lang)
    return told


def sure_words(site: Site, plan: Plan | None, scheme: Scheme, lang: str = "id") -> list[str]:
    """The plan that is enough at a chosen certainty, or that there is none."""
    _ = translator(lang)
    if plan is None:
        return [_("to be that sure there is no way: too few members, referrals or patients")]
    if not lacking(plan, lang):
        return [_("as sure as you ask, without more effort: {chance}").format(
            chance=enough_words(site, plan, scheme, lang))]  # fmt: skip
    aim = _("as sure as you ask, {share}: {lacking}").format(
        share=_share(plan.share_permille, lang), lacking=lacking(plan, lang)
    )
    return [aim, money_words(plan, lang), *_in_replicates(site, plan, scheme, lang)]


def _in_replicates(site: Site, plan: Plan, scheme: Scheme, lang: str) -> list[str]:
    """How often the plan is enough, and what it leaves on average, the months counted in which it is not."""
    _ = translator(lang)
    mean = site.mean_net(plan, scheme)
    assert mean is not None  # a run's facility has replicates
    return [_("enough: {chance}; net on average {mean} a month").format(
        chance=enough_words(site, plan, scheme, lang), mean=signed_rupiah(mean, lang))]  # fmt: skip


def enough_words(site: Site, plan: Plan, scheme: Scheme, lang: str = "id") -> str:
    """How often the plan reaches its share, since a month may turn out otherwise than its middle."""
    return chance_words(site.enough(plan, scheme), lang)


def best_words(best: Effort | None, replicates: int, lang: str = "id") -> list[str]:
    """Which effort leaves most on average over the replicates, or that none surely pays; nothing with too few."""
    _ = translator(lang)
    if not ranged(replicates):
        return []
    if best is None or not best.pays:
        return [_("Over all replicates no effort clearly earns back its cost: often the share comes without it, or "
                  "fails to come.")]  # fmt: skip
    return [_("What pays best on average: {effort}; {net} a month after its cost of {cost}.").format(
        effort=effort_words(best.plan, lang), cost=rupiah_short(best.plan.cost, lang),
        net=signed_rupiah(best.net, lang))]  # fmt: skip


def why_none(site: Site, now: Evaluation, lang: str = "id") -> str:
    """Why a facility has no plan."""
    _ = translator(lang)
    if site.exempt:
        return _("exempt: paid in full whatever its score")
    if now.share_permille >= 1000:
        return _("paid in full already")
    return _("no higher share can be reached: too few members, referrals or patients")


def terms_words(terms: Terms, lang: str = "id") -> str:
    """What a step is taken to cost."""
    _ = translator(lang)
    return _("Costs a month: {contact} a contact, {referral} a referral treated in the clinic, {patient} a patient "
             "under control. A rating is paid {lag} month later.").format(
                 contact=rupiah(terms.contact, lang), referral=rupiah(terms.referral, lang),
                 patient=rupiah(terms.patient, lang), lag=terms.lag)  # fmt: skip


def _share(permille: int, lang: str) -> str:
    return percent(permille / 1000, lang, 0 if permille % 10 == 0 else 1)
