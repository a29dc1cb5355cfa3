"""Labels that say that a value came later, what a visit is, or that a number is a code."""

import random
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
import yaml
from made_exports import write

from trialtrace.base.paths import Project
from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.people import people
from trialtrace.run.drafting.questions import Question, first_choice, guess_nothing_told
from trialtrace.run.drafting.tables import profile
from trialtrace.run.drafting.write_dictionary import columns_of
from trialtrace.run.trial.check import check_trial

Call = Callable[..., int]
WEEKS = (1, 2, 4, 8)
CHANGE = "Change in the score {n} week{s} after starting the treatment"
SHARE = "20% or higher reduction in the score versus baseline, {n} week{s}"


def labelled(path: Path, change: str = CHANGE) -> Path:
    """Changes of a score and whether they were large, at four weeks, as week1 and week1_bin."""
    draw = random.Random(3)
    columns: dict[str, list[float]] = {"id": [*range(1, 91)], "arm": [n % 2 for n in range(90)]}
    labels = {"id": "Patient", "arm": "Treatment", "doctor_nr": "The ID of the doctor"}
    columns["doctor_nr"] = [1.0 + n * 7 % 31 for n in range(90)]
    for n in WEEKS:
        name, s = f"week{n}", "s" * (n > 1)
        columns[name] = [draw.randint(-30, 9) for _ in range(90)]
        columns[f"{name}_bin"] = [float(value < -8) for value in columns[name]]
        labels |= {name: change.format(n=n, s=s), f"{name}_bin": SHARE.format(n=n, s=s)}
    path.parent.mkdir(parents=True, exist_ok=True)
    pyreadstat.write_sav(pd.DataFrame(columns), path, column_labels=labels)
    return path


def drafted(path: Path, **told: str) -> Draft:
    return decide(profile([str(path)]), told, guess_nothing_told)


def test_columns_called_weeks_are_what_was_measured_then(at: Project, call: Call):
    path = labelled(at.root / "data" / "x.sav")
    given = ("--yes", "--control", "0", "--primary", "week{visit}")
    assert call("new", "mine", path, *given) == 0
    assert check_trial(at, "mine") == []
    text = (at.trial_config("mine") / "endpoints.yaml").read_text(encoding="utf-8")
    made = yaml.safe_load(text)
    assert [one["label"] for one in made.values()] == [
        "Change in the score",
        "20% or higher reduction in the score versus baseline",
    ]
    assert made["week"]["visits"]["labels"]["8"] == "8 weeks after starting the treatment"
    assert [*made["week_bin"]["visits"]["labels"].values()] == [
        "1 week", "2 weeks", "4 weeks", "8 weeks",
    ]  # fmt: skip
    assert "baseline" not in made["week"].keys() | made["week_bin"].keys()


@pytest.mark.parametrize(
    "label",
    [CHANGE, "Score {n} weeks after the start", "Change from baseline, week {n}"],
)
def test_what_a_label_says_was_later_describes_no_patient(tmp_path: Path, label: str):
    """Nor does the number of the doctor, which is a code."""
    draft = drafted(labelled(tmp_path / "x.sav", label), primary="week8")
    assert not people(draft).variables
    offered = {draft.primary.column, *(one.column for one in draft.others)}
    assert "doctor_nr" not in offered


