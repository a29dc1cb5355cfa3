"""Exports as people make them: signs, orders of treatments, numbers in names, patients of sites."""

import random
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from made_exports import ARMS, write

from trialtrace.base.errors import UserError
from trialtrace.run.drafting.design import Design
from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.names import unit_of
from trialtrace.run.drafting.outcomes import label_of, levels
from trialtrace.run.drafting.people import people
from trialtrace.run.drafting.questions import Question, first_choice, guess_nothing_told
from trialtrace.run.drafting.tables import profile
from trialtrace.run.tables.measures import known_ends

DRAW = random.Random(11)


def table(path: Path, columns: Mapping[str, Sequence[object]], told: Mapping[str, str] = {}):
    """The draft of 60 patients with an arm, an age and these columns, each drawn by lot; of a list
    with a value a patient these."""
    drawn = {
        name: [*values] if len(values) == 60 else DRAW.choices(values, k=60)
        for name, values in columns.items()
    }
    rows = [
        f"{n},{ARMS[n % 2]},{40 + n % 30},{','.join(str(cells[n]) for cells in drawn.values())}"
        for n in range(60)
    ]
    write(path / "made.csv", [f"pid,arm,age,{','.join(drawn)}", *rows])
    return decide(profile([str(path / "made.csv")]), told, first_choice)


def open_blinds(draft: Draft) -> set[str]:
    return {guess.name for guess in draft.guesses if guess.blinds}


def test_minus_beside_plus_is_a_result(tmp_path: Path):
    draft = table(tmp_path, {"culture": "+-"})
    column = draft.home.column("culture")
    assert {label_of(column, code) for code in levels(column)} == {"positive", "negative"}
    assert (draft.primary.kind, draft.primary.event, column.missing_codes) == ("event", "+", ())
    steps = table(tmp_path, {"protein": ["-", "(+)", "+", "++"]}).primary
    assert sorted(steps.codes, key=lambda code: code[1])[::3] == [("-", 0.0), ("++", 3.0)]
    # Beside anything else it is no value.
    assert table(tmp_path, {"relief": [*range(30), "-"]}).home.column("relief").missing_codes


@pytest.mark.parametrize(
    ("name", "values", "status"),
    [
        ("outcome", ("died", "censored"), "outcome"),
        ("outcome", ("died", "alive", "censored"), "outcome"),
        ("ende", ("verstorben", "zensiert"), "ende"),
        ("outcome", ("dead", "alive"), ""),
        ("alive", ("yes", "no"), ""),
    ],
)
def test_a_death_beside_days(tmp_path: Path, name: str, values: Sequence[str], status: str):
    """Who was censored has a time; of dead and alive beside days it is asked."""
    draft = table(tmp_path, {"days": range(5, 700), name: values})
    assert draft.primary.status == status and ("primary" in open_blinds(draft)) is not bool(status)
    assert not {"competing", "event"} & open_blinds(draft)
    assert "days" not in people(draft).variables.values()


@pytest.mark.parametrize(("time", "state"), [("days_alive", "died"), ("time_alive", "dead")])
def test_time_alive_is_a_time(tmp_path: Path, time: str, state: str):
    draft = table(tmp_path, {time: range(5, 700), state: (0, 1)})
    assert (draft.primary.column, draft.primary.status) == (time, state)


def test_who_is_alive_has_no_event(tmp_path: Path):
    told = {"primary": "months", "status": "alive"}
    draft = table(tmp_path, {"months": range(5, 700), "alive": ("yes", "no")}, told)
    assert draft.primary.event == "no"


