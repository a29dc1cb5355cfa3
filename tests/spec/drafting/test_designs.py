"""Drafts of crossover trials, of sides of a patient, of clusters, and of numbered levels."""

import random
from collections.abc import Callable, Sequence
from html import unescape
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
import yaml
from mini_run import run_stages

from trialtrace.base.errors import Problems
from trialtrace.base.paths import Project
from trialtrace.report.figures.flow import _caption
from trialtrace.report.material import Material
from trialtrace.report.sections.flow_table import flow_table
from trialtrace.report.sections.summary import summary
from trialtrace.run.sources.ingest import read_sources
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.load import load_settings, load_trial
from trialtrace.run.trial.outcomes import Outcomes
from trialtrace.run.trial.plan.remarks import plan_remarks, without_clusters

Call = Callable[..., int]


def read(at: Project, file: str, trial: str = "mine") -> dict:
    return yaml.safe_load((at.trial_config(trial) / file).read_text(encoding="utf-8"))


def results(at: Project) -> dict[str, dict]:
    run = run_stages(load_trial("mine", at), at.results / "mine", at)
    rows = pq.read_table(run.folder / "analysis" / "results.parquet").to_pylist()
    return {row["result_id"].partition("/")[2]: row for row in rows}


def crossover(path: Path, sequence: bool = True) -> Path:
    draw = random.Random(7)
    lines = ["pid,age,sequence,period,treatment,minutes,response"]
    for n in range(1, 31):
        order = ("BD", "DB")[n % 2]
        for period, arm in enumerate(order, start=1):
            minutes = 30 + n + (6 if arm == "D" else 0) - 2 * period + draw.randint(0, 9)
            response = ("yes", "no")[draw.random() < 0.5]
            shown = order if sequence else ""
            lines.append(f"P{n},{30 + n},{shown},{period},{arm},{minutes},{response}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_crossover(at: Project, call: Call):
    path = crossover(at.root / "data" / "cross.csv")
    given = ("--arm", "treatment", "--control", "D", "--primary", "minutes")
    assert call("new", "mine", path, *given) == 0
    assert check_trial(at, "mine") == []
    guess = read(at, "guesses.yaml")["guesses"]["design"]
    assert guess["value"] == "crossover" and "sequence tells with which" in guess["evidence"]
    assert read(at, "endpoints.yaml")["minutes"]["location"]["column"] == "period"
    told = results(at)
    # As lm(minutes ~ factor(pid) + treatment + factor(period)) of R has the treatment.
    found = told["minutes/mean_difference.crossover@b-d"]
    ends = [found[name] for name in ("stat_value", "ci_low", "ci_high")]
    assert ends == pytest.approx([-6.5, -8.024828256, -4.975171744])
    assert "response/p_value.mainland_gart@b-d" in told
    rows = pd.read_csv(path)
    means = rows.groupby(["sequence", "treatment"])["minutes"].mean()
    for (order, arm), mean in means.items():
        cell = f"minutes_cells/mean.t_interval@{arm.lower()};stratum=sequence={order}"
        assert told[cell]["stat_value"] == pytest.approx(mean)
    wide = rows.pivot(index=["pid", "sequence"], columns="period", values="minutes")
    gain = (wide[2] - wide[1]).groupby("sequence").mean()
    period = told["minutes/period_difference.crossover@b-d"]["stat_value"]
    assert abs(period) == pytest.approx(abs(gain.mean()))
    left = wide.sum(axis=1).groupby("sequence").mean()
    carried = told["minutes/carry_over.crossover@b-d"]["stat_value"]
    assert abs(carried) == pytest.approx(abs(left["BD"] - left["DB"]))


def test_a_period_that_one_row_lacks_tells_rows_apart(at: Project, call: Call):
    """With the patient it is no key then; its name says what it is."""
    path = crossover(at.root / "data" / "cross.csv", sequence=False)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("P9,39,,2,", "P9,39,,,", 1), encoding="utf-8")
    assert call("new", "mine", path, "--arm", "treatment", "--primary", "minutes") == 0
    assert read(at, "endpoints.yaml")["minutes"]["location"]["column"] == "period"


