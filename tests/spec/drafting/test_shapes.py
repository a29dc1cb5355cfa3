"""Shapes that files show without a word for them: steps, stages, lots in turn, values before."""

import random
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path

import pytest
from made_exports import write

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.run.drafting.command import ask_on_terminal
from trialtrace.run.drafting.decided import Guessed
from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.new import new
from trialtrace.run.drafting.people import people, with_covariates
from trialtrace.run.drafting.questions import SHOWN, Question, first_choice
from trialtrace.run.drafting.tables import profile


def drafted(folder: Path, lines: Sequence[str], **told: str) -> Draft:
    write(folder / "trial.csv", lines)
    made = decide(profile([str(folder / "trial.csv")]), told, first_choice)
    return with_covariates(made, first_choice)


def guess(draft: Draft, name: str) -> Guessed:
    return next(one for one in draft.guesses if one.name == name)


def test_who_was_assigned_is_the_arm_and_who_took_it_no_outcome(tmp_path: Path):
    draw = random.Random(2)
    lines = ["survived,vitaminA_assigned,vitaminA_received"]
    for n in range(400):
        lines.append(f"{int(draw.random() < 0.8)},{n % 2},{n % 2 * int(draw.random() < 0.8)}")
    draft = drafted(tmp_path, lines)
    assert (draft.arm.name, draft.arms[draft.control][1]) == ("vitaminA_assigned", "0")
    assert draft.primary.column == "survived"
    assert not any(guess(draft, name).blinds for name in ("arm", "control", "primary"))
    assert "vitaminA_received" not in people(draft).variables.values()


@pytest.mark.parametrize("name", ["group_assigned", "allocation", "arm"])
def test_a_code_of_groups_tells_no_control(tmp_path: Path, name: str):
    lines = [f"pid,{name},score", *(f"P{n},{n % 2},{n * 7 % 31}.5" for n in range(60))]
    assert guess(drafted(tmp_path, lines), "control").blinds


def test_rows_of_clusters_and_weeks_are_a_stepped_wedge(tmp_path: Path):
    draw = random.Random(2)
    lines = ["week,Zip,svi,condition,share"]
    for week in range(1, 9):
        for n in range(12):
            arm = "Automated" if week > 2 + n % 4 else "Manual"
            lines.append(f"{week},{94000 + n},{'ab'[n % 2]},{arm},{draw.random():.3f}")
    draft = drafted(tmp_path, lines)
    assert draft.arm.name == "condition" and draft.arms[draft.control][1] == "Manual"
    assert "stepped wedge" in guess(draft, "design").evidence and guess(draft, "design").blinds
    assert (draft.subject["trial"], draft.primary.column) == ("source_row", "share")


def test_a_lot_with_the_next_number_is_asked(tmp_path: Path):
    draw = random.Random(2)
    lines = ["pid,trt1,trt2,score"]
    lines += [
        f"P{n},{1 + n % 2},{1 + n // 2 % 2 if n % 3 else ''},{draw.random():.2f}" for n in range(90)
    ]
    why = guess(drafted(tmp_path, lines, arm="trt1"), "design")
    assert why.blinds and "trt2 may be of a second randomisation" in why.evidence
    settled = drafted(tmp_path, lines, arm="trt1", design="parallel")
    assert all(one.name != "design" for one in settled.guesses)


@pytest.mark.parametrize("lacking", ["", "NA"])
def test_groups_drawn_to_a_share_of_the_arm_are_asked(tmp_path: Path, lacking: str):
    draw = random.Random(2)
    share = {agency: (0.25, 0.5, 0.75)[draw.randrange(3)] for agency in range(1, 41)}
    lines = ["agency_no,share,assigned,works"]
    for n in range(1200):
        agency = 1 + n % 40
        assigned = int(draw.random() < share[agency])
        drawn = lacking if lacking and n % 60 == 7 else share[agency]
        lines.append(f"{agency},{drawn},{assigned},{int(draw.random() < 0.4)}")
    design = guess(drafted(tmp_path, lines), "design")
    assert design.blinds and "agency_no may have been randomised to share" in design.evidence
    without = "20 rows without share are among them, but for --where share=0.25,0.5,0.75."
    assert (without in design.evidence) is bool(lacking)
    # Patients drawn alone, in the same share whatever their agency has.
    alike = [lines[0], *(f"{','.join(line.split(',')[:2])},{n % 2},{n // 2 % 2}"
                         for n, line in enumerate(lines[1:]))]  # fmt: skip
    assert all(one.name != "design" for one in drafted(tmp_path, alike, cluster="none").guesses)