@pytest.mark.parametrize(
    ("orders", "columns"),
    [
        (("drug first", "placebo first"), ("score_p1", "score_p2")),
        (("AB", "BA"), ("vas_period1", "vas_period2")),
        (("Drug - Placebo", "Placebo - Drug"), ("vas1", "vas2")),
    ],
)
def test_an_order_of_treatments_is_no_arm(tmp_path: Path, orders, columns):
    rows = [f"{n},{orders[n % 2]},{DRAW.randint(20, 80)},{DRAW.randint(20, 80)}" for n in range(60)]
    write(tmp_path / "made.csv", [f"pid,group,{','.join(columns)}", *rows])
    draft = decide(profile([str(tmp_path / "made.csv")]), {}, first_choice)
    assert {"arm", "design"} <= open_blinds(draft)
    assert "orders of treatments" in {one.name: one for one in draft.guesses}["arm"].evidence


def test_months_in_a_name_are_no_part_of_its_unit():
    names = {"fev1_6m_l": "", "weight_6m_g": "", "volume_ml": "mL", "dose_mg": "mg"}
    names |= {"ntprobnp_pg_ml": "pg/mL"}
    names |= {"crea_6_mg_dl": "mg/dL", "birth weight (grams)": "g"}
    assert {name: unit_of(name) for name in names} == names


@pytest.mark.parametrize("name", ["hba1c", "il6", "ca125", "sbp"])
def test_visits_of_a_name_with_a_number(tmp_path: Path, name: str):
    draft = table(tmp_path, {f"{name}_0": range(40, 90), f"{name}_26": range(40, 90)})
    assert draft.primary.column == f"{name}_{{visit}}" and draft.primary.before == ("0",)


def test_patients_of_two_files_under_two_names_are_told_with_the_files(tmp_path: Path):
    asked: list[Question] = []
    order = DRAW.sample(range(1, 61), 60)
    rows = [f"{n},{ARMS[n % 2]},{DRAW.randint(30, 80)}" for n in order]
    write(tmp_path / "base.csv", ["rno,arm,age", *rows])
    write(tmp_path / "end.csv", ["pnr,cured", *(f"{n},{n % 7 % 2}" for n in range(1, 61))])
    paths = [str(tmp_path / name) for name in ("base.csv", "end.csv")]
    decide(profile(paths), {}, lambda question: asked.append(question))
    assert asked[0].choices[0][1].startswith("rno of base.csv and pnr of end.csv")


@pytest.mark.parametrize("number", ["number", "no", "seqno"])
def test_patients_numbered_in_sites_of_two_tables(tmp_path: Path, number: str):
    ids = [(site, n) for site in "ABC" for n in range(1, 21)]
    rows = [f"{site},{n},{ARMS[(n + ord(site)) % 2]}" for site, n in ids]
    write(tmp_path / "base.csv", [f"site,{number},arm", *rows])
    rows = [f"{site},{n},{DRAW.randint(0, 1)}" for site, n in DRAW.sample(ids, 50)]
    write(tmp_path / "end.csv", [f"site,{number},relapse", *rows])
    paths = [str(tmp_path / name) for name in ("base.csv", "end.csv")]
    draft = decide(profile(paths), {}, first_choice)
    assert {*draft.subject.values()} == {"patient_id"} and not open_blinds(draft)
    assert [one.joined["patient_id"] for one in draft.tables] == [("site", number)] * 2


def test_patients_numbered_in_clusters(tmp_path: Path):
    rows = [
        f"P{practice:02},{n},{ARMS[practice % 2]},{DRAW.randint(30, 80)}"
        for practice in range(1, 13)
        for n in range(1, 8 + practice % 3)
    ]
    write(tmp_path / "made.csv", ["practice,patient,arm,qol", *rows])
    draft = decide(profile([str(tmp_path / "made.csv")]), {}, first_choice)
    assert (draft.design.cluster, draft.subject["data"]) == ("practice", "patient_id")


def test_a_weight_in_grams_and_the_age_of_a_pregnancy(tmp_path: Path):
    columns = {"birth_weight": range(600, 4000), "gestational_age": range(24, 42)}
    rows = [f"{n},{ARMS[n % 2]},{600 + 50 * n},{24 + n % 17}" for n in range(60)]
    write(tmp_path / "made.csv", [f"pid,arm,{','.join(columns)}", *rows])
    draft = decide(profile([str(tmp_path / "made.csv")]), {}, guess_nothing_told)
    assert draft.home.column("birth_weight").bounds == ("200", "9000")
    assert people(draft).age is None and known_ends("gestational_age", "") == []
    assert known_ends("age_sq", "") == known_ends("age_baseline_sqXtreat", "") == []