@pytest.mark.parametrize(("codes", "known"), [("34", True), ("59", True), (("B,D", "D,B"), False)])
def test_sequences_of_any_codes(at: Project, call: Call, codes: Sequence[str], known: bool):
    path = crossover(at.root / "data" / "cross.csv")
    rows = pd.read_csv(path)
    rows["sequence"] = rows["sequence"].map({"BD": codes[0], "DB": codes[1]})
    rows.to_csv(path, index=False)
    given = ("--arm", "treatment", "--control", "D", "--primary", "minutes")
    assert call("new", "mine", path, *given) == 0
    assert check_trial(at, "mine") == []
    (estimate, *_) = read(at, "plan.yaml")["analyses"]["minutes"]["estimates"]
    method = estimate["mean_difference"]
    assert (
        (method["starts_with"] == {codes[0]: "b", codes[1]: "d"}) if known else method == "paired_t"
    )


def test_without_a_sequence_treatments_are_paired(at: Project, call: Call):
    path = crossover(at.root / "data" / "cross.csv", sequence=False)
    given = ("--arm", "treatment", "--control", "D", "--primary", "minutes")
    assert call("new", "mine", path, *given) == 0
    assert check_trial(at, "mine") == []
    told = results(at)
    assert "minutes/mean_difference.paired_t@b-d" in told
    assert "response/p_value.mcnemar_exact@b-d" in told


def test_a_crossover_of_some_of_the_treatments(at: Project, call: Call):
    draw = random.Random(5)
    lines = ["id,sequence,period,trt,y"]
    for n in range(60):
        number, order = n % 6, ("AB", "BA", "AP", "PA", "BP", "PB")[n % 6]
        for period, arm in enumerate(order):
            lines.append(f"{n},{number + 1},{period},{arm},{draw.randint(20, 90) / 4}")
    path = at.root / "data" / "some.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert call("new", "mine", path, "--yes") == 0
    guesses = read(at, "guesses.yaml")["guesses"]
    found = {name: guesses[name]["value"] for name in ("arm", "control", "design")}
    assert found == {"arm": "trt", "control": "P", "design": "crossover"}
    assert check_trial(at, "mine") == []


def blocks(path: Path, in_turn: bool) -> list[dict[str, float]]:
    """Three of five treatments a patient, without their order; or a step of the dose in each."""
    draw, patients = random.Random(8), []
    lines = ["subject,period,treatment,fev"]
    for n in range(80):
        given = draw.sample("ABCDE", 3) if in_turn else "ABC"
        patients.append({arm: draw.randint(20, 90) / 4 for arm in given})
        values = enumerate(patients[-1].items(), start=1)
        lines += [f"{n},{period},{arm},{fev}" for period, (arm, fev) in values]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return patients


def test_incomplete_blocks_without_their_order(at: Project, call: Call):
    """Two treatments are compared in who had both, and the draft says in how many."""
    path = at.root / "data" / "blocks.csv"
    patients = blocks(path, in_turn=True)
    told = ("--arm", "treatment", "--control", "A", "--primary", "fev")
    assert call("new", "mine", path, *told) == 0
    design = read(at, "guesses.yaml")["guesses"]["design"]
    assert design["value"] == "crossover"
    pairs = [
        sum({one, two} <= own.keys() for own in patients)
        for one in "ABCDE"
        for two in "ABCDE"
        if one < two
    ]
    assert f"had both, {min(pairs)} to {max(pairs)} of them" in design["evidence"]
    both = [own["C"] - own["A"] for own in patients if {"A", "C"} <= own.keys()]
    row = results(at)["fev/mean_difference.paired_t@c-a"]
    assert row["n_used"] == len(both)
    assert row["stat_value"] == pytest.approx(sum(both) / len(both))


def test_a_dose_that_rises_in_all_is_no_crossover(at: Project, call: Call, capsys):
    path = at.root / "data" / "steps.csv"
    blocks(path, in_turn=False)
    lines = path.read_text(encoding="utf-8").splitlines()
    # Half of the patients stop before the third dose.
    path.write_text(
        "\n".join(one for n, one in enumerate(lines) if n % 6 or not n), encoding="utf-8"
    )
    assert call("new", "mine", path, "--primary", "fev") == 1
    assert "treatment varies within patients" in capsys.readouterr().err


