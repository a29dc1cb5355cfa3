"""A crossover in several tables: what was given, what was measured, and who the patients are."""

import random
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import yaml
from made_exports import write
from test_designs import crossover, read, results

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.questions import Question, first_choice
from trialtrace.run.drafting.tables import profile
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.load import load_trial

Call = Callable[..., int]


def drafted(folder: Path, asked: dict[str, Question] | None = None, **told: str) -> Draft:
    def ask(question: Question) -> str | None:
        (asked if asked is not None else {})[question.flag] = question
        return first_choice(question)

    return decide(profile([str(folder)]), told, ask)


def apart(folder: Path, *, also: bool = False) -> Path:
    """The crossover of one file as three; `also` a fourth has another outcome."""
    rows = pd.read_csv(crossover(folder.parent / "whole.csv"))
    folder.mkdir()
    patients = rows.drop_duplicates("pid")[["pid", "age", "sequence"]]
    patients.to_csv(folder / "patients.csv", index=False)
    rows[["pid", "period", "treatment"]].to_csv(folder / "periods.csv", index=False)
    rows[["pid", "period", "minutes"]].to_csv(folder / "outcomes.csv", index=False)
    if also:
        woken = rows.assign(woken=rows["minutes"] // 7)[["pid", "period", "woken"]]
        woken.to_csv(folder / "measurements.csv", index=False)
    return folder


def test_treatments_of_another_table_give_the_numbers_of_one(at: Project, call: Call):
    told = ("--control", "D", "--primary", "minutes")
    assert call("new", "mine", apart(at.root / "data" / "apart"), *told, "--yes") == 0
    assert check_trial(at, "mine") == []
    tables = read(at, "trial.yaml")["tables"]
    assert tables["outcomes"]["arm_of"] == {"table": "periods", "by": ["period"]}
    arm = read(at, "guesses.yaml")["guesses"]["arm"]
    assert arm["key"] == "tables.outcomes.arm_of" and "It stands in periods" in arm["evidence"]
    assert tables["periods"]["arm"] == "treatment" and "arm" not in tables["outcomes"]
    assert read(at, "trial.yaml")["subjects"]["age"]["column"] == "age"
    found = results(at)["minutes/mean_difference.crossover@b-d"]
    ends = [found[name] for name in ("stat_value", "ci_low", "ci_high")]
    # As lm(minutes ~ factor(pid) + treatment + factor(period)) of R has the treatment.
    assert ends == pytest.approx([-6.5, -8.024828256, -4.975171744])


def test_a_blinded_run_has_all_patients_together(at: Project, call: Call):
    assert call("new", "mine", apart(at.root / "data" / "apart")) == 0
    assert load_trial("mine", at).pooled
    assert {row["group1_level"] for row in results(at).values()} == {"all"}


def test_outcomes_of_several_tables_are_offered(at: Project):
    folder = apart(at.root / "data" / "apart", also=True)
    asked: dict[str, Question] = {}
    made = drafted(folder, asked)
    offered = {name for name, _ in asked["primary"].choices}
    assert offered == {"minutes", "woken"} and not asked["primary"].sure
    assert made.design.sequence == "sequence" and made.home.name == "patients"
    other = drafted(folder, primary="woken")
    assert other.primary.table == "measurements" and other.design.kind == "crossover"


def test_a_crossover_with_a_file_an_outcome_takes_none_unasked(at: Project, call: Call):
    """Each has the treatment: the first was taken, and the other not offered."""
    rows = pd.read_csv(crossover(at.root / "data" / "whole.csv"))
    folder = at.root / "data" / "each"
    folder.mkdir()
    rows[["pid", "period", "treatment", "minutes"]].to_csv(folder / "outcomes.csv", index=False)
    woken = rows.assign(woken=rows["minutes"] // 7)
    woken[["pid", "period", "treatment", "woken"]].to_csv(folder / "measurements.csv", index=False)
    asked: dict[str, Question] = {}
    drafted(folder, asked)
    assert not asked["primary"].sure and len(asked["primary"].choices) == 2
    assert call("new", "mine", folder, "--control", "D", "--primary", "woken", "--yes") == 0
    assert check_trial(at, "mine") == []
    told = {name: one.get("arm") for name, one in read(at, "trial.yaml")["tables"].items()}
    assert told == {"patients": None, "measurements": "treatment", "outcomes": "treatment"}


def several(folder: Path, name: str, levels: tuple[str, ...]) -> Path:
    """The crossover with some rows of each period, told apart by a column of that name."""
    apart(folder)
    rows, draw = pd.read_csv(folder / "outcomes.csv"), random.Random(3)
    lines = [
        f"{one.pid},{one.period},{level},{one.minutes + draw.randint(0, 3)}"
        for one in rows.itertuples()
        for level in levels
    ]
    write(folder / "outcomes.csv", [f"pid,period,{name},minutes", *lines])
    return folder


def test_which_of_several_rows_is_compared_is_asked(at: Project, call: Call):
    """It was refused; the draft has the rows after treatment, and computes nothing by arm."""
    folder = several(at.root / "data" / "rows", "moment", ("pre", "post"))
    asked: dict[str, Question] = {}
    made = drafted(folder, asked)
    assert [name for name, _ in asked["where"].choices] == ["moment=post", "moment=pre"]
    assert not asked["where"].sure and "where" not in made.told
    (where,) = [one for one in made.guesses if one.name == "where"]
    assert where.blinds and where.value == "moment=post"
    assert call("new", "mine", folder, "--yes") == 0
    assert check_trial(at, "mine") == []
    tables = read(at, "trial.yaml")["tables"]
    assert tables["outcomes"]["where"] == {"moment": {"present": True, "is": "post"}}
    told = drafted(folder, where="moment=pre")
    assert told.told["where"] == "moment=pre"


def test_trials_of_a_period_are_averaged_and_told(at: Project, call: Call):
    folder = several(at.root / "data" / "rows", "trial", ("1", "2", "3"))
    made = drafted(folder)
    (design,) = [one for one in made.guesses if one.name == "design"]
    assert design.blinds and "--kind mean takes them so" in design.evidence
    assert (made.primary.kind, made.design.place) == ("mean", "period")
    assert call("new", "mine", folder, "--yes", "--kind", "mean", "--control", "D") == 0
    assert check_trial(at, "mine") == []
    guess = yaml.safe_load((at.trial_config("mine") / "guesses.yaml").read_text())["guesses"]
    assert "blinds" not in guess["design"]
    found = results(at)
    means = pd.read_csv(folder / "outcomes.csv").merge(pd.read_csv(folder / "periods.csv"))
    each = means.groupby(["pid", "treatment"])["minutes"].mean().unstack()
    difference = (each["B"] - each["D"]).mean()
    assert found["minutes/mean_difference.paired_t@b-d"]["stat_value"] == pytest.approx(difference)


def test_a_table_of_other_periods_gives_no_treatment(at: Project):
    """Of rows whose patient and period no other has, nothing says what was given."""
    folder = apart(at.root / "data" / "apart")
    rows = pd.read_csv(folder / "outcomes.csv")
    rows.assign(period=rows["period"] + 4).to_csv(folder / "outcomes.csv", index=False)
    assert all(one.arm_of is None for one in decide_tables(folder))


def decide_tables(folder: Path) -> tuple:
    from trialtrace.run.drafting.periods_apart import with_treatments

    return with_treatments(profile([str(folder)]))


def test_treatments_in_columns_become_the_table_that_is_told(at: Project, monkeypatch):
    """Refused, with a command; what it writes, beside the others, is drafted."""
    folder = apart(at.root / "data" / "apart")
    given = pd.read_csv(folder / "periods.csv").pivot(
        index="pid", columns="period", values="treatment"
    )
    wide = pd.read_csv(folder / "patients.csv").merge(given.add_prefix("treatment_").reset_index())
    wide.drop(columns="sequence").to_csv(folder / "patients.csv", index=False)
    (folder / "periods.csv").unlink()
    with pytest.raises(UserError, match=r"writes periods\.csv") as raised:
        drafted(folder)
    told = raised.value.problems[0].do
    assert told
    command = shlex.split(told.partition("a row a period: ")[2])[:3]
    monkeypatch.chdir(folder)
    subprocess.run([sys.executable, *command[1:]], check=True)
    made = drafted(folder)
    assert made.primary.column == "minutes" and made.design.kind == "crossover"
    assert made.design.place == "period" and {code for _, code in made.arms.values()} == {"B", "D"}
