"""Commands ``scenarios`` and ``levers``: what can be decided, read from the library and from the code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import completion
from cli.run import Json, Lang, language
from cli.tables import wrapped

if TYPE_CHECKING:
    from scenarios.scenario import Scenario


def register(app: typer.Typer) -> None:
    """Adds the commands to ``app``."""
    for command in (scenarios, levers):
        app.command()(command)


def scenarios(
    name: Annotated[
        str | None,
        typer.Argument(help="One scenario, or your own file, which is checked.", autocompletion=completion.scenarios),
    ] = None,
    lang: Lang = "id",
    as_json: Json = False,
) -> None:
    """List the scenarios of the library, or show one with its levers."""
    from scenarios.scenario import library, load_scenario

    language(lang)
    found = [load_scenario(one) for one in (library() if name is None else [name])]
    if as_json:
        typer.echo(json.dumps([scenario.describe() for scenario in found], ensure_ascii=False, indent=1))
        return
    for scenario in found:
        typer.echo(wrapped(f"{scenario.name}: {scenario.title[lang]}", ""))
        typer.echo(wrapped(scenario.explanation[lang]))
        if name is not None:
            _levers_of(scenario, lang)


def _levers_of(scenario: Scenario, lang: str) -> None:
    from districts.text import translator
    from scenarios.levers import LEVERS

    _ = translator(lang)
    if scenario.question:
        typer.echo(wrapped(_("Question: {text}").format(text=scenario.question[lang])))
    typer.echo(wrapped(_("Built on: {chain}").format(chain=" → ".join(scenario.chain))))
    for entry in scenario.describe()["levers"]:
        kind = LEVERS[entry["kind"]]
        title = kind.title_id if lang == "id" else kind.title_en
        fields = ", ".join(f"{key}: {_inline(value)}" for key, value in entry.items() if key != "kind")
        typer.echo(wrapped(f"{entry['kind']} ({title}): {fields}", "  ", "      "))


def _inline(value: Any) -> str:
    """A value as a scenario file may write it on one line."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False).replace('"', "")


def levers(
    name: Annotated[
        str | None, typer.Argument(help="One lever, with all its fields.", autocompletion=completion.levers)
    ] = None,
    lang: Lang = "id",
    as_json: Json = False,
) -> None:
    """List the levers that a scenario file may name, or document one."""
    from districts.faults import UserError
    from districts.names import suggested
    from scenarios.levers import LEVERS
    from scenarios.levers.documents import document, document_all

    language(lang)
    if name is not None and name not in LEVERS:
        message, more = suggested(name, LEVERS, "unknown lever {kind}; nearest known: {near}",
                                  "unknown lever {kind}; `prakira levers` lists those there are")  # fmt: skip
        raise UserError(message, kind=name, **more)
    documents = document_all(lang) if name is None else [document(LEVERS[name], lang)]
    if as_json:
        typer.echo(json.dumps(documents, ensure_ascii=False, indent=1))
        return
    for lever in documents:
        typer.echo(wrapped(f"{lever['kind']}: {lever['title']}", "", "    "))
        if name is not None:
            _document(lever, lang)


def _document(lever: dict[str, Any], lang: str) -> None:
    from districts.text import translator

    _ = translator(lang)
    typer.echo(wrapped(lever["text"]))
    typer.echo(wrapped(_("Cost: {text}").format(text=lever["cost"])))
    typer.echo(wrapped(_("Evidence: {text}").format(text=lever["evidence"])))
    for fact in lever["facts"]:
        sure = _("confidence {text}").format(text=_(fact["confidence"]))
        typer.echo(wrapped(f"{fact['id']}: {fact['text']}; {sure}", "      ", "        "))
    typer.echo(_("Fields"))
    for field in lever["fields"]:
        typer.echo(wrapped(f"{field['name']}: {field['about']}", "  ", "      "))
        typer.echo(wrapped(field["form"], "      "))
        for part in field["parts"]:
            about = f"{part['name']}: {part['about']}" + (f" ({part['form']})" if part["form"] else "")
            typer.echo(wrapped(about, "        ", "            "))
    typer.echo(_("Example (from the scenario {name})").format(name=lever["example"]["scenario"]))
    typer.echo("".join(f"  {line}\n" for line in lever["example"]["yaml"].splitlines()), nl=False)