def test_a_blinded_crossover_runs(at: Project, call: Call):
    path = crossover(at.root / "data" / "cross.csv")
    assert call("new", "mine", path, "--arm", "treatment") == 0
    assert load_trial("mine", at).pooled
    assert {row["group1_level"] for row in results(at).values()} == {"all"}


def test_sides_of_a_patient(at: Project, call: Call):
    lines = ["id,eye,trt,acuity"]
    for n in range(1, 25):
        for side, arm in (("left", n % 2), ("right", 1 - n % 2)):
            lines.append(f"{n},{side},{('sham', 'laser')[arm]},{(7 * n + 3 * arm) % 40}")
    path = at.root / "data" / "eyes.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    given = ("--arm", "trt", "--control", "sham", "--primary", "acuity")
    assert call("new", "mine", path, *given) == 0
    assert check_trial(at, "mine") == []
    assert read(at, "trial.yaml")["design"]["kind"] == "within_subject"
    assert "acuity/mean_difference.paired_t@laser-sham" in results(at)


def test_two_rows_of_one_treatment_are_no_crossover(at: Project, call: Call, capsys):
    path = crossover(at.root / "data" / "cross.csv")
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "P1,31,DB,3,D,40,no\n", encoding="utf-8")
    assert call("new", "mine", path, "--arm", "treatment", "--yes") == 0
    assert "not told: where" in capsys.readouterr().out
    where = read(at, "guesses.yaml")["guesses"]["where"]
    assert where["value"] == "period=1,2" and where["blinds"]


def clusters(path: Path) -> Path:
    draw = random.Random(5)
    lines = ["id,practice,arm,age,outcome_score,responded"]
    for n in range(120):
        site = n % 10
        score = 50 + site + draw.randint(0, 9)
        responded = ("yes", "no")[draw.random() < 0.5]
        lines.append(
            f"{n + 1},P{site},{('card', 'usual')[site % 2]},{40 + n % 30},{score},{responded}"
        )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_clusters(at: Project, call: Call):
    path = clusters(at.root / "data" / "gp.csv")
    given = ("--arm", "arm", "--control", "usual", "--primary", "outcome_score")
    assert call("new", "mine", path, *given) == 0
    assert check_trial(at, "mine") == []
    guess = read(at, "guesses.yaml")["guesses"]["design"]
    assert guess["value"] == "cluster" and "each of the 10 values of practice" in guess["evidence"]
    told = results(at)
    assert "outcome_score/mean_difference.clustered@card-usual" in told
    assert "outcome_score/mean_difference.cluster_means@card-usual" in told
    assert "responded/odds_ratio.clustered@card-usual" in told


@pytest.mark.parametrize(
    ("name", "groups", "kind"), [("dam", 10, "cluster"), ("dose", 5, "parallel")]
)
def test_groups_of_a_name_that_says_nothing(at: Project, call: Call, name, groups, kind):
    """So many with one arm each are none of chance; of fewer a dose or a stratum has one, too."""
    path = clusters(at.root / "data" / "litters.csv")
    lines = path.read_text(encoding="utf-8").replace("practice", name).splitlines()
    arms = {f"P{k}": ("card", "usual")[k % groups % 2] for k in range(10)}
    rows = [line.split(",") for line in lines[1:]]
    for at_row, cells in enumerate(rows):
        cells[1:4] = f"P{int(cells[1][1:]) % groups}", arms[cells[1]], str(40 + at_row % 7)
    path.write_text("\n".join([lines[0], *map(",".join, rows)]) + "\n", encoding="utf-8")
    assert call("new", "mine", path, "--yes", "--arm", "arm", "--primary", "outcome_score") == 0
    assert read(at, "trial.yaml")["design"]["kind"] == kind


