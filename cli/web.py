"""``prakira web``: the planner's page, in the browser on this computer."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("web")(web)


def web(
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.")] = 8765,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the browser.")] = False,
    outputs: Annotated[Path, typer.Option(help="Folder that holds the runs.")] = Path("outputs"),
    lan: Annotated[
        bool, typer.Option("--lan", help="Answer others in the local network too, who need the token that is printed.")
    ] = False,
    lang: Annotated[str, typer.Option(help="Language at first: id or en.")] = "id",
) -> None:
    """Choose a district and scenarios, run them and see the results, in the browser. Stop with Ctrl-C."""
    import webbrowser

    from cli.run import language
    from districts.faults import UserError
    from districts.text import translator
    from web.app import HOST, bound_socket, create_app, make_token, serve

    _ = translator(language(lang))
    try:
        outputs.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError("{folder} cannot be used: {reason}", folder=outputs, reason=error.strerror or error) from error
    with bound_socket(port, lan) as bound:
        own_port = int(bound.getsockname()[1])
        token = make_token() if lan else ""
        app = create_app(outputs, lang, own_port, token)
        address = f"http://{HOST}:{own_port}/" + (f"?token={token}" if token else "")
        typer.echo(_("The page is at {address} (stop with Ctrl-C)").format(address=address))
        if lan:
            text = _("Others in this network reach it at http://THIS-COMPUTER'S-ADDRESS:{port}/ with the token "
                     "{token}. What they send and read is not encrypted.")  # fmt: skip
            typer.echo(text.format(port=own_port, token=token))
        if not no_browser:
            webbrowser.open(address)
        with suppress(KeyboardInterrupt):
            serve(app, bound)
    typer.echo(_("Stopped."))
