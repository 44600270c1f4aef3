"""One scenario is taken out of a run on the page, and in again: the others and all that is stored stay."""

from __future__ import annotations

import html
import sqlite3
import time
from pathlib import Path

import fake_engine
import pytest
from fastapi.testclient import TestClient
from test_web import OWN, opened, until
from test_web_runs import _WAITS, EXAMPLE, name_of, opened_beside, stand_in, start

from scenarios.plan import prepare
from scenarios.run import execute
from scenarios.store import FILE, RunStore
from web.job import Job, State, load_job, save_job
from web.progress import counts, progress
from web.runner import plan_of

ALL = ("baseline", "uhc-non-cut-off", "pbi-cut")


def stored_run(outputs: Path, state: State, of_pbi: int = 1, replicates: int = 4) -> str:
    """A run with all units of its first two scenarios, and so many of the third."""
    job = Job("kept", state, created=1.0, queued=1.0, district="Contoh", where="kabupaten-contoh", scenarios=ALL,
              months=14, replicates=replicates)  # fmt: skip
    (outputs / "kept").mkdir(parents=True)
    save_job(outputs, job)
    ready = prepare(plan_of(outputs / "kept", job))
    execute(ready.plan, outputs / "kept", resume=True, prepared=ready, simulate=fake_engine.simulate).close()
    with sqlite3.connect(outputs / "kept" / FILE) as store:
        store.execute("DELETE FROM units WHERE scenario = 'pbi-cut' AND replicate >= ?", (of_pbi,))
    return "kept"


def leave(client: TestClient, run: str, scenario: str, act: str = "leave-out", **fields: str) -> str:
    """What a press of the button beside a scenario leads to, as text."""
    return html.unescape(client.post(f"/runs/{run}/{act}", data={"scenario": scenario, **fields}, headers=OWN).text)


def test_a_scenario_of_a_waiting_run_is_cancelled_and_every_reader_sees_it(tmp_path: Path) -> None:
    with opened(tmp_path, command=stand_in("time.sleep(60)")) as client, opened_beside(tmp_path) as other:
        first, run = (name_of(start(client, EXAMPLE, list(ALL))) for _ in range(2))
        until(lambda: load_job(tmp_path, first).state == "running")
        page = client.get(f"/runs/{run}").text
        assert "Menghitung 3 skenario × 2 ulangan" in page
        assert page.count("Batalkan skenario ini") == 3
        page = leave(client, run, "pbi-cut")
        assert "Menghitung 2 skenario × 2 ulangan" in page
        assert "dibatalkan; 0 dari 2 ulangan tersimpan" in page
        assert load_job(tmp_path, run).state == "queued"
        assert "dibatalkan; 0 dari 2 ulangan tersimpan" in other.get(f"/runs/{run}").text
        assert "Menghitung 3 skenario" in leave(client, run, "pbi-cut", "take-in")
        leave(client, run, "pbi-cut")
    with opened(tmp_path, command=stand_in("time.sleep(60)")) as client:  # a server started anew
        assert "Menghitung 2 skenario × 2 ulangan" in client.get(f"/runs/{run}").text
        assert load_job(tmp_path, run).names == ("baseline", "uhc-non-cut-off")


def test_a_scenario_of_a_running_run_is_cancelled_and_the_others_go_on(tmp_path: Path) -> None:
    run = stored_run(tmp_path, "queued")
    with opened(tmp_path, command=stand_in(_WAITS)) as client:
        until(lambda: load_job(tmp_path, run).state == "running")
        begun = load_job(tmp_path, run).begun
        leave(client, run, "pbi-cut")
        until(lambda: load_job(tmp_path, run).state == "running")
        assert load_job(tmp_path, run).begun > begun  # its process was ended, and another one goes on with the rest
        assert counts(tmp_path / run) == {"baseline": 4, "uhc-non-cut-off": 4}
        far = progress(tmp_path, load_job(tmp_path, run))
        assert (far.done, far.total) == (8, 8)
        with RunStore.open(tmp_path / run) as store:
            assert store.scenarios == ["baseline", "uhc-non-cut-off"]
            assert ("pbi-cut", 0) in store.done()
        (tmp_path / run / "go").touch()
        until(lambda: load_job(tmp_path, run).state == "done")
        page = client.get(f"/runs/{run}").text
        assert "Skenario yang dibatalkan" in page
        assert "1 dari 4 ulangan tersimpan; tidak masuk hasil" in page
        assert "PBI-JK" not in page[page.index("<table") : page.index("</table>")]
        lines = client.get(f"/runs/{run}/files/export.csv").text
        assert "uhc-non-cut-off" in lines
        assert "pbi-cut" not in lines
        (tmp_path / run / "go").unlink()
        leave(client, run, "pbi-cut", "take-in")
        assert load_job(tmp_path, run).under_way
        assert counts(tmp_path / run)["pbi-cut"] == 1  # nothing is computed twice