def test_clusters_that_a_person_says_there_are(at: Project, call: Call, capsys):
    """Six trainers may have one arm each by chance; whoever says clusters is asked which."""
    lines = ["id,trainer,arm,age,score"]
    for n in range(60):
        lines.append(f"{n},P{n % 6},{('card', 'usual')[n % 2]},{40 + n // 2},{n * 7 % 30}.5")
    path = at.root / "data" / "trainers.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert call("new", "mine", path, "--yes") == 0
    assert read(at, "trial.yaml")["design"]["kind"] == "parallel"
    assert call("new", "mine", "--anew", "--design", "cluster", "--yes") == 0
    guess = read(at, "guesses.yaml")["guesses"]["cluster"]
    assert guess["value"] == "trainer" and "of its 6 values have the same arm" in guess["evidence"]
    assert "cluster: trainer" in (at.trial_config("mine") / "plan.yaml").read_text()
    assert call("new", "other", path, "--cluster", "age", "--yes") == 1
    assert "some of which have several arms or one row each" in capsys.readouterr().err
    path.write_text("\n".join(line.replace("P", "") for line in lines[:1]) + "\n", encoding="utf-8")
    alone = at.root / "data" / "alone.csv"
    alone.write_text("\n".join(",".join(line.split(",")[::2]) for line in lines) + "\n")
    assert call("new", "other", alone, "--arm", "arm", "--design", "cluster", "--yes") == 1
    assert "no column of data whose groups have one arm each" in capsys.readouterr().err


def test_visits_of_patients_in_clusters(at: Project, call: Call):
    """Visits of patients whose practices have one arm each; an age is no practice."""
    rows = [line.split(",") for line in clusters(at.root / "data" / "gp.csv").read_text().split()]
    lines = [f"{rows[0][0]},{rows[0][1]},arm,age,week,score"]
    for cells in rows[1:]:
        after = str(int(cells[4]) + int(cells[0]) % 7)
        lines += [",".join([*cells[:4], *each]) for each in (("0", cells[4]), ("4", after))]
    path = at.root / "data" / "visits.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    given = ("--arm", "arm", "--control", "usual", "--primary", "score", "--before", "0")
    assert call("new", "mine", path, *given) == 0
    assert check_trial(at, "mine") == []
    guess = read(at, "guesses.yaml")["guesses"]["design"]
    assert guess["value"] == "cluster" and "each of the 10 values of practice" in guess["evidence"]
    told = results(at)
    compared = {key for key, row in told.items() if "card-usual" in key}
    assert compared and all(".cluster" in key for key in compared)
    assert any(key.startswith("score/p_value.clustered@") for key in compared)
    seen = pd.read_csv(path).query("week == 4").groupby(["arm", "practice"])["score"].mean()
    means = seen.groupby("arm").mean()
    whole = told["score/mean_difference.cluster_means@card-usual;visit=week_4"]
    assert whole["stat_value"] == pytest.approx(means["card"] - means["usual"])
    assert without_clusters(load_trial("mine", at)) == []
    alike = [line.split(",") for line in lines]
    bare = [",".join([cells[0], *cells[2:]]) for cells in alike]
    arms = {cells[3]: cells[2] for cells in alike[1:]}
    bare[1:] = [line.replace(line.split(",")[1], arms[line.split(",")[2]]) for line in bare[1:]]
    path.write_text("\n".join(bare) + "\n", encoding="utf-8")
    assert call("new", "ages", path, "--yes") == 0
    text = (at.trial_config("ages") / "trial.yaml").read_text()
    assert "kind: parallel" in text


@pytest.mark.parametrize(("name", "allowed"), [("site", True), ("village", False)])
def test_times_of_patients_in_clusters(at: Project, call: Call, name: str, allowed: bool):
    """What takes patients of a group for independent is told in red on page 1, and by `check`."""
    draw = random.Random(8)
    lines = [f"id,{name},arm,age,days,died"]
    for n in range(120):
        arm = ("card", "usual")[n % 10 % 2]
        lines.append(f"{n},P{n % 10},{arm},{40 + n % 30},{draw.randint(1, 900)},{n * 7 % 3 % 2}")
    path = at.root / "data" / "times.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    given = ("--arm", "arm", "--control", "usual", "--primary", "days", "--status", "died")
    assert call("new", "mine", path, *given, "--event", "1", "--cluster", name) == 0
    told = [one for one in plan_remarks(load_trial("mine", at)) if "Groups were" in one]
    told += [one for one in page_1(at).red_lines if "Groups were" in one]
    if allowed:
        assert told == [] and "robust_by_site" in str(read(at, "plan.yaml"))
        return
    line = "Groups were randomised (by village), and patients of a group are taken for independent "
    assert told == [f"{line}in Days: intervals are too short, p-values too small."] * 2
    text = unescape(summary(page_1(at), {}))
    assert text.startswith("::: {.lost}\n**Groups were randomised (by village), and")
    assert "Groups were randomised, 10 by village: 5 Card, 5 Usual." in text


