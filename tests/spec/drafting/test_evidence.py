"""What is taken unasked since a file says it, and what stays a question: rules that a statistician
would state of any trial's file, each with the case next to it that must not be taken."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from trialtrace.base.errors import UserError
from trialtrace.run.drafting.draft import decide
from trialtrace.run.drafting.endpoints import planned
from trialtrace.run.drafting.people import people
from trialtrace.run.drafting.plan import plan_file
from trialtrace.run.drafting.questions import Question
from trialtrace.run.drafting.tables import profile


def asked(path: Path, head: str, rows: Sequence[str], **told: str) -> dict[str, Question]:
    """What a terminal would show by its flag, answered by the first of each list."""
    questions: dict[str, Question] = {}

    def answer(question: Question) -> str | None:
        questions[question.flag] = question
        return None if question.several else question.choices[0][0]

    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    decide(profile([str(path)]), told, answer)
    return questions


def likeliest(question: Question) -> str | None:
    return None if question.several else question.choices[0][0]


def taken(questions: dict[str, Question], flag: str) -> str | None:
    """What Enter takes; None where it has to be typed."""
    question = questions[flag]
    return question.choices[0][0] if question.sure else None


@pytest.mark.parametrize(
    ("levels", "control"),
    [
        (("radiotherapy", "radiotherapy + cisplatin"), "radiotherapy"),
        (("yes", "no"), "no"),
        (("C", "T"), "C"),
        (("BtheB", "TAU"), "TAU"),
        (("CBT", "Cont", "FT"), "Cont"),
        (("aspirin", "no aspirin"), "no aspirin"),
        (("20 mg", "0 mg", "5 mg"), "0 mg"),
        (("A", "B", "P"), "P"),
        (("combination", "patchOnly"), "patchOnly"),
        (("surgery alone", "surgery and chemotherapy"), "surgery alone"),
        (("drug only", "exercise only"), None),
        (("drug alone", "exercise"), None),
        (("A", "B"), None),
        (("A", "P", "X"), None),
        (("A", "B", "C"), None),
        (("1", "2"), None),
        (("cisplatin", "radiotherapy + taxol"), None),
        (("contact", "contrast"), None),
        (("usual care", "standard care"), None),
    ],
)
def test_the_control_is_what_words_say(
    tmp_path: Path, levels: tuple[str, ...], control: str | None
):
    rows = [f"{n},{levels[n % len(levels)]},{n * 7 % 30}.5" for n in range(1, 61)]
    assert taken(asked(tmp_path / "t.csv", "id,arm,score", rows), "control") == control


@pytest.mark.parametrize("codes", [(0, 1), (1, 2), (2, 1, 0)])
@pytest.mark.parametrize("name", ["treat", "treated", "rx"])
def test_a_bare_code_is_no_control_but_0_of_treated(
    tmp_path: Path, name: str, codes: tuple[int, ...]
):
    rows = [f"{n},{codes[n % len(codes)]},{n * 7 % 30}.5" for n in range(1, 61)]
    questions = asked(tmp_path / "t.csv", f"id,{name},y", rows, arm=name)
    by_name = "0" if codes == (0, 1) and name != "rx" else None
    assert taken(questions, "control") == by_name
    assert not any("reads like a control" in why for _, why in questions["control"].choices)
    (named,) = [questions["arms"]]
    assert {code for code, _ in named.choices} == {str(code) for code in codes}


@pytest.mark.parametrize(
    ("name", "codes", "control", "labels"),
    [
        ("dose_mg", ("10", "0", "3"), "0", ("0 mg", "3 mg", "10 mg")),
        ("Dosis (µg)", ("0.5", "0", "10"), "0", ("0 µg", "0.5 µg", "10 µg")),
        ("dose_mg", ("2", "1", "0"), "0", ("0 mg", "1 mg", "2 mg")),
        ("dose", ("30", "0", "3"), "0", ("0", "3", "30")),
        ("dose", ("2", "1", "0"), None, ("0", "1", "2")),
        ("dose_mg", ("20", "5", "10"), None, ("5 mg", "10 mg", "20 mg")),
    ],
)
def test_doses_are_arms_in_the_order_of_their_numbers(
    tmp_path: Path, name: str, codes: tuple[str, ...], control: str | None, labels: tuple[str, ...]
):
    """None is the control of doses; bare 0, 1, 2 may be codes of any."""
    rows = [f"{n},{codes[n % 3]},{visit},{n * 7 % 30}.5" for n in range(1, 61) for visit in (0, 4)]
    path = tmp_path / "t.csv"
    questions = asked(path, f"id,{name},week,resp", rows)
    assert taken(questions, "arm") == name and taken(questions, "control") == control
    draft = decide(profile([str(path)]), {}, likeliest)
    assert tuple(label for label, _ in draft.arms.values()) == labels


def test_numbers_of_few_levels_under_any_name_are_offered_as_the_arm(tmp_path: Path):
    rows = [f"{n},{'mf'[n // 2 % 2]},{n % 3 * 25},{n * 7 % 30}.5" for n in range(1, 61)]
    questions = asked(tmp_path / "t.csv", "id,sex,quantity,resp", rows)
    assert [name for name, _ in questions["arm"].choices][:2] == ["quantity", "sex"]
    assert taken(questions, "arm") is None


@pytest.mark.parametrize("levels", ["ABC", "CS", "CX"])
def test_the_letter_c_reads_like_no_control(tmp_path: Path, levels: str):
    rows = [f"{n},{levels[n % len(levels)]},{n * 7 % 30}.5" for n in range(1, 61)]
    questions = asked(tmp_path / "t.csv", "id,arm,score", rows)
    assert [code for code, _ in questions["control"].choices] == [*levels]
    assert all("Nothing tells what it is" in why for _, why in questions["control"].choices)


def test_who_has_a_placebo_is_the_control_and_not_who_has_none(tmp_path: Path):
    rows = [f"{n},{('yes', 'no')[n % 2]},{n * 7 % 30}.5" for n in range(1, 61)]
    assert taken(asked(tmp_path / "t.csv", "id,placebo,y", rows, arm="placebo"), "control") is None


def test_groups_are_arms_where_nothing_else_divides_patients(tmp_path: Path):
    rows = [f"{n},{'ab'[n % 2]},{'mf'[n // 2 % 2]},{n * 7 % 30}.5" for n in range(1, 61)]
    assert taken(asked(tmp_path / "t.csv", "id,group,sex,y", rows), "arm") == "group"
    assert taken(asked(tmp_path / "u.csv", "id,group,ward,y", rows), "arm") is None


def test_what_is_left_alone_is_the_outcome(tmp_path: Path):
    rows = [f"{n},{'ab'[n % 2]},{40 + n % 9},{n * 7 % 30}.5" for n in range(1, 61)]
    head = "id,treatment,{},weight"
    assert taken(asked(tmp_path / "t.csv", head.format("age"), rows), "primary") == "weight"
    assert taken(asked(tmp_path / "u.csv", head.format("iron"), rows), "primary") is None


def test_what_arms_share_is_no_outcome(tmp_path: Path):
    arms = ("Joke", "Ad", "Nil")
    rows = [
        f"{n},{arms[n % 3]},{int(n % 3 == 0)},{int(n % 3 == 1)},{n * 7 % 5 % 2}"
        for n in range(1, 61)
    ]
    questions = asked(tmp_path / "t.csv", "id,treatment,joke,ad,tip", rows)
    assert [name for name, _ in questions["primary"].choices] == ["tip"]


def test_what_visits_share_is_no_outcome(tmp_path: Path):
    rows = [
        f"{n},{'ab'[n % 2]},{week},{('before', 'after')[week > 1]},{(n * 7 + week) % 30}.5"
        for n in range(1, 31) for week in (1, 2, 3)
    ]  # fmt: skip
    questions = asked(tmp_path / "t.csv", "id,treatment,week,stage_of_study,late", rows)
    assert [name for name, _ in questions["primary"].choices] == ["late"]


@pytest.mark.parametrize(
    ("time", "status", "beside", "first"),
    [
        ("days", "status", "cd4", "days"),
        ("survtime", "survind", "psa", "survtime"),
        ("rfstime", "status", "iron", "rfstime"),
        ("days", "status", "y", None),
        ("protime", "ascites", "iron", None),
    ],
)
def test_a_time_and_how_it_ended(
    tmp_path: Path, time: str, status: str, beside: str, first: str | None
):
    rows = [f"{n},{'ab'[n % 2]},{n * 7},{n % 5 % 2},{n * 11 % 30}.5" for n in range(1, 61)]
    questions = asked(tmp_path / "t.csv", f"id,treatment,{time},{status},{beside}", rows)
    assert taken(questions, "primary") == first


def test_words_of_a_scale_have_an_order(tmp_path: Path):
    def made(*words: str):
        rows = [f"{n},{'ab'[n % 2]},{words[n * 7 % 11 % len(words)]}" for n in range(1, 61)]
        path = tmp_path / "t.csv"
        asked(path, "id,treatment,improved", rows)
        return decide(profile([str(path)]), {}, likeliest).primary

    assert dict(made("Marked", "None", "Some").codes) == {"None": 0.0, "Some": 2.0, "Marked": 4.0}
    assert made("red", "green", "blue").codes == ()


def test_large_letters_tell_before_from_after(tmp_path: Path):
    rows = [f"{n},{'ab'[n % 2]},{n % 30}.5,{n * 7 % 30}.5" for n in range(1, 61)]
    questions = asked(tmp_path / "t.csv", "SUBJ,TREAT,PREWT,POSTWT", rows)
    assert taken(questions, "primary") == "{visit}WT"


def test_patients_who_are_numbered_within_sites_are_told(tmp_path: Path):
    rows = [
        f"{site},{n},{'ab'[(n + site) % 2]},{week},{n * week % 9}.5"
        for site in (1, 2) for n in range(1, 21) for week in (1, 2)
    ]  # fmt: skip
    asked(tmp_path / "t.csv", "center,id,treat,week,score", rows)
    (table,) = profile([str(tmp_path / "t.csv")])
    assert table.joined == {"patient_id": ("center", "id")}
    assert "The same id stands at several values of center, where treat" in table.evidence["joined"]
    assert table.keys[0] == ("patient_id", "week") and table.column("patient_id").distinct == 40


def test_a_value_before_is_the_covariate_of_the_primary_analysis(tmp_path: Path):
    path = tmp_path / "t.csv"
    rows = [f"{n},{'ab'[n % 2]},{n % 30}.5,{n * 7 % 30}.5" for n in range(1, 61)]
    asked(path, "id,treatment,prewt,postwt", rows)
    draft = decide(profile([str(path)]), {}, likeliest)
    analyses = plan_file(draft, planned(draft), people(draft))["analyses"]
    (first,), (beside,) = (analyses[name]["estimates"] for name in ("wt", "wt_crude"))
    assert first["mean_difference"]["covariates"] == ["baseline"]
    assert beside == {"mean_difference": "welch"}
    assert analyses["wt_crude"]["role"] == "supportive"


@pytest.mark.parametrize(("other", "sure"), [("P", True), ("T", True), ("S", False), ("X", False)])
def test_c_is_the_control_beside_the_letter_of_a_treatment(tmp_path: Path, other: str, sure: bool):
    """C beside S was combination beside sequential chemotherapy."""
    rows = [f"{n},{('C', other)[n % 2]},{n * 7 % 30}.5" for n in range(1, 61)]
    questions = asked(tmp_path / "t.csv", "id,treatment,score", rows)
    assert (taken(questions, "control") is not None) == (sure and other != "P")


def test_a_condition_beside_the_steps_of_a_scale_is_the_arm(tmp_path: Path):
    steps = (1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 6, 7)
    rows = [f"{n % 2},{steps[n % 15]},{n * 7 % 30}.5" for n in range(60)]
    questions = asked(tmp_path / "t.csv", "cond,rating,reaction", rows)
    assert taken(questions, "arm") == "cond"
    rows = [f"{n % 2},{n % 3},{n * 7 % 30}.5" for n in range(60)]
    assert taken(asked(tmp_path / "u.csv", "cond,block,reaction", rows), "arm") is None


def test_what_was_measured_before_and_after_alone_is_the_outcome(tmp_path: Path):
    rows = [
        f"{n},{('drug', 'placebo')[n % 2]},{n % 9}.5,{n % 7}.5,{n % 8}.5,{n % 11}.5"
        for n in range(60)
    ]
    path = tmp_path / "t.csv"
    assert taken(asked(path, "id,arm,q.pre,q.2m,q.6m,length", rows), "primary") == "q.{visit}"
    rows = [f"{row},{n % 5}.5,{n % 6}.5" for n, row in enumerate(rows)]
    head = "id,arm,q.pre,q.2m,q.6m,length,u.pre,u.6m"
    assert taken(asked(path, head, rows), "primary") is None


def test_labels_of_another_coding_tell_no_control(tmp_path: Path):
    """A placebo that nobody has: labels of 0 and 1 beside the codes 1, 2 and 3."""
    path = tmp_path / "t.sav"
    data = pd.DataFrame({"id": range(60), "treat": [1 + n % 3 for n in range(60)]})
    data["score"] = [n * 7 % 30 + 0.5 for n in range(60)]

    def control(labels: dict[int, str]) -> str | None:
        pyreadstat.write_sav(data, path, variable_value_labels={"treat": labels})
        questions: dict[str, Question] = {}

        def answer(question: Question) -> str:
            questions[question.flag] = question
            return question.choices[0][0]

        decide(profile([str(path)]), {}, answer)
        return taken(questions, "control")

    assert control({0: "placebo", 1: "active drug"}) is None
    assert control({1: "placebo", 2: "active drug"}) is None
    assert control({1: "placebo", 2: "one drug", 3: "another"}) == "1"


@pytest.mark.parametrize(
    "names",
    [
        ("time_left", "status_left", "time_right", "status_right"),
        ("left", "lcens", "right", "rcens"),
        ("days_left_eye", "event_left_eye", "days_right_eye", "event_right_eye"),
    ],
)
def test_a_side_has_a_time_and_how_it_ended_there(tmp_path: Path, names: tuple[str, ...]):
    path = tmp_path / "t.dta"
    data = pd.DataFrame({"id": range(60), "treat": [n % 2 for n in range(60)]})
    for at, name in enumerate(names):
        data[name] = [
            n * 7 % 23 / 2 + 1 if at % 2 == 0 else n * (at + 2) % 7 % 2 for n in range(60)
        ]
    ends = {0: "censored", 1: "tube out"}
    labels = {names[1]: ends, names[3]: ends, "treat": {0: "none", 1: "medication"}}
    pyreadstat.write_dta(data, path, variable_value_labels=labels)
    made = decide(profile([str(path)]), {}, likeliest)
    times = {one.column: one.status for one in (made.primary, *made.others)}
    assert times == {names[0]: names[1], names[2]: names[3]}


def test_numbered_columns_that_may_be_several_endpoints_are_asked(tmp_path: Path):
    """E1 to E4 were four endpoints of a trial, and nothing else was left in its file."""
    rows = [
        f"{('drug', 'placebo')[n % 2]},{n % 9},{n % 7}.5,{n * 3 % 8},{n % 11}" for n in range(60)
    ]
    path = tmp_path / "t.csv"
    assert taken(asked(path, "treatment,E1,E2,E3,E4", rows), "primary") is None
    assert taken(asked(path, "treatment,E_wk1,E_wk2,E_wk4,E_wk8", rows), "primary") is not None


def test_a_column_with_values_in_one_arm_is_no_outcome(tmp_path: Path):
    rows = []
    for n in range(40):
        before, after = 50 + n % 7, 55 + n % 9
        copy = f"{before},{after},," if n % 2 else f",,{before},{after}"
        rows.append(f"{before},{after},{('Control', 'Yoga')[n % 2 == 0]},{copy}")
    head = "Pretest,Posttest,Group,ControlPre,ControlPost,YogaPre,YogaPost"
    primary = asked(tmp_path / "copies.csv", head, rows)["primary"]
    assert [name for name, _ in primary.choices] == ["{visit}"] and primary.sure
    rows = [f"{row},{n % 5}" for n, row in enumerate(rows)]
    primary = asked(tmp_path / "more.csv", f"{head},pain", rows)["primary"]
    assert {"{visit}", "pain"} == {name for name, _ in primary.choices}


def test_a_name_that_a_transport_file_has_cut(tmp_path: Path):
    frame = pd.DataFrame({"conditio": ["Before", "Meshed", "Free"] * 10, "correct": range(30)})
    frame["correct"] = frame["correct"] * 7 % 11
    pyreadstat.write_xport(frame, str(tmp_path / "words.xpt"), file_format_version=5)
    draft = decide(profile([str(tmp_path / "words.xpt")]), {}, lambda _: None)
    assert draft.arm.name == "conditio"
    assert "its name is that of an arm" in draft.home.evidence["arm.conditio"]
    rows = [f"{n % 3},{n * 7 % 11}" for n in range(30)]
    assert not asked(tmp_path / "short.csv", "conditi,correct", rows)["arm"].sure


@pytest.mark.parametrize(
    ("name", "ones", "sure"),
    [
        ("treat_out", 1 / 2, True),
        ("treat_out", 2 / 5, False),
        ("treat_eye", 1 / 2, False),
        ("group", 1 / 2, True),
        ("group", 2 / 5, False),
    ],
)
def test_many_patients_in_halves_were_drawn_by_lot(
    tmp_path: Path, name: str, ones: float, sure: bool
):
    rows = [f"{int(n % 10 < 10 * ones)},{n % 3 == 0:d},{n * 7 % 61}" for n in range(400)]
    questions = asked(tmp_path / "halves.csv", f"{name},south,income", rows)
    assert questions["arm"].choices[0][0] == name and questions["arm"].sure is sure


def test_yes_and_no_are_no_sides(tmp_path: Path):
    rows = [f"{('yes', 'no')[n % 2]},{('a', 'b')[n % 3 == 0]},{n * 7 % 31}" for n in range(60)]
    assert "subject" not in asked(tmp_path / "legs.csv", "leg_black,arm,score", rows)
    rows = [row.replace("yes", "left").replace("no", "right") for row in rows]
    assert "subject" in asked(tmp_path / "sides.csv", "leg_side,arm,score", rows)


def test_a_time_is_paired_with_the_yes_or_no_of_its_name(tmp_path: Path):
    rows = [
        f"{('BM', 'PB')[n % 2]},{n * 7 % 97 + 1},{n % 3 == 0:d},{n * 5 % 89 + 1},{n % 4 == 0:d}"
        for n in range(80)
    ]
    head = "tx,agvhtime,agvh,cgvhtime,cgvh"
    primary = asked(tmp_path / "times.csv", head, rows)["primary"]
    said = dict(primary.choices)
    assert "agvh tells how it ended" in said["agvhtime"]
    assert "cgvh tells how it ended" in said["cgvhtime"] and not primary.sure


def test_several_treatments_of_a_person_without_a_period(tmp_path: Path):
    rows = [
        f"p{n},{arm},{n * 7 % 19 + at},{n % 2 + 1}"
        for n in range(20)
        for at, arm in enumerate(("dry", "wet", "oily"))
    ]
    path = tmp_path / "within.csv"
    questions = asked(path, "person,condition,seconds_time,dry_first", rows)
    # What is the same in all rows of a person is no outcome, and tells no end of a time.
    assert taken(questions, "primary") == "seconds_time" and "status" not in questions
    assert decide(profile([str(path)]), {}, likeliest).design.kind == "crossover"
    path.write_text(path.read_text().replace(",oily,", ",,"), encoding="utf-8")
    assert decide(profile([str(path)]), {}, likeliest).design.kind == "within_subject"


def test_a_number_of_patients_at_the_end_is_their_key(tmp_path: Path):
    """Not tried among the keys, since nothing but its end says that it counts them."""
    rows = [f"{'ab'[n % 2]},{n % 7},{n % 5},{n * 3 % 41},{901 + n * 7 % 41}" for n in range(41)]
    path = tmp_path / "late.csv"
    assert "key" not in asked(path, "tx,dx,grade,score,stnum", rows)
    draft = decide(profile([str(path)]), {}, likeliest)
    assert draft.subject == {draft.home.name: "stnum"} and ("stnum",) in draft.home.keys
    assert not [guess for guess in draft.guesses if guess.name.startswith("key.")]


def test_numbers_of_people_describe_nobody(tmp_path: Path):
    """Their own tell the rows apart, those of who brought them the clusters; a label names one too.
    The years between two persons are no age."""
    lines = ["c_ptid,c_pp_ptid,code,years_gap,age_gap,arm,score"]
    lines += [
        f"{5304000 + 13 * n},{530300 + n % 30},{91000 + 7 * n},{n % 9},{n % 23 - 5},"
        f"{['drug', 'placebo'][n % 30 % 2]},{n * 17 % 29}"
        for n in range(60)
    ]
    path = tmp_path / "peers.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    other = tmp_path / "dictionary.csv"
    other.write_text("Variable,Description\ncode,Recoded participant ID\n", encoding="utf-8")
    draft = decide(profile([str(path), str(other)]), {"primary": "score"}, likeliest)
    assert draft.subject == {"data": "c_ptid"} and draft.design.cluster == "c_pp_ptid"
    who = people(draft)
    assert who.age is None and draft.home.column("age_gap").bounds is None
    assert {*who.variables.values()} == {"c_pp_ptid", "years_gap", "age_gap"}


def test_the_numbers_of_questions_are_no_visits(tmp_path: Path):
    """Question 9 is none that was asked before as question 2."""
    head = "pid,arm,s1_q2,s1_q9,score_2,score_9"
    rows = [
        f"{n},{'ab'[n % 2]},{n * 5 % 11},{n * 7 % 13},{n * 3 % 17},{n * 2 % 19}" for n in range(60)
    ]
    question = asked(tmp_path / "asked.csv", head, rows)["primary"]
    said = {name: "measured before" in why for name, why in question.choices}
    assert said["s1_q9"] is said["s1_q2"] is False
    told = {"arm": "arm", "primary": "score_9", "kind": "measure"}
    left = people(decide(profile([str(tmp_path / "asked.csv")]), told, likeliest)).left_out
    assert "s1_q9" not in left


def test_levels_without_an_order_have_an_event_that_is_asked(tmp_path: Path):
    """Whoever names such a column is asked which of its words counts."""
    words = ("No", "Yes", "Don't know", "Peer did not say")
    rows = [f"{n},{('drug', 'placebo')[n % 2]},{words[n * 7 % 11 % 4]}" for n in range(60)]
    path = tmp_path / "words.csv"
    questions = asked(path, "pid,arm,started", rows, primary="started")
    assert questions["event"].choices[0][0] == "Yes"
    made = decide(profile([str(path)]), {"primary": "started", "event": "No"}, likeliest).primary
    assert (made.kind, made.event) == ("event", "No") and "all others count" in made.evidence
    told = {"primary": "started", "kind": "event", "subject": "pid"}
    again = "".join(f"{n},{('drug', 'placebo')[n % 2]},Yes\n" for n in range(6))
    path.write_text(path.read_text(encoding="utf-8") + again, "utf-8")
    with pytest.raises(UserError, match="--kind count counts a patient's rows"):
        decide(profile([str(path)]), told, likeliest)


def test_a_visit_where_every_row_is_a_patient_is_refused(tmp_path: Path):
    path = tmp_path / "pairs.csv"
    rows = [f"{n % 2},{('drug', 'placebo')[n // 2 % 2]},{n * 7 % 31}" for n in range(60)]
    path.write_text("\n".join(["wave,arm,score", *rows]) + "\n", encoding="utf-8")
    told = {"subject": "source_row", "visit": "wave", "arm": "arm", "primary": "score"}
    with pytest.raises(UserError, match=r"every row is a patient(.|\n)*--subject COLUMN"):
        decide(profile([str(path)]), told, likeliest)


def test_a_label_that_begins_small_before_a_capital_stays(tmp_path: Path):
    rows = [f"{n},{('tPA', 'placebo')[n % 2]},{n * 7 % 31}" for n in range(60)]
    path = tmp_path / "labels.csv"
    path.write_text("\n".join(["pid,arm,eGFR", *rows]) + "\n", encoding="utf-8")
    draft = decide(profile([str(path)]), {"primary": "eGFR"}, likeliest)
    assert {label for label, _ in draft.arms.values()} == {"tPA", "Placebo"}
    assert planned(draft)[0].label == "eGFR"