def test_weeks_without_a_label_stay_times(tmp_path: Path):
    """week1 beside score1: the first is when."""
    draw = random.Random(3)
    lines = ["id,arm,week1,week2,week4,score1,score2,score4"]
    for n in range(60):
        cells = [draw.randint(7 * w, 7 * w + 6) for w in (1, 2, 4)]
        lines.append(f"{n},{n % 2},{','.join(map(str, cells))},{n % 7},{n % 9},{n % 11}")
    (tmp_path / "x.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    draft = drafted(tmp_path / "x.csv")
    assert draft.primary.column == "score{visit}"


def test_the_place_of_a_cluster_is_no_outcome(tmp_path: Path):
    """Twelve villages in three areas, of which another column has the numbers."""
    draw = random.Random(7)
    lines = ["village,area,narea,arm,ill"]
    for n in range(240):
        village = n % 12
        row = (f"V{village}", "ABC"[village % 3], village % 3 + 1, village // 3 % 2)
        lines.append(",".join(map(str, (*row, draw.randint(1, 2)))))
    (tmp_path / "x.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    draft = drafted(tmp_path / "x.csv", arm="arm")
    assert draft.design.cluster == "village"
    assert (draft.primary.column, draft.others) == ("ill", ())


@pytest.mark.parametrize(
    ("label", "sure"),
    [("EMO treatment", True), ("Treatment", True), ("Prior treatment", False), ("EMO", False)],
)
def test_a_label_of_a_treatment_speaks_for_the_arm(tmp_path: Path, label: str, sure: bool):
    path = tmp_path / "x.sav"
    cells = {"emo": [1 + n % 2 for n in range(90)], "survived": [n * 7 % 11 % 2 for n in range(90)]}
    pyreadstat.write_sav(pd.DataFrame(cells), path, column_labels={"emo": label})
    asked: dict[str, Question] = {}

    def answer(question: Question) -> None:
        asked[question.flag] = question

    decide(profile([str(path)]), {}, answer)
    assert asked["arm"].sure is sure


def test_a_label_of_what_was_before_is_no_outcome_whatever_its_name(tmp_path: Path):
    path = tmp_path / "x.sav"
    cells = {
        "v1": [1 + n % 2 for n in range(90)],
        "v4": [n * 5 % 17 / 10 for n in range(90)],
        "v5": [n * 7 % 11 for n in range(90)],
        "v6": [n * 3 % 13 - 6 for n in range(90)],
    }
    labels = {
        "v1": "Randomised treatment",
        "v4": "Change in weight in the six months before entry",
        "v5": "Pain before treatment",
        "v6": "Change in pain from baseline to week 12",
    }
    pyreadstat.write_sav(pd.DataFrame(cells), path, column_labels=labels)
    draft = decide(profile([str(path)]), {"arm": "v1", "control": "1"}, guess_nothing_told)
    assert draft.primary.column == "v6"
    assert {"v4", "v5"} <= {*people(draft).variables.values()}


def test_a_heading_of_labels_and_a_prediction_speak_for_nothing(tmp_path: Path):
    path = tmp_path / "x.sav"
    cells = {
        "s": ["MF"[n % 2] for n in range(90)],
        "ct": ["YN"[n * 5 % 7 % 2] for n in range(90)],
        "rx": ["YN"[n // 2 % 2] for n in range(90)],
        "expd6": [n * 7 % 89 / 89 for n in range(90)],
        "expd14": [n * 5 % 83 / 83 for n in range(90)],
        "ill": [n * 3 % 13 % 2 for n in range(90)],
    }
    labels = {
        "s": "Randomisation data: M=male; F=female",
        "ct": "Randomisation data: scanned before randomisation",
        "rx": "Randomisation data: trial aspirin allocated",
        "expd6": "Other data: predicted probability of death at 6 months",
        "expd14": "Other data: predicted probability of death at 14 days",
        "ill": "Other data: recurrent stroke",
    }
    pyreadstat.write_sav(pd.DataFrame(cells), path, column_labels=labels)
    draft = decide(profile([str(path)]), {}, guess_nothing_told)
    assert (draft.arm.name, draft.primary.column) == ("rx", "ill")


def test_codes_that_a_label_explains_are_not_said_to_be_unknown(tmp_path: Path):
    path = tmp_path / "x.sav"
    cells = {"arm": [1 + n % 2 for n in range(90)], "agegp": [1 + n % 3 for n in range(90)]}
    cells |= {"band": [1 + n % 3 for n in range(90)], "score": [n * 7 % 23 for n in range(90)]}
    labels = {"agegp": "Age group: 1=16-17, 2=18, 3=19+"}
    pyreadstat.write_sav(pd.DataFrame(cells), path, column_labels=labels)
    (guess,) = [one for one in columns_of(drafted(path)).guesses if one.name.startswith("codes")]
    assert "band" in guess.value and "agegp" not in guess.value


def left_out(folder: Path, columns: dict[str, str], **told: str) -> dict[str, str]:
    """What may be later of an export of gardens with these columns, each with its label."""
    draw = random.Random(5)
    head = ["plot_id", "arm", *columns]
    ends = [60 if label.startswith("Days") else 1 for label in columns.values()]
    rows = [
        [f"{n}", ("compost", "none")[n % 2], *(str(draw.randint(0, most)) for most in ends)]
        for n in range(80)
    ]
    write(folder / "plots.csv", [",".join(each) for each in (head, *rows)])
    lines = ["Variable;Description", *(f"{name};{label}" for name, label in columns.items())]
    write(folder / "codebook.csv", lines)
    files = [str(folder / name) for name in ("plots.csv", "codebook.csv")]
    made = people(decide(profile(files), {"arm": "arm", **told}, guess_nothing_told))
    assert not {*made.variables.values()} & {*made.left_out}
    return dict(made.left_out)


GARDENS = {
    "anyslug": "Any slug found (seen by us)",
    "anyrust": "Any rust found (seen by us)",
    "anyslug_own": "Any slug found (told by the gardener)",
    "fenced": "Is there a fence",
    "shade_before": "Shaded by trees",
    "region": "Region of the garden",
    "cut_start": "Cut",
    "cut_endsummer": "Cut",
}


def test_what_is_called_or_described_as_an_outcome_is_left_out(tmp_path: Path):
    left = left_out(tmp_path, GARDENS, primary="anyslug")
    assert {*left} == {"anyrust", "anyslug_own", "cut_endsummer"}
    assert left["anyrust"] == "it is called or described as anyslug"
    assert left["cut_endsummer"] == "cut_start is the same at the start"


def test_as_long_as_the_primary_endpoint_is_open_all_may_be_it(tmp_path: Path):
    left = left_out(tmp_path, GARDENS)
    assert "the primary endpoint is open" in left["fenced"]
    assert not {*left} & {"shade_before", "region", "cut_start"}


@pytest.mark.parametrize(
    "label",
    ["Seen at endline", "At the follow-up visit", "Days from randomisation to the first slug"],
)
def test_labels_of_what_came_after_the_start(tmp_path: Path, label: str):
    columns = {"anyslug": "Any slug", "other": label, "third": "Has a pond"}
    assert "other" in left_out(tmp_path, columns, primary="anyslug")


def test_what_is_filled_and_who_was_found_describe_nobody(tmp_path: Path):
    """Songs of 60 birds, of which a third was not found again; ringed says nothing of it."""
    draw = random.Random(2)
    lines = ["bird_id,arm,sings_locf,sings,seen,ringed"]
    for n in range(60):
        song = draw.randint(0, 1) if n % 3 else ""
        lines.append(
            f"B{n},{('sham', 'lamp')[n % 2]},{song or 0},{song},{int(n % 3 > 0)},{n % 5 % 2}"
        )
    write(tmp_path / "birds.csv", lines)
    told = {"arm": "arm", "control": "sham", "primary": "birds.sings_locf", "kind": "event"}
    draft = decide(profile([str(tmp_path / "birds.csv")]), told, guess_nothing_told)
    shown = people(draft)
    assert draft.primary.column == "sings_locf"
    assert {*shown.variables.values()} == {"ringed"}
    assert shown.left_out["seen"] == "it tells who has a value of sings"


@pytest.mark.parametrize("villages", [False, True])
def test_who_was_reached_or_took_it_describes_nobody(tmp_path: Path, villages: bool):
    """120 people, of whom doors of one arm were knocked at; where whole villages were drawn, what a
    village has may be of one arm by chance."""
    draw = random.Random(4)
    lines = ["person_id,arm,village,visited,enrolled,took_up,coastal,owner,yield_kg"]
    for n in range(120):
        arm, village = n % 2, n % 12
        coastal = int(village in (1, 5, 9)) if villages else n // 2 % 2
        took = draw.randint(0, 1)
        cells = arm * (n % 5 > 0), took, took, coastal, draw.randint(0, 1)
        place = village if villages else n % 7
        lines.append(f"P{n},{('control', 'bees')[arm]},{place},{','.join(map(str, cells))},{n / 9}")
    write(tmp_path / "farms.csv", lines)
    told = {"primary": "yield_kg"} | ({"cluster": "village"} if villages else {})
    draft = decide(profile([str(tmp_path / "farms.csv")]), told, guess_nothing_told)
    assert (draft.arm.name, draft.design.kind == "cluster") == ("arm", villages)
    shown = people(draft)
    assert {*shown.variables.values()} >= {"coastal", "owner"}
    assert shown.left_out["visited"].startswith("next to nobody of one arm")
    assert shown.left_out["took_up"] == "it tells who took what was offered, or was reached"
    assert "enrolled" in shown.left_out


def wool(folder: Path, page: str, shift: int = 0, long: bool = False, **told: str) -> Draft:
    """60 goats at weeks 0, 4 and 8, in columns or in rows; those of clover are `shift` heavier."""
    cells = [(n, "rye" if n % 2 else "clover", n * 7 % 13) for n in range(60)]
    at = {0: 20, 4: 23, 8: 31}
    rows = [
        (n, feed, [x + base + shift * (feed == "clover") for base in at.values()])
        for n, feed, x in cells
    ]
    wide = ["goat,arm,wool_0,wool_4,wool_8", *(f"{n},{a},{v[0]},{v[1]},{v[2]}" for n, a, v in rows)]
    each = [f"{n},{a},{w},{x}" for n, a, v in rows for w, x in zip(at, v, strict=True)]
    write(folder / "goats.csv", ["goat,arm,week,wool", *each] if long else wide)
    (folder / "notes.txt").write_text(page, "utf-8")
    given = {"arm": "arm", "control": "rye", **told}
    return decide(profile([str(folder)]), given, first_choice)


@pytest.mark.parametrize(
    ("page", "shift", "long", "asks"),
    [
        ("wool_0 is from the second shearing, after the course of drenching.", 0, False, True),
        ("week: 0 is the end of the six weeks of treatment, 4 and 8 follow.", 0, True, True),
        ("Wool in kg.", 9, False, True),
        ("Wool in kg.", 9, True, True),
        ("wool_0 is from before the treatment, wool_4 after the treatment.", 0, False, False),
        ("wool_0 is of the day; wool_8 of eight weeks after treatment began.", 0, False, False),
        ("week: 0 is the first, 4 is after the treatment.", 0, True, False),
    ],
)
def test_a_first_visit_that_may_lie_behind_the_treatment_is_asked(
    tmp_path: Path, page: str, shift: int, long: bool, asks: bool
):
    draft = wool(tmp_path, page, shift, long, primary="wool" if long else "wool_8")
    found = {one.name: one for one in draft.guesses}
    assert draft.primary.before == ("0",)
    assert ("before" in found and found["before"].blinds) == asks
    name = draft.primary.column
    assert wool(tmp_path, page, shift, long, primary=name, before="none").primary.before == ()


def test_the_arm_that_is_apart_at_visit_0_of_several_columns_may_be_of_no_lot(tmp_path: Path):
    rows = [f"{n},{'abc'[n % 3]},{n % 7 + 20 * (n % 3 == 2)},{n % 11}" for n in range(90)]
    for name, asks in (("wool_0", True), ("wool_2", False)):
        write(tmp_path / "goats.csv", [f"goat,arm,{name},wool_4", *rows])
        given = {"arm": "arm", "control": "a"}
        draft = decide(profile([str(tmp_path / "goats.csv")]), given, first_choice)
        found = {one.name: one for one in draft.guesses}
        assert ("where" in found) == asks


@pytest.mark.parametrize(
    ("label", "visits"),
    [
        ("IgG against serotype {n}, one month after dose 3", False),
        ("Antibodies against HPV type {n} at month 7", False),
        ("Serotype {n}F", False),
        # When, or the number of the name.
        ("IgG at week {n}", True),
        ("IgG {n} months after the last dose", True),
        ("IgG after dose {n}", True),
        ("IgG at examination {n}", True),
        ("IgG {n}", True),
    ],
)
def test_a_number_behind_a_noun_of_no_time_is_a_kind(tmp_path: Path, label: str, visits: bool):
    draw = random.Random(4)
    lots, numbers = [draw.choice(["PCV13", "placebo"]) for _ in range(60)], (14, 19, 23)
    rows = [
        f"{n},{lots[n]}," + ",".join(f"{draw.random():.2f}" for _ in numbers) for n in range(60)
    ]
    write(tmp_path / "t.csv", ["id,vaccine,igg_14,igg_19,igg_23", *rows])
    write(tmp_path / "codebook.txt", [f"igg_{n}: {label.format(n=n)}" for n in numbers])
    draft = decide(profile([str(tmp_path)]), {}, first_choice)
    (asked,) = [one.blinds for one in draft.guesses if one.name == "primary"]
    assert (bool(draft.primary.columns), not asked) == (visits, visits)


@pytest.mark.parametrize(
    ("name", "label", "shown"),
    [
        ("sleep", "Sleep per night in week 1 (hours)", False),
        ("steps", "Steps per day at week 12", False),
        ("fever", "Days with fever", False),
        ("stay_days", "", False),
        ("school_missed", "", False),
        # Before, at the start, or of no time.
        ("steps", "Steps per day on day 1", True),
        ("steps", "Steps per day in week 0", True),
        ("steps", "Steps per day in the last 2 years", True),
        ("steps", "Steps per day", True),
    ],
)
def test_what_was_measured_behind_the_start_describes_no_patient(
    tmp_path: Path, name: str, label: str, shown: bool
):
    draw = random.Random(5)
    rows = [
        f"{n},{('drug', 'placebo')[n % 2]},{draw.randint(0, 10)},{draw.randint(1, 14)}"
        for n in range(60)
    ]
    write(tmp_path / "t.csv", [f"id,arm,pain_primary,{name}", *rows])
    write(tmp_path / "codebook.txt", ["id: Patient", f"{name}: {label}" if label else "arm: Arm"])
    draft = decide(profile([str(tmp_path)]), {}, first_choice)
    assert draft.primary.column == "pain_primary"
    who = people(draft)
    assert (name in who.variables.values(), name in who.left_out) == (shown, not shown)
