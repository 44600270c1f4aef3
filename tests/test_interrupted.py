"""Ctrl-C while a command starts: one line, exit code 1, and no word from any of its processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PATHS = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
#: What begins in the background of a shell ignores Ctrl-C, which must not be so here.
HEARD = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); print('begun', flush=True)\n"
COMMAND = "from cli.main import main; main()"
#: Two processes that sleep, begun as those of a run are.
WORKERS = """
if __name__ == "__main__":
    import operator, time
    from scenarios.workers import each
    try:
        list(each(operator.call, time.sleep, [60.0, 61.0, 62.0, 63.0], 2))
    except KeyboardInterrupt:
        print("heard", flush=True)
"""
#: What a process finds when its first unit begins: whether Ctrl-C can reach it.
REACHED = """
if __name__ == "__main__":
    import signal
    from scenarios.workers import each
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    for _how, blocked in each(signal.pthread_sigmask, signal.SIG_BLOCK, [()], 2):
        print(signal.SIGINT in blocked)
    print(signal.pthread_sigmask(signal.SIG_BLOCK, []) == before)
"""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX signals")


def begun(code: str, *words: str) -> subprocess.Popen[str]:
    """A program in a group of its own, as a shell starts one, once Python is there."""
    process = subprocess.Popen(
        [sys.executable, "-c", HEARD + code, *words], cwd=ROOT, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": PATHS},
    )  # fmt: skip
    assert process.stdout
    assert process.stdout.readline() == "begun\n"
    return process


def pressed(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Ctrl-C, which reaches all processes of the group; output and messages."""
    os.killpg(process.pid, signal.SIGINT)
    return process.communicate(timeout=60)


@pytest.mark.parametrize("seconds", [0.3, 0.6, 1.0, 1.5, 2.5])
def test_ctrl_c_while_a_run_starts_is_one_line(tmp_path: Path, seconds: float) -> None:
    words = ("run", "kabupaten-contoh", "--scenario", "baseline", "--replicates", "500", "--jobs", "2", "--quiet")
    process = begun(COMMAND, *words, "--out", str(tmp_path / "x"))
    time.sleep(seconds)
    _out, error = pressed(process)
    assert process.returncode == 1
    assert "Traceback" not in error
    assert error.splitlines()[-1] == "Dihentikan."


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc")
@pytest.mark.parametrize("seconds", [0.0, 0.05, 0.2, 0.5])
def test_a_process_that_starts_hears_nothing_of_ctrl_c(seconds: float) -> None:
    process = begun(WORKERS)
    deadline = time.monotonic() + 60
    while not _spawned(process.pid) and time.monotonic() < deadline:
        time.sleep(0.005)
    time.sleep(seconds)
    assert pressed(process) == ("heard\n", "")


def _spawned(parent: int) -> bool:
    """Whether a process of the pool has begun."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="utf-8").split()
    found = [Path(f"/proc/{child}/cmdline") for child in children]
    return any(b"spawn_main" in path.read_bytes() for path in found if path.exists())


def test_a_process_is_made_deaf_to_ctrl_c_and_its_parent_is_not() -> None:
    process = begun(REACHED)
    assert process.communicate(timeout=60) == ("True\nTrue\n", "")