def page_1(at: Project) -> Material:
    run = run_stages(load_trial("mine", at), at.results / "mine", at)
    return Material(run.trial, load_settings(at), run.folder, {})


def test_the_visit_at_which_patients_are_counted_is_told(at: Project, call: Call):
    """Who has no value at the first visit may have others."""
    rows = [
        f"P{n},{('drug', 'placebo')[n % 2]},week {week},{n * (week + 5) % 17}"
        for n in range(40)
        for week in (0, 4, 8)
        if (n, week) != (0, 4)
    ]
    path = at.root / "data" / "weeks.csv"
    path.write_text("\n".join(["pid,arm,visit,score", *rows]) + "\n", encoding="utf-8")
    assert call("new", "mine", path, "--yes", "--primary", "score", "--control", "placebo") == 0
    material = page_1(at)
    shown = "week 4, the first of its visits"
    assert f"computed from at {shown}, of those" in _caption(material, {"analysed": ["score"]})
    assert "**Analysed: Score, week 4**" in unescape(flow_table(material))


def test_eyes_without_patients_are_asked(at: Project, call: Call):
    """Two eyes of a patient are two rows of one, and no two patients, in silence."""
    lines = ["hospnum,age,treatment,eye,iop"]
    for n in range(40):
        for side in ("left", "right"):
            arm = ("drug", "placebo")[n * 5 % 7 % 2]
            lines.append(f"{100 * n + n % 7},{30 + n * 3 % 50},{arm},{side},{n * len(side) % 30}.5")
    path = at.root / "data" / "eyes.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert call("new", "mine", path, "--yes") == 0
    guess = read(at, "guesses.yaml")["guesses"]["subject"]
    assert guess["blinds"] and "eye has 2 levels: a patient may have 2 rows" in guess["evidence"]
    assert call("confirm", "mine", "--key", "subject", "--value", "hospnum") == 0
    assert check_trial(at, "mine") == []
    assert read(at, "trial.yaml")["tables"]["data"]["subject"] == "hospnum"


def test_a_design_is_changed(at: Project, call: Call, capsys):
    path = clusters(at.root / "data" / "gp.csv")
    assert call("new", "mine", path, "--yes", "--design", "crossover") == 1
    assert "rows of a design of kind cluster" in capsys.readouterr().err
    assert call("new", "mine", path, "--yes", "--primary", "outcome_score") == 0
    assert call("confirm", "mine", "--key", "design", "--value", "parallel") == 0
    assert read(at, "trial.yaml")["design"]["kind"] == "parallel"
    assert "welch_t" in str(read(at, "plan.yaml")["analyses"]["outcome_score"])


def rooms(path: Path, name: str, of: int = 6) -> Path:
    """Rooms 1 to 3 of each arm, with as many patients each."""
    lines = [f"id,{name},arm,age,score"]
    for n in range(6 * of):
        arm, room = ("drug", "usual")[n % 2], n // 2 % 3 + 1
        lines.append(f"{n + 1},{room},{arm},{40 + n * 7 % 30},{20 + 3 * room + n * 5 % 11}.5")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_rooms_numbered_within_arms_are_asked(at: Project, call: Call):
    """Room 1 of one arm may be room 1 of the other: no file shows it, so it is asked."""
    path = rooms(at.root / "data" / "rooms.csv", "room")
    assert call("new", "mine", path, "--yes", "--primary", "score") == 0
    guess = read(at, "guesses.yaml")["guesses"]["cluster"]
    assert guess["blinds"] and "room counts from 1 in every arm" in guess["evidence"]
    assert call("confirm", "mine", "--key", "cluster", "--value", "room") == 0
    assert check_trial(at, "mine") == []
    assert read(at, "trial.yaml")["design"]["kind"] == "cluster"
    made = read(at, "trial.yaml")["source"]["items"]["data"]["joined"]
    assert made == {"arm_room": ["arm", "room"]}
    assert call("confirm", "mine", "--all") == 0
    found = results(at)["score/mean_difference.cluster_means@drug-usual"]
    values = pd.read_csv(path).groupby(["arm", "room"])["score"].mean()
    assert found["stat_value"] == pytest.approx(values["drug"].mean() - values["usual"].mean())
    assert call("new", "same", path, "--yes", "--primary", "score", "--cluster", "none") == 0
    assert "cluster" not in read(at, "guesses.yaml", "same")["guesses"]
    assert read(at, "trial.yaml", "same")["design"]["kind"] == "parallel"


