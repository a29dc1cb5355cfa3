"""The data dictionary in REDCap's 18 columns."""

from pathlib import Path

import pytest
from mini_trial import DICTIONARY, HEADER

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.run.trial.dictionary import check_dictionary, read_dictionary

API_HEADER = (
    "field_name,form_name,section_header,field_type,field_label,select_choices_or_calculations,"
    "field_note,text_validation_type_or_show_slider_number,text_validation_min,text_validation_max,"
    "identifier,branching_logic,required_field,custom_alignment,question_number,"
    "matrix_group_name,matrix_ranking,field_annotation\n"
)


def read(tmp_path: Path, data: str | bytes) -> tuple[dict, str]:
    path = tmp_path / "dictionary.csv"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    tables, problems = check_dictionary(Project(tmp_path), path)
    return tables, "\n\n".join(str(problem) for problem in problems)


def field(kind: str, choices: str = "", validation: str = "", low: str = "", high: str = "") -> str:
    return f'x,form,,{kind},Label,"{choices}",,{validation},{low},{high},,,,,,,,\n'


def test_both_styles_of_header_say_the_same(tmp_path):
    exported = read(tmp_path, DICTIONARY)
    api = read(tmp_path, DICTIONARY.replace(HEADER, API_HEADER))
    assert exported == api
    assert exported[1] == ""
    assert list(exported[0]) == ["patients", "adverse"]


@pytest.mark.parametrize(
    ("row", "kind", "choices"),
    [
        (field("text"), "text", {}),
        (field("notes"), "text", {}),
        (field("text", validation="integer"), "integer", {}),
        (field("text", validation="number_2dp"), "number", {}),
        (field("text", validation="email"), "text", {}),
        (field("text", validation="date_dmy"), "date", {}),
        (field("calc", "[a] + [b]"), "number", {}),
        (field("slider", "low | high", "number"), "integer", {}),
        (field("yesno"), "text", {"1": "Yes", "0": "No"}),
        (field("truefalse"), "text", {"1": "True", "0": "False"}),
        (field("dropdown", "a, One, two | b, Two"), "text", {"a": "One, two", "b": "Two"}),
    ],
)
def test_field_types(tmp_path, row, kind, choices):
    tables, told = read(tmp_path, HEADER + row)
    assert told == ""
    assert (tables["form"]["x"].kind, tables["form"]["x"].choices) == (kind, choices)


def test_a_checkbox_is_a_column_a_choice(tmp_path):
    tables, told = read(tmp_path, HEADER + field("checkbox", "1, Red | -9, Blue"))
    assert told == ""
    assert list(tables["form"]) == ["x___1", "x____9"]
    assert tables["form"]["x___1"].label == "Label: Red"
    assert tables["form"]["x___1"].choices == {"0": "Unchecked", "1": "Checked"}


def test_a_descriptive_field_is_no_column(tmp_path):
    tables, told = read(tmp_path, HEADER + field("descriptive") + field("text"))
    assert (list(tables["form"]), told) == (["x"], "")


def test_a_comma_as_decimal_sign(tmp_path):
    row = field("text", validation="number_comma_decimal", low='"1,5"', high='"2,5"')
    tables, told = read(tmp_path, HEADER + row)
    assert told == ""
    assert (tables["form"]["x"].kind, tables["form"]["x"].decimal) == ("number", ",")


def test_the_line_is_that_on_which_the_record_starts(tmp_path):
    rows = 'a,form,,text,"Two\nlines",,,,,,,,,,,,,\nb,form,,text,B,,,,,,,,,,,,,\n'
    tables, told = read(tmp_path, HEADER + rows)
    assert told == ""
    assert [variable.row for variable in tables["form"].values()] == [2, 4]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("", "an empty file"),
        (HEADER, "no variable"),
        (HEADER.replace("Field Note,", ""), "no column 'Field Note'"),
        (HEADER.replace("Field Note", "Field Notes"), 'did you mean "Field Note"?'),
        (HEADER.replace("Form Name", "Field Note"), "twice"),
        (HEADER.replace(",", ";"), "semicolons between the cells"),
        ("a,b,c\n", "REDCap's columns"),
        (HEADER + "x,form,,text\n", ":2:5\n  found     4 cells\n  expected  18 cells"),
        (HEADER + 'x,form,,text,"open\n', "this is not CSV"),
        (HEADER.encode() + b"x,form,,text,M\xfcller,,,,,,,,,,,,,\n", ":2:5\n  found     bytes"),
        (HEADER + field("text").replace("form", "My Form"), "the name of a clean table"),
        (HEADER + field("text").replace("x,", ",", 1), "the name of a column"),
    ],
)
def test_bad_dictionaries(tmp_path, data, words):
    assert words in read(tmp_path, data)[1]


def test_a_missing_dictionary(tmp_path):
    with pytest.raises(UserError, match="this file is not there"):
        read_dictionary(Project(tmp_path), tmp_path / "dictionary.csv")
