"""Exports of visits in which the arm, and what came of it, stand in the row of one visit alone."""

from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml
from mini_run import run_stages

from trialtrace.base.paths import Project
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.load import load_trial

Call = Callable[..., int]
EVENTS = ("baseline_arm_1", "month_3_arm_1", "month_6_arm_1")


def export(path: Path, absent: str = "") -> Path:
    """A longitudinal REDCap export: arm, age and sex at baseline, pain at every event, and whether
    the wound had healed at the last."""
    lines = ["record_id,redcap_event_name,arm,age,sex,pain,healed"]
    for n in range(1, 41):
        arm, sex = ("drug", "placebo")[n % 2], "fm"[n // 2 % 2]
        for place, event in enumerate(EVENTS):
            first = f"{arm},{30 + n},{sex}" if not place else ",".join([absent] * 3)
            healed = str(int(n % 3 == 0)) if place == 2 and n != 7 else absent
            lines.append(f"{n},{event},{first},{(7 * n + 5 * place) % 41},{healed}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def read(at: Project, file: str) -> dict:
    return yaml.safe_load((at.trial_config("mine") / file).read_text(encoding="utf-8"))


def results(at: Project) -> dict[str, str]:
    run = run_stages(load_trial("mine", at), at.results / "mine", at)
    rows = pq.read_table(run.folder / "analysis" / "results.parquet").to_pylist()
    return {row["result_id"].partition("/")[2]: row["stat_text"] for row in rows}


@pytest.mark.parametrize("absent", ["", "NA"])
def test_the_arm_at_baseline_is_that_of_all_rows(at: Project, call: Call, absent: str):
    path = export(at.root / "data" / "long.csv", absent)
    assert call("new", "mine", path, "--primary", "pain", "--control", "placebo") == 0
    assert call("confirm", "mine", "--all") == 0
    assert check_trial(at, "mine") == []
    trial = read(at, "trial.yaml")
    assert trial["tables"]["long"]["arm"] == "arm"
    assert trial["subjects"]["age"]["column"] == "age"
    assert trial["subjects"]["sex"]["column"] == "sex"
    told = results(at)
    ends = (
        "pain/mean_difference.ancova@drug-placebo",
        "pain_crude/mean_difference.welch@drug-placebo",
    )
    assert all(any(one.startswith(end) for one in told) for end in ends)


def test_an_outcome_of_the_last_visit_is_once_a_patient(at: Project, call: Call):
    path = export(at.root / "data" / "long.csv")
    given = ("--arm", "arm", "--control", "placebo", "--primary", "healed", "--event", "1")
    assert call("new", "mine", path, *given) == 0
    assert check_trial(at, "mine") == []
    healed = read(at, "endpoints.yaml")["healed"]
    assert healed["kind"] == "event"
    assert healed["where"] == {"redcap_event_name": {"is": "month_6_arm_1"}}
    told = results(at)
    # 13 of the 40 are divisible by 3, 6 of them even; 7, of the placebo group, is not known.
    assert told["healed/count.events@drug"] == "6"
    assert told["healed/count.events@placebo"] == "7"
    assert any(one.startswith("healed/risk_difference.newcombe@drug-placebo") for one in told)