def test_an_order_without_who_could_not_be_judged(tmp_path: Path):
    columns = {"best": ["PD", "SD", "PR", "CR", "NE"], "chance": (0, 1)}
    for told in ({"primary": "best"}, {"primary": "best", "order": "PD,SD,PR,CR"}):
        draft = table(tmp_path, columns, told)
        assert [code for code, _ in sorted(draft.primary.codes, key=lambda one: one[1])] == [
            *("PD", "SD", "PR", "CR")
        ]
        assert draft.home.column("best").missing_codes == ("NE",)
    whole = table(tmp_path, columns, {"primary": "best", "order": "NE,PD,SD,PR,CR"})
    assert len(whole.primary.codes) == 5 and not whole.home.column("best").missing_codes


def test_the_kind_is_guessed_after_the_order_is_told(tmp_path: Path):
    told = {"primary": "ending", "order": "red,blue,green"}
    draft = table(tmp_path, {"ending": ["red", "blue", "green"]}, told)
    assert [one.value for one in draft.guesses if one.name == "kind"] == ["measure"]


def test_words_alone_are_asked(tmp_path: Path):
    """No order is known, and nothing else could be an endpoint: which is the event is asked."""
    draft = table(tmp_path, {"ending": ["red", "blue", "green"]})
    assert draft.primary.column == "ending" and {"primary", "event"} <= open_blinds(draft)


def events(folder: Path, moved: int = 0) -> Draft:
    """Events of 40 patients, each in its arm; so many are in another after the baseline."""
    rows = [
        f"{n},{event}_arm_{1 + (n % 2 if n > moved or event == 'baseline' else 1 - n % 2)}"
        f",{ARMS[n % 2]},{DRAW.randint(0, 60)}"
        for n in range(1, 41)
        for event in ("baseline", "week_4", "week_12")
    ]
    write(folder / "made.csv", ["record_id,redcap_event_name,arm,pain", *rows])
    return decide(profile([str(folder / "made.csv")]), {}, first_choice)


def test_events_of_each_arm_are_the_visits_and_the_arm(tmp_path: Path):
    draft = events(tmp_path)
    assert (draft.primary.visit, [*draft.primary.before]) == ("redcap_event", ["baseline"])
    assert draft.home.split["redcap_arm"] == ("redcap_event_name", "_arm_", "after")
    # The column of the arm has the same groups.
    assert draft.arm.name == "arm" and "arm" not in open_blinds(draft)
    write(
        tmp_path / "made.csv",
        [
            ",".join(cell for at, cell in enumerate(line.split(",")) if at != 2)
            for line in (tmp_path / "made.csv").read_text().splitlines()
        ],
    )
    draft = decide(profile([str(tmp_path / "made.csv")]), {"control": "1"}, first_choice)
    assert (draft.arm.name, "arm" in open_blinds(draft)) == ("redcap_arm", False)


def test_events_of_patients_in_two_arms_are_asked(tmp_path: Path):
    draft = events(tmp_path, moved=3)
    (guess,) = [one for one in draft.guesses if one.name.startswith("visit.")]
    assert guess.blinds and "names of their own" in guess.evidence


@pytest.mark.parametrize("name", ["age_years", "disease_duration", "icu_days"])
def test_a_time_that_death_need_not_end(tmp_path: Path, name: str):
    """An age is no time to a death; a stay ends by discharge as well, and is asked."""
    draft = table(tmp_path, {name: range(5, 60), "died": ("yes", "no")})
    assert draft.primary.kind == "event"
    assert ("primary" in open_blinds(draft)) is (name != "age_years")