@pytest.mark.parametrize("changed", [True, False])
def test_names_of_joined_tables_are_before_and_after(tmp_path: Path, changed: bool):
    draw = random.Random(2)
    lines = ["pid,group,volume.x,volume.y" + ",volume.diff" * changed]
    for n in range(60):
        x, y = draw.randint(0, 60), draw.randint(0, 60)
        lines.append(f"P{n},{'AB'[n % 2]},{x},{y}" + f",{y - x}" * changed)
    draft = drafted(tmp_path, lines)
    assert draft.primary.column == "volume.{visit}"
    assert guess(draft, "primary").blinds is not changed
    assert draft.primary.before == (("pre",) if changed else ("x",))
    assert "volume.y" not in people(draft).variables.values()


def test_a_bare_name_is_what_was_before_its_numbered_one(tmp_path: Path):
    draw = random.Random(2)
    stems = ("LDL", "HDL", "TG")
    lines = [",".join(["pid", "treatment", "bmi", *stems, *(f"{one}1" for one in stems)])]
    for n in range(60):
        cells = [f"{draw.randint(20, 300)}" for _ in range(7)]
        lines.append(",".join([f"P{n}", ("drug", "placebo")[n % 2], *cells]))
    draft = drafted(tmp_path, lines, primary="LDL{visit}")
    assert draft.primary.columns == (("LDL", "LDL"), ("1", "LDL1"))
    assert guess(draft, "before").blinds
    for told in ({}, {"kind": "repeated"}):
        assert drafted(tmp_path, lines, primary="LDL1", **told).primary.named_visit == "1"
    assert not {"HDL1", "TG1", "LDL1"} & {*people(draft).variables.values()}
    alone = drafted(tmp_path, ["pid,treatment,score,score_6m", *(
        f"P{n},{('drug', 'placebo')[n % 2]},{draw.random():.3f},{draw.random():.3f}"
        for n in range(60)
    )])  # fmt: skip
    assert "score_6m" not in people(alone).variables.values() or guess(alone, "primary").blinds


def controls(n: int) -> str:
    return ("Training", "ActiveControl", "CONTROL")[n % 3]


def test_a_control_beside_an_active_one_is_asked(tmp_path: Path):
    draw = random.Random(2)
    lines = ["id,intervention,reading"]
    lines += [f"C{n},{controls(n)},{draw.random():.3f}" for n in range(90)]
    draft = drafted(tmp_path, lines)
    where = guess(draft, "where")
    assert where.blinds and "CONTROL beside" in where.evidence
    told = drafted(tmp_path, lines, where="intervention=ActiveControl,Training")
    assert (len(told.arms), told.arms[told.control][1]) == (2, "ActiveControl")
    every = drafted(tmp_path, lines, where="all")
    assert len(every.arms) == 3 and guess(every, "control").blinds


@pytest.mark.parametrize(
    ("arms", "asked"),
    [
        (("normal saline", "lidocaine", "fentanyl"), False),
        (("healthy diet", "exercise", "control"), False),
        (("typically developing", "training", "control"), True),
        (("healthy volunteers", "training", "control"), True),
    ],
)
def test_healthy_people_are_no_arm_and_a_healthy_diet_is(tmp_path: Path, arms, asked: bool):
    draw = random.Random(2)
    lines = ["id,arm,pain", *(f"C{n},{arms[n % 3]},{draw.random():.3f}" for n in range(90))]
    told = [each.name for each in drafted(tmp_path, lines).guesses]
    assert ("where" in told) is asked


