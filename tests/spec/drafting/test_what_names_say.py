"""What exports say by a sign, a word of a time, a place of a row or a label: used or asked, and
never taken for something else in silence."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from made_exports import write

from trialtrace.base.errors import UserError
from trialtrace.run.drafting.decided import Guessed
from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.people import people
from trialtrace.run.drafting.questions import first_choice
from trialtrace.run.drafting.study import population_flags
from trialtrace.run.drafting.tables import profile
from trialtrace.run.drafting.visits import visits_of

ARMS = ("device", "sham")


def drafted(folder: Path, files: dict[str, Sequence[str]], **told: str) -> Draft:
    for name, lines in files.items():
        write(folder / name, list(lines))
    return decide(profile([str(folder / name) for name in files]), told, first_choice)


def one(folder: Path, lines: Sequence[str], **told: str) -> Draft:
    return drafted(folder, {"trial.csv": lines}, **told)


def patients(head: str, cells: Callable[[random.Random], str], n: int = 60) -> list[str]:
    draw = random.Random(11)
    rows = [f"{k},{ARMS[k % 2]},{cells(draw)}" for k in range(1, n + 1)]
    return [f"patient,arm,{head}", *rows]


def guess(draft: Draft, name: str) -> Guessed | None:
    return next((each for each in draft.guesses if each.name == name), None)


def blinding(draft: Draft) -> set[str]:
    return {each.name for each in draft.guesses if each.blinds}


@pytest.mark.parametrize(
    ("names", "before"),
    [
        (("vas_d-3", "vas_d0", "vas_d21"), ("-3", "0")),
        (("itch(-2)", "itch(0)", "itch(9)"), ("-2", "0")),
        (("crp W-4", "crp W0", "crp W12"), ("-4", "0")),
        (("bp_dm5", "bp_d0", "bp_d30"), ("-5", "0")),
        (("bp_day_minus5", "bp_day_0", "bp_day_30"), ("-5", "0")),
        (("vas_d-3", "vas_d21", "vas_d40"), ("-3",)),
        # A mark, where every number has it, and the names of months.
        (("vas-0", "vas-3", "vas-21"), ("0",)),
        (("vas_m0", "vas_m3", "vas_m21"), ("0",)),
    ],
)
def test_a_sign_in_the_name_of_a_visit_is_before_day_0(tmp_path: Path, names, before):
    lines = patients(
        ",".join(names), lambda d: f"{d.randint(9, 90)},{d.randint(9, 90)},{d.random()}"
    )
    draft = one(tmp_path, lines, primary=names[-1])
    assert [name for _, name in draft.primary.columns] == list(names)
    assert draft.primary.before == before


@pytest.mark.parametrize("names", [("il-6", "il10"), ("q-1", "q-2"), ("sod_m1", "sod_3")])
def test_a_dash_that_is_no_sign_is_none(tmp_path: Path, names):
    lines = patients(",".join(names), lambda d: f"{d.randint(9, 90)},{d.randint(9, 90)}")
    draft = one(tmp_path, lines, primary=names[0], kind="measure")
    every = [draft.primary, *draft.others]
    assert all(int(code) >= 0 for each in every for code, _ in each.columns if code[-1].isdecimal())


@pytest.mark.parametrize(
    ("arms", "control"),
    [
        (("usual care", "usual care + app"), "usual_care"),
        (("Standard care and coaching", "Standard care"), "standard_care"),
        (("usual care", "standard care + app"), None),
        (("placebo + diet", "control"), None),
        (("iron plus copper plus zinc (ICZ)", "iron plus zinc(IZ)"), "iron_plus_zinc_iz"),
        (("iron plus copper (IC)", "iron plus zinc (IZ)"), None),
    ],
)
def test_the_control_is_what_the_other_arm_has_as_well(tmp_path: Path, arms, control):
    lines = patients("score", lambda d: str(d.randint(0, 60)))
    lines = [line.replace("device", arms[0]).replace("sham", arms[1]) for line in lines]
    draft = one(tmp_path, lines)
    assert ("control" in blinding(draft)) is (control is None)
    assert control in (None, draft.control)


def test_a_placebo_is_offered_before_a_standard_beside_it(tmp_path: Path):
    draw = random.Random(4)
    arms = ("standard care", "new glue", "placebo")
    rows = [f"P{n},{arms[n % 3]},{draw.randint(0, 60)}" for n in range(92)]
    (guess,) = (
        each for each in one(tmp_path, ["id,arm,score", *rows]).guesses if each.name == "control"
    )
    assert guess.blinds and guess.value == "placebo"


def given(ident: str, arm: str, shuffled: bool = False) -> list[str]:
    draw = random.Random(2)
    rows = [
        f"{name},{draw.choice('AB')},{draw.randint(0, 10)}"
        for name in (f"N{k}" for k in range(30))
        for _ in range(draw.randint(1, 4))
    ]
    if shuffled:
        draw.shuffle(rows)
    return [f"{ident},{arm},relief", *rows]


def test_rows_that_are_treatments_given_are_no_patients_in_silence(tmp_path: Path):
    told = {"arm": "preparation", "control": "A", "primary": "relief"}
    draft = one(tmp_path, given("volunteer_initials", "preparation"), **told)
    asked = guess(draft, "subject")
    assert asked is not None and asked.blinds and "volunteer_initials" in asked.evidence
    # Groups of patients, and what comes again here and there, are none.
    assert guess(one(tmp_path, given("ward", "preparation"), **told), "subject") is None
    other = one(tmp_path, given("dialect", "preparation", shuffled=True), **told)
    assert guess(other, "subject") is None
    with pytest.raises(UserError, match="drug varies within patients, as in a crossover"):
        one(tmp_path, given("patient", "drug"))


def test_a_table_that_shares_few_patients_says_how_many(tmp_path: Path):
    lines = patients("score", lambda d: str(d.randint(0, 60)))

    def labs(numbers: Sequence[int]) -> Guessed | None:
        table = ["patient,hb", *(f"{n},{90 + n % 70}" for n in numbers)]
        return guess(drafted(tmp_path, {"trial.csv": lines, "labs.csv": table}), "shared.labs")

    wrong = labs(range(50, 110))
    assert wrong is not None and wrong.blinds
    assert "11 of 60 patients of trial are in labs; 49 of its 60 are in no row" in wrong.evidence
    half = labs(range(26, 86))
    assert half is not None and "25 of its 60 are in no row of trial" in half.evidence
    few = labs(range(1, 13))
    assert few is not None and not few.blinds and "12 of 60" in few.evidence
    assert labs(range(1, 56)) is None


@pytest.mark.parametrize(
    ("values", "event"),
    [
        (("living", "deceased"), "deceased"),
        (("Vivant", "Décédé"), "Décédé"),
        (("survivor", "nonsurvivor"), "nonsurvivor"),
        (("lives", "expired"), "expired"),
        (("home", "dead"), "dead"),
        # Either may be meant, or neither is an event by its words.
        (("dead", "relapsed"), None),
        (("salvaged", "amputated"), None),
    ],
)
def test_who_died_is_the_event_unasked(tmp_path: Path, values, event):
    lines = patients("ended", lambda d: values[d.random() < 0.3])
    draft = one(tmp_path, lines, primary="ended")
    assert ("event" in blinding(draft)) is (event is None)
    assert event in (None, draft.primary.event)


@pytest.mark.parametrize(
    ("time", "values", "known"),
    [
        ("futime", ("alive", "dead"), True),
        ("survival_months", ("lebt", "verstorben"), True),
        # It may be a stay, and dead and relapsed are two ends.
        ("days", ("alive", "dead"), False),
        ("hospital_days", ("alive", "dead"), False),
        ("futime", ("cured", "improved"), False),
    ],
)
def test_a_time_of_follow_up_ends_with_who_died(tmp_path: Path, time, values, known):
    lines = patients(f"{time},zz", lambda d: f"{d.randint(3, 900)},{values[d.random() < 0.4]}")
    draft = one(tmp_path, lines, primary=time)
    assert ("status" in blinding(draft)) is not known
    assert not known or (draft.primary.status, draft.primary.event) == ("zz", values[1])


@pytest.mark.parametrize(
    ("name", "values", "asked"),
    [
        ("breast", ("left", "right"), False),
        ("laterality", ("Rechts", "Links"), False),
        ("last_seen", ("alive", "dead elsewhere"), False),
        ("route", ("radial", "femoral"), True),
    ],
)
def test_sides_and_deaths_are_no_second_lot(tmp_path: Path, name, values, asked):
    rows = [f"{k},{ARMS[k % 2]},{values[k // 2 % 2]},{k * 7 % 31}" for k in range(80)]
    draft = one(tmp_path, [f"patient,arm,{name},score", *rows], primary="score")
    assert ("design" in blinding(draft)) is asked


@pytest.mark.parametrize(
    ("slip", "n", "told"),
    [
        ("shma", 60, "shma is of 1 patient (row 18 of the data)"),
        ("SH", 60, "SH is of 1 patient (row 18 of the data)"),
        ("2nd device", 24, "2nd device is of 1 patient (row 18 of the data)"),
        ("device", 60, ""),
    ],
)
def test_an_arm_of_one_patient_is_asked(tmp_path: Path, slip, n, told):
    lines = patients("score", lambda d: str(d.randint(0, 60)), n)
    lines[18] = lines[18].replace("sham", slip).replace("device", slip)
    few = guess(one(tmp_path, lines, arm="arm", control="sham", primary="score"), "few")
    assert (few is not None) is bool(told)
    assert few is None or (few.blinds and told in few.evidence)


def test_arms_of_few_patients_each_are_arms(tmp_path: Path):
    arms = ("sham", "5 mg", "10 mg", "20 mg")
    rows = [f"{k},{arms[k % 4]},{k * 5 % 17}" for k in range(8)]
    assert guess(one(tmp_path, ["patient,arm,score", *rows], arm="arm"), "few") is None
    # Patients count, not their visits; and of two arms none is another, mistyped.
    rows = [f"{k},{arms[k % 4]},{v},{k * 5 % 17}" for k in range(10) for v in range(10)]
    draft = one(tmp_path, ["patient,arm,visit,score", *rows], arm="arm", primary="score")
    assert guess(draft, "few") is None
    rows = [f"{k},{arms[k == 9]},{k * 5 % 17}" for k in range(40)]
    assert guess(one(tmp_path, ["patient,arm,score", *rows], arm="arm"), "few") is None


@pytest.mark.parametrize(
    ("name", "label", "values", "found"),
    [
        ("zz", "Analysed in the main analysis", "01", "where"),
        ("zz", "Efficacy population", ("no", "yes"), "where"),
        ("zz", "Post-randomisation exclusion", "10", "where"),
        ("zz", "Not in the ITT population", "10", "where"),
        ("zz", "Analysis set", ("excluded", "included"), "where"),
        ("in_analysis", "", "01", "where"),
        ("excluded", "", ("yes", "no"), "where"),
        ("zz", "Population", ("PP", "ITT"), "unused"),
        ("zz", "Reason for exclusion", ("moved", "none"), "unused"),
        ("zz", "Excluded from the per protocol analysis", "10", "unused"),
    ],
)
def test_who_is_analysed_is_asked_or_told(tmp_path: Path, name, label, values, found):
    rows = patients(f"{name},score", lambda d: f"{values[d.random() > 0.1]},{d.randint(0, 60)}")
    files = {"trial.csv": rows, "codebook.txt": [f"{name}: {label}", "score: Score", "arm: Arm"]}
    files = files if label else {"trial.csv": rows}
    (tmp_path / "in").mkdir()
    for file, lines in files.items():
        write(tmp_path / "in" / file, list(lines))
    told = {"arm": "arm", "control": "sham", "primary": "score"}
    draft = decide(profile([str(tmp_path / "in")]), told, first_choice)
    said = guess(draft, found)
    assert said is not None and said.blinds is (found == "where")
    assert found == "unused" or said.value == "all"
    assert name not in people(draft).variables.values()
    assert name not in {each.column for each in draft.others}


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("zz", "Excluded from school"),
        ("zz", "Social exclusion"),
        ("zz", "Exclusive breastfeeding"),
        ("zz", "Population density above the median"),
        ("zz", "Sample taken for genetic analysis of tumour"),
        ("analysis_lab", "Laboratory"),
    ],
)
def test_what_is_of_no_analysis_describes_patients(tmp_path: Path, name, label):
    rows = patients(f"{name},score", lambda d: f"{d.randint(0, 1)},{d.randint(0, 60)}")
    (tmp_path / "in").mkdir()
    write(tmp_path / "in" / "trial.csv", rows)
    write(tmp_path / "in" / "codebook.txt", [f"{name}: {label}", "score: Score", "arm: Arm"])
    told = {"arm": "arm", "control": "sham", "primary": "score"}
    draft = decide(profile([str(tmp_path / "in")]), told, first_choice)
    assert guess(draft, "where") is None and guess(draft, "unused") is None
    assert name in people(draft).variables.values()


def test_counts_that_begin_anew_are_of_patients_without_a_number(tmp_path: Path):
    told = {"arm": "drug", "control": "A", "primary": "relief"}
    sizes = [1 + k * 7 % 5 for k in range(30)]

    def attacks(name: str, turn: Callable[[int], object]) -> Draft:
        rows = [
            f"{turn(at)},{'AB'[(k + at) % 2]},{k % 9}"
            for k, n in enumerate(sizes)
            for at in range(n)
        ]
        return one(tmp_path, [f"{name},drug,relief", *rows], **told)

    asked = guess(attacks("attack", lambda at: at + 1), "subject")
    assert asked is not None and asked.blinds and "would count 5 times" in asked.evidence
    assert guess(attacks("grade", lambda at: at * 3 % 5), "subject") is None
    # A code for missing is no count.
    assert guess(attacks("grade", lambda at: at + 1 if at < 4 else "."), "subject") is None


def test_rows_that_share_a_name_are_told(tmp_path: Path):
    told = {"arm": "prep", "control": "A", "primary": "relief"}
    alone = guess(one(tmp_path, given("volunteer", "prep", shuffled=True), **told), "subject.trial")
    assert alone is not None and "--subject volunteer" in alone.evidence and not alone.blinds
    # Each has one row of each arm: of a patient, or of a pair.
    rows = [f"N{k},{arm},{k * 7 % 31}" for arm in "AB" for k in range(25)]
    for name in ("volunteer", "pair"):
        assert "pairs" in blinding(one(tmp_path, [f"{name},prep,relief", *rows], **told))
        own = one(tmp_path, [f"{name},prep,relief", *rows], **told, design="parallel")
        assert "pairs" not in blinding(own)


def test_conditions_that_leave_few_patients_are_not_offered(tmp_path: Path):
    rows = [
        f"{k},{side},{('gel', 'sham')[(k + at) % 2]},{week},{k * 7 % 40 + week}"
        for k in range(30)
        for at, side in enumerate(("left", "right"))
        for week in (0, 6)
    ]
    with pytest.raises(UserError) as error:
        one(tmp_path, ["patient,limb,treatment,week,score", *rows], primary="score")
    said = "--where week=0 keeps 30 of 30 patients or --where week=6 keeps 30 of 30 patients;"
    assert said in str(error.value)


def test_the_first_letters_of_treatment_name_an_arm(tmp_path: Path):
    draw = random.Random(5)
    rows = [f"{n},{1 + n % 2},{draw.randint(1, 3)},{draw.gauss(9, 2):.1f}" for n in range(1, 61)]
    (guess,) = [
        each
        for each in one(tmp_path, ["id,treatm,cond,score", *rows]).guesses
        if each.name == "arm"
    ]
    assert guess.value == "treatm"


def test_a_table_is_joined_by_the_values_of_the_patients(tmp_path: Path):
    draw = random.Random(6)
    first = [f"P{n:03},{('drug', 'control')[n % 2]},{draw.gauss(9, 2):.1f}" for n in range(60)]
    more = [f"P{n:03},{visit},{draw.gauss(70, 9):.1f}" for n in range(5, 70) for visit in range(12)]
    files = {"main.csv": ["id,arm,score", *first], "signs.csv": ["label,timepoint_id,pulse", *more]}
    guess, shared = [each for each in drafted(tmp_path, files).guesses if each.value == "label"]
    assert "10 of its 65 are in no row" in shared.evidence
    assert "Of 60 patients of the other files 55 are in it" in guess.evidence
    assert "those that timepoint_id would tell" in guess.evidence


@pytest.mark.parametrize("name", ["randomised", "rand", "randomised_on", "allocation"])
@pytest.mark.parametrize("day", ["2021-{:02}-04", "{:02}/05/2021", "04.{:02}.2021"])
def test_days_of_the_lot_are_no_arm(tmp_path: Path, name, day):
    """Also where few days were days of lots, and the arm has codes alone."""
    rows = [f"{k},{'AB'[k % 2]},{day.format(1 + k // 2 % 5)},{k * 7 % 31}" for k in range(60)]
    draft = one(tmp_path, [f"patient,product,{name},score", *rows], primary="score")
    assert draft.arm.name == "product"
    # Words under that name are arms.
    rows = [f"{k},{'AB'[k % 2]},{ARMS[k // 2 % 2]},{k * 7 % 31}" for k in range(60)]
    draft = one(tmp_path, [f"patient,product,{name},score", *rows], primary="score")
    assert name == "randomised_on" or draft.arm.name == name


def test_c_of_treatments_by_letters_is_no_control_beside_p(tmp_path: Path):
    draw = random.Random(7)
    rows = [f"{n},{'ABCP'[n % 4]},{draw.gauss(9, 2):.1f}" for n in range(1, 81)]
    (guess,) = [
        each
        for each in one(tmp_path, ["id,treatment,score", *rows]).guesses
        if each.name == "control"
    ]
    assert guess.value == "P" and not guess.blinds


@pytest.mark.parametrize("alone", ["", "none"])
def test_therapists_of_one_arm_are_no_randomised_clusters(alone, tmp_path: Path):
    draw = random.Random(8)
    rows = [
        f"{n},{'waiting list' if n % 2 else 'therapy'},{alone if n % 2 else f'T{n // 2 % 6}'},"
        f"{draw.gauss(15, 4):.1f}"
        for n in range(1, 97)
    ]
    draft = one(tmp_path, ["id,arm,therapist,phq9", *rows])
    assert draft.design.kind == "parallel"
    (guess,) = [each for each in draft.guesses if each.name == "unused"]
    assert "therapist" in guess.value


def test_an_event_of_several_types_ends_a_time(tmp_path: Path):
    draw = random.Random(9)
    types = ("none", "none", "MI", "stroke", "CV death")
    rows = [f"{n},{ARMS[n % 2]},{draw.randint(9, 900)},{types[n % 5]}" for n in range(1, 121)]
    draft = one(tmp_path, ["id,arm,days_to_event,event_type", *rows])
    (guess,) = [each for each in draft.guesses if each.name == "status"]
    assert (guess.value, guess.blinds) == ("event_type", True)


def test_one_of_several_events_of_a_time_is_asked(tmp_path: Path):
    draw = random.Random(10)
    rows = [
        f"{n},{ARMS[n % 2]},{draw.randint(9, 900)},{int(n % 5 == 1)},{int(n % 5 == 2)}"
        for n in range(1, 121)
    ]
    book = ["hf_hosp: first event was a hospitalisation", "cv_death: first event was a death"]
    draft = drafted(
        tmp_path, {"trial.csv": ["id,arm,days,hf_hosp,cv_death", *rows], "codebook.txt": book}
    )
    (guess,) = [each for each in draft.guesses if each.name == "primary"]
    assert guess.blinds


@pytest.mark.parametrize("treatments", ["none A B", "A B none"])
def test_what_all_had_first_no_lot_gave(tmp_path: Path, treatments: str):
    """Of three treatments that change places none is one."""
    draw = random.Random(3)
    first, *rest = treatments.split()
    for name, orders in (
        ("all", [[first, *draw.sample(rest, 2)] for _ in range(30)]),
        ("lot", [draw.sample([first, *rest], 3) for _ in range(30)]),
    ):
        rows = [
            f"{n},{period},{one},{draw.gauss(50, 9):.1f}"
            for n, order in enumerate(orders)
            for period, one in enumerate(order)
        ]
        write(tmp_path / f"{name}.csv", ["id,period,treatment,pain", *rows])
        made = decide(profile([str(tmp_path / f"{name}.csv")]), {}, first_choice)
        told = {one.name: one for one in made.guesses}["design"]
        assert told.blinds is (name == "all")
        assert (
            f"--where treatment={','.join(sorted(rest))} leaves" in told.evidence
        ) is told.blinds


def test_a_run_in_is_no_treatment(tmp_path: Path):
    draw = random.Random(11)
    rows = [
        f"{n},{period},{treatment},{draw.gauss(50, 9):.1f}"
        for n in range(1, 31)
        for period, treatment in enumerate(("run-in", *draw.sample(["drug", "placebo"], 2)))
    ]
    with pytest.raises(UserError, match=r"run-in, which is no treatment(.|\n)*--where treatment="):
        one(tmp_path, ["id,period,treatment,steps", *rows], arm="treatment")


def test_a_follow_up_without_a_number_comes_after_numbered_visits(tmp_path: Path):
    draw = random.Random(12)
    visits = ("Week 4", "Follow-up", "Baseline", "Week 8")
    rows = [
        f"{n},{ARMS[n % 2]},{visit},{draw.gauss(50, 9):.1f}"
        for n in range(1, 41)
        for visit in visits
    ]
    draft = one(tmp_path, ["id,arm,visit,score", *rows])
    labels = visits_of(draft.home, draft.primary)
    assert [*labels.values()] == ["Baseline", "Week 4", "Week 8", "Follow-up"]


def test_what_varies_within_patients_is_no_population(tmp_path: Path):
    draw = random.Random(13)
    rows = [
        f"{n},{ARMS[n % 2]},{visit},{int((n + visit) % 5 > 0)},{draw.gauss(50, 9):.1f}"
        for n in range(1, 41)
        for visit in range(4)
    ]
    draft = one(tmp_path, ["id,arm,visit,per_protocol_sample,score", *rows])
    assert population_flags(draft) == {}


def test_of_two_columns_with_the_patients_of_the_rest_none_is_taken(tmp_path: Path):
    draw = random.Random(14)
    first = [f"P{n:03},{ARMS[n % 2]},{draw.gauss(9, 2):.1f}" for n in range(60)]
    more = [f"P{n:03},P{59 - n:03},{n},{draw.gauss(70, 9):.1f}" for n in range(60)]
    files = {"main.csv": ["id,arm,score", *first], "signs.csv": ["label,twin,row_id,pulse", *more]}
    (aside,) = [each for each in drafted(tmp_path, files).guesses if each.name == "aside"]
    assert "label, twin have the patients of main: --subject" in aside.evidence
    assert drafted(tmp_path, files, subject="twin").subject == {"main": "id", "signs": "twin"}


def test_bsl_is_a_visit_before(tmp_path: Path):
    rows = [f"{n},{'AB'[n % 2]},{n * 7 % 31},{n * 5 % 37},{n * 3 % 41}" for n in range(40)]
    told = {"arm": "prep", "control": "A", "primary": "ease_{visit}"}
    draft = one(tmp_path, ["pid,prep,ease_bsl,ease_end,ease_fup", *rows], **told)
    assert draft.primary.before == ("bsl",) and [*dict(draft.primary.columns)] == [
        "bsl",
        "end",
        "fup",
    ]
    assert one(tmp_path, ["pid,prep,ease_bsl,ease_end,ease_fup", *rows], **told, before="bsl")