@pytest.mark.parametrize(
    ("time", "state"),
    [("dni", "zgon"), ("Monate", "verstorben"), ("ftime", "fstatus")],
)
def test_times_by_their_names(tmp_path: Path, time: str, state: str):
    draft = table(tmp_path, {time: range(5, 700), state: (0, 1)})
    assert (draft.primary.column, draft.primary.status) == (time, state)


def test_a_stepped_wedge_is_asked(tmp_path: Path):
    rows = [
        f"{ward * 100 + step * 10 + n},{ward},{step},{int(step > ward // 3)},{DRAW.randint(0, 40)}"
        for ward in range(1, 10)
        for step in range(1, 5)
        for n in range(5)
    ]
    write(tmp_path / "made.csv", ["patient_id,ward,step,intervention,falls", *rows])
    draft = decide(profile([str(tmp_path / "made.csv")]), {}, first_choice)
    guess = {one.name: one for one in draft.guesses}["design"]
    assert guess.blinds and "stepped wedge" in guess.evidence


def test_a_stepped_wedge_of_rows_without_patients_is_asked(tmp_path: Path):
    """Whatever the clusters are called; of a few rows each in a step it may be chance."""
    for n, asked in ((9, True), (2, False)):
        rows = [
            f"{lab},{month},{('old', 'new')[month > lab // 2]},{DRAW.randint(0, 1)}"
            for lab in range(1, 11)
            for month in range(1, 7)
            for _ in range(n)
        ]
        write(tmp_path / "made.csv", ["lab,study_month,arm,confirmed", *rows])
        draft = decide(profile([str(tmp_path / "made.csv")]), {}, first_choice)
        told = [one.evidence for one in draft.guesses if one.name == "design" and one.blinds]
        assert any("stepped wedge" in text for text in told) == asked


@pytest.mark.parametrize("names", [("il6", "il8", "il10"), ("cd4", "cd8"), ("vit_b6", "vit_b12")])
def test_numbers_that_are_of_a_name_are_no_visits_unasked(tmp_path: Path, names: Sequence[str]):
    draft = table(tmp_path, dict.fromkeys(names, range(40, 90)))
    assert "primary" in open_blinds(draft)
    sure = table(tmp_path, {"bp0": range(40, 90), "bp12": range(40, 90)})
    assert "primary" not in open_blinds(sure)


def test_days_until_something_describe_nobody(tmp_path: Path):
    draft = table(tmp_path, {"Tage bis Rückfall": range(5, 300), "Rückfall": ("ja", "nein")})
    assert not people(draft).variables


def test_codes_of_a_codebook(tmp_path: Path):
    """They stand in a column of their own, beside what each variable means."""
    rows = [f"{n},{1 + n % 2},{DRAW.randint(0, 60)}" for n in range(60)]
    write(tmp_path / "trial.csv", ["id,grp,score_end", *rows])
    book = ["Variable,Description,Codes", "grp,Treatment group,1 = Placebo; 2 = Drug"]
    write(tmp_path / "codebook.csv", [*book, "score_end,Score at the end,number"])
    paths = [str(tmp_path / name) for name in ("trial.csv", "codebook.csv")]
    draft = decide(profile(paths), {}, first_choice)
    assert draft.arms["placebo"] == ("Placebo", "1") and draft.control == "placebo"
    assert draft.home.column("score_end").label == "Score at the end"


def test_a_stepped_wedge_of_patients_is_refused_with_what_works(tmp_path: Path):
    """Patients are in all periods: those of one are compared, by the flags that the message has."""
    rows = [
        f"{ward * 10 + n},{ward},{time},{int(time > ward // 3)},{DRAW.randint(0, 1)}"
        for ward in range(1, 10)
        for time in range(1, 5)
        for n in range(6)
    ]
    write(tmp_path / "made.csv", ["id,cluster,time,intervention,tested", *rows])
    tables = profile([str(tmp_path / "made.csv")])
    with pytest.raises(UserError, match="stepped wedge") as refused:
        decide(tables, {}, first_choice)
    flags = re.findall(r"--(\w+) (\S+)", str(refused.value))
    draft = decide(tables, dict(flags), first_choice)
    assert draft.design == Design("cluster", cluster="cluster") and draft.home.rows == 54