@pytest.mark.parametrize("ill", ["patient with <b>OCD</b>", "patients"])
@pytest.mark.parametrize("well", ["healthy control participant", "controls"])
def test_who_is_ill_is_no_arm_beside_treatments(tmp_path: Path, ill: str, well: str):
    """Four trials of each stimulation of a person; a note tells what codes are, with its marks."""
    draw = random.Random(4)
    lines = ["participant_id,group,stimulation,trial,amplitude"]
    for n in range(40):
        for trial in draw.sample(range(1, 200), 20):
            given = ("sham", "verum")[trial % 2]
            lines.append(f"P{n},{('HC', 'OCD')[n % 2]},{given},{trial},{draw.gauss(5, 1):.2f}")
    heads = ["| VARIABLE | DESCRIPTION | VALUES |", "|---|---|---|"]
    rows = [f"| group | Group | HC = {well} <br> OCD = {ill} |"]
    rows += ["| stimulation | Condition | verum = cathodal tDCS <br> sham = placebo tDCS |"]
    write(tmp_path / "README.md", ["# Data", "", *heads, *rows])
    write(tmp_path / "trial.csv", lines)
    draft = decide(profile([str(tmp_path)]), {"primary": "amplitude"}, first_choice)
    sure = ill == "patients" or well != "controls"
    assert guess(draft, "arm").blinds or not sure
    if sure:
        assert draft.arm.name == "stimulation"
        assert draft.arms[draft.control] == ("Placebo tDCS", "sham")
    told = {"primary": "amplitude", "arm": "group", "design": "parallel"}
    arms = decide(profile([str(tmp_path)]), told, first_choice).arms
    assert not any("<" in label for label, _ in arms.values())


def test_a_condition_of_the_rows_of_one_file_leaves_the_other(tmp_path: Path):
    write(tmp_path / "people.csv", ["id,arm", *(f"P{n},{'ab'[n % 2]}" for n in range(30))])
    draw = random.Random(2)
    rows = ["id,time,tract,fa"]
    places = [(at, tract) for at in ("ses-01", "ses-02") for tract in ("left", "right")]
    rows += [f"P{n},{at},{one},{draw.random():.3f}" for n in range(30) for at, one in places]
    write(tmp_path / "scans.csv", rows)
    paths = [str(tmp_path / name) for name in ("people.csv", "scans.csv")]
    told = {"where": "tract=left", "before": "ses-01", "primary": "fa"}
    draft = decide(profile(paths), told, first_choice)
    assert [table.rows for table in draft.tables] == [30, 60]
    assert draft.primary.before == ("ses-01",)
    with pytest.raises(UserError, match="--where COLUMN=VALUE"):
        decide(profile(paths), told | {"where": "all"}, first_choice)


def test_what_is_told_of_a_visit_holds_for_all_outcomes(tmp_path: Path):
    draw = random.Random(2)
    lines = ["pid,treatment,auc_V1,auc_V7,a1c_V0,a1c_V1,a1c_V7"]
    for n in range(40):
        cells = [f"{draw.random():.3f}" for _ in range(5)]
        lines.append(",".join([f"P{n}", ("drug", "placebo")[n % 2], *cells]))
    draft = drafted(tmp_path, lines, primary="auc_V7", secondary="a1c_V7", before="1")
    assert [one.before for one in draft.others] == [("0", "1")]


def test_a_bare_base_is_of_the_only_number_that_was_measured(tmp_path: Path):
    draw = random.Random(2)
    lines = ["id,time,treat,base,fev"]
    for n in range(30):
        base = f"{2 + draw.random():.3f}"
        lines += [f"{n},{w},{'ab'[n % 2]},{base},{2 + draw.random():.3f}" for w in (2, 4, 8)]
    draft = drafted(tmp_path, lines, control="a")
    assert draft.covariates == ("base",) and guess(draft, "own_before").value == "base"