def test_one_room_is_no_question(at: Project, call: Call):
    path = rooms(at.root / "data" / "rooms.csv", "room")
    table = pd.read_csv(path).assign(room=1)
    table.to_csv(path, index=False)
    assert call("new", "mine", path, "--yes", "--primary", "score") == 0
    assert "cluster" not in read(at, "guesses.yaml")["guesses"]


def test_of_numbered_sites_it_is_told(at: Project, call: Call):
    """Most trials randomise within sites, and call them by numbers."""
    path = rooms(at.root / "data" / "sites.csv", "site")
    assert call("new", "mine", path, "--yes", "--primary", "score") == 0
    guess = read(at, "guesses.yaml")["guesses"]["cluster"]
    assert guess["value"] == "none" and "blinds" not in guess
    assert read(at, "trial.yaml")["design"]["kind"] == "parallel"
    path.write_text(path.read_text().replace(",1,", ",Rome,"), encoding="utf-8")
    assert call("new", "named", path, "--yes", "--primary", "score") == 0
    assert "cluster" not in read(at, "guesses.yaml", "named")["guesses"]


def test_sites_with_both_arms_are_no_clusters(at: Project, call: Call):
    path = clusters(at.root / "data" / "gp.csv")
    text = path.read_text(encoding="utf-8").replace("1,P0,card", "1,P0,usual", 1)
    path.write_text(text, encoding="utf-8")
    assert call("new", "mine", path, "--yes") == 0
    assert read(at, "trial.yaml")["design"]["kind"] == "parallel"


@pytest.mark.parametrize("levels", [("1_none", "2_some", "3_much", "4_all"), ("1", "2", "3", "4")])
def test_levels_are_told_as_categories(at: Project, call: Call, levels: tuple[str, ...]):
    rows = [f"{n},{'ab'[n % 2]},{levels[n * 7 % 4]}" for n in range(1, 61)]
    path = at.root / "data" / "levels.csv"
    path.write_text("\n".join(["id,arm,improvement", *rows]) + "\n", encoding="utf-8")
    assert call("new", "mine", path, "--yes", "--control", "a") == 0
    assert check_trial(at, "mine") == []
    assert read(at, "plan.yaml")["analyses"]["improvement"]["describe"] == [{"categories": "count"}]
    assert any(one.startswith("improvement/count.categories@") for one in results(at))


def test_treatments_coded_as_halves(at: Project, call: Call):
    lines = ["pid,period,treat,minutes"]
    for n in range(1, 31):
        for period in (0, 1):
            treat = (0.5, -0.5)[(n + period) % 2]
            lines.append(f"P{n},{period},{treat},{10 + n + 4 * (treat > 0) + n % 3 * period}")
    path = at.root / "data" / "cross.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    given = ("--arm", "treat", "--control=-0.5", "--primary", "minutes")
    assert call("new", "mine", path, *given) == 0
    assert check_trial(at, "mine") == []
    found = next(row for key, row in results(at).items() if "mean_difference.paired_t" in key)
    # Four minutes more, and n % 3 = 0, 1, 2 of the second period, of either sign in turn.
    assert found["stat_value"] == pytest.approx(4.0) and found["n_used"] == 30


def test_patients_numbered_within_centres(at: Project, call: Call):
    """R's geepack/respiratory: 111 patients, of whom 57 have placebo."""
    given = ("registry:geepack/respiratory", "--yes")
    assert call("new", "mine", *given) == 0
    assert check_trial(at, "mine") == []
    item = read(at, "trial.yaml")["source"]["items"]["respiratory"]
    assert item["joined"] == {"patient_id": ["center", "id"]}
    assert (
        "numbered within it"
        in read(at, "guesses.yaml")["guesses"]["subject.respiratory"]["evidence"]
    )
    told = results(at)
    assert told["flow/randomised.count@all"]["stat_value"] == 111
    assert told["flow/randomised.count@p"]["stat_value"] == 57


