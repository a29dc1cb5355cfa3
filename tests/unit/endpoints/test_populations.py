"""Population flags: three-valued conditions over a subject's rows."""

import pytest
from tiny_trial import derived, edges, refused, shown, tiny

DOSES = """
id  rx  dose:number  stopped
a   1   0            no
a   1   5            no
b   0   .            no
c   0   0            .
d   1   .            yes
"""


def flagged(tmp_path, where: str) -> dict[str, str]:
    trial = tiny(trial=f"populations: {{safety: {{label: S, flag: SAFFL, where: {where}}}}}")
    tables = derived(trial, tmp_path, patients=DOSES)
    return dict(shown(tables["adsl"], "SAFFL"))


@pytest.mark.parametrize(
    "where, members",
    [
        ("{dose: {above: 0}}", "a"),
        ("{dose: missing}", "bd"),
        ("{stopped: {is: 'no'}}", "ab"),
        ("{not: {stopped: {is: 'no'}}}", "d"),
        ("{any: [{dose: {above: 0}}, {stopped: {is: 'yes'}}]}", "ad"),
        ("{dose: {at_most: 0}, stopped: {is: 'no'}}", "a"),
    ],
)
def test_any_row_that_surely_meets_the_condition(tmp_path, where, members):
    flags = flagged(tmp_path, where)
    assert flags == {subject: "Y" if subject in members else "N" for subject in "abcd"}


def test_a_flag_comes_from_its_conditions_columns_in_all_rows(tmp_path):
    where = "{dose: {above: 0}, stopped: {is: 'no'}}"
    trial = tiny(trial=f"populations: {{safety: {{label: S, flag: SAFFL, where: {where}}}}}")
    tables = derived(trial, tmp_path, patients=DOSES)
    assert edges(tables, "adsl", "SAFFL")[:4] == [
        ("a", 0, "patients", 2, "dose"),
        ("a", 0, "patients", 2, "stopped"),
        ("a", 0, "patients", 3, "dose"),
        ("a", 0, "patients", 3, "stopped"),
    ]


def test_an_unknown_column_names_the_population(tmp_path):
    trial = tiny(trial="populations: {pp: {label: P, flag: PPROTFL, where: {visits: present}}}")
    text = refused(trial, tmp_path, patients=DOSES)
    assert "populations.pp" in text and "no column visits" in text
