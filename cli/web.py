"""``prakira web``: the results on this computer, in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("web")(web)


def web(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.")] = 8765,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the browser.")] = False,
    outputs: Annotated[Path, typer.Option(help="Folder that holds the runs.")] = Path("outputs"),
    lang: Annotated[str, typer.Option(help="Language of the list: id or en.")] = "id",
) -> None:
    """Show finished runs in the browser, on this computer only. Stop with Ctrl-C."""
    import webbrowser

    from districts.faults import UserError
    from districts.text import LANGUAGES, translator
    from web.server import HOST, make_server

    if lang not in LANGUAGES:
        raise UserError("unknown language {lang}; choose id or en", lang=lang)
    if not outputs.is_dir():
        raise UserError("there is no folder {folder}", folder=str(outputs))
    server = make_server(outputs, port, lang)
    address = f"http://{HOST}:{server.server_address[1]}/"
    typer.echo(translator(lang)("Results are shown at {address} (stop with Ctrl-C)").format(address=address))
    if not no_browser:
        webbrowser.open(address)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        typer.echo(translator(lang)("Stopped."))
    finally:
        server.server_close()
