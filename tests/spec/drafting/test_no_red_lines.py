"""Drafts of honest exports whose runs must say nothing in red."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from made_exports import ARMS, write
from mini_run import run_stages

from trialtrace.base.paths import Project
from trialtrace.report.audit.red_lines import guessed_logs
from trialtrace.run.cleaning.account import read_account
from trialtrace.run.endpoints.losses import read_losses
from trialtrace.run.trial.load import load_trial

Call = Callable[..., int]


def red(at: Project, call: Call, paths: list[Path], *flags: str) -> list[str]:
    """The red lines of rows and columns that the run of a draft has."""
    control = () if "--control" in flags else ("--control", "Placebo")
    assert call("new", "mine", *paths, "--yes", *control, *flags) == 0
    run = run_stages(load_trial("mine", at), at.results / "mine", at)
    of_rows = read_account(run.folder / "clean").warnings
    lines = [*of_rows, *read_losses(run.folder / "derived").warnings]
    # Exports of a test are drawn: what looks too even is none of theirs.
    return [one.text for one in lines if one.kind != "unusual_rows"]


def content(at: Project, file: str) -> dict:
    return yaml.safe_load((at.trial_config("mine") / file).read_text(encoding="utf-8"))


@pytest.mark.parametrize("mark", ["", "NA"])
def test_columns_of_one_event(at: Project, call: Call, mark: str):
    """A longitudinal REDCap export: age at the first event, contentment at the last."""
    draw, lines = random.Random(6), ["record_id,redcap_event_name,arm,age,pain,content"]
    for n in range(1, 41):
        for event in ("baseline_arm_1", "month_3_arm_1", "month_6_arm_1"):
            first = event.startswith("base")
            known = f"{ARMS[n % 2]},{draw.randint(20, 70)}" if first else f"{mark},{mark}"
            last = str(draw.randint(0, 1)) if event.startswith("month_6") else mark
            lines.append(f"{n},{event},{known},{draw.randint(0, 60)},{last}")
    write(at.root / "data" / "visits.csv", lines)
    assert red(at, call, [at.root / "data" / "visits.csv"], "--primary", "pain") == []
    guesses = content(at, "guesses.yaml")["guesses"]
    assert "age at baseline_arm_1" in guesses["once.visits"]["value"]
    # What came later describes no patient.
    assert "content" not in content(at, "trial.yaml")["subjects"].get("variables", {})
    dictionary = (at.trial_config("mine") / "dictionary.csv").read_text(encoding="utf-8")
    assert "[redcap_event_name] = 'baseline_arm_1'" in dictionary


def test_arms_written_with_decimals_are_those_of_their_codes(at: Project, call: Call, capsys):
    """A program that knows a gap in a column writes 1.0 for 1; so may who tells the control."""
    lines = ["pid,arm,age,cured", *(f"{n},{n % 2}.0,{20 + n},{n * 7 % 5 % 2}" for n in range(60))]
    write(at.root / "data" / "a.csv", lines)
    paths = [at.root / "data" / "a.csv"]
    assert red(at, call, paths, "--primary", "cured", "--arm", "arm", "--control", "0.0") == []
    assert load_trial("mine", at).design.control.code == "0"
    assert sum(read_losses(at.results / "mine" / "derived").known["cured"][""]["arm_1"]) == 60
    path = at.trial_config("mine") / "trial.yaml"
    path.write_text(path.read_text().replace('code: "1"', 'code: "1.0"'))
    assert call("check", "mine") == 1 and 'did you mean the code "1"?' in capsys.readouterr().err


def test_a_blinded_draft_leaves_out_whoever_was_not_randomised(at: Project, call: Call, capsys):
    draw, lines = random.Random(9), ["USUBJID,TRT01P,RANDFL,AVAL"]
    for n in range(1, 61):
        lot = f"{'AB'[n % 2]},Y" if n % 6 else ",N"
        lines.append(f"S{n:02},{lot},{draw.gauss(0, 1):.2f}")
    write(at.root / "data" / "adsl.csv", lines)
    assert call("new", "mine", at.root / "data" / "adsl.csv", "--yes") == 0
    assert load_trial("mine", at).pooled
    assert content(at, "trial.yaml")["populations"]["itt"]["label"] == "All randomised (RANDFL)"
    assert call("check", "mine") == 0 and "Population itt" not in capsys.readouterr().out


@pytest.mark.parametrize("flag", ["ITTFL", "RANDFL"])
def test_a_population_that_leaves_out_somebody_with_an_arm(at: Project, call: Call, flag: str):
    draw, lines = random.Random(7), [f"USUBJID,TRT01P,{flag},AVAL"]
    for n in range(1, 61):
        lines.append(f"S{n:02},{ARMS[n % 2]},{'NY'[n % 9 > 0]},{draw.gauss(0, 1):.2f}")
    write(at.root / "data" / "adsl.csv", lines)
    assert red(at, call, [at.root / "data" / "adsl.csv"], "--primary", "AVAL") == []
    assert content(at, "trial.yaml")["populations"]["itt"]["label"] == f"Randomised, with {flag} Y"


def test_a_log_of_some_patients(at: Project, call: Call):
    draw = random.Random(8)
    patients = [f"S{n:02}" for n in range(1, 61)]
    base = [f"{one},{ARMS[n % 2]},{draw.choice(['no', 'yes'])}" for n, one in enumerate(patients)]
    ill = draw.sample(patients, 40) + draw.choices(patients[::3], k=30)
    some = [one for one in ill if one not in draw.sample(patients, 20)]
    days = draw.sample(range(365), len(some))
    log = [f"{one},rash,{2021 + day // 365}-{day // 31 + 1:02}-{day % 28 + 1:02}"
           for one, day in zip(some, days, strict=True)]  # fmt: skip
    write(at.root / "data" / "base.csv", ["usubjid,arm,cured", *base])
    write(at.root / "data" / "ae.csv", ["usubjid,term,start", *log])
    paths = [at.root / "data" / one for one in ("base.csv", "ae.csv")]
    assert len({*some}) < 0.75 * len(patients) < len(patients)
    assert red(at, call, paths, "--primary", "cured") == []
    assert content(at, "cleaning.yaml")["tables"]["ae"]["covers"] == "some"
    guesses = content(at, "guesses.yaml")["guesses"]
    assert f"{len({*some})} of 60 patients" in str(guesses)
    account = read_account(at.results / "mine" / "clean")
    (line,) = guessed_logs(account, guesses)
    assert f"ae has rows of {len({*some})} of 60 subjects" in line
    assert not guessed_logs(account, [])