def test_an_id_of_two_patients_is_named_and_its_arm_offered(tmp_path: Path):
    rows = [
        f"{n % 150},{year},{('care', 'usual')[n % 2 or n > 149]},{n % 3},{DRAW.randint(0, 99)}"
        for n in range(151)
        for year in (1, 2)
    ]
    write(tmp_path / "made.csv", ["pid,year,group,ethnic,iq", *rows])
    (made,) = profile([str(tmp_path / "made.csv")])
    offered: list[tuple[str, str]] = []

    def ask(question: Question) -> None:
        offered.extend(question.choices if question.flag == "arm" else ())

    decide((made,), {"subject": "pid"}, ask)
    assert "1 of 150 values of pid (0) have several values of group" in dict(offered)["group"]
    with pytest.raises(UserError, match=r"values of pid \(0\) have several values of group"):
        decide((made,), {"subject": "pid", "arm": "group"}, guess_nothing_told)


@pytest.mark.parametrize(
    ("orders", "asked"),
    [
        (("r10-40", "r40-10"), True),
        (("b1-b2", "b2-b1"), True),
        (("r10-40", "r10-80"), False),
        (("r10-40", "s40-10"), False),
        (("p1", "p2"), False),
    ],
)
def test_orders_of_doses_are_no_parallel_arms_unasked(orders, asked: bool, tmp_path: Path):
    """Four visits a patient, the order beside all of them: nothing is computed by arm, and
    --design crossover says what is lacking."""
    rows = [
        f"{who},{visit},{orders[who % 2]},{(who * 7 + visit * 5) % 31}.5"
        for who in range(1, 21)
        for visit in (2, 3, 4, 5)
    ]
    write(tmp_path / "trial.csv", ["subject_id,visit,diet_run,acid", *rows])
    told = {"arm": "diet_run", "control": orders[0], "primary": "acid", "before": "2"}
    tables = profile([str(tmp_path / "trial.csv")])
    guesses = {one.name: one for one in decide(tables, told, guess_nothing_told).guesses}
    assert ("design" in guesses and guesses["design"].blinds) is asked
    with pytest.raises(UserError, match="treatment of each row, one row of each patient"):
        decide(tables, told | {"design": "crossover"}, guess_nothing_told)


@pytest.mark.parametrize(("name", "kind"), [("hour", "repeated"), ("obstime", "mean")])
def test_a_secondary_outcome_over_rows_is_asked_as_a_primary_one(name, kind, tmp_path: Path):
    """Deaths in a table of patients, cells at several times in another: visits, or rows that
    nothing tells apart as visits."""
    draw = random.Random(5)
    patients = [f"{n},{'ab'[n % 2]},{draw.random() * 9:.2f},{n % 3 // 2}" for n in range(1, 61)]
    rows = [
        f"{n},{at},{draw.random() * 9:.2f}" for n in range(1, 61) for at in (0, 2, 6)[: 1 + n % 3]
    ]
    write(tmp_path / "main.csv", ["patient,arm,score,died", *patients])
    write(tmp_path / "blood.csv", [f"patient,{name},cells", *rows])
    told = {"arm": "arm", "control": "a", "primary": "score", "secondary": "cells"}
    tables = profile([str(tmp_path / "main.csv"), str(tmp_path / "blood.csv")])
    draft = decide(tables, told, guess_nothing_told)
    (secondary,) = draft.others[: draft.secondary]
    assert secondary.kind == kind
    (guess,) = [one for one in draft.guesses if one.blinds] or [None]
    assert (guess is None) is (kind == "repeated")
    if guess:
        assert (guess.name, guess.value) == ("rows.cells", "mean")
        assert "mean of the rows of a patient" in guess.evidence
        assert "--where obstime=0 or" in guess.evidence
    told |= {"secondary": "died"}
    assert not [one for one in decide(tables, told, guess_nothing_told).guesses if one.blinds]