def test_a_number_of_things_from_0_on_is_no_code(tmp_path: Path):
    lines = ["pid,arm,vid.num,race_group_num"]
    lines += [f"P{n},{('sham', 'drug')[n % 2]},{n % 3},{n // 3 % 3}" for n in range(90)]
    (table,) = profile([str(write(tmp_path / "t.csv", lines) or tmp_path / "t.csv")])
    assert table.column("vid.num").validation == "integer"
    assert table.column("race_group_num").type == "radio"


def replicated(orders: tuple[str, str] = ("TRTR", "RTRT")) -> list[str]:
    draw = random.Random(2)
    lines = ["subject,period,sequence,treatment,pk"]
    for n in range(24):
        order = orders[n % 2]
        lines += [f"{n},{p + 1},{order},{order[p]},{draw.random():.3f}" for p in range(4)]
    return lines


def test_a_replicated_crossover_names_its_first_periods(tmp_path: Path):
    draft = drafted(tmp_path, replicated(("TRTR", "TRTT")))
    where = guess(draft, "where")
    assert where.value == "period=1,2" and where.blinds and "where" not in draft.told


def test_the_first_periods_of_a_replicated_crossover_are_drafted(at: Project):
    write(at.root / "data" / "be.csv", replicated())
    told = {"where": "period=1,2"}
    draft = new(at, "mine", [str(at.root / "data" / "be.csv")], told, first_choice)
    assert draft.design.kind == "crossover" and draft.arms[draft.control][1] == "R"
    assert not guess(draft, "control").blinds


def test_before_and_after_are_no_arms(tmp_path: Path):
    draw = random.Random(2)
    lines = ["pid,Treatment,Intervention,weight"]
    for n in range(30):
        food = ("Fresh", "Pasteurized")[n % 2]
        lines += [f"P{n},{at},{food},{draw.random():.3f}" for at in ("Baseline", "After")]
    draft = drafted(tmp_path, lines)
    assert draft.arm.name == "Intervention" and draft.visit["trial"] == ""


def test_a_text_alone_in_a_folder_is_its_table(at: Project, call: Callable[..., int]):
    folder = at.root / "only"
    folder.mkdir()
    rows = [f'"{n}" {n % 2} {"sham" if n % 2 else "drug"} {n * 7 % 31}' for n in range(1, 41)]
    write(folder / "trial.txt", ['"died" "arm" "pain"', *rows])
    (folder / "notes.md").write_text("Of a trial.\n", encoding="utf-8")
    assert call("new", "mine", folder, "--yes") == 0


def test_lines_of_a_help_page_of_r_are_a_codebook(tmp_path: Path):
    lines = ["id,A0,y", *(f"P{n},{n % 2},{n * 7 % 31}" for n in range(40))]
    write(tmp_path / "trial.csv", lines)
    page = ["\\format{", "id: id of subject", "A0 : treatment at first randomization",
            "y: score", "}"]  # fmt: skip
    write(tmp_path / "trial.Rd", page)
    draft = decide(profile([str(tmp_path)]), {}, first_choice)
    assert draft.arm.label == "treatment at first randomization"
    assert not guess(draft, "arm").blinds
    # Which of 0 and 1 was the drug no lot tells.
    assert guess(draft, "control").blinds


def test_a_long_list_is_seen_whole(monkeypatch: pytest.MonkeyPatch, capsys):
    answers = iter(["+", "c12"])
    monkeypatch.setattr("builtins.input", lambda _: next(answers))
    many = Question("primary", "Which?", [(f"c{n}", "a number") for n in range(1, 15)], sure=False)
    assert ask_on_terminal(many) == "c12"
    shown = capsys.readouterr().out
    first, _, rest = shown.partition(f"and {14 - SHOWN} more: + shows them")
    assert "c9:" in first and "c10:" not in first and "c14:" in rest


def described(folder: Path, lines: Sequence[str], codebook: str, **told: str) -> Draft:
    write(folder / "trial.csv", lines)
    write(folder / "codebook.txt", [codebook, "arm: treatment arm", "age: age (years)"])
    paths = [str(folder / name) for name in ("trial.csv", "codebook.txt")]
    return decide(profile(paths), told, first_choice)


