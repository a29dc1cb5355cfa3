"""A REDCap export beside its data dictionary: fields, checkboxes, repeats, labels for codes."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from exports import FIELDS, HEADER, dictionary, labelled, put, records, text

from trialtrace.base.errors import UserError
from trialtrace.run.drafting.profile import Table
from trialtrace.run.drafting.tables import profile


def tables(
    folder: Path, rows: Sequence[Sequence[str]], fields: Sequence[Sequence[str]] = FIELDS
) -> dict[str, Table]:
    """The profiles of an export and its dictionary."""
    data = put(folder / "trial_DATA.csv", text(rows))
    described = put(folder / "trial_DataDictionary.csv", dictionary(*fields))
    return {one.name: one for one in profile([str(data), str(described)])}


def changed(column: str, cells: dict[int, str]) -> list[list[str]]:
    """The rows with other cells of a column, by the number of the record."""
    rows = records()
    at = HEADER.index(column)
    for row in rows[1:]:
        if not row[1] and int(row[0]) in cells:
            row[at] = cells[int(row[0])]
    return rows


@pytest.fixture
def both(tmp_path: Path) -> dict[str, Table]:
    return tables(tmp_path, records())


def test_a_repeating_instrument_is_a_table(both: dict[str, Table]):
    baseline, visit = both["baseline"], both["visit"]
    assert (baseline.of, visit.of) == ("trial_data", "trial_data")
    assert baseline.where == {"redcap_repeat_instrument": "missing"}
    assert visit.where == {"redcap_repeat_instrument": {"is": "visit"}}
    assert (baseline.rows, visit.rows) == (10, 20)
    assert (baseline.keys[0], visit.keys[0]) == (
        ("record_id",),
        ("record_id", "redcap_repeat_instance"),
    )
    assert (baseline.subject[0], visit.subject[0], baseline.arm[0]) == (
        "record_id",
        "record_id",
        "arm",
    )
    assert visit.visit[0] == "day"
    assert [one.name for one in visit.columns] == [
        *("record_id", "redcap_repeat_instrument", "redcap_repeat_instance"),
        *("day", "pain", "visit_complete"),
    ]


def test_fields_are_as_the_dictionary_has_them(both: dict[str, Table]):
    column = both["baseline"].column
    assert column("arm").choices == (("1", "Placebo"), ("2", "Active"))
    assert (column("age").validation, column("age").low, column("age").high) == (
        "integer",
        "18",
        "90",
    )
    assert column("age").unit == "years"
    assert column("born").identifier
    assert column("born").date_orders == ("ymd",)
    assert column("diabetes").type == "yesno"
    assert both["visit"].column("pain").type == "slider"
    assert column("baseline_complete").choices[2] == ("2", "Complete")
    assert "1 fields have no column: scan" in both["baseline"].evidence["dictionary"]


@pytest.mark.parametrize(
    ("bounds", "cells", "kind", "of_two"),
    [
        ((), ("0", "1"), "yesno", True),
        (("0", "1"), ("0", "1"), "text", False),
        ((), ("3", "11"), "text", False),
    ],
)
def test_a_whole_number_of_two_values_is_a_yes_or_no_unless_it_has_bounds(
    tmp_path: Path, bounds: tuple[str, ...], cells: tuple[str, str], kind: str, of_two: bool
):
    fields = [("age", *field[1:6], *bounds) if field[0] == "age" else field for field in FIELDS]
    column = tables(tmp_path, changed("age", {n: cells[n % 2] for n in range(1, 11)}), fields)[
        "baseline"
    ].column("age")
    assert column.type == kind
    assert any("all cells are 0 or 1" in why for why in column.evidence.values()) == of_two


@pytest.mark.parametrize(
    ("cells", "kind", "validation"),
    [
        (["3", "11", "40", "7", "52"], "text", "integer"),
        (["0", "1"], "yesno", ""),
        (["2026-01-05", "2026-02-11", "2026-03-09"], "text", "date_ymd"),
        (["fell", "at home", "no", "at work", "unclear"], "text", ""),
    ],
)
def test_of_a_text_without_a_validation_the_cells_say_what_it_is(
    tmp_path: Path, cells: list[str], kind: str, validation: str
):
    fields = [(*field[:5], "") if field[0] == "age" else field for field in FIELDS]
    rows = changed("age", {n: cells[n % len(cells)] for n in range(1, 11)})
    one = tables(tmp_path, rows, fields)["baseline"].column("age")
    assert (one.type, one.validation, "contradiction" in one.evidence) == (kind, validation, False)
    assert bool(one.given) == (not validation and kind == "text")


def test_the_ends_of_a_number_without_bounds_are_those_found(tmp_path: Path):
    fields = [field[:6] if field[0] == "age" else field for field in FIELDS]
    one = tables(tmp_path, changed("age", {3: "61"}), fields)["baseline"].column("age")
    assert one.given and one.high == "61" and float(one.low) < 61


def test_a_checkbox_has_a_column_a_choice(both: dict[str, Table]):
    for name, label in (("drugs___1", "Aspirin"), ("drugs____9", "Other")):
        one = both["baseline"].column(name)
        assert (one.type, one.field, one.label) == ("checkbox", "drugs", f"Drugs before: {label}")
        assert one.choices == (("0", "Unchecked"), ("1", "Checked"))
        assert one.given["choices"] == "1, Aspirin | -9, Other"


def test_labels_in_the_place_of_codes_are_told(tmp_path: Path):
    arm = tables(tmp_path, labelled(records()))["baseline"].column("arm")
    assert arm.choices == (("Placebo", "Placebo"), ("Active", "Active"))
    assert "Export raw data" in arm.evidence["labels"]


def test_headers_that_are_labels_are_told(tmp_path: Path):
    rows = labelled(records())
    named = {field[0]: field[3] for field in FIELDS}
    rows[0] = [named.get(name, name) for name in rows[0]]
    baseline = tables(tmp_path, rows)["baseline"]
    assert "headed by the labels" in baseline.evidence["header"]
    arm = baseline.column("Randomised arm")
    assert (arm.field, arm.label) == ("Randomised arm", "Randomised arm")


@pytest.mark.parametrize(
    ("column", "cells", "key", "words"),
    [
        ("arm", {3: "7"}, "contradiction", "'7', which The data dictionary does not list"),
        ("age", {3: "old", 4: "young"}, "contradiction", "says integer"),
        ("age", {3: "41.5"}, "contradiction", "decimals"),
        ("age", {3: "17"}, "range", "1 cells lie outside 18 to 90"),
        ("born", {3: "spring", 4: "autumn"}, "contradiction", "says date_dmy"),
        ("diabetes", {3: "Y", 4: "N"}, "contradiction", "'N', 'Y'"),
    ],
)
def test_a_dictionary_that_contradicts_the_data(tmp_path, column, cells, key, words):
    one = tables(tmp_path, changed(column, cells))["baseline"].column(column)
    assert words in one.evidence[key]
    assert bool(one.given) == (key == "range")


def test_a_slider_with_decimals_is_a_number(tmp_path: Path):
    """A run takes whole numbers of a slider alone."""
    fields = [FIELDS[0], ("vas", "baseline", "slider", "Pain")]
    rows = [["record_id", "vas"], *([str(n), f"{n}.5"] for n in range(1, 9))]
    (table,) = tables(tmp_path, rows, fields).values()
    one = table.column("vas")
    assert (one.type, one.validation, one.given) == ("text", "number", {})
    assert one.evidence["contradiction"].startswith("The data dictionary says slider; 8 cells")


def test_words_for_missing_are_no_contradiction(tmp_path: Path):
    one = tables(tmp_path, changed("age", {3: "NA"}))["baseline"].column("age")
    assert one.missing_codes == ("NA",)
    assert "contradiction" not in one.evidence


def test_a_dictionary_of_other_data(tmp_path: Path):
    with pytest.raises(UserError, match="fields that no table has"):
        tables(tmp_path, records(), [("patient", "form", "text", "Patient")])


def test_a_dictionary_alone(tmp_path: Path):
    path = put(tmp_path / "dictionary.csv", dictionary(*FIELDS))
    with pytest.raises(UserError, match="the data that they describe too"):
        profile([str(path)])


def test_a_dictionary_without_a_field(tmp_path: Path):
    with pytest.raises(UserError, match="without a field"):
        tables(tmp_path, records(), [])


def test_a_form_of_its_own_file(tmp_path: Path):
    """A folder with a file a form, as the project writes for a synthetic cohort."""
    put(tmp_path / "dictionary.csv", dictionary(*FIELDS))
    put(
        tmp_path / "visit.csv",
        text([["record_id", "day", "pain"], ["1", "7", "20"], ["2", "7", "5"]]),
    )
    (visit,) = profile([str(tmp_path)])
    assert (visit.name, visit.of) == ("visit", "")
    assert visit.column("pain").type == "slider"


def test_repeats_without_a_dictionary(tmp_path: Path):
    path = put(tmp_path / "all.csv", text(records()))
    first, visit = profile([str(path)])
    assert (first.name, visit.name, first.of) == ("subjects", "visit", "data")
    assert first.column("born").validation == "date_ymd"


def test_the_row_of_a_field_that_no_run_can_use_is_left_out(tmp_path: Path):
    fields = [
        FIELDS[0],
        ("seen", "baseline", "text", "Seen at", "", "datetime_ymd"),
        ("scan", "baseline", "file", "Scan"),
        ("day", "baseline", "text", "Day", "", "date_ymd", "today"),
    ]
    rows = [["record_id", "seen", "scan", "day"]]
    rows += [[str(n), f"2026-01-0{n} 10:00", "a.pdf", f"2026-01-0{n}"] for n in range(1, 5)]
    (table,) = tables(tmp_path, rows, fields).values()
    assert table.column("seen").validation == "datetime_ymd"
    assert [bool(one.given) for one in table.columns] == [True, False, False, False]


def test_events_of_a_longitudinal_project_are_visits(tmp_path: Path):
    events = ("baseline_arm_1", "week_4_arm_1", "week_8_arm_1")
    rows = [["record_id", "redcap_event_name", "day", "pain"]]
    rows += [
        [str(n), event, str(28 * place), str(7 * n % 50)]
        for n in range(1, 9)
        for place, event in enumerate(events)
    ]
    (table,) = tables(tmp_path, rows).values()
    assert table.keys[0] == ("record_id", "redcap_event_name")
    assert (table.subject[0], table.visit[0]) == ("record_id", "redcap_event_name")
