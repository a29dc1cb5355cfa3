"""What no comparison takes as it stands: units that differ by row, unequal times at risk, visits
that nobody planned, values before that have no English name. Told or asked, never in silence."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import yaml
from made_exports import write

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.run.drafting.confirm import close_by_hand
from trialtrace.run.drafting.decided import Guessed
from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.endpoints import planned
from trialtrace.run.drafting.names import unit_meant
from trialtrace.run.drafting.outcomes import population_of
from trialtrace.run.drafting.people import people, with_covariates
from trialtrace.run.drafting.questions import first_choice
from trialtrace.run.drafting.tables import profile
from trialtrace.run.trial.check import check_trial

ARMS = ("statin", "placebo")
Call = Callable[..., int]


def one(folder: Path, lines: Sequence[str], book: Sequence[str] = (), **told: str) -> Draft:
    files = {"trial.csv": lines, **({"codebook.txt": book} if book else {})}
    for name, each in files.items():
        write(folder / name, list(each))
    draft = decide(profile([str(folder / name) for name in files]), told, first_choice)
    return with_covariates(draft, first_choice)


def patients(head: str, cells: Callable[[int, random.Random], str], n: int = 60) -> list[str]:
    draw = random.Random(21)
    return [f"patient,arm,{head}", *(f"{k},{ARMS[k % 2]},{cells(k, draw)}" for k in range(n))]


def guess(draft: Draft, name: str) -> Guessed | None:
    return next((each for each in draft.guesses if each.name.partition(".")[0] == name), None)


def mixed(units: Sequence[str]) -> list[str]:
    return patients(
        "ldl_unit,ldl_base,ldl_12w",
        lambda k, draw: f"{units[k % 3 > 1]},{draw.gauss(140, 9):.1f},{draw.gauss(120, 9):.1f}",
    )


@pytest.mark.parametrize(
    ("units", "head"),
    [(("mg/dl", "mmol/l"), "ldl_unit"), (("kg", "lb"), "uom"), (("kg", "lbs"), "measured")],
)
def test_numbers_of_several_units_are_compared_by_nobody(units, head, tmp_path: Path):
    lines = [mixed(units)[0].replace("ldl_unit", head), *mixed(units)[1:]]
    draft = one(tmp_path, lines)
    found = guess(draft, "units")
    assert found and found.blinds and found.value == head
    assert "(40)" in found.evidence and "(20)" in found.evidence
    assert head not in people(draft).variables.values()
    assert guess(draft, "factor") is None


@pytest.mark.parametrize("units", [("ng/mL", "ug/L"), ("kg", "kilograms"), ("A", "C")])
def test_spellings_of_a_unit_and_units_of_a_hospital_are_told_nothing(units, tmp_path: Path):
    assert guess(one(tmp_path, mixed(units)), "units") is None


def test_a_unit_of_what_is_no_outcome_blinds_nothing(tmp_path: Path):
    lines = patients(
        "weight,weight_unit,pain_0,pain_6",
        lambda k, draw: (
            f"{draw.gauss(80, 9):.1f},{('kg', 'lb')[k % 3 > 1]},"
            f"{draw.gauss(60, 9):.1f},{draw.gauss(50, 9):.1f}"
        ),
    )
    found = guess(one(tmp_path, lines), "units")
    assert found and not found.blinds and "weight are in" in found.evidence


@pytest.mark.parametrize(
    ("text", "other", "same"),
    [
        ("µg/L", "ng/ml", True),
        ("mg/dL", "g/L", False),
        ("mg/L", "µg/mL", True),
        ("pounds", "lb", True),
        ("mmol/l", "umol/l", False),
    ],
)
def test_a_unit_is_one_in_all_its_spellings(text: str, other: str, same: bool):
    assert (unit_meant(text) == unit_meant(other)) is same and unit_meant(text)


def test_a_conversion_settles_the_units(at: Project, call: Call):
    write(at.root / "data" / "ldl.csv", mixed(("mg/dl", "mmol/l")))
    told = ("--control", "placebo", "--primary", "ldl_{visit}", "--yes")
    assert call("new", "mine", at.root / "data" / "ldl.csv", *told) == 0
    path = at.trial_config("mine") / "cleaning.yaml"
    cleaning = yaml.safe_load(path.read_text(encoding="utf-8"))
    made = {"unit_column": "ldl_unit", "to": "mmol/l"}
    cleaning.setdefault("tables", {}).setdefault("data", {})["convert"] = {
        name: made | {"factors": {"mg/dl": 0.02586, "mmol/l": 1}}
        for name in ("ldl_base", "ldl_12w")
    }
    path.write_text(yaml.safe_dump(cleaning), encoding="utf-8")
    assert check_trial(at, "mine") == []
    assert close_by_hand(at, "mine") == ["mine: settled in its files: units.ldl_unit"]


def teeth(head: str = "patient,tooth,material,months,failed") -> list[str]:
    draw = random.Random(22)
    return [
        head,
        *(
            f"{n},{tooth},{material},{draw.uniform(3, 60):.1f},{draw.randint(0, 1)}"
            for n in range(60)
            for tooth, material in zip(
                ("16", "26"), draw.sample(["cement", "placebo"], 2), strict=True
            )
        ),
    ]


def test_how_times_within_patients_ended_is_asked(tmp_path: Path):
    told = {"arm": "material", "primary": "months"}
    found = guess(one(tmp_path, teeth(), **told), "status")
    assert found and (found.value, found.blinds) == ("none", True)
    assert guess(one(tmp_path, teeth(), **told, status="none"), "status") is None
    with pytest.raises(UserError, match="of each treatment of a patient"):
        one(tmp_path, teeth(), **told, status="failed")


@pytest.mark.parametrize(
    ("head", "times", "told"),
    [
        ("falls,days_observed", (100, 365), True),
        ("exacerbations,years_followed", (1, 9), True),
        ("falls,days_observed", (365, 365), False),
        ("falls,days_since_diagnosis", (100, 365), False),
        ("falls,days_observed_before", (100, 365), False),
    ],
)
def test_unequal_times_of_a_count_are_told(head: str, times: tuple[int, int], told, tmp_path: Path):
    lines = patients(head, lambda _, draw: f"{draw.randint(0, 6)},{draw.randint(*times)}")
    draft = one(tmp_path, lines, primary=head.partition(",")[0])
    found = guess(draft, "exposure")
    assert (found is not None) is told
    if found:
        assert found.value == head.partition(",")[2]
        assert found.value not in people(draft).variables.values()


def visits(names: Sequence[str], rare: str = "") -> list[str]:
    draw = random.Random(23)
    return [
        "id,arm,visit,score",
        *(
            f"{n},{ARMS[n % 2]},{visit},{draw.gauss(50, 9):.1f}"
            for n in range(40)
            for visit in (*names, *([rare] if rare and n % 4 == 0 else []))
        ),
    ]


@pytest.mark.parametrize("rare", ["Unscheduled", "Early termination", "unplanned visit 1"])
def test_a_visit_that_nobody_planned_is_not_compared(rare: str, tmp_path: Path):
    names = ("Baseline", "Week 6", "Week 12", "End of study")
    (first, *_) = planned(one(tmp_path, visits(names, rare)))
    assert first.after == ["Week 6", "Week 12", "End of study"]
    assert first.unplanned == [rare] == [*first.visits.values()][-1:]


def test_visits_without_a_number_stand_where_rows_have_them(tmp_path: Path):
    names = ("Pre-op", "POD1", "POD3", "Discharge", "6 weeks")
    (first, *_) = planned(one(tmp_path, visits(names)))
    assert [*first.visits.values()] == [*names]
    # Rows that contradict the numbers place nothing.
    (first, *_) = planned(one(tmp_path, visits(("Pre-op", "POD3", "Discharge", "POD1", "6 weeks"))))
    assert [*first.visits.values()] == ["Pre-op", "Discharge", "POD1", "POD3", "6 weeks"]


@pytest.mark.parametrize(
    ("twins", "name", "kind"),
    [(14, "mother_id", "cluster"), (14, "family", "cluster"), (3, "family", "parallel")],
)
def test_few_siblings_were_randomised_together(twins: int, name: str, kind: str, tmp_path: Path):
    draw = random.Random(24)
    families = [n for n in range(70) for _ in range(1 + (n < twins))]
    rows = [f"{k},{n},{ARMS[n % 2]},{draw.gauss(3, 1):.2f}" for k, n in enumerate(families)]
    draft = one(tmp_path, [f"baby,{name},arm,outcome", *rows])
    assert draft.design.kind == kind
    # Too few to be sure, and told.
    assert (guess(draft, "unused") is not None) is (kind == "parallel")


def test_matched_pairs_of_villages_are_told(tmp_path: Path):
    draw = random.Random(25)
    rows = [
        f"{village}_{n},{village},{village // 2},{ARMS[village % 2]},{draw.gauss(9, 2):.1f}"
        for village in range(16)
        for n in range(7)
    ]
    draft = one(tmp_path, ["id,village,pair,arm,outcome", *rows])
    found = guess(draft, "unused")
    assert draft.design.cluster == "village" and found and found.value == "pair"
    assert "8 of 8 pairs with a village of each arm" in found.evidence


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("hba1c_basal", "hba1c_6m"),
        ("kipu_alku", "kipu_12vk"),
        ("боль_до", "боль_после"),
        ("agri_once", "agri_sonra"),
        ("smerte_før", "smerte_efter"),
        ("πόνος_πριν", "πόνος_μετά"),
        ("ból_przed", "ból_po"),
        ("EQ5D_t0", "EQ5D_t2"),
    ],
)
def test_the_value_before_is_known_in_other_languages(before: str, after: str, tmp_path: Path):
    lines = patients(
        f"{before},{after}", lambda _, draw: f"{draw.gauss(6, 1):.2f},{draw.gauss(5, 1):.2f}"
    )
    draft = one(tmp_path, lines, primary=after)
    given = draft.covariates or tuple(dict(draft.primary.columns)[c] for c in draft.primary.before)
    assert given == (before,)
    assert not any(before in other.names for other in draft.others)
    assert guess(draft, "adjusted") is None


def test_words_of_other_things_are_no_value_before(tmp_path: Path):
    lines = patients(
        "time_do,time_for,scr", lambda _, draw: ",".join(f"{draw.gauss(9, 1):.2f}" for _ in "abc")
    )
    draft = one(tmp_path, lines, primary="time_do")
    assert draft.covariates == () and not draft.primary.columns
    # Of three columns of one name the other two may be two of three doctors, or tests.
    lines = patients(
        "scr_do,scr_po,scr_mi", lambda _, draw: ",".join(f"{draw.gauss(9, 1):.2f}" for _ in "abc")
    )
    assert one(tmp_path, lines, primary="scr_po").primary.columns == ()


@pytest.mark.parametrize(
    ("place", "names"), [("period", ("sbp_before", "sbp_after")), ("side", ("pd_0", "pd_6"))]
)
def test_the_value_before_each_treatment_is_told(place: str, names, tmp_path: Path):
    draw = random.Random(26)
    rows = [
        f"{n},{at},{treatment},{draw.gauss(50, 9):.1f},{draw.gauss(50, 9):.1f}"
        for n in range(30)
        for at, treatment in zip(("1", "2"), draw.sample(ARMS, 2), strict=True)
    ]
    draft = one(tmp_path, [f"id,{place},treatment,{','.join(names)}", *rows], primary=names[1])
    found = guess(draft, "own_before")
    assert found and found.value == names[0] and "no step within patients" in found.evidence


def test_rows_of_no_treatment_are_left_out_by_name(tmp_path: Path):
    draw = random.Random(30)
    rows = [
        f"{n},{period},{treatment},{n % 7 + period / 9:.2f}"
        for n in range(30)
        for period, treatment in enumerate(("none", *draw.sample("AB", 2), "none"))
    ]
    found = guess(one(tmp_path, ["id,period,treatment,fev1", *rows], arm="treatment"), "where")
    assert found and found.blinds and found.value == "treatment=A,B"


def test_what_tells_husband_and_wife_apart_is_no_lot(tmp_path: Path):
    draw = random.Random(27)
    rows = [
        f"{2 * n + at},{n},{role},{ARMS[n % 2]},{draw.gauss(50, 9):.1f}"
        for n in range(40)
        for at, role in enumerate(("husband", "wife"))
    ]
    draft = one(tmp_path, ["pid,couple,role,arm,outcome", *rows])
    assert draft.design.cluster == "couple" and guess(draft, "factor") is None


@pytest.mark.parametrize(
    ("label", "sure"),
    [
        ("surgical technique by randomisation", True),
        ("stimulation protocol allocated", True),
        ("technique before randomisation", False),
    ],
)
def test_a_label_of_the_lot_tells_the_arm(label: str, sure: bool, tmp_path: Path):
    draw = random.Random(28)
    rows = [
        f"{n},{('open', 'key')[n % 2]},{('local', 'general')[n % 5 > 2]},{draw.gauss(50, 9):.1f}"
        for n in range(60)
    ]
    lines, book = ["id,technique,block_type,pain_24h", *rows], [f"technique: {label}"]
    found = guess(one(tmp_path, lines, book), "arm")
    assert found and found.blinds is not sure


def test_lengths_of_an_operation_are_no_steps(tmp_path: Path):
    draw = random.Random(29)
    rows = [
        f"{n},{('gas', 'placebo')[n % 2]},{draw.randint(60, 90)},{draw.randint(5, 20)},{n % 5 % 2}"
        for n in range(70)
    ]
    head = "id,arm,duration_surgery,time_to_extubation,ponv"
    assert guess(one(tmp_path, [head, *rows], primary="ponv"), "design") is None


@pytest.mark.parametrize("name", ["PPset", "ppop", "itt_pop", "FASflag"])
def test_a_population_in_one_word(name: str, tmp_path: Path):
    lines = patients(f"{name},score", lambda k, draw: f"{k % 9 and 1},{draw.gauss(9, 1):.1f}")
    draft = one(tmp_path, lines, where="all")
    assert population_of(draft.home.column(name)) is not None


def test_what_was_drawn_for_eyes_of_which_some_have_one_is_named(tmp_path: Path):
    rows = [
        f"{n},{eye},{('new lens', 'old lens')[(n + at) % 2]},{60 + n % 9 + at}"
        for n in range(60)
        for at, eye in enumerate(("R", "L")[: 1 + (n % 4 > 0)])
    ]
    with pytest.raises(UserError, match="--arm lens where each patient"):
        one(tmp_path, ["pt,eye,lens,va", *rows], ["lens: lens, drawn for each eye"])


def test_units_of_other_tests_of_a_patient_are_told_nothing(tmp_path: Path):
    draw = random.Random(30)
    rows = [
        f"{n},{ARMS[n % 2]},{test},{draw.gauss(50, 9):.1f},{unit},{draw.gauss(50, 9):.1f}"
        for n in range(40)
        for test, unit in (("GLUC", "mg/dL"), ("CREA", "umol/L"))
    ]
    draft = one(tmp_path, ["id,arm,PARAMCD,AVAL,AVALU,BASE", *rows], parameter="GLUC")
    assert draft.primary.where and guess(draft, "units") is None


@pytest.mark.parametrize(("level", "control"), [("lume", True), ("volume", False)])
def test_the_finnish_placebo_is_a_control(level: str, control: bool, tmp_path: Path):
    draw = random.Random(31)
    rows = [f"{n},{('hoito', level)[n % 2]},{draw.gauss(50, 9):.1f}" for n in range(40)]
    found = guess(one(tmp_path, ["id,arm,score", *rows]), "control")
    assert found and found.blinds is not control
    assert not control or found.value == level


def test_a_value_in_the_first_of_merged_cells_is_told(tmp_path: Path):
    rows = [f"{n % 20},{'' if n % 20 else ('old', 'new')[n // 20]},{n * 7 % 31}" for n in range(40)]
    with pytest.raises(UserError) as error:
        one(tmp_path, ["patient,group,pain", *rows])
    assert "group has a value in 2 of 40 rows, as merged cells" in str(error.value)
    assert "fill it down" in str(error.value) and "varies" not in str(error.value)
