"""Claims name statistics: what a run gives is accepted by `check`, each by its whole name."""

from pathlib import Path

import yaml
from mini_run import run_mini
from mini_trial import write_project

from trialtrace.run.claims.select import PLAIN_KEYS, SECOND_KEYS
from trialtrace.run.tables.contracts import RESULTS, read_table
from trialtrace.run.trial.check import check_trial

OF_DISPLAYS = ("flow", "baseline", "adverse_events")


def selection(row: dict) -> dict:
    """What a claim on a result would say."""
    found = {"analysis": row["analysis_id"], "stat": f"{row['stat_name']}.{row['method']}"}
    if row["method"].startswith(f"{row['stat_name']}."):
        found["stat"] = row["method"]
    if row["comparison"]:
        found["compare"] = {"of": row["comparison"], "to": row["reference"]}
    elif row["group1_level"]:
        found["group"] = row["group1_level"]
    found |= {key: row[key] for key in PLAIN_KEYS if row[key] and key != "parameter"}
    if row["group2"] in SECOND_KEYS:
        level = row["group2_level"]
        found[row["group2"]] = float(level) if row["group2"] == "time" else level
    return found


def test_every_statistic_of_a_run_can_be_claimed(tmp_path: Path):
    (tmp_path / "run").mkdir()
    (tmp_path / "other").mkdir()
    run = run_mini(tmp_path / "run")
    rows = read_table(run.folder / "analysis" / "results.parquet", RESULTS).to_pylist()
    rows = [row for row in rows if row["analysis_id"] not in OF_DISPLAYS]
    assert len(rows) > 40
    at = write_project(tmp_path / "other")
    common = {"from": "main", "place": "a", "label": "A", "printed": "4"}
    claims = {f"c{n}": common | {"is": selection(row)} for n, row in enumerate(rows)}
    file = at.trial_config("mini") / "claims.yaml"
    papers = file.read_text(encoding="utf-8").split("claims:\n")[0]
    file.write_text(papers + yaml.safe_dump({"claims": claims}, sort_keys=False))
    assert "\n\n".join(map(str, check_trial(at, "mini"))) == ""


def told_of(at: Path, **claim) -> str:
    """What `check` says of one claim of the mini trial."""
    at.mkdir()
    project = write_project(at)
    file = project.trial_config("mini") / "claims.yaml"
    papers = file.read_text(encoding="utf-8").split("claims:\n")[0]
    whole = {"from": "main", "place": "a", "label": "A"} | claim
    file.write_text(papers + yaml.safe_dump({"claims": {"own": whole}}, sort_keys=False))
    return "\n\n".join(map(str, check_trial(project, "mini")))


def test_a_ratio_is_above_0_unless_its_logarithm_is_printed(tmp_path: Path):
    hazard = {"analysis": "death_time", "stat": "hazard_ratio.cox"}
    found = told_of(tmp_path / "a", printed="-0.14", **{"is": hazard})
    assert "a ratio is above 0; is it a logarithm?" in found and "as: log" in found
    found = told_of(tmp_path / "b", printed="0.85 (95% CI -0.2 to 1.9)", **{"is": hazard})
    assert "a ratio is above 0" in found
    logarithm = hazard | {"as": "log"}
    assert told_of(tmp_path / "c", printed="-0.14", **{"is": logarithm}) == ""
    risk = {"analysis": "death_time", "stat": "p_value.log_rank", "as": "log"}
    found = told_of(tmp_path / "d", printed="-0.14", **{"is": risk})
    assert "log of p_value.log_rank" in found and "the logarithm of a ratio" in found


def test_each_reading_of_a_claim_is_checked(tmp_path: Path):
    hazard = {"analysis": "death_time", "stat": "hazard_ratio.cox"}
    readings = {
        "one": {"label": "the hazard ratio", "is": hazard},
        "other": {"label": "another", "is": hazard | {"stat": "odds_ratio.woolf"}},
    }
    found = told_of(tmp_path / "a", printed="0.9", readings=readings)
    assert "claims.own.readings.other.is.stat" in found.replace("\n", " ")
    assert "readings.one" not in found
    readings["other"]["is"] = dict(hazard)
    assert told_of(tmp_path / "b", printed="0.9", readings=readings) == ""
    found = told_of(tmp_path / "c", printed="0.9", readings=readings, **{"is": dict(hazard)})
    assert "either is or readings, not both" in found
