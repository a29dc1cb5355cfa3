"""Exports that drafts had misread: findings without demographics, ends of an interval, copies that
were carried forward, visits in no order of the file. Each on made-up files."""

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from made_exports import write
from mini_run import run_stages

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.run.cleaning.account import read_account
from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.questions import first_choice
from trialtrace.run.drafting.tables import profile
from trialtrace.run.drafting.visits import own_before
from trialtrace.run.trial.load import load_trial

Call = Callable[..., int]
N = 60
DRAW = random.Random(38)
WHO = [f"P-{n:03}" for n in range(1, N + 1)]
TREATED = dict(zip(WHO, (("placebo", "active")[DRAW.random() < 0.5] for _ in WHO), strict=True))


def written(folder: Path, files: dict[str, Sequence[str]]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, lines in files.items():
        write(folder / name, list(lines))
    return folder


def drafted(folder: Path, files: dict[str, Sequence[str]], **told: str) -> Draft:
    written(folder, files)
    return decide(profile([str(folder)]), told, first_choice)


def guessed(draft: Draft, name: str) -> tuple[str, bool]:
    """A guess, and whether it blinds."""
    (guess,) = [one for one in draft.guesses if one.name == name]
    return guess.value, guess.blinds


def findings(tests: Sequence[str]) -> list[str]:
    """Vital signs at three visits, numbered within each patient, with the planned day."""
    lines = ["USUBJID,VSSEQ,VSTESTCD,VSTEST,VSORRES,VSSTRESN,VISIT,VISITDY"]
    for who in WHO:
        rows = [(day, test) for day in (-7, 28, 56) for test in tests]
        for n, (day, test) in enumerate(rows, start=1):
            text = DRAW.choice(["CLEAR", "DARK"]) if test == "LOOK" else str(DRAW.randint(60, 180))
            number = "" if test == "LOOK" else text
            lines.append(f"{who},{n},{test},Test of {test},{text},{number},DAY {day},{day}")
    return lines


def characteristics(arm: str) -> list[str]:
    """What patients are, a row each, among it the arm."""
    lines = ["USUBJID,SCSEQ,SCTESTCD,SCTEST,SCORRES"]
    for who in WHO:
        lines.append(f"{who},1,{arm},Treatment group,{TREATED[who]}")
        lines.append(f"{who},2,SMOKE,Smoking,{DRAW.choice(['never', 'former', 'current'])}")
    return lines


def test_an_arm_in_the_rows_of_a_findings_domain(at: Project, call: Call):
    files = {"vs.csv": findings(["SYSBP", "PULSE"]), "sc.csv": characteristics("TRTGRP")}
    folder = written(at.root / "data" / "sdtm", files)
    told = ("--yes", "--primary", "VSSTRESN", "--parameter", "SYSBP")
    assert call("new", "mine", folder, *told) == 0
    file = yaml.safe_load((at.trial_config("mine") / "guesses.yaml").read_text(encoding="utf-8"))
    assert file["guesses"]["where"]["value"] == "SCTESTCD=TRTGRP"
    assert file["guesses"]["control"]["value"] == "placebo"
    assert not [name for name, one in file["guesses"].items() if one.get("blinds")]
    run = run_stages(load_trial("mine", at), at.results / "mine", at)
    assert [one.text for one in read_account(run.folder / "clean").warnings] == []


def test_no_number_of_rows_and_no_test_is_an_arm(tmp_path: Path):
    lines = ["USUBJID,DSSEQ,DSCAT,DSTERM"]
    for who in WHO:
        lines += [f"{who},1,MILESTONE,RANDOMIZED", f"{who},2,DISPOSITION,COMPLETED"]
    with pytest.raises(UserError, match="the column of the arm"):
        drafted(tmp_path, {"vs.csv": findings(["SYSBP", "PULSE"]), "ds.csv": lines})


def test_a_parameter_has_the_values_of_its_rows(tmp_path: Path):
    """A colour is no number, the planned day no outcome, Na beside K no missing value."""
    lots = ["USUBJID,ARM", *(f"{who},{TREATED[who]}" for who in WHO)]
    files = {"vs.csv": findings(["SYSBP", "LOOK", "NA"]), "lots.csv": lots}
    draft = drafted(tmp_path, files, primary="VSSTRESN", parameter="SYSBP")
    assert [one.where[0][1] for one in draft.others] == ["NA"]
    assert {*draft.key(draft.table("vs"))} == {"USUBJID", "VSTESTCD", "VISIT"}


def seen_at_visits(upper: str, form: Callable[[int], str]) -> list[str]:
    lines = []
    for n in range(1, 121):
        visit = DRAW.randint(0, 9)
        later = form(30 * visit + 30) if visit < 8 else upper
        lines.append(f"{n},{('control', 'vaccine')[n % 2]},{form(30 * visit)},{later}")
    return lines


def day(n: int) -> str:
    return str(date(2020, 1, 1) + timedelta(n))


@pytest.mark.parametrize(
    ("names", "upper"), [("last_negative,first_positive", ""), ("L,R", ""), ("L,R", "Inf")]
)
def test_the_ends_of_an_interval_are_no_exact_time(tmp_path: Path, names: str, upper: str):
    files = {"t.csv": [f"id,arm,{names}", *seen_at_visits(upper, str)]}
    draft = drafted(tmp_path, files, primary=names.partition(",")[0])
    assert guessed(draft, "interval_censored") == (names.replace(",", " to "), True)
    assert draft.others == ()


def test_days_of_the_ends_are_told_where_nothing_else_is_left(tmp_path: Path):
    lines = ["id,arm,date_last_neg,date_first_pos", *seen_at_visits("", day)]
    with pytest.raises(UserError, match=r"date_last_neg and date_first_pos .*interval censored"):
        drafted(tmp_path, {"t.csv": lines})


@pytest.mark.parametrize("upper", ["", "400"])
def test_two_ends_of_a_range_are_numbers_where_nobody_lacks_the_later(tmp_path: Path, upper: str):
    lines = ["id,arm,lower,upper", *seen_at_visits(upper, str)]
    draft = drafted(tmp_path, {"t.csv": lines}, primary="lower")
    told = [one.name for one in draft.guesses]
    assert ("interval_censored" in told) == (upper == "")


def scores(head: str, rows: Callable[[int], str]) -> list[str]:
    return [f"id,arm,{head}", *(f"{n},{TREATED[who]},{rows(n)}" for n, who in enumerate(WHO))]


@pytest.mark.parametrize(
    ("text", "before"),
    [("Suffixes: _1 = baseline, _2 = 6 months.", ("1",)), ("Suffixes: _1 = 3 months.", ())],
)
def test_a_text_says_what_ends_of_names_mean(tmp_path: Path, text: str, before):
    lines = scores("pain_1,pain_2", lambda _: f"{DRAW.randint(0, 99)},{DRAW.randint(0, 99)}")
    files = {"t.csv": lines, "README.md": [text]}
    draft = drafted(tmp_path, files, primary="pain_{visit}")
    assert draft.primary.before == before
    assert "before" not in [one.name for one in draft.guesses]


def test_what_has_a_column_of_visit_0_was_later(tmp_path: Path):
    lines = scores("hads_d_0,hads_d", lambda _: f"{DRAW.randint(0, 21)},{DRAW.randint(0, 21)}")
    draft = drafted(tmp_path, {"t.csv": lines, "notes.txt": ["_0 stands for baseline"]})
    assert draft.primary.column == "hads_d"
    assert [one.name for one in own_before(draft.home, draft.primary)] == ["hads_d_0"]


def test_outcomes_that_nothing_ranks_say_so(tmp_path: Path):
    names = ["zinc", "iron", "leptin", "ferritin", "crp", "tnf"]
    lines = scores(",".join(names), lambda _: ",".join(f"{DRAW.gauss(50, 9):.1f}" for _ in names))
    draft = drafted(tmp_path, {"t.csv": lines})
    (guess,) = [one for one in draft.guesses if one.name == "primary"]
    assert guess.blinds and "ranks 6 outcomes of equal standing" in guess.evidence


@pytest.mark.parametrize(
    ("stems", "first"), [(("north", "south"), "part"), (("y1", "y2"), "visit")]
)
def test_files_of_places_are_other_people(tmp_path: Path, stems, first: str):
    arms = [TREATED[who] for who in WHO]
    files = {
        f"{stem}.csv": [
            "id,arm,score",
            *(f"{n},{arm},{DRAW.randint(0, 50)}" for n, arm in enumerate(arms, start=1)),
        ]
        for stem in stems
    }
    assert guessed(drafted(tmp_path, files), "stack") == (first, True)


def test_patients_numbered_within_sites_are_no_clusters(tmp_path: Path):
    """Number 3 of one site has by chance the arm of number 3 of the other, as has each."""
    head, numbers = "id,arm,age,score", range(60)
    files = {
        f"{stem}.csv": [
            head,
            *(f"{n},{'AB'[n % 2]},{DRAW.randint(20, 70)},{DRAW.randint(0, 9)}" for n in numbers),
        ]
        for stem in ("north", "south")
    }
    draft = drafted(tmp_path, files)
    assert (draft.design.kind, guessed(draft, "stack")) == ("parallel", ("part", True))


def test_the_result_of_a_test_is_no_second_factor(tmp_path: Path):
    lines = [f"{n},{'AB'[n % 2]},{'+-'[n // 2 % 2]},{DRAW.randint(0, 99)}" for n in range(240)]
    draft = drafted(tmp_path, {"t.csv": ["id,arm,her2,pain", *lines]}, primary="pain")
    assert not {"factor", "design"} & {one.name for one in draft.guesses}


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d.%m.%Y"])
def test_visits_follow_one_another_by_their_days(at: Project, call: Call, form: str):
    lines = ["id,arm,visit,visit_date,score"]
    planned = [("Ende", 84), ("Screening", -14), ("Baseline", 0), ("Mitte", 28)]
    for n, who in enumerate(WHO):
        start = date(2021, 1, 1) + timedelta(DRAW.randint(0, 60))
        rows = [
            f"{n},{TREATED[who]},{name},{(start + timedelta(at_)).strftime(form)}"
            for name, at_ in planned
        ]
        lines += [f"{row},{DRAW.randint(0, 50)}" for row in (rows if n % 2 else rows[::-1])]
    write(at.root / "data" / "v.csv", lines)
    assert call("new", "mine", at.root / "data" / "v.csv", "--yes") == 0
    trial = load_trial("mine", at)
    assert trial.endpoints["score"].entry.baseline == "Baseline"
    order = ["Screening", "Baseline", "Mitte", "Ende"]
    assert list(trial.dictionary[trial.subjects.table]["visit"].choices) == order
    run = run_stages(trial, at.results / "mine", at)
    assert [one.text for one in read_account(run.folder / "clean").warnings] == []


@pytest.mark.parametrize("name", ["locf_total", "total_imp"])
def test_a_copy_that_fills_gaps_is_no_endpoint(tmp_path: Path, name: str):
    def row(n: int) -> str:
        start, total = DRAW.randint(20, 60), DRAW.randint(5, 60)
        return f"{start},{total if n % 6 else ''},{total if n % 6 else start}"

    draft = drafted(tmp_path, {"t.csv": scores(f"total_bl,total_w12,{name}", row)})
    assert draft.primary.column == "total_{visit}" and draft.others == ()


def test_a_visit_without_any_value_is_none_of_an_outcome(tmp_path: Path):
    lines = ["id,arm,visit,responder"]
    for n, who in enumerate(WHO):
        for visit in ("Einschluss", "Woche 6", "Woche 12"):
            told = "" if visit == "Einschluss" else DRAW.choice(["ja", "nein"])
            lines.append(f"{n},{TREATED[who]},{visit},{told}")
    draft = drafted(tmp_path, {"t.csv": lines})
    assert (draft.primary.visits, draft.primary.before) == (("Woche 6", "Woche 12"), ())


def test_an_exposure_that_wards_take_up_in_turn_is_asked_first(tmp_path: Path):
    lines = ["pat_id,ward,month,exposed,pain"]
    rows = [(ward, month) for ward in range(8) for month in range(6) for _ in range(12)]
    for n, (ward, month) in enumerate(rows):
        lines.append(f"{n},W{ward},{month},{int(month > ward // 2)},{DRAW.randint(0, 99)}")
    draft = drafted(tmp_path, {"t.csv": lines})
    assert guessed(draft, "arm") == ("exposed", True)
    assert (draft.control, guessed(draft, "design")[1]) == ("no", True)


def test_what_one_arm_alone_has_describes_no_patient(at: Project, call: Call):
    lines = ["id,treatment,dose,ae_any,cmax,hr_pre,hr_post"]
    for n in range(40):
        drug = n % 4 > 0
        level = f"{DRAW.gauss(30, 4):.1f}" if drug else ""
        told = f"{DRAW.choice('YN')},{level},{DRAW.randint(50, 90)},{DRAW.randint(50, 90)}"
        lines.append(f"{n},{('Placebo', 'Active')[drug]},{10 * drug},{told}")
    write(at.root / "data" / "sad.csv", lines)
    assert call("new", "mine", at.root / "data" / "sad.csv", "--yes") == 0
    shown = load_trial("mine", at).plan.displays["baseline"]["variables"]
    assert not {"aeany", "cmax"} & {*shown}


def test_answers_of_other_files_are_asked_anew(at: Project, call: Call, capsys):
    old = [f"{n},{'AB'[n % 2]},{DRAW.choice(['yes', 'no'])},{n % 5}" for n in range(60)]
    new = [f"{n},{('placebo', 'drug')[n % 2]},{DRAW.randint(0, 50)}" for n in range(60)]
    write(at.root / "data" / "old.csv", ["pid,arm,relapsed,site", *old])
    write(at.root / "data" / "new.csv", ["pid,treat,score", *new])
    told = ("--arm", "arm", "--control", "A", "--primary", "relapsed", "--event", "yes")
    assert call("new", "mine", at.root / "data" / "old.csv", "--yes", *told) == 0
    assert call("new", "mine", at.root / "data" / "new.csv", "--yes", "--anew") == 0
    said = "not of these files: arm arm, control A, primary relapsed, event yes"
    assert said in capsys.readouterr().out
    trial = load_trial("mine", at)
    assert trial.design.control.code == "placebo" and [*trial.endpoints] == ["score"]
    # Of the same files an answer that does not fit is an error.
    assert call("new", "mine", "--anew", "--yes", "--primary", "relapsed") == 1
