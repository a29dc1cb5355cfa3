"""Values in fields that the dictionary's branching logic does not show."""

import mini_run
import mini_trial
import pytest
from mini_trial import DICTIONARY

from trialtrace.base.store import read_parquet
from trialtrace.report.commands.closing import closing_lines
from trialtrace.run.cleaning.account import read_account
from trialtrace.run.cleaning.checks import shown_where
from trialtrace.run.cleaning.clean import clean_tables
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.trial.dictionary import read_dictionary
from trialtrace.run.trial.load import load_trial


@pytest.fixture(scope="module")
def variables(tmp_path_factory):
    at = mini_run.write_mini(tmp_path_factory.mktemp("dictionary"))
    path = at.trial_config("mini") / "dictionary.csv"
    box = 'signs,patients,,checkbox,Signs,"1, Rash | 2, Fever",,,,,,,,,,,,\n'
    path.write_text(DICTIONARY + box, encoding="utf-8")
    return read_dictionary(at, path)["patients"]


@pytest.mark.parametrize(
    ("logic", "condition"),
    [
        ("[sex]='1'", {"sex": {"is": "1"}}),
        ('[sex] <> "1"', {"not": {"sex": {"is": "1"}}}),
        ("[age] >= 18", {"age": {"at_least": 18.0}}),
        ("[seen] < '2020-02-01'", {"seen": {"below": "2020-02-01"}}),
        ("[smoker] = ''", {"smoker": "missing"}),
        ("[smoker]<>''", {"smoker": "present"}),
        ("[signs(2)] = '1'", {"signs___2": {"is": "1"}}),
    ],
)
def test_a_comparison_is_a_condition(variables, logic, condition):
    assert shown_where(logic, variables) == {"any": [{"all": [condition]}]}


def test_and_binds_before_or_and_parentheses_before_both(variables):
    sex, smoker, died = ({name: {"is": "1"}} for name in ("sex", "smoker", "died"))
    assert shown_where("[sex]=1 or [smoker]=1 AND [died]=1", variables) == {
        "any": [{"all": [sex]}, {"all": [smoker, died]}]
    }
    assert shown_where("([sex]=1 or [smoker]=1) and [died]=1", variables) == {
        "any": [{"all": [{"any": [{"all": [sex]}, {"all": [smoker]}]}, died]}]
    }


@pytest.mark.parametrize(
    "logic",
    [
        "[sex]",
        "[sex]=",
        "([sex]='1'",
        "[sex]='1')",
        "[sex]='1' and",
        "datediff([seen], 'today', 'd') > 3",
        "[first_arm_1][sex] = '1'",
        "[elsewhere] = '1'",
        "[sex] > '1'",
        "[sex] = [smoker]",
        "[age] > ''",
    ],
)
def test_logic_that_asks_for_more_says_nothing(variables, logic):
    assert shown_where(logic, variables) is None


SMOKER = "smoker,patients,,yesno,Smoker,,,,,,,,"


def run_cleaning(root, logic: str, rows=None, more: str = "", columns=(), **files):
    dictionary = DICTIONARY.replace(SMOKER, SMOKER[:-1] + logic + ",") + more
    assert dictionary != DICTIONARY
    at = mini_run.write_mini(root, rows, dictionary=dictionary, more=columns, **files)
    trial = load_trial("mini", at)
    ingest_sources(trial, root / "raw")
    clean_tables(trial, root / "raw", root / "clean")
    return root / "clean"


def cleaned(root, logic: str, rows=None, more: str = "", columns=()):
    clean = run_cleaning(root, logic, rows, more, columns)
    rejects = read_parquet(clean / "rejects.parquet").to_pylist()
    return [one for one in rejects if one["rule"] == "branching"]


def test_values_of_fields_that_are_not_shown_are_flagged_and_counted(tmp_path):
    """Ten of twenty are women; one of the men has no value, and of another the sex is missing."""
    rows = mini_run.patients()
    men = [row for row in rows if row["sex"] == 2]
    men[0]["smoker"] = ""
    men[1]["sex"] = ""
    found = cleaned(tmp_path, "[sex]='1'", rows)
    assert len(found) == 8 and {one["severity"] for one in found} == {"flag"}
    assert {one["column"] for one in found} == {"smoker"}
    (reason,) = {one["reason"] for one in found}
    assert reason == "the dictionary, line 7, shows this field only where [sex]='1'"
    assert "flagged (branching 8" in closing_lines(tmp_path, "mini")[0]


def test_a_value_that_may_be_there_is_not_flagged(tmp_path):
    assert cleaned(tmp_path, "[sex]='1' or [sex]='2'") == []


def test_a_box_that_is_not_checked_holds_no_value(tmp_path):
    rows = [row | {"signs___1": row["id"] % 2, "signs___2": 0} for row in mini_run.patients()]
    box = "signs,patients,,checkbox,Signs,\"1, Rash | 2, Fever\",,,,,,[age] > '90',,,,,,\n"
    found = cleaned(tmp_path, "", rows, box, ("signs___1", "signs___2"))
    assert [one["column"] for one in found] == ["signs___1"] * 10


@pytest.mark.parametrize(("accept", "told"), [("", 1), ("accept: {smoker: asked of all}", 0)])
def test_a_field_with_values_where_it_is_not_shown_is_a_red_line(tmp_path, accept, told):
    """All ten men answered what the dictionary shows to women alone; one of them may be a slip."""
    rows = mini_run.patients()
    logic, cleaning = (
        "[sex]='1'",
        mini_trial.CLEANING.replace("    units:", f"    {accept}\n    units:", 1),
    )
    account = read_account(run_cleaning(tmp_path, logic, rows, cleaning=cleaning))
    lines = [one.text for one in account.warnings if one.kind == "not_shown"]
    assert len(lines) == told and not any(one.kind == "stale_accept" for one in account.warnings)
    assert all(
        "column smoker: 10 of 20 values are there although the dictionary" in one for one in lines
    )
    for row in rows[3:]:
        row["smoker"] = row["smoker"] if row["sex"] == 1 else ""
    account = read_account(run_cleaning(tmp_path / "few", logic, rows, cleaning=cleaning))
    assert not any(one.kind == "not_shown" for one in account.warnings)
