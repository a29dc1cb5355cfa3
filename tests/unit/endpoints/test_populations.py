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


ATTENDED = """
share: {label: Share, code: SHARE, kind: measure, table: patients, column: dose}
pain: {label: Pain, code: PAIN, kind: repeated, table: patients, visits: {p0: before, p1: after}}
"""
SHARES = """
id  rx  dose:number  dev  p0:integer  p1:integer
a   1   0.8          no   1           2
b   1   0.75         no   1           .
c   1   .            no   1           2
d   0   .            no   .           2
e   0   0.9          yes  1           2
f   .   0.9          no   1           2
"""


def late_flags(tmp_path, population: str, **more) -> dict[str, str]:
    trial = f"""populations:
  itt: {{label: A, flag: ITTFL, where: {{rx: present}}}}
  pp: {{label: P, flag: PPROTFL, {population}}}
  last: {{label: L, flag: LASTFL, where: {{rx: missing}}}}
"""
    tables = derived(tiny(ATTENDED, trial), tmp_path, patients=SHARES)
    assert tables["adsl"].column_names[-3:] == ["ITTFL", "PPROTFL", "LASTFL"]
    flags = dict(shown(tables["adsl"], "PPROTFL"))
    assert set(shown(tables["bds"], "PPROTFL")) == set(flags.items())
    return "".join(subject for subject, flag in flags.items() if flag == "Y")


def test_a_population_over_an_endpoint(tmp_path):
    """Exactly 0.75 is not above it, and an unknown share is not met."""
    assert late_flags(tmp_path, "endpoints: {share: {above: 0.75}}") == "aef"
    assert late_flags(tmp_path, "where: {dev: {is: 'no'}}, endpoints: {share: present}") == "abf"
    at_visit = "endpoints: {pain: {visit: after, value: present}}"
    assert late_flags(tmp_path, at_visit) == "acdef"


def test_an_arm_may_have_a_condition_of_its_own(tmp_path):
    """A subject without an arm has to meet what is common alone."""
    by_arm = "by_arm: {new: {endpoints: {share: {above: 0.75}}}, old: {where: {dev: {is: 'no'}}}}"
    assert late_flags(tmp_path, f"where: {{rx: present}}, {by_arm}") == "ad"
    assert late_flags(tmp_path, by_arm) == "adf"


def test_a_late_flag_is_traced_to_the_cells_of_its_endpoint(tmp_path):
    trial = """populations:
  pp: {label: P, flag: PPROTFL, by_arm: {new: {endpoints: {share: {above: 0.75}}}}}"""
    tables = derived(tiny(ATTENDED, trial), tmp_path, patients=SHARES)
    assert {edge[0] for edge in edges(tables, "adsl", "PPROTFL")} == {"a", "b", "c"}


def test_an_unknown_visit_of_a_population(tmp_path):
    trial = """populations:
  pp: {label: P, flag: PPROTFL, endpoints: {pain: {visit: never, value: present}}}"""
    text = refused(tiny(ATTENDED, trial), tmp_path, patients=SHARES)
    assert "populations.pp.endpoints" in text and 'the visit "never" of pain' in text
