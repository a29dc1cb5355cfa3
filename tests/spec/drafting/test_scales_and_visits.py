"""Steps of a scale, values before and days in columns and rows; sheets that say what columns mean;
orders of treatments; arms that no other column could be."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import pytest
import yaml

from trialtrace.base.paths import Project
from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.questions import Question, first_choice
from trialtrace.run.drafting.tables import profile
from trialtrace.run.trial.check import check_trial

Call = Callable[..., int]
ARMS = ("placebo", "drug")
STEPS = ("none", "mild", "moderate", "severe")


def written(path: Path, header: str, rows: Sequence[Sequence[object]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [header, *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def read(at: Project, file: str) -> dict:
    return yaml.safe_load((at.trial_config("mine") / file).read_text(encoding="utf-8"))


def asked_of(path: Path, **told: str) -> tuple[Draft, dict[str, Question]]:
    """The draft as Enter makes it, and what was asked by its flag."""
    asked: dict[str, Question] = {}

    def answer(question: Question) -> str | None:
        asked[question.flag] = question
        return first_choice(question)

    return decide(profile([str(path)]), told, answer), asked


def test_a_step_that_nobody_has_at_a_visit(at: Project, call: Call):
    rows = [(n, ARMS[n % 2], STEPS[1 + n % 3], STEPS[n % 3], STEPS[n % 4]) for n in range(1, 61)]
    path = written(at.root / "data" / "steps.csv", "id,arm,pain_0w,pain_4w,pain_8w", rows)
    assert call("new", "mine", path, "--yes") == 0
    assert check_trial(at, "mine") == []
    assert {*read(at, "endpoints.yaml")["pain_w"]["codes"]} == {*STEPS}
    fields = pd.read_csv(at.trial_config("mine") / "dictionary.csv", index_col=0, dtype=str)
    for name in ("pain_0w", "pain_4w", "pain_8w"):
        choices = fields.loc[name, "Choices, Calculations, OR Slider Labels"].split(" | ")
        assert sorted(choices) == sorted(f"{step}, {step}" for step in STEPS)


@pytest.mark.parametrize(
    "steps",
    [
        "poor,fair,moderate,good,excellent",
        "poor,moderate,good",
        "low,normal,high",
        "normal,mild,moderate,severe",
        "PD,SD,PR,CR",
        "strongly disagree,disagree,neutral,agree,strongly agree",
        "very dissatisfied,dissatisfied,neither satisfied nor dissatisfied,satisfied",
        "not at all,a little bit,somewhat,quite a bit,very much",
        "much worse,a little worse,no change,somewhat improved,much improved",
    ],
)
def test_words_of_scales_have_their_order(tmp_path: Path, steps: str):
    rows = [
        (n, ARMS[n % 2], steps.split(",")[n * 7 % 11 % (steps.count(",") + 1)]) for n in range(90)
    ]
    made, asked = asked_of(written(tmp_path / "x.csv", "pid,arm,result", rows))
    assert (made.primary.kind, asked["primary"].sure) == ("measure", True)
    ranked = sorted(made.primary.codes, key=lambda code: code[1])
    assert ",".join(code for code, _ in ranked) == steps


def test_the_order_of_other_words_is_told_or_asked(at: Project, call: Call, capsys):
    words = ("grey", "teal", "pink", "blue")
    rows = [(n, ARMS[n % 2], words[n * 7 % 11 % 4], n % 9) for n in range(90)]
    path = written(at.root / "data" / "x.csv", "pid,arm,colour,score", rows)
    _, asked = asked_of(path, primary="colour")
    assert asked["order"].several and {code for code, _ in asked["order"].choices} == {*words}
    given = ("new", "mine", path, "--yes", "--primary", "colour")
    for order, fault in (("grey,teal", "4 with commas"), ("grey,teal,teal,blue", "once")):
        assert call(*given, "--order", order) == 1
        assert fault in capsys.readouterr().err
    assert call(*given[:-1], "score", "--order", ",".join(words)) == 1
    assert call(*given, "--kind", "measure") == 1
    assert "--order tells" in capsys.readouterr().err
    assert call(*given, "--order", ",".join(words)) == 0
    assert check_trial(at, "mine") == []
    made = read(at, "endpoints.yaml")["colour"]
    assert (made["kind"], made["codes"]) == ("measure", dict(zip(words, (1, 2, 3, 4), strict=True)))


def test_steps_of_another_cut_are_another_scale(at: Project, call: Call):
    """0-3 of one visit holds 0-2 and 3 of the next: no code of one is worth one of the other."""
    early, late = ("0-3", "4", "5", "6"), ("0-2", "3", "4", "5", "6")
    rows = [(n, ARMS[n % 2], early[n % 4], late[n % 5]) for n in range(1, 61)]
    path = written(at.root / "data" / "rankin.csv", "id,arm,mrs_30d,mrs_180d", rows)
    assert call("new", "mine", path, "--primary", "mrs_180d", "--yes") == 0
    assert check_trial(at, "mine") == []
    made = read(at, "endpoints.yaml")["mrs_180d"]
    assert (made["kind"], made["column"]) == ("measure", "mrs_180d")
    assert made["codes"] == {"0-2": 0, "3": 3, "4": 4, "5": 5, "6": 6}


def test_dictionaries_of_other_steps_are_kept(at: Project, call: Call):
    """What a data dictionary lists for a column is not added to."""
    rows = [(n, ARMS[n % 2], n % 4 + 1, n % 3 + 1) for n in range(1, 61)]
    path = written(at.root / "data" / "given.csv", "id,arm,pain_0w,pain_4w", rows)
    lines = [
        "Variable / Field Name,Form Name,Field Type,Field Label,"
        '"Choices, Calculations, OR Slider Labels"',
        'pain_0w,visits,radio,Pain,"1, none | 2, mild | 3, marked | 4, severe"',
        'pain_4w,visits,radio,Pain,"1, none | 2, mild | 3, marked"',
    ]
    words = at.root / "data" / "words.csv"
    words.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert call("new", "mine", path, words, "--primary", "pain_4w", "--yes") == 0
    assert check_trial(at, "mine") == []
    assert read(at, "endpoints.yaml")["pain_4w"]["kind"] == "measure"


@pytest.mark.parametrize(
    "names",
    [
        ("BASELINE", "WEEK01", "WEEK04", "WEEK16"),
        ("score_bl", "score_4", "score_8", "score_12"),
        ("preScore", "score1", "score2", "score3"),
    ],
)
def test_the_value_before_goes_with_those_after(at: Project, call: Call, names: tuple[str, ...]):
    draw = random.Random(3)
    rows = [
        (f"P{n}", ARMS[n % 2], *(f"{draw.gauss(20, 5):.1f}" for _ in names)) for n in range(1, 61)
    ]
    path = written(at.root / "data" / "wide.csv", f"pid,arm,{','.join(names)}", rows)
    _, asked = asked_of(path)
    assert asked["primary"].sure and "before" not in asked
    assert call("new", "mine", path, "--yes") == 0
    (made,) = read(at, "endpoints.yaml").values()
    assert [*made["visits"]] == [*names] and made["baseline"] == made["visits"][names[0]]
    assert check_trial(at, "mine") == []


def test_columns_of_one_outcome_have_the_unit_of_one_label(at: Project, call: Call):
    draw = random.Random(3)
    rows = [(n, ARMS[n % 2], *(f"{draw.gauss(9, 2):.2f}" for _ in "ab")) for n in range(1, 61)]
    path = written(at.root / "data" / "wide.csv", "pid,arm,walk_pre,walk_post", rows)
    words = [("walk_pre", '"walking time before, in hours"'), ("walk_post", "walking time after")]
    book = written(at.root / "data" / "labels.csv", "name,label", words)
    assert call("new", "mine", path, book, "--primary", "walk_{visit}", "--yes") == 0
    (table,) = read(at, "cleaning.yaml")["tables"].values()
    assert table["units"] == {"walk_pre": "hours", "walk_post": "hours"}


def test_numbers_alone_stay_a_question(tmp_path: Path):
    """Without a value before three numbered columns may be the items of a scale."""
    draw = random.Random(3)
    rows = [(n, ARMS[n % 2], *(draw.randint(0, 99) for _ in "abc")) for n in range(1, 61)]
    _, asked = asked_of(written(tmp_path / "x.csv", "pid,arm,score1,score2,score3", rows))
    assert not asked["primary"].sure


def test_thirty_days_are_visits(at: Project, call: Call):
    draw = random.Random(5)
    rows = [
        (n, ARMS[n % 2], day, draw.randint(0, 8) if day else 4)
        for n in range(1, 31)
        for day in range(31)
    ]
    path = written(at.root / "data" / "diary.csv", "id,arm,day,osci", rows)
    assert call("new", "mine", path, "--yes") == 0
    made = read(at, "endpoints.yaml")["osci"]
    assert (made["kind"], made["visit"]["column"], made["baseline"]) == ("repeated", "day", "day 0")
    assert len(made["visit"]["labels"]) == 31


def book(path: Path, names: Sequence[str], title: str = "Data Description") -> Path:
    rows = [(n, ARMS[n % 2], 40 + n % 30, n * 7 % 13) for n in range(1, 41)]
    said = pd.DataFrame({"Variable": names, "Description": [f"What {one} is" for one in names]})
    with pd.ExcelWriter(path) as writer:
        said.to_excel(writer, sheet_name=title, index=False)
        pd.DataFrame(rows, columns=["id", "arm", "age", "SCORE"]).to_excel(
            writer, sheet_name="Data", index=False
        )
    return path


def test_a_sheet_that_describes_columns_is_no_table(at: Project, call: Call):
    path = book(at.root / "data" / "book.xlsx", ["id", "arm", "age", "score"])
    assert call("new", "mine", path, "--yes") == 0
    assert check_trial(at, "mine") == []
    assert len(read(at, "trial.yaml")["tables"]) == 1
    fields = pd.read_csv(at.trial_config("mine") / "dictionary.csv", index_col=0)
    assert fields.loc["SCORE", "Field Label"] == "What score is"
    guesses = read(at, "guesses.yaml")["guesses"]
    assert any("no table of data" in one["evidence"] for one in guesses.values())


@pytest.mark.parametrize(
    ("names", "title", "told"),
    [
        (["a", "b", "c", "d"], "Data Description", "set_aside"),
        (["id", "arm", "age", "score"], "Visits", "described"),
    ],
)
def test_a_sheet_of_another_name_or_of_other_columns(
    tmp_path: Path, names: list[str], title: str, told: str
):
    """Most names of a codebook are columns, whatever its sheet is called."""
    (table,) = profile([str(book(tmp_path / "book.xlsx", names, title))])
    assert title in table.evidence[told]
    assert len({"set_aside", "described"} & {*table.evidence}) == 1


def periods(path: Path, orders: Sequence[str], name: str) -> Path:
    draw = random.Random(9)
    rows = [
        (n, orders[n % len(orders)], period, arm, draw.randint(10, 60))
        for n in range(1, 25)
        for period, arm in enumerate(orders[n % len(orders)], start=1)
    ]
    return written(path, f"id,{name},period,treatment,minutes", rows)


def test_an_order_by_its_letters_is_a_sequence(tmp_path: Path):
    made, _ = asked_of(periods(tmp_path / "x.csv", ("AP", "PA"), "Order"))
    assert (made.design.kind, made.design.sequence) == ("crossover", "Order")
    assert made.design.starts == {"AP": "A", "PA": "P"}


@pytest.mark.parametrize("name", ["group", "Grp"])
def test_a_sequence_that_is_called_as_arms_are(at: Project, call: Call, name: str):
    path = periods(at.root / "data" / "x.csv", ("AB", "BA"), name)
    assert call("new", "mine", path, "--yes", "--control", "A") == 0
    assert check_trial(at, "mine") == []
    main = read(at, "plan.yaml")["analyses"]["minutes"]["estimates"][0]["mean_difference"]
    assert main["sequence"] == name.lower()


def test_a_column_that_goes_with_the_first_treatment_is_the_sequence(tmp_path: Path):
    """Numbers of two groups; a column that one patient has otherwise is none."""
    path = periods(tmp_path / "x.csv", ("AP", "PA"), "cohort_nr")
    text = path.read_text(encoding="utf-8").replace(",AP,", ",1,").replace(",PA,", ",2,")
    path.write_text(text, encoding="utf-8")
    made, _ = asked_of(path)
    assert (made.design.sequence, made.design.starts) == ("cohort_nr", {"1": "A", "2": "P"})
    path.write_text(text.replace("\n3,2,", "\n3,1,"), encoding="utf-8")
    made, _ = asked_of(path)
    assert (made.design.kind, made.design.sequence) == ("crossover", "")
    (why,) = (one.evidence for one in made.guesses if one.name == "design")
    assert "(AB, BA) in the export" in why


def test_a_sequence_that_no_step_takes_is_told(tmp_path: Path):
    """Three treatments under the name of arms are no question, their sequence is named."""
    made, asked = asked_of(periods(tmp_path / "x.csv", ("ABC", "BCA", "CAB"), "sequence"))
    assert asked["arm"].sure and not made.design.sequence
    (why,) = (one.evidence for one in made.guesses if one.name == "design")
    assert "sequence and the periods are left out of account" in why


def test_a_drug_beside_what_varies_within_patients(tmp_path: Path):
    """The flag of first rows is no arm: patients have both of its levels."""
    draw = random.Random(11)
    rows = []
    for n in range(1, 41):
        ends = sorted(draw.sample(range(10, 500), 3))
        rows += [
            (n, start, end, int(end != ends[-1]), int(start == 0), n % 2)
            for start, end in zip([0, *ends], ends, strict=False)
        ]
    path = written(tmp_path / "x.csv", "Patid,Begin,End,Status,Fevent,Drug", rows)
    _, asked = asked_of(path, control="0")
    assert asked["arm"].sure and asked["arm"].choices[0][0] == "Drug"


def test_a_comparator_is_the_control(tmp_path: Path):
    arms = ("ACTIVE TREATMENT DOSE 01", "ACTIVE TREATMENT DOSE 02", "COMPARATOR TREATMENT")
    rows = [(n, arms[n % 3], n * 7 % 40) for n in range(1, 91)]
    made, asked = asked_of(written(tmp_path / "x.csv", "pid,arm,score", rows))
    assert made.control == "comparator_treatment" and asked["control"].sure


def test_whether_a_form_is_complete_is_no_outcome(tmp_path: Path):
    rows = [(n, ARMS[n % 2], n % 3, n * 7 % 40) for n in range(1, 61)]
    _, asked = asked_of(written(tmp_path / "x.csv", "record_id,arm,visits_complete,score", rows))
    offered = {name for flag in ("arm", "primary") for name, _ in asked[flag].choices}
    assert offered == {"arm", "score"}


@pytest.mark.parametrize("arms", [("7-day", "28-day"), ("1_placebo", "2_drug")])
def test_numbers_that_tell_arms_apart_stay(at: Project, call: Call, arms: tuple[str, str]):
    rows = [(n, arms[n % 2], n * 7 % 40) for n in range(1, 61)]
    path = written(at.root / "data" / "taper.csv", "pid,arm,score", rows)
    assert call("new", "mine", path, "--yes") == 0
    assert check_trial(at, "mine") == []
    labels = {one["label"] for one in read(at, "trial.yaml")["design"]["arms"].values()}
    assert labels == ({"7-day", "28-day"} if "7-day" in arms else {"Placebo", "Drug"})


def children(path: Path, household: str, sex: str) -> Path:
    """Children are numbered in their household, of which villages of one arm each have three."""
    draw = random.Random(13)
    rows = []
    for house in range(60):
        arm = ("Control", "Water", "Soap")[house // 3 % 3]
        for child in ("T1", "C1", "C2"):
            what = draw.choice(("female", "male"))
            rows += [(300 + house, child, arm, what, n, draw.randint(0, 1)) for n in (0, 1, 2)]
    return written(path, f"{household},childid,tr,{sex},round,ill", rows)


@pytest.mark.parametrize("household", ["dataid", "household_id"])
def test_children_numbered_in_households_are_joined(tmp_path: Path, household: str):
    made, asked = asked_of(children(tmp_path / "x.csv", household, "sex"))
    assert made.subject["data"] == "patient_id"
    assert made.home.joined == {"patient_id": (household, "childid")}
    assert (made.arm.name, asked["arm"].sure) == ("tr", True)
    assert made.control == "control"
    assert any(one.name == "subject.data" for one in made.guesses)


@pytest.mark.parametrize(("household", "sex"), [("house", "sex"), ("dataid", "what")])
def test_of_other_columns_nobody_is_joined(tmp_path: Path, household: str, sex: str):
    """A number that is no id, or of which nothing says that a person has one: patients stay."""
    (made,) = profile([str(children(tmp_path / "x.csv", household, sex))])
    assert not made.joined and made.subject[0] == "childid"


def test_the_planned_treatment_as_a_number(tmp_path: Path):
    rows = [(n, n % 2 + 1, n % 4 + 1, n * 7 % 40) for n in range(1, 61)]
    _, asked = asked_of(written(tmp_path / "x.csv", "USUBJID,TRTPN,STRATAN,EGFR", rows))
    assert asked["arm"].sure and asked["arm"].choices[0][0] == "TRTPN"


def test_shares_that_patients_reach_are_no_visits(tmp_path: Path):
    """Who has ACR50 has ACR20: three outcomes, of which one is asked."""
    rows = [
        (n, ARMS[n % 2], *("NY"[n * 7 % 13 >= least] for least in (3, 6, 9))) for n in range(1, 61)
    ]
    path = written(tmp_path / "x.csv", "pid,arm,ACR20,ACR50,ACR70", rows)
    made, asked = asked_of(path)
    assert not made.primary.columns and not asked["primary"].sure


@pytest.mark.parametrize("name", ["Deidentified Subject Number", "unique_patient_identifier"])
def test_the_number_of_a_subject_in_words(tmp_path: Path, name: str):
    draw = random.Random(17)
    rows = [(n, ARMS[n % 2], week, draw.randint(0, 99)) for n in range(1, 41) for week in (0, 4, 8)]
    made, _ = asked_of(written(tmp_path / "x.csv", f"{name},arm,week,score", rows))
    assert (made.subject["data"], made.visit["data"]) == (name, "week")


def test_d_and_p_are_drug_and_placebo(tmp_path: Path):
    rows = [(n, "DP"[n % 2], n * 7 % 40) for n in range(1, 61)]
    made, asked = asked_of(written(tmp_path / "x.csv", "pid,arm,change", rows))
    assert made.control == "p" and asked["control"].sure


@pytest.mark.parametrize("column", ["visit", "timepoint"])
def test_visits_that_words_name_are_in_the_order_of_the_rows(at: Project, call: Call, column: str):
    visits = ("enrolment", "ward", "autumn", "closing")
    rows = [
        (n, ARMS[n % 2], v, 20 + (7 * n + i) % 60)
        for n in range(1, 41)
        for i, v in enumerate(visits)
    ]
    path = written(at.root / "data" / "visits.csv", f"patient,arm,{column},pain", rows)
    assert call("new", "mine", path, "--yes", "--primary", "pain", "--before", "enrolment") == 0
    assert (*read(at, "endpoints.yaml")["pain"]["visit"]["labels"],) == visits


@pytest.mark.parametrize(
    ("names", "before"),
    [
        (("score_d-7", "score_d0", "score_d28"), ("-7", "0")),
        (("pain(-1)", "pain(0)", "pain(4)"), ("-1", "0")),
        (("hb_-2", "hb_0", "hb_6"), ("-2", "0")),
        (("bdi-1", "bdi-6", "bdi-12"), ()),
    ],
)
def test_a_dash_in_a_name_is_a_sign_beside_a_number_without(names, before, tmp_path: Path):
    draw = random.Random(3)
    rows = [(n, ARMS[n % 2], *(round(draw.gauss(40, 8), 1) for _ in names)) for n in range(1, 41)]
    path = written(tmp_path / "signed.csv", f"id,arm,{','.join(names)}", rows)
    draft, asked = asked_of(path)
    outcome = draft.primary
    assert [name for _, name in outcome.columns] == list(names)
    assert (tuple(map(str, outcome.before)), "before" in asked) == (
        (before, False) if before else (("1",), True)
    )


@pytest.mark.parametrize(
    ("visits", "before", "asks"),
    [
        (("D-7", "D1", "D14"), ("D-7", "D1"), True),
        (("Screening", "Day 1", "Day 29"), ("Screening", "Day 1"), True),
        (("D-7", "D0", "D14"), ("D-7", "D0"), False),
        (("Baseline", "Day 1", "Day 29"), ("Baseline",), False),
        (("Screening", "Week 4", "Week 8"), ("Screening",), False),
        (("ses-01", "ses-02", "ses-03"), ("ses-01",), True),
    ],
)
def test_the_first_day_after_one_before_the_start_is_asked(visits, before, asks, tmp_path: Path):
    draw = random.Random(4)
    rows = [
        (n, ARMS[n % 2], visit, round(draw.gauss(20, 3), 1))
        for n in range(1, 41)
        for visit in visits
    ]
    path = written(tmp_path / "days.csv", "id,arm,visit,crp", rows)
    draft, asked = asked_of(path)
    assert (tuple(map(str, draft.primary.before)), "before" in asked) == (before, asks)
    if asks and len(before) > 1:
        assert asked["before"].choices[0][0] == before[-1]


@pytest.mark.parametrize(
    ("before", "pattern"), [("baseCO2", "CO2{visit}h"), ("dust", "CO{visit}h")]
)
def test_a_number_behind_that_of_what_is_measured(tmp_path: Path, before: str, pattern: str):
    """CO21h to CO24h are hours 1 to 4 of CO2 beside a column that ends so."""
    draw = random.Random(8)
    rows = [
        (n, ARMS[n % 2], draw.randint(300, 900), *(draw.randint(300, 900) for _ in range(4)))
        for n in range(60)
    ]
    head = f"id,arm,{before},CO21h,CO22h,CO23h,CO24h"
    draft, _ = asked_of(written(tmp_path / "air.csv", head, rows))
    found = next(one for one in (draft.primary, *draft.others) if one.columns)
    assert found.column == pattern


@pytest.mark.parametrize("sex", ["mf", "mm"])
def test_people_of_an_id_below_that_of_their_flat_are_asked(tmp_path: Path, sex: str):
    flats = [(1000 + n, ARMS[n % 2]) for n in range(40)]
    rows = [(at, arm, n % 7) for n, (at, arm) in enumerate(flats)]
    written(tmp_path / "flats.csv", "id,arm,rooms", rows)
    rows = [
        (at, f"{at}{n}", sex[n % 2], arm, (at + n) % 3 % 2)
        for at, arm in flats
        for n in range(1 + at % 4)
    ]
    written(tmp_path / "tenants.csv", "id,q01tenid,gender,arm,coughs", rows)
    told = {"arm": "tenants.arm", "primary": "coughs"}
    paths = [str(tmp_path / f"{name}.csv") for name in ("flats", "tenants")]
    draft = decide(profile(paths), told, first_choice)
    asked = [one for one in draft.guesses if one.name == "subject" and one.blinds]
    assert ["id has several of q01tenid" in one.evidence for one in asked] == [True] * (sex == "mf")
