"""Several rows of each treatment of a patient: trials of an experiment, whose mean is compared."""

import math
import random
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import mean, stdev

import pyarrow.parquet as pq
import pytest
import yaml
from made_exports import write
from mini_run import run_stages

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.questions import first_choice
from trialtrace.run.drafting.tables import profile
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.load import load_trial

Call = Callable[..., int]
KEYBOARDS = ("usual", "split", "curved")
TOLD = ("--arm", "treatment", "--control", "usual", "--primary", "hit", "--kind", "mean")
HEAD = "participant,treatment,hit,delay"


def typed(none: float = 0.05) -> list[str]:
    """Words that 14 typists typed on each of three keyboards: 1 right, 0 wrong, -1 not at all."""
    draw = random.Random(4)
    return [
        f"T{n},{keyboard},{draw.choices((-1, 0, 1), (none, 0.3, 0.6 + at / 10))[0]},"
        f"{draw.random():.3f}"
        for n in range(1, 15)
        for at, keyboard in enumerate(KEYBOARDS)
        for _ in range(20 + n % 3)
    ]


def drafted(folder: Path, head: str, rows: list[str], **told: str) -> Draft:
    write(folder / "rows.csv", [head, *rows])
    return decide(profile([str(folder / "rows.csv")]), told, first_choice)


def results(at: Project) -> dict[str, dict]:
    run = run_stages(load_trial("mine", at), at.results / "mine", at)
    rows = pq.read_table(run.folder / "analysis" / "results.parquet").to_pylist()
    return {row["result_id"].partition("/")[2]: row for row in rows}


def shares(rows: list[str]) -> Mapping[tuple[str, str], float]:
    cells = defaultdict(list)
    for row in rows:
        who, keyboard, hit, _ = row.split(",")
        cells[who, keyboard] += [int(hit)] if hit != "-1" else []
    return {key: mean(values) for key, values in cells.items()}


def test_the_means_of_trials_are_compared_within_typists(at: Project, call: Call):
    path, rows = at.root / "data" / "typing.csv", typed()
    write(path, [HEAD, *rows])
    assert call("new", "mine", path, *TOLD) == 0
    guesses = yaml.safe_load((at.trial_config("mine") / "guesses.yaml").read_text("utf-8"))
    blinding = {name for name, one in guesses["guesses"].items() if one.get("blinds")}
    # Whether -1 is a value decides the mean.
    assert blinding == {"missing.data.-1"}
    assert "20 to 22 rows of each patient" in guesses["guesses"]["design"]["evidence"]
    assert call("confirm", "mine", "--all") == 0
    assert check_trial(at, "mine") == []
    told, known = results(at), shares(rows)
    gains = [known[f"T{n}", "split"] - known[f"T{n}", "usual"] for n in range(1, 15)]
    found = told["hit/mean_difference.paired_t@split-usual"]
    assert found["n_used"] == 14 and found["stat_value"] == pytest.approx(mean(gains))
    t = told["hit/t.paired_t@split-usual"]["stat_value"]
    assert t == pytest.approx(mean(gains) / (stdev(gains) / math.sqrt(14)))
    usual = mean(known[f"T{n}", "usual"] for n in range(1, 15))
    assert told["hit/mean.t_interval@usual"]["stat_value"] == pytest.approx(usual)


def test_the_mean_is_asked_and_taken_by_kind(tmp_path: Path):
    draft = drafted(tmp_path, HEAD, typed())
    asked = {one.name: one for one in draft.guesses if one.blinds}
    assert {"primary", "kind"} <= {*asked} and asked["kind"].value == "mean"
    told = {"primary": "delay", "kind": "mean", "arm": "treatment", "control": "usual"}
    draft = drafted(tmp_path, HEAD, typed(), **told)
    assert draft.primary.kind == "mean" and not draft.primary.codes
    assert "kind" not in {one.name for one in draft.guesses}


def test_a_number_below_nought_that_is_no_rare_one_is_asked(tmp_path: Path):
    draft = drafted(tmp_path, HEAD, typed(none=0.5), primary="hit", kind="mean")
    (guess,) = (one for one in draft.guesses if one.name == "below.hit")
    assert guess.blinds and guess.value == "-1" and "cleaning.yaml" in guess.evidence