def outcomes(name: str, *more: str) -> list[str]:
    draw = random.Random(2)
    lines = [",".join(("id", "arm", "age", name, *more))]
    for n in range(80):
        numbers = [f"{draw.uniform(1, 60):.1f}" for _ in more]
        arm = ("drug", "placebo")[n % 2]
        lines.append(
            ",".join((f"P{n}", arm, str(20 + n % 50), str(int(draw.random() < 0.3)), *numbers))
        )
    return lines


@pytest.mark.parametrize("codes", ["1 = implant failed; 0 = ok", "0 = ok; 1 = implant failed"])
def test_1_is_the_event_in_whatever_order_a_codebook_lists_its_codes(tmp_path: Path, codes: str):
    draft = described(tmp_path, outcomes("failed"), f"failed: {codes}", primary="failed")
    assert draft.primary.event == "1"


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("relapse_free", "1 = yes; 0 = no"),
        ("no_relapse", "1 = yes; 0 = no"),
        ("graft", "0 = explanted; 1 = in situ"),
    ],
)
def test_a_time_ends_with_the_state_that_stood(tmp_path: Path, name: str, codes: str):
    lines = outcomes(name, "followup_months")
    told = {"primary": "followup_months", "status": name}
    draft = described(tmp_path, lines, f"{name}: {codes}", **told)
    assert draft.primary.event == "0" and guess(draft, "event").blinds


def test_of_visits_up_to_0_the_last_is_the_baseline(tmp_path: Path):
    draw = random.Random(2)
    lines = ["id,arm,week,score"]
    for n in range(60):
        lines += [
            f"P{n},{('drug', 'placebo')[n % 2]},{w},{draw.gauss(40, 9):.1f}" for w in (-2, 0, 12)
        ]
    draft = drafted(tmp_path, lines)
    assert [*draft.primary.before] == ["-2", "0"]
    assert not any(one.name == "before" for one in draft.guesses)


def test_a_level_of_the_arm_in_one_row_may_be_mistyped(tmp_path: Path):
    lines = [f"P{n},{('drug', 'placebo')[n % 2]},{n % 7}" for n in range(80)]
    lines[3] = lines[3].replace("placebo", "drg")
    found = drafted(tmp_path, ["id,arm,pain", *lines])
    assert "drg stands in few rows, and may be mistyped" in guess(found, "arm").evidence


@pytest.mark.parametrize(("why", "asked"), [("", True), (" from the per protocol analysis", False)])
def test_who_is_excluded_from_an_analysis_was_in_the_trial(tmp_path: Path, why: str, asked: bool):
    lines = outcomes("out", "pain")
    draft = described(tmp_path, lines, f"out: Excluded{why} (1 = yes, 0 = no)", primary="pain")
    assert any(one.name == "where" for one in draft.guesses) is asked


@pytest.mark.parametrize("says", ["A cross-over of two teas.", "Two teas, by lot."])
@pytest.mark.parametrize("groups", ["", "ward,"])
def test_a_crossover_that_a_note_alone_tells_is_asked(tmp_path: Path, says: str, groups: str):
    """Rows of one treatment a patient may be of a crossover of which the file has the order."""
    draw = random.Random(3)
    rows = [f"{n},{n % 2},{f'W{n % 14},' if groups else ''}{draw.random():.3f}" for n in range(84)]
    write(tmp_path / "teas.csv", [f"pid,arm,{groups}sleep_score", *rows])
    write(tmp_path / "README.md", ["# Teas", "", says])
    draft = decide(profile([str(tmp_path)]), {"primary": "sleep_score"}, first_choice)
    kind = "cluster" if groups else "parallel"
    asked = {one.name: one.evidence for one in draft.guesses if one.blinds}
    assert draft.design.kind == kind and ("design" in asked) is ("cross" in says)
    if "design" in asked:
        assert "README.md, line 3, speaks of a crossover" in asked["design"]
    told = {"primary": "sleep_score", "design": kind}
    draft = decide(profile([str(tmp_path)]), told, first_choice)
    assert "design" not in {one.name for one in draft.guesses}


