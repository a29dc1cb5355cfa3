"""Rows with a start and a stop: drafted as events that a patient can have several times."""

from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml
from made_exports import write
from mini_run import run_stages

from trialtrace.base.paths import Project
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.load import load_trial

Call = Callable[..., int]
CGD = "registry:survival/cgd"
HEAD = "id,arm,start,stop,event"


def read(at: Project, file: str) -> dict:
    return yaml.safe_load((at.trial_config("mine") / file).read_text(encoding="utf-8"))


def rows(several: bool = True, overlap: bool = False) -> list[str]:
    """Forty patients with two intervals each, of which the first and maybe the second ends with
    the event; the second begins where the first ends, or before."""
    made = [HEAD]
    for n in range(40):
        first, last = 20 + n, 100 + 2 * n
        arm, start = "ab"[n % 2], first - 5 if overlap else first
        made.append(f"{n},{arm},0,{first},1")
        made.append(f"{n},{arm},{start},{last},{int(several and n % 3 == 0)}")
    return made


def test_cgd(at: Project, call: Call):
    assert call("new", "mine", CGD, "--yes") == 0
    assert check_trial(at, "mine") == []
    endpoint = read(at, "endpoints.yaml")["status"]
    assert endpoint["kind"] == "recurrent_events"
    assert (endpoint["starts"], endpoint["stops"]) == ("tstart", "tstop")
    assert endpoint["event"] == {"status": {"is": "1"}}
    guesses = read(at, "guesses.yaml")["guesses"]
    assert guesses["kind"]["value"] == "recurrent_events"
    assert "76 end with the event" in guesses["kind"]["evidence"]
    assert guesses["unit"]["value"] == "days"
    assert read(at, "plan.yaml")["displays"]["mean_cumulative"][0]["endpoint"] == "status"
    run = run_stages(load_trial("mine", at), at.results / "mine", at)
    found = {
        row["result_id"].removeprefix("mine/"): row
        for row in pq.read_table(run.folder / "analysis" / "results.parquet").to_pylist()
    }
    # N Engl J Med 1991;324:509: 20 infections with interferon, 56 with placebo.
    for arm, n in (("rifn_g", 20), ("placebo", 56)):
        assert found[f"status/events.recurrent@{arm}"]["stat_value"] == n
    # survival of R, coxph(Surv(tstart, tstop, status) ~ treat, ties = "efron"), with
    # cluster(id) and without.
    for name, low, high in (
        ("status/rate_ratio.lwyy", 0.1814689, 0.6163734),
        ("status_andersen_gill/rate_ratio.andersen_gill", 0.2005152, 0.5578261),
    ):
        row = found[f"{name}@rifn_g-placebo"]
        got = [row[key] for key in ("stat_value", "ci_low", "ci_high")]
        assert got == pytest.approx([0.3344437, low, high], abs=5e-8)


def test_counted_where_that_is_told(at: Project, call: Call):
    assert call("new", "mine", CGD, "--primary", "status", "--kind", "count", "--yes") == 0
    assert read(at, "endpoints.yaml")["status"]["kind"] == "occurrence_count"
    assert "kind" not in read(at, "guesses.yaml")["guesses"]


def test_the_guess_of_the_kind_is_changed(at: Project, call: Call):
    assert call("new", "mine", CGD, "--yes") == 0
    assert call("confirm", "mine", "--key", "kind", "--value", "count") == 0
    assert read(at, "endpoints.yaml")["status"]["kind"] == "occurrence_count"
    assert not {"kind", "unit"} & set(read(at, "guesses.yaml")["guesses"])


@pytest.mark.parametrize(
    ("case", "kind"),
    [({}, "recurrent_events"), ({"several": False}, "other"), ({"overlap": True}, "other")],
)
def test_only_intervals_with_several_events(
    at: Project, call: Call, tmp_path: Path, case: dict[str, bool], kind: str
):
    path = tmp_path / "data" / "intervals.csv"
    write(path, rows(**case))
    assert call("new", "mine", path, "--primary", "event", "--yes") == 0
    found = {one["kind"] for one in read(at, "endpoints.yaml").values()}
    assert ("recurrent_events" in found) == (kind == "recurrent_events")


def test_no_intervals(at: Project, call: Call, capsys: pytest.CaptureFixture[str]):
    given = [at.root / "data" / "visits.csv", "--primary", "relief", "--yes"]
    assert call("new", "mine", *given, "--kind", "recurrent_events") == 1
    assert "columns such as tstart and tstop" in capsys.readouterr().err
