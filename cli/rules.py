"""``prakira rules``: what the law says on a date, with its source and confidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import completion
from cli.tables import Lang, print_json, wrapped

if TYPE_CHECKING:
    from sim.rules.values import RuleValue

app = typer.Typer(help="What the rules say on a date: premiums, tariffs, KBK, UHC bars, calendar.")

On = Annotated[str | None, typer.Option("--on", help="Date (YYYY-MM-DD or YYYY-MM); today if left out.")]
Language = Annotated[Lang, typer.Option("--lang", help="Language of the output: id or en.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback(invoke_without_command=True)
def rules(context: typer.Context, on: On = None, lang: Language = Lang.id, as_json: Json = False) -> None:
    """List the rules with the value of a date; `show KEY` tells all about one."""
    if context.invoked_subcommand is not None:
        return
    from districts.text import translator
    from sim.rules import RuleDateError, load_rules
    from sim.rules.values import as_date

    _ = translator(lang)
    day, table, found = as_date(on or _today()), load_rules(), []
    for key in table.keys():  # noqa: SIM118 (not a dict)
        try:
            found.append(table.entry(key, day))
        except RuleDateError:
            continue
    if as_json:
        print_json([_fields(entry) for entry in found])
        return
    for entry in found:
        told = f"{entry.key}: {_short(entry.value)} {entry.unit} ({_(entry.confidence)})"
        print(wrapped(told, "", "    "))
        print(wrapped(_(entry.title)))


def _fields(entry: RuleValue) -> dict[str, Any]:
    """All about a value of a rule, ready for JSON."""
    end = entry.effective_to.isoformat() if entry.effective_to else None
    return {
        "key": entry.key,
        "title": entry.title,
        "value": entry.value,
        "unit": entry.unit,
        "effective_from": entry.effective_from.isoformat(),
        "effective_to": end,
        "instrument": entry.instrument,
        "article": entry.article,
        "source": entry.source,
        "confidence": entry.confidence,
        "note": entry.note,
        "origin": entry.origin,
    }


@app.command()
def show(
    key: Annotated[
        str,
        typer.Argument(
            metavar="KEY", help="Name of the rule, such as premium.pbi_jk.", autocompletion=completion.rule_keys
        ),
    ],
    on: On = None,
    as_json: Json = False,
    lang: Language = Lang.id,
) -> None:
    """Print one rule on a date: value, unit, dates, instrument, article, source, confidence, note."""
    from districts.text import translator
    from sim.rules import load_rules

    fields = _fields(load_rules().entry(key, on or _today()))
    if as_json:
        print_json(fields)
        return
    _ = translator(lang)
    fields["value"] = _whole(fields["value"])
    for name in ("title", "confidence", "origin"):
        fields[name] = _(fields[name])
    fields["effective_to"] = fields["effective_to"] or _("still in force")
    width = max(len(_(name)) for name in fields) + 2
    for name, value in fields.items():
        if value != "":
            print(wrapped(str(value), f"{_(name):<{width}}", " " * width))


def _today() -> str:
    from datetime import date

    return date.today().isoformat()


def _whole(value: Any) -> str:
    """A value as one line of JSON; text and numbers as they are."""
    import json

    return json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else str(value)


def _short(value: Any) -> str:
    text = _whole(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