def test_a_joined_column_is_made_of_columns_that_are_there(at: Project, call: Call):
    assert call("new", "mine", "registry:geepack/respiratory", "--yes") == 0
    path = at.trial_config("mine") / "trial.yaml"
    path.write_text(path.read_text().replace("[center, id]", "[centre, id]"), encoding="utf-8")
    problems = Problems()
    read_sources(load_trial("mine", at), problems)
    assert [problem.found for problem in problems.found] == ["centre"]


def columns(path: Path) -> Path:
    lines = ["id,age,none,drug,other"]
    values = ((1, 6.0, 7.5, 7.0), (2, 5.0, 5.5, 8.0), (3, 4.0, 6.5, 6.0), (4, 7.0, 7.0, ""))
    lines += [f"{n},{50 + n},{a},{b},{c}" for n, a, b, c in values]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_column_a_treatment(at: Project, call: Call):
    path = columns(at.root / "data" / "wide.csv")
    assert call("new", "mine", path, "--arm", "none,drug,other", "--control", "none") == 0
    assert check_trial(at, "mine") == []
    told = results(at)
    # Differences 1.5, 0.5, 2.5, 0 and 1, 3, 2: means by hand; t with 3 and 2 degrees of freedom.
    drug, other = (
        told[f"outcome/mean_difference.paired_t@{one}-none"] for one in ("drug", "other")
    )
    assert [drug[name] for name in ("stat_value", "n_used")] == [1.125, 4]
    assert drug["ci_high"] == pytest.approx(1.125 + 3.182446305 * 1.108677891 / 2, rel=1e-8)
    assert [other[name] for name in ("stat_value", "n_used")] == [2.0, 3]
    assert other["ci_high"] == pytest.approx(2 + 4.302652730 / 3**0.5, rel=1e-8)


def test_columns_of_treatments_are_asked_and_blind(at: Project, call: Call):
    path = columns(at.root / "data" / "wide.csv")
    assert call("new", "mine", path, "--yes") == 0
    arm = read(at, "guesses.yaml")["guesses"]["arm"]
    assert (arm["value"], arm["key"], arm["blinds"]) == ("none,drug,other", "design.arms", True)
    assert {row["group1_level"] for row in results(at).values()} == {"all"}
    bds = pq.read_table(at.results / "mine" / "derived" / "bds.parquet")
    assert bds.column("TRTP").null_count == bds.num_rows == 12


@pytest.mark.parametrize(
    ("kind", "before", "after", "found"),
    [
        ("within_subject", "other: other}", "other: drug}", "drug in several columns"),
        ("within_subject", "other: other}", "other: othr}", '"othr"'),
        ("within_subject", "{none: none", "{non: none", '"non"'),
        ("parallel", "", "", "a column a treatment, in a design of kind parallel"),
    ],
)
def test_columns_of_treatments_that_are_none(
    at: Project, call: Call, kind: str, before: str, after: str, found: str
):
    path = columns(at.root / "data" / "wide.csv")
    assert call("new", "mine", path, "--arm", "none,drug,other", "--control", "none") == 0
    for name, old, new in (("endpoints", before, after), ("trial", "within_subject", kind)):
        file = at.trial_config("mine") / f"{name}.yaml"
        file.write_text(file.read_text().replace(old, new, 1), encoding="utf-8")
    told = [problem for problem in check_trial(at, "mine") if "treatments" in str(problem)]
    assert len(told) == 1 and found in str(told[0])


@pytest.mark.parametrize("columns_told", ["none,age2", "none,id,none"])
def test_columns_of_treatments_are_numbers_of_one_table(
    at: Project, call: Call, columns_told: str, capsys: pytest.CaptureFixture[str]
):
    path = columns(at.root / "data" / "wide.csv")
    assert call("new", "mine", path, "--arm", columns_told, "--control", "none") == 1
    assert "--arm" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("orders", "kind"), [("LH", "crossover"), ("AB", "crossover"), ("12", "within_subject")]
)
def test_initials_of_columns_tell_the_order(at: Project, call: Call, orders: str, kind: str):
    lines = ["id,first,low,high"]
    lines += [f"{n},{orders[:: 1 - 2 * (n % 2)]},{n}.5,{n * 7 % 11}.5" for n in range(1, 21)]
    path = at.root / "data" / "order.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert call("new", "mine", path, "--arm", "low,high", "--control", "low") == 0
    assert read(at, "trial.yaml")["design"]["kind"] == kind


