"""What every lever shares: its form, the dates and places it may name, and the context it is applied in.

A lever is a small frozen class with units, bounds and evidence. ``apply`` is a pure function from a policy table to
a policy table: it copies what it changes and writes into nothing.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from districts.model import District
from scenarios.levers.effect import Effect
from scenarios.levers.fault import wrong
from scenarios.levers.places import Facilities, Unknown, chosen, names, unknown
from scenarios.months import MONTH, number_of
from sim.policy import Policy

if TYPE_CHECKING:
    from sim.rules import Rules

__all__ = ["NAMED", "Context", "Facilities", "Lever", "Month", "as_month", "names", "wrong"]

#: Names of months: the first such month from the run's start on.
NAMED = ("january", "february", "march", "april", "may", "june",
         "july", "august", "september", "october", "november", "december")  # fmt: skip
#: A relative month lies at most so many months after the run's start, as many as a run may have.
_LATEST = 600


def as_month(value: object) -> str:
    """``value`` as a month: "YYYY-MM", "+N" or a month's name. Raises the fault of a lever for anything else."""
    # YAML reads an unquoted +3 as the number 3
    text = f"+{value}" if isinstance(value, int) and not isinstance(value, bool) else value
    if isinstance(text, str):
        relative = text[:1] == "+" and text[1:].isdecimal() and int(text[1:]) <= _LATEST
        if relative or text in NAMED or MONTH.fullmatch(text):
            return text
    raise wrong("a month as YYYY-MM, +3 for three months after the run's start, or january for the next January")


#: "YYYY-MM"; "+N", N months after the run's start (its first reported month); or "january", the first from it on.
Month = Annotated[str, BeforeValidator(as_month), Field(json_schema_extra={"unit": "YYYY-MM, +N or january"})]


@dataclass(frozen=True)
class Context:
    """Where and when a policy applies: month 0 is ``first_month``, and the policy has ``months`` months.

    ``start`` is the run's first reported month ("YYYY-MM"), from which relative dates ("+3") count; without it they
    count from ``first_month``. The two differ when a run starts later than the month after the stock.
    """

    district: District
    rules: Rules
    first_month: str
    months: int
    start: str = ""

    def position(self, month: str) -> int:
        """The index of ``month``; below 0 or at ``months`` and above when it lies outside the policy."""
        first, start = number_of(self.first_month), number_of(self.start or self.first_month)
        if month.startswith("+"):
            return start - first + int(month[1:])
        if month in NAMED:
            return start - first + (NAMED.index(month) - start) % 12
        return number_of(month) - first

    def index(self, month: str) -> int:
        """The index of ``month`` held within 0..``months``: where a lever that lasts begins (or ends)."""
        return min(max(self.position(month), 0), self.months)

    def chosen(self, facilities: Facilities) -> list[int]:
        """Indices of the facilities that a lever reaches, see :func:`scenarios.levers.places.chosen`."""
        return chosen(facilities, self.district, self.rules, self.first_month)


class Lever(BaseModel):
    """Base of all levers: immutable, unknown fields refused.

    ``title_id``/``title_en`` are the names a reader sees; ``evidence`` says where the effect's size comes from: a
    source, or "assumed"; ``facts`` are the ids of the facts it rests on (``facts.yaml``), none where all is assumed or
    decided; ``cost`` what the lever costs, whom and when. ``strength`` names the fields that say how
    strong it is, each with the value at which it does nothing: these an uncertain ``effect`` moves. A lever with
    ``start`` and ``stop`` lasts, and its numbers may change by month; those in ``once`` hold for the lever as a whole.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title_id: ClassVar[str]
    title_en: ClassVar[str]
    evidence: ClassVar[str]
    facts: ClassVar[tuple[str, ...]] = ()
    cost: ClassVar[str]
    strength: ClassVar[dict[str, float]] = {}
    once: ClassVar[tuple[str, ...]] = ()

    kind: str
    effect: Effect | None = Field(
        default=None, description="how strong it is, where nobody knows exactly: low, median, high",
        json_schema_extra={"unit": "times the strength written"},
    )  # fmt: skip

    @field_validator("*", mode="before")
    @classmethod
    def _whole_is_written_whole(cls, value: object, info: ValidationInfo) -> object:
        """40.000 is forty thousand to an Indonesian and forty to YAML: no whole number takes a decimal point."""
        annotation = cls.model_fields[str(info.field_name)].annotation
        kinds = (annotation, *get_args(annotation))
        if isinstance(value, float) and int in kinds and float not in kinds:
            raise wrong("a whole number without a point: 40000, not 40.000")
        return value

    @model_validator(mode="after")
    def _uncertain_only_where_strong(self) -> Lever:
        if self.effect is not None and not self.strength:
            raise wrong("no effect for {kind}: it has no strength that could be uncertain", kind=self.kind)
        return self

    def lacking(self, district: District) -> Iterator[Unknown]:
        """What the lever asks of ``district`` and it does not have: the facilities that it names."""
        yield from unknown(getattr(self, "facilities", "all"), district)

    @abstractmethod
    def apply(self, policy: Policy, context: Context) -> Policy:
        """The policy with this lever pulled; ``policy`` itself stays as it was."""

    def pulled(self, policy: Policy, context: Context, factor: float) -> Policy:
        """As :meth:`apply`, with an effect ``factor`` times as strong as written; the cost stays as written."""
        as_written = self.apply(policy, context)
        if factor == 1.0:
            return as_written
        moved = {name: self.held(name, nothing + factor * (value - nothing)) for name, nothing in self.strength.items()
                 if (value := getattr(self, name)) is not None}  # fmt: skip
        strong = self.model_copy(update=moved)
        return strong.apply(policy, context).but(lever_cost=as_written.lever_cost, bpjs_cost=as_written.bpjs_cost)

    def held(self, name: str, value: float) -> Any:
        """``value`` within the bounds of the field ``name``, whole where the field is."""
        info = type(self).model_fields[name]
        value = min([value, *(limit.le for limit in info.metadata if hasattr(limit, "le"))])
        value = max([value, *(limit.ge for limit in info.metadata if hasattr(limit, "ge"))])
        return value if float in (info.annotation, *get_args(info.annotation)) else round(value)
