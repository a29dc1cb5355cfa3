"""Rows with a start and a stop: drafted as events that a patient can have several times."""

import re
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml
from made_exports import write
from mini_run import run_stages

from trialtrace.base.paths import Project
from trialtrace.report.material import Material
from trialtrace.report.sections.harms_in_short import harms_in_short
from trialtrace.run.sources.registry_package import load_installed
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.load import load_settings, load_trial

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


def test_an_event_at_the_end_of_intervals_has_the_hazard_ratio(at: Project, call: Call):
    """Each patient's time cut in two is the same time: coxph(Surv(time, status) ~ trt, veteran),
    and with intervals and cluster(id), of survival in R."""
    frame = load_installed({"veteran": "survival/veteran"}, "test")[1][0].records.cells.to_pandas()
    made = ["id,trt,start,stop,status"]
    for n, one in enumerate(frame.itertuples(), start=1):
        half, whole = float(one.time) / 2, float(one.time)
        made += [f"{n},{one.trt},0,{half},0", f"{n},{one.trt},{half},{whole},{one.status}"]
    path = at.root / "data" / "intervals.csv"
    write(path, made)
    given = ("--arm", "trt", "--control", "1", "--primary", "status", "--yes")
    assert call("new", "mine", path, *given) == 0
    guess = read(at, "guesses.yaml")["guesses"]["kind"]
    assert "nobody has another: the ratio of the rates is then the hazard" in guess["evidence"]
    assert "mean_events" not in str(read(at, "plan.yaml"))
    run = run_stages(load_trial("mine", at), at.results / "mine", at)
    rows = pq.read_table(run.folder / "analysis" / "results.parquet").to_pylist()
    found = {row["result_id"].partition("/")[2].partition("@")[0]: row for row in rows}
    for name, low, high in (
        ("status_andersen_gill/rate_ratio.andersen_gill", 0.714375526107, 1.450388783454),
        ("status/rate_ratio.lwyy", 0.720031200052, 1.438996324276),
    ):
        got = [found[name][key] for key in ("stat_value", "ci_low", "ci_high")]
        assert got == pytest.approx([1.017900903939, low, high], rel=1e-9)


def test_rows_that_nothing_tells_apart_are_counted_or_averaged(at: Project, call: Call):
    lines = ["id,arm,fibre,force"]
    for n in range(24):
        lines += [f"{n},{('control', 'high')[n % 2]},{k % 2},{n % 2 + k + 0.5}" for k in range(3)]
    path = at.root / "data" / "fibres.csv"
    write(path, lines)
    given = ("--arm", "arm", "--control", "control", "--primary", "force")
    assert call("new", "mine", path, *given) == 0
    assert read(at, "endpoints.yaml")["force"]["statistic"] == "mean"
    run = run_stages(load_trial("mine", at), at.results / "mine", at)
    rows = pq.read_table(run.folder / "analysis" / "results.parquet").to_pylist()
    found = {row["result_id"]: row["stat_value"] for row in rows}
    # 0.5, 1.5 and 2.5 of each patient of one arm, one more in the other.
    assert found["mine/force/mean.t_interval@control"] == 1.5
    assert found["mine/force/mean_difference.welch@high-control"] == 1.0


def test_deaths_that_end_intervals_are_told(at: Project, call: Call):
    """An endpoint in intervals whose event is death is one of death, whose deaths are counted."""
    lines = ["id,arm,start,stop,fit,death"]
    for n in range(40):
        lines += [f"{n},{'ab'[n % 2]},0,{20 + n},1,0"]
        lines += [f"{n},{'ab'[n % 2]},{25 + n},{90 + n},0,{int(n % 5 == 0 or n % 7 == 1)}"]
    path = at.root / "data" / "fits.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    given = ("--arm", "arm", "--control", "a", "--primary", "fit", "--secondary", "death", "--yes")
    assert call("new", "mine", path, *given) == 0
    assert read(at, "endpoints.yaml")["death"]["event_label"] == "Death"
    run = run_stages(load_trial("mine", at), at.results / "mine", at)
    told = harms_in_short(Material(run.trial, load_settings(at), run.folder, {}), {})[0]
    died = {arm: sum(line.split(",")[1::4] == [arm, "1"] for line in lines) for arm in "ab"}
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", told).replace("\u00a0", " ")
    assert text.startswith(f"Deaths: B {died['b']}/20, A {died['a']}/20; B against A: rate ratio")
