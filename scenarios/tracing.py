"""``--trace``: one unit of a run once more, watched, and its events written so that anyone can follow why."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator
from itertools import groupby

from babel.dates import format_date

from districts.faults import UserError
from districts.names import suggested
from districts.text import number, rupiah, translator
from scenarios.levers.places import names
from scenarios.plan import Prepared
from sim.indicators import Indicator
from sim.month import STEPS
from sim.trace import Event, Trace

_WIDTH = 80
#: Params that are names, and written without separators of thousands.
_NAMES = ("member", "klass", "number")


def subject(text: str, ready: Prepared) -> Trace:
    """The trace that ``facility:NAME`` (or its code) or ``household:NUMBER`` asks for.

    Raises ``UserError`` for another form, or a facility that the district does not have.
    """
    kind, _, name = text.partition(":")
    if kind == "household" and name.isdecimal():
        return Trace(household=int(name))
    if kind != "facility" or not name:
        raise UserError("cannot trace {text}. Expected: facility:NAME or household:NUMBER", text=text)
    facilities = ready.district.facilities
    for index, facility in enumerate(facilities):
        if names(facility, name):
            return Trace(facility=index)
    message, more = suggested(name, [facility.name for facility in facilities],
                              "unknown facility {name}; nearest known: {near}",
                              "unknown facility {name}; known: {known}")  # fmt: skip
    raise UserError(message, name=name, **more)


def traced(ready: Prepared, trace: Trace, lang: str = "id") -> str:
    """Replicate 0 of the plan's first scenario, as ``trace`` saw it, one line an event, ready to print.

    Raises ``UserError`` for a household that does not exist.
    """
    from sim.posterior import centre_of, draw_of
    from sim.simulate import simulate

    plan, scenario = ready.plan, ready.scenarios[0]
    behaviour = centre_of(ready.posterior) if plan.luck_only else draw_of(ready.posterior, plan.seed, 0)
    decision = ready.decisions[scenario.name]
    policy = decision.policy if plan.luck_only else decision.of(plan.seed, 0)
    simulate(
        ready.district, ready.rules, behaviour, policy, plan.seed, replicate=0,
        stock=plan.stock or ready.district.default_stock, luck_only=plan.luck_only, trace=trace,
    )  # fmt: skip
    _ = translator(lang)
    title = ready.district.facilities[trace.facility].name if trace.facility is not None else _("family card {number}")
    head = _("{subject}: scenario {scenario}, replicate 0").format(
        subject=title.format(number=trace.household), scenario=scenario.name
    )
    return "\n".join([head, *told(trace.events, lang)]) + "\n"


def told(events: list[Event], lang: str = "id") -> Iterator[str]:
    """The events as text, a line each under the date and the step in which they happened."""
    texts = {step.name: step.text_id if lang == "id" else step.text_en for step in STEPS}
    for (day, step), group in groupby(events, key=lambda event: (event.day, event.step)):
        when = format_date(day, "d MMMM yyyy", locale="id_ID" if lang == "id" else "en_GB")
        yield _filled(f"{when}: {texts[step]}" if step in texts else when, "", "  ")
        for event in group:
            yield _filled(_told(event, lang), "    ", "      ")


def _filled(text: str, first: str, others: str) -> str:
    return textwrap.fill(text, _WIDTH, initial_indent=first, subsequent_indent=others)


def _told(event: Event, lang: str) -> str:
    _ = translator(lang)
    words = {}
    for key, value in event.params.items():
        if isinstance(value, tuple):
            words[key] = " ".join(_(part) for part in value)
        elif isinstance(value, Indicator):
            words[key] = value.label_id if lang == "id" else value.label_en
        elif isinstance(value, int) and key not in _NAMES:
            words[key] = number(value, lang)
        else:
            words[key] = str(value)
    unit = getattr(event.params.get("indicator"), "unit", "")
    if unit:
        words["value"] = _amount(float(event.params["value"]), unit, lang)
    return _(event.message).format(**words)


def _amount(value: float, unit: str, lang: str) -> str:
    """A figure of an indicator; a dash where it has none, such as the fees of doctors where there is no doctor."""
    if math.isnan(value):
        return "–"
    if unit == "rupiah":
        return rupiah(value, lang)
    return number(value, lang, 0 if value == int(value) else 1)