def test_the_unit_of_columns_of_treatments_is_that_of_a_claim(at: Project, call: Call, capsys):
    """A difference in mm of columns in cm is told before a run; what tells the order is named."""
    draw, names = random.Random(3), ("VAS placebo (cm)", "VAS drug (cm)")
    lines = [",".join(("pid", "sequence", *names))]
    for n in range(24):
        lines.append(f"{n},{('PD', 'DP')[n % 2]},{draw.gauss(5, 1):.1f},{draw.gauss(3, 1):.1f}")
    path = at.root / "data" / "wide.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert call("new", "mine", path, "--arm", ",".join(names), "--control", names[0]) == 0
    guess = read(at, "guesses.yaml")["guesses"]["design"]
    assert "sequence tells in which order" in guess["evidence"]
    claim = "{from: p, place: t1, label: x, printed: 26.0 mm, is: {analysis: outcome, stat: STAT}}"
    claim = claim.replace("STAT", "mean_difference.paired_t")
    text = f"papers: {{p: a paper}}\nclaims:\n  d: {claim}\n"
    (at.trial_config("mine") / "claims.yaml").write_text(text, encoding="utf-8")
    assert call("check", "mine") == 1
    assert "printed in mm, recomputed in cm" in capsys.readouterr().err


def test_columns_of_treatments_beside_a_sequence(at: Project, call: Call):
    """A group of two beside columns of an outcome under two treatments may be their order."""
    lines = ["pain.verum,pain.plac,grp"]
    lines += [f"{40 + n * 7 % 30},{60 + n * 5 % 30},{1 + n % 2}" for n in range(16)]
    path = at.root / "data" / "headache.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert call("new", "mine", path, "--yes") == 0
    arm = read(at, "guesses.yaml")["guesses"]["arm"]
    assert (arm["value"], arm["blinds"]) == ("pain.verum,pain.plac", True)
    given = ("--arm", "grp", "--control", "1", "--primary", "pain.verum", "--yes")
    assert call("new", "groups", path, *given) == 0
    design = read(at, "guesses.yaml", "groups")["guesses"]["design"]
    assert design["blinds"] and "which patients have in turn" in design["evidence"]
    assert load_trial("groups", at).pooled
    told = ("--arm", "pain.verum,pain.plac", "--control", "pain.plac", "--yes")
    assert call("new", "mine", "--anew", *told) == 0
    trial = load_trial("mine", at)
    outcomes = Outcomes(trial.endpoints, trial.subjects)
    assert all(outcomes.labelled(one) == one for one in trial.populations.values())
    assert "outcome/mean_difference.paired_t@pain_verum-pain_plac" in results(at)


@pytest.mark.parametrize("visits", [1, 3])
@pytest.mark.parametrize("before", ["baseHR", "HR_baseline", "HR_bl"])
def test_the_column_of_the_value_before_is_given(at: Project, call: Call, before: str, visits: int):
    draw = random.Random(2)
    lines = [f"id,arm,{before},HR,time" if visits > 1 else f"id,arm,{before},HR"]
    for n in range(1, 41):
        first, arm = draw.randint(60, 99), ("drug", "placebo")[n % 2]
        for time in range(1, visits + 1):
            cells = [n, arm, first, first + draw.randint(-9, 9), *([time] if visits > 1 else [])]
            lines.append(",".join(map(str, cells)))
    path = at.root / "data" / "before.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert call("new", "mine", path, "--primary", "HR", "--yes") == 0
    assert read(at, "guesses.yaml")["guesses"]["own_before"]["value"] == before
    analyses = read(at, "plan.yaml")["analyses"]
    (step,) = analyses["hr"]["estimates"]
    variables = read(at, "trial.yaml")["subjects"]["variables"]
    (covariate,) = step["mean_difference"]["covariates"]
    assert step["mean_difference"]["method"] == "ancova" and variables[covariate] == before
    assert analyses["hr_crude"]["estimates"] == [{"mean_difference": "welch"}]
    assert check_trial(at, "mine") == []
