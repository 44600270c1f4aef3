"""The command ``prakira`` for tests: within their process, which is quick, or as a user types it."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from contextlib import chdir, nullcontext, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from cli.main import main

ROOT = Path(__file__).parent.parent
PATHS = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])


def prakira(*words: object, at: Path, reports: bool = True) -> subprocess.CompletedProcess[str]:
    """The command through its entry point, within this process; nothing is a terminal. Without ``reports`` a run is
    told but its reports are not written: where they are not what is tested. Where no --jobs are asked for there is one
    process, since the tests themselves run on all cores."""
    out, error, code = io.StringIO(), io.StringIO(), 0
    written = nullcontext() if reports else patch("reports.write.write_outputs", return_value=[])
    argv = ["prakira", *map(str, words)]
    alone = patch("scenarios.workers.cores", return_value=1)
    with written, alone, patch.object(sys, "argv", argv), chdir(at), redirect_stdout(out), redirect_stderr(error):
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
    return subprocess.CompletedProcess(argv, code, out.getvalue(), error.getvalue())


def typed(*words: object, at: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, its output in pipes; ``more`` is set in its environment."""
    return subprocess.run([sys.executable, "-m", "cli.main", *map(str, words)], cwd=at, capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": PATHS, **more}, check=False)  # fmt: skip