def gym(phase: str, early: Sequence[int]) -> list[str]:
    """Visits to a gym over eight weeks, with the phase of a campaign in each."""
    draw = random.Random(8)
    words = {week: f"before {phase}" if week in early else f"with {phase}" for week in range(1, 9)}
    return ["pid,group,week,visits,phase"] + [
        f"{n},{('letter', 'control')[n % 2]},{week},{draw.randint(0, 9)},{words[week]}"
        for n in range(1, 41)
        for week in range(1, 9)
    ]


def test_a_phase_before_tells_the_visits_before_treatment(tmp_path: Path):
    draft = drafted(tmp_path, gym("letters", (1, 2, 3)), primary="visits")
    told = guess(draft, "before")
    assert draft.primary.before == ("1", "2", "3") and not told.blinds
    assert told.value == "3" and "phase says of 1, 2, 3: before letters" in told.evidence
    # Phases in the middle, or everywhere, tell no start.
    for early in ((3, 4), range(1, 9)):
        assert guess(drafted(tmp_path, gym("x", early), primary="visits"), "before").blinds


def screened(name: str) -> list[str]:
    """Of 120 who were asked 50 came by lot to a choir."""
    draw = random.Random(5)
    return [f"pid,redcap_event_name,{name},mood_score,choir_fee"] + [
        f"{n},asked_arm_2,,,"
        if n > 50
        else f"{n},start_arm_1,{n % 2 + 1},{draw.randint(0, 50)},{n}"
        for n in range(1, 121)
    ]


def test_an_arm_that_few_have_is_asked_first(tmp_path: Path):
    """Whoever was only asked was in no arm; what is called otherwise is no arm by its halves."""
    draft = drafted(tmp_path, screened("randomization"))
    told = guess(draft, "arm")
    assert told.blinds and told.value == "randomization"
    assert "70 of 120 rows have none" in told.evidence
    assert draft.primary.column != "redcap_event_name"
    draft = drafted(tmp_path, screened("entrance"), primary="mood_score")
    assert guess(draft, "arm").value != "randomization"


def test_steps_of_a_scale_are_no_places(tmp_path: Path):
    """Hours by steps count from 1 in every arm, as rooms do; a codebook says what they are."""
    draw = random.Random(6)
    rows = [f"{n},{n % 2},{n // 2 % 4 + 1},{draw.randint(0, 60)}" for n in range(1, 81)]
    write(tmp_path / "t.csv", ["pid,arm,class_hours,reading_score", *rows])
    told = {"primary": "reading_score", "arm": "arm"}

    def asked() -> set[str]:
        made = decide(
            profile([str(each) for each in sorted(tmp_path.iterdir())]), told, first_choice
        )
        return {one.name for one in made.guesses}

    assert "cluster" in asked()
    said = "class_hours,1 = none; 2 = one or two; 3 = up to five; 4 = more"
    write(tmp_path / "words.csv", ["variable,description", said, "reading_score,Words a minute"])
    assert "cluster" not in asked()


@pytest.mark.parametrize("unequal", [True, False])
def test_arms_with_a_column_each_are_put_one_under_another(tmp_path: Path, unequal: bool):
    """Columns of one length may be of treatments that everybody had."""
    ends = (40, 36, 38) if unequal else (40, 40, 40)
    lines = ["salt,water,placebo"]
    for n in range(40):
        lines.append(",".join(str(n // k % 2) if n < ends[k - 1] else "" for k in (1, 2, 3)))
    with pytest.raises(UserError, match="one under another") if unequal else nullcontext() as told:
        drafted(tmp_path, lines)
    if unequal:
        # The command that is told does it.
        (words,) = re.findall("python -c '.*' writes", str(told.value))
        command = shlex.split(words)[:-1]
        subprocess.run([sys.executable, *command[1:]], cwd=tmp_path, check=True)
        draft = decide(profile([str(tmp_path / "trial_rows.csv")]), {}, first_choice)
        assert dict(draft.arm.values) == {"salt": 40, "water": 36, "placebo": 38}
        assert draft.primary.column == "outcome"
