"""What the files of strangers were last read as, each on a made file, beside the case next to it
that stays as it was: counts that are called as an id, when a treatment begins, an
outcome with a column for each treatment, whose name is before or behind it, events that are
abbreviated."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from made_exports import write

from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.endpoints import planned
from trialtrace.run.drafting.people import with_covariates
from trialtrace.run.drafting.questions import Question, first_choice
from trialtrace.run.drafting.tables import profile

N = 90
DRAW = random.Random(3)
LOTS = [DRAW.choice(["drug", "placebo"]) for _ in range(N)]
Row = Callable[[int], str]


def some(low: int, high: int) -> int:
    return DRAW.randint(low, high)


def patients(head: str, row: Row) -> list[str]:
    """A row a patient behind their arm, and a score at the end."""
    return [f"{head},arm,score", *(f"{row(n)},{LOTS[n]},{some(0, 40)}" for n in range(N))]


def drafted(
    folder: Path, files: dict[str, Sequence[str]], **told: str
) -> tuple[Draft, dict[str, Question]]:
    """A draft, and what was asked by its flag; Enter alone answers, and takes what is sure."""
    questions: dict[str, Question] = {}

    def answer(question: Question) -> str | None:
        questions[question.flag] = question
        return question.choices[0][0] if question.sure and not question.several else None

    for name, lines in files.items():
        write(folder / name, list(lines))
    return decide(profile([str(folder)]), told, answer), questions


def offered(questions: dict[str, Question], flag: str) -> list[str]:
    return [value for value, _ in questions[flag].choices] if flag in questions else []


@pytest.mark.parametrize("name", ["ae_id", "ID_AE", "SAEid", "event_nr", "patient_visits_no"])
def test_numbers_of_events_are_no_patients(tmp_path: Path, name: str):
    table = patients(f"{name},age", lambda n: f"{some(0, 12)},{some(20, 70)}")
    assert drafted(tmp_path, {"t.csv": table})[0].subject == {"data": "source_row"}


@pytest.mark.parametrize("label", ["Number of cases in the household", "No. of siblings"])
def test_a_count_by_its_label_is_no_patient(tmp_path: Path, label: str):
    files = {
        "t.csv": patients("case,code", lambda n: f"{some(0, 12)},K{n}"),
        "codebook.csv": ["variable,label", f"case,{label}", "score,Score at the end"],
    }
    assert "case" not in drafted(tmp_path, files)[0].subject.values()


def test_the_number_of_a_patient_is_one(tmp_path: Path):
    files = {
        "t.csv": [
            "case,visit,arm,score",
            *(f"{n},{visit},{LOTS[n]},{some(0, 40)}" for n in range(N) for visit in (1, 2, 3)),
        ],
        "codebook.csv": ["variable,label", "case,Number of the patient", "score,Score"],
    }
    assert drafted(tmp_path, files)[0].subject == {"data": "case"}


@pytest.mark.parametrize(("count", "most"), [("nr", 14), ("child", 4), ("participant", 4)])
def test_an_id_of_all_rows_goes_before_a_count(tmp_path: Path, count: str, most: int):
    table = patients(f"{count},screening_code", lambda n: f"{some(0, most)},S{n:03}")
    draft, questions = drafted(tmp_path, {"t.csv": table})
    assert offered(questions, "subject") == ["screening_code", count]
    assert (draft.subject["data"], draft.design.kind) == ("screening_code", "parallel")


def test_a_crossover_beside_numbers_of_rows_is_not_asked(tmp_path: Path):
    rows = [
        f"{2 * n + k},{n},{k},{'AB'[k ^ (n % 2)]},{some(0, 40)}" for n in range(N) for k in (0, 1)
    ]
    table = ["entry_id,patient,period,arm,score", *rows]
    draft, questions = drafted(tmp_path, {"t.csv": table})
    assert "subject" not in questions
    assert draft.design.kind == "crossover"


def beside(second: str, levels: tuple[str, str], share: float = 0.4) -> list[str]:
    """A treatment, and a second column of two levels that was drawn apart from it."""
    return [
        f"id,arm,{second},age,score",
        *(
            f"{n},{'AB'[some(0, 1)]},{levels[DRAW.random() < share]},{some(20, 70)},{some(0, 40)}"
            for n in range(160)
        ),
    ]


@pytest.mark.parametrize("levels", [("imm", "def"), ("immediate ART", "deferred ART")])
def test_when_a_treatment_begins_is_an_arm_of_like_weight(tmp_path: Path, levels: tuple[str, str]):
    draft, questions = drafted(tmp_path, {"t.csv": beside("group", levels)})
    assert {*offered(questions, "arm")} == {"arm", "group"}
    assert not questions["arm"].sure
    assert offered(questions, "control")[0] == levels[1]
    assert [one.value for one in draft.guesses if one.name == "factor"] == ["arm"]


def test_early_and_late_beside_an_arm_may_be_a_factor(tmp_path: Path):
    questions = drafted(tmp_path, {"t.csv": beside("timing", ("early", "late"))})[1]
    assert offered(questions, "design") == ["factorial", "parallel"]


@pytest.mark.parametrize("second", ["onset", "disease_stage"])
def test_early_and_late_of_patients_are_no_factor(tmp_path: Path, second: str):
    draft, questions = drafted(tmp_path, {"t.csv": beside(second, ("early", "late"))})
    assert "design" not in questions
    assert draft.arm.name == "arm"


def in_columns(*names: str) -> list[str]:
    """A row a patient, with these numbers and a sex."""
    rows = [",".join(str(some(10, 90)) for _ in names) for _ in range(60)]
    return [
        f"id,sex,{','.join(names)}",
        *(f"{n},{'fm'[n % 2]},{row}" for n, row in enumerate(rows)),
    ]


@pytest.mark.parametrize(
    ("names", "first"),
    [
        (["No_x", "Low_x", "High_x"], "No_x,Low_x,High_x"),
        (["rt_none", "rt_high"], "rt_none,rt_high"),
        (["pain_placebo", "pain_drug", "hr_placebo", "hr_drug"], "pain_placebo,pain_drug"),
        (["PlaceboTime", "CaffeineTime", "PlaceboRPE", "CaffeineRPE"], "PlaceboTime,CaffeineTime"),
        (["mvc_con", "mvc_caf"], "mvc_con,mvc_caf"),
        (
            ["vas_pre_placebo", "vas_post_placebo", "vas_pre_x", "vas_post_x"],
            "vas_post_placebo,vas_post_x",
        ),
    ],
)
def test_columns_of_treatments_without_an_arm(tmp_path: Path, names: list[str], first: str):
    draft, questions = drafted(tmp_path, {"t.csv": in_columns(*names)})
    assert offered(questions, "arm")[0] == first
    assert not questions["arm"].sure
    assert ",".join(draft.design.columns) == first
    assert len(draft.arms) == first.count(",") + 1


@pytest.mark.parametrize(
    "names", [["low_back", "high_back"], ["no_falls", "no_visits"], ["score_pro", "score_con"]]
)
def test_columns_of_other_things_are_no_treatments(tmp_path: Path, names: list[str]):
    questions = drafted(tmp_path, {"t.csv": in_columns(*names)})[1]
    assert offered(questions, "arm")[0] == "sex"


def ended(levels: tuple[str, str]) -> list[str]:
    """Patients with days and how they ended."""
    rows = (f"{n},{LOTS[n]},{some(1, 400)},{levels[DRAW.random() < 0.6]}" for n in range(N))
    return ["id,arm,fu_days,status", *rows]


@pytest.mark.parametrize("levels", [("md", "none"), ("ddt", "no"), ("rel", "alive"), ("ev", "no")])
def test_an_abbreviated_event_is_asked(tmp_path: Path, levels: tuple[str, str]):
    questions = drafted(tmp_path, {"t.csv": ended(levels)}, primary="fu_days")[1]
    assert offered(questions, "event")[0] == levels[0]
    assert not questions["event"].sure


@pytest.mark.parametrize(
    "levels", [("rel", "censored"), ("relapse", "none"), ("ill", "no"), ("dead", "alive")]
)
def test_an_event_in_words_is_not_asked(tmp_path: Path, levels: tuple[str, str]):
    draft, questions = drafted(tmp_path, {"t.csv": ended(levels)}, primary="fu_days")
    assert "event" not in questions
    assert draft.primary.event == levels[0]


def test_a_time_and_its_end_by_their_labels_beside_the_parts_of_a_date(tmp_path: Path):
    rows = [
        f"{some(1, 28)},{some(1, 12)},{some(80, 85)},{some(7, 900)},{some(0, 1)},{LOTS[n]}"
        for n in range(N)
    ]
    page = ["variable,label", "t,Time in days until death or censoring", "d,Death indicator"]
    files = {"t.csv": ["day,month,year,t,d,arm", *rows], "codebook.csv": page}
    draft, questions = drafted(tmp_path, files)
    assert questions["primary"].sure
    assert (draft.primary.kind, draft.primary.column, draft.primary.status) == (
        "time_to_event",
        "t",
        "d",
    )


@pytest.mark.parametrize("lagged", [True, False])
def test_what_was_measured_at_the_visit_before_is_no_outcome(tmp_path: Path, lagged: bool):
    values = [[some(0, 400) for _ in range(4)] for _ in range(N)]
    rows = [
        f"{n},{visit},{LOTS[n]},{each[visit]},{each[visit - 1] if lagged else some(0, 400)}"
        for n, each in enumerate(values)
        for visit in range(4)
    ]
    draft, questions = drafted(tmp_path, {"t.csv": ["id,month,arm,y,z", *rows]})
    assert offered(questions, "primary") == (["y"] if lagged else ["y", "z"])
    assert (draft.primary.column, questions["primary"].sure) == ("y", lagged)


def test_who_did_not_is_without_the_event(tmp_path: Path):
    words = ("voted", "did not vote")
    rows = [f"{LOTS[n]},{words[n % 3 > 0]}" for n in range(N)]
    draft, questions = drafted(tmp_path, {"t.csv": ["arm,turnout", *rows]})
    assert (draft.primary.event, "event" in questions) == ("voted", False)


def test_a_far_number_at_the_later_end_of_an_interval_is_of_no_event(tmp_path: Path):
    ends = [(low, 999 if n % 2 else low + some(0, 9)) for n in range(N) for low in [some(0, 60)]]
    rows = [f"{a},{b},{LOTS[n]}" for n, (a, b) in enumerate(ends)]
    draft, questions = drafted(tmp_path, {"t.csv": ["left,right,arm", *rows]})
    assert not questions["primary"].sure
    told = {one.name: one for one in draft.guesses}
    assert "interval censored" in told["interval_censored"].evidence
    assert told["interval_censored"].blinds


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("This study was an effort to assess the effectiveness of A on reducing pulse rate.", True),
        ("Other authors report that pulse rate and weight differ between groups.", False),
    ],
)
def test_what_a_trial_is_said_to_change_is_its_endpoint(tmp_path: Path, text: str, sure: bool):
    rows = [f"{n},{LOTS[n]},{some(50, 90)},{some(50, 99)}" for n in range(N)]
    page = [text, "", "Format:", "", "     id Number", "", "     arm Arm", ""]
    page += ["     'pr' Pulse rate", "", "     'wt' Weight after", ""]
    files = {"t.csv": ["id,arm,wt,pr", *rows], "README.txt": page}
    draft, questions = drafted(tmp_path, files)
    assert draft.primary.column == "pr" or not sure
    assert questions["primary"].sure == sure


@pytest.mark.parametrize("own", [True, False])
def test_what_was_given_beside_what_was_allocated_is_asked(tmp_path: Path, own: bool):
    given = [
        {"drug": "placebo", "placebo": "drug"}[lot] if own and n % 12 == 0 else lot
        for n, lot in enumerate(LOTS)
    ]
    rows = [f"{n},{LOTS[n]},{given[n]},{some(0, 40)}" for n in range(N)]
    questions = drafted(tmp_path, {"t.csv": ["id,group,treatment,score", *rows]})[1]
    assert {*offered(questions, "arm")} >= {"group", "treatment"}
    assert questions["arm"].sure != own


@pytest.mark.parametrize(
    ("labels", "arm"),
    [
        (("Group as allocated", "Treatment as given"), "group"),
        (
            ("Group by what was actually done", "Treatment the patient was randomised to"),
            "treatment",
        ),
        (("Treatment received", "Treatment allocated"), "treatment"),
        # Of one of them nothing says which it is.
        (("Group", "Treatment given, as on the randomisation list"), ""),
        (("Group as allocated", "Treatment"), ""),
    ],
)
def test_what_was_allocated_by_its_label_is_the_arm(tmp_path: Path, labels, arm: str):
    given = [LOTS[n - n % 12] for n in range(N)]
    rows = [f"{n},{LOTS[n]},{given[n]},{some(0, 40)}" for n in range(N)]
    page = [f"group: {labels[0]}", f"treatment: {labels[1]}", "id: Patient"]
    files = {"t.csv": ["id,group,treatment,score", *rows], "codebook.txt": page}
    question = drafted(tmp_path, files)[1]["arm"]
    assert question.sure == bool(arm) and (not arm or question.choices[0][0] == arm)


@pytest.mark.parametrize(
    ("note", "taken"), [("", set()), ("The primary outcome was the dose (`dose_mg`).", {"dose_mg"})]
)
def test_what_was_given_at_each_visit_is_no_outcome(tmp_path: Path, note: str, taken: set[str]):
    rows = [
        f"{n},{LOTS[n]},{week},{some(10, 40)},{some(1, 9) * 50},{('tablet', 'capsule')[some(0, 1)]}"
        for n in range(N)
        for week in (1, 2)
    ]
    head = "id,arm,week,updrs,dose_mg,formulation"
    draft, _ = drafted(tmp_path, {"t.csv": [head, *rows], "README.md": [note]})
    outcomes = {draft.primary.column, *(one.column for one in draft.others)}
    assert outcomes & {"dose_mg", "formulation"} == taken


@pytest.mark.parametrize("flagged", ["Visit 1", "Visit 2", "Visit 4", ""])
def test_the_flag_of_a_baseline_says_what_was_before(tmp_path: Path, flagged: str):
    rows = [
        f"{n},SYSBP,Systolic pressure,Visit {v},{some(90, 180)},"
        f"{'Y' if f'Visit {v}' == flagged else ''},{LOTS[n]}"
        for n in range(N)
        for v in range(1, 5)
    ]
    head = "USUBJID,PARAMCD,PARAM,AVISIT,AVAL,ABLFL,TRTP"
    draft, questions = drafted(tmp_path, {"adbp.csv": [head, *rows]})
    known = flagged in ("Visit 1", "Visit 2")
    before = {"Visit 1": ("Visit 1",), "Visit 2": ("Visit 1", "Visit 2")}.get(flagged)
    assert ("before" in questions) != known
    assert not known or draft.primary.before == before


@pytest.mark.parametrize(
    ("first", "off", "given"),
    [
        # Of all, or of all but one who was not seen then.
        (0, None, "visit"),
        (3, 0, "BASE"),
        # Not what was flagged, or not there.
        (3, 5, "asked"),
        (3, None, "asked"),
    ],
)
def test_a_baseline_flagged_at_several_visits_is_that_of_BASE(
    tmp_path: Path, first: int, off: int | None, given: str
):
    at = {n: "Screening" if n < first else "Baseline" for n in range(N)}
    value = {n: some(10, 30) for n in range(N)}
    beside = ["" if off is None else f",{value[n] + off * (n == 7)}.0" for n in range(N)]
    rows = [f"{n},{LOTS[n]},{at[n]},{value[n]},Y{beside[n]}" for n in range(N)]
    rows += [f"{n},{LOTS[n]},Week 4,{some(0, 30)},{beside[n]}" for n in range(N)]
    head = "USUBJID,TRTP,AVISIT,AVAL,ABLFL" + ",BASE" * (off is not None)
    files = {"adqs.csv": [head, *rows]}
    draft, questions = drafted(tmp_path, files)
    assert ("before" in questions) == (given == "asked")
    told = with_covariates(drafted(tmp_path, files, covariates="baseline")[0], first_choice)
    assert told.covariates == ("BASE" if given == "BASE" else "baseline",)
    draft = with_covariates(draft, first_choice)
    (told,) = [one for one in draft.guesses if one.name in ("before", "own_before")]
    assert (told.value, told.blinds) == (
        "BASE" if given == "BASE" else "Baseline",
        given == "asked",
    )
    assert ("3 patients" in told.evidence) == (first == 3)
    (one, *_) = planned(draft)
    assert (one.after, one.baseline) == (["Week 4"], "" if given == "BASE" else "Baseline")


@pytest.mark.parametrize(
    ("names", "given"),
    [("AVAL,BASE,CHG", "BASE"), ("AVAL,BASE", "BASE"), ("lactate,base", None)],
)
def test_BASE_beside_one_week_is_what_AVAL_was_before(tmp_path: Path, names: str, given):
    pairs = [(some(10, 30), some(10, 30)) for _ in range(N)]
    rows = [
        f"{n},{LOTS[n]},Week 4,{now},{base}" + f",{now - base}" * ("CHG" in names)
        for n, (now, base) in enumerate(pairs)
    ]
    files = {"adqs.csv": [f"USUBJID,TRTP,AVISIT,{names}", *rows]}
    draft, _ = drafted(tmp_path, files, primary=names.partition(",")[0])
    draft = with_covariates(draft, first_choice)
    assert draft.covariates == ((given,) if given else ())


def test_the_one_parameter_is_what_its_number_is_called(tmp_path: Path):
    rows = [f"{n},Systolic pressure,{some(90, 180)},{LOTS[n]}" for n in range(N)]
    draft, _ = drafted(tmp_path, {"adbp.csv": ["USUBJID,PARAM,AVAL,TRTP", *rows]}, primary="AVAL")
    assert planned(draft)[0].label == "Systolic pressure"


@pytest.mark.parametrize("name", ["street", "postcode", "village"])
def test_a_cluster_by_the_name_of_a_place_is_used_and_named(tmp_path: Path, name: str):
    rows = [f"S{n // 4},{LOTS[n // 4]},{some(0, 1)}" for n in range(4 * 40)]
    draft, _ = drafted(tmp_path, {"t.csv": [f"{name},treat,voted", *rows]})
    assert (draft.design.kind, draft.design.cluster) == ("cluster", name)
    assert not draft.home.column(name).identifier
    told = {one.name for one in draft.guesses}
    assert ("unit_named" in told) == (name != "village")


@pytest.mark.parametrize(
    ("label", "kind"),
    [("Period numeric value: 1 or 2", "crossover"), ("Protein of the day", "within_subject")],
)
def test_a_period_by_its_label_makes_a_crossover(tmp_path: Path, label: str, kind: str):
    rows = [f"{n},{k},{'RT'[k ^ (n % 2)]},{some(0, 400)}" for n in range(40) for k in (0, 1)]
    page = ["variable,label", f"PRD,{label}", "TRT,Treatment", "cmax,Cmax values"]
    files = {"t.csv": ["subject,PRD,TRT,cmax", *rows], "codebook.csv": page}
    assert drafted(tmp_path, files)[0].design.kind == kind


@pytest.mark.parametrize("codes", ["01", "10"])
def test_a_lifetime_that_was_observed_ended(tmp_path: Path, codes: str):
    label = f"{codes[0]} = entire lifetime observed; {codes[1]} = known to live at least 122 months"
    rows = [f"{some(1, 120)},{LOTS[n]},{some(0, 1)}" for n in range(N)]
    page = ["variable,label", f"Censor,{label}"]
    files = {"t.csv": ["Survival,Group,Censor", *rows], "codebook.csv": page}
    draft, questions = drafted(tmp_path, files)
    assert (draft.primary.event, "event" in questions) == (codes[0], False)


def test_a_follow_up_that_was_complete_may_be_without_the_event(tmp_path: Path):
    rows = [f"{some(1, 120)},{LOTS[n]},{some(0, 1)}" for n in range(N)]
    page = ["variable,label", "Censor,1 = complete follow-up; 0 = lost to it"]
    files = {"t.csv": ["Survival,Group,Censor", *rows], "codebook.csv": page}
    assert not drafted(tmp_path, files)[1]["event"].sure