def test_a_scenario_on_which_others_depend_is_cancelled_only_after_that_is_said(tmp_path: Path) -> None:
    run = stored_run(tmp_path, "paused", of_pbi=0)
    with sqlite3.connect(tmp_path / run / FILE) as store:
        store.execute("DELETE FROM units WHERE replicate >= 1")
    with opened(tmp_path) as client:
        page = leave(client, run, "baseline")
        assert "Batalkan “Tanpa keputusan baru” saja?" in page
        assert "pembandingnya menjadi “UHC non cut-off, status dijaga”." in page
        assert load_job(tmp_path, run).left_out == ()
        page = leave(client, run, "uhc-non-cut-off")
        assert "Jumlah yang diusulkan dihitung dari skenario ini." in page
        assert load_job(tmp_path, run).left_out == ()
        leave(client, run, "baseline", sure="1")
        assert load_job(tmp_path, run).names == ("uhc-non-cut-off", "pbi-cut")
        assert load_job(tmp_path, run).state == "paused"
        leave(client, run, "pbi-cut")
        page = leave(client, run, "uhc-non-cut-off")
        assert "yang masih dihitung." in page
        assert "Batalkan seluruh hitungan" in page
        assert "hanya skenario ini" in leave(client, run, "uhc-non-cut-off", sure="1").lower()
        assert load_job(tmp_path, run).names == ("uhc-non-cut-off",)
        assert "Batalkan skenario ini" not in client.get(f"/runs/{run}").text


def test_a_finished_scenario_is_not_cancelled_and_its_process_goes_on(tmp_path: Path) -> None:
    run = stored_run(tmp_path, "queued")
    with opened(tmp_path, command=stand_in(_WAITS)) as client:
        until(lambda: load_job(tmp_path, run).state == "running")
        begun = load_job(tmp_path, run).begun
        leave(client, run, "uhc-non-cut-off", sure="1")
        assert load_job(tmp_path, run).left_out == ()
        time.sleep(0.5)
        assert load_job(tmp_path, run).begun == begun


def test_what_cannot_be_written_down_leaves_the_run_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = stored_run(tmp_path, "queued")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with opened(tmp_path, command=stand_in(_WAITS)) as client:
        until(lambda: load_job(tmp_path, run).state == "running")
        monkeypatch.setattr("web.leaving.choose_scenarios", full)
        assert "iska" in leave(client, run, "pbi-cut")
        until(lambda: load_job(tmp_path, run).state == "running")
        assert load_job(tmp_path, run).left_out == ()
        assert counts(tmp_path / run)["pbi-cut"] == 1


def test_nothing_is_to_be_cancelled_while_the_reports_are_written(tmp_path: Path) -> None:
    run = stored_run(tmp_path, "queued", of_pbi=4)
    with opened(tmp_path, command=stand_in(_WAITS)) as client:
        until(lambda: load_job(tmp_path, run).state == "running")
        page = client.get(f"/runs/{run}").text
        assert "Menulis laporan …" in page
        for button in ("/cancel", "/pause", "/leave-out"):
            assert f'formaction="/runs/{run}{button}"' not in page


def test_the_interim_need_is_that_of_the_scenario_that_is_named_or_waits_for_it(tmp_path: Path) -> None:
    run = stored_run(tmp_path, "paused")
    with opened(tmp_path) as client:
        page = client.get(f"/runs/{run}/interim").text
        assert "Skenario: UHC non cut-off" in page
        assert "Kebutuhan" in page
        with sqlite3.connect(tmp_path / run / FILE) as store:
            store.execute("DELETE FROM units WHERE scenario = 'uhc-non-cut-off'")
        page = client.get(f"/runs/{run}/interim").text
        assert "Kebutuhan disebut menurut skenario “UHC non cut-off" in page
        assert "Rp" not in page[: page.index("<table")]