def inhaled(at: Project) -> dict[tuple[str, str], list[float]]:
    """The peak flow of 20 children after one of two inhalers, in the orders ABB and BAA."""
    draw, lines = random.Random(9), ["child,period,inhaler,pef"]
    cells: dict[tuple[str, str], list[float]] = defaultdict(list)
    for n in range(20):
        for turn, one in enumerate(("ABB", "BAA")[n % 2], start=1):
            flow = draw.randint(150, 400) + 30 * turn + 20 * (one == "B")
            lines.append(f"C{n},{turn},{one},{flow}")
            cells[f"C{n}", one].append(flow)
    write(at.root / "data" / "pef.csv", lines)
    return cells


def test_periods_with_two_rows_of_a_treatment_are_all_compared(at: Project, call: Call, capsys):
    cells = inhaled(at)
    given = (at.root / "data" / "pef.csv", "--arm", "inhaler", "--control", "A", "--yes")
    assert call("new", "mine", *given) == 0
    assert "not told" not in capsys.readouterr().out
    guesses = yaml.safe_load((at.trial_config("mine") / "guesses.yaml").read_text("utf-8"))
    why = guesses["guesses"]["design"]["evidence"]
    assert "periods told apart by period" in why and "--where period=1,2" in why
    assert guesses["guesses"]["kind"]["value"] == "mean"
    gains = [mean(cells[f"C{n}", "B"]) - mean(cells[f"C{n}", "A"]) for n in range(20)]
    found = results(at)["pef/mean_difference.paired_t@b-a"]
    assert found["n_used"] == 20 and found["stat_value"] == pytest.approx(mean(gains))


@pytest.mark.parametrize(
    "rows",
    [
        # In all patients the same treatment came first: what came of the order is in the mean.
        [f"{n},{'ABBA'[p]},{p},{n * 7 % 19 + p}" for n in range(20) for p in range(4)],
        # Of six patients four had BAA: the means of a patient keep what came of the period.
        [
            f"{n},{('BAA' if n % 3 else 'ABB')[p]},{p},{n * 7 % 19 + p}"
            for n in range(24)
            for p in range(3)
        ],
    ],
)
def test_the_first_periods_are_asked_where_no_mean_is_of_all(tmp_path: Path, rows: list[str]):
    made = drafted(tmp_path, "id,treatment,period,score", rows, arm="treatment")
    (where,) = [one for one in made.guesses if one.name == "where"]
    assert where.value == "period=0,1" and where.blinds and made.primary.kind == "measure"


def test_other_rows_of_a_treatment_are_refused(tmp_path: Path):
    """Who changed the treatment once or twice had a row of it."""
    rows = [f"{n},{'AAB'[p]},x{n % 4},{n * 7 % 19 + p}" for n in range(20) for p in range(3)]
    with pytest.raises(UserError, match="several rows"):
        drafted(tmp_path, "id,treatment,note,score", rows, arm="treatment")


def test_the_mean_of_yes_and_no_is_the_share_of_each_typist(at: Project, call: Call):
    """Whether 20 words of each of 24 typists were right: shares are compared between the arms."""
    draw = random.Random(12)
    right = {f"T{n}": [draw.randint(0, 2) > n % 2 for _ in range(20)] for n in range(24)}
    rows = [
        f"{who},{('usual', 'split')[int(who[1:]) % 2]},{int(one)}"
        for who, each in right.items()
        for one in each
    ]
    path = at.root / "data" / "typing.csv"
    write(path, ["typist_id,keyboard,hit", *rows])
    told = ("--arm", "keyboard", "--control", "usual", "--primary", "hit", "--kind", "mean")
    assert call("new", "mine", path, *told, "--yes") == 0
    assert check_trial(at, "mine") == []
    call("confirm", "mine", "--all")
    of_arms = [[mean(right[f"T{n}"]) for n in range(24) if n % 2 == arm] for arm in (0, 1)]
    found = results(at)["hit/mean_difference.welch@split-usual"]
    assert found["n_used"] == 24
    assert found["stat_value"] == pytest.approx(mean(of_arms[1]) - mean(of_arms[0]))
