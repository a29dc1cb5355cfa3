"""Listings of single patients: of which rows, what is in them, and where they are not shown."""

import re

import mini_run
import mini_trial
import pytest
from mini_trial import settings_of

from trialtrace.report.material import Material
from trialtrace.report.pages.trace_page import Around, _raw
from trialtrace.report.pages.traces import _rows_listed
from trialtrace.report.sections.harms import harms_section
from trialtrace.report.sections.listings import listings
from trialtrace.report.tables import NO_BREAK
from trialtrace.run.trial.check import check_trial

LISTINGS = """\
  listings:
    - title: Deaths of smokers
      kind: deaths
      table: patients
      population: itt
      where: {died: {is: "1"}, smoker: {is: "1"}}
      columns: [sex, days, site]
    - {title: Events, table: adverse, population: itt, columns: [what]}
    - {title: Very old, table: patients, population: itt, where: {age: {above: 99}}, columns: [age]}
"""
PLAN = mini_trial.PLAN + LISTINGS
FULL = mini_trial.CONFIG.replace("by_source", "full")


@pytest.fixture(scope="module")
def mini(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mini_trial, "CONFIG", FULL)
        files = {
            "plan": PLAN,
            "claims": "papers: {}\nclaims: {}\n",
            "dictionary": mini_trial.DICTIONARY.replace("01, North", "01, <b>*North*"),
        }
        run = mini_run.run_mini(tmp_path_factory.mktemp("lists"), **files)
    return Material(run.trial, settings_of("mini", "full"), run.folder, {})


def tables(text):
    """Each table as its rows of cells, without the links."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)(\{[^}]*\})?", r"\1", text)
    plain = re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), plain).replace(NO_BREAK, " ")
    return [
        [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("|")]
        for part in plain.split(":::")
        if "|" in part
    ]


def test_a_listing_has_the_rows_that_meet_its_condition_by_arm_and_patient(mini):
    first, *_ = tables(listings(mini))
    head, _, *rows = first
    assert head == ["Patient", "Arm", "Sex", "Days followed", "Site"]
    # Died, by hand: number // 3 is odd; smokers: number // 2 is odd; the drug has odd numbers.
    wanted = [n for n in range(1, 21) if n // 3 % 2 and n // 2 % 2]
    assert [int(row[0]) for row in rows] == [n for n in wanted if n % 2] + [
        n for n in wanted if not n % 2
    ]
    assert {row[1] for row in rows if int(row[0]) % 2} == {"Drug"}
    assert rows[0][2:4] == ["Male", "30"]


def test_a_patient_leads_to_the_row_as_exported(mini):
    text = listings(mini)
    # Behind the header patient 3 stands in line 4.
    assert "[3](data/export.html#L4){#listing-1-4}" in text
    assert text.count("(data/events.html#L") == 3


def test_cells_are_escaped_and_a_caption_says_how_many_rows(mini):
    text = listings(mini)
    assert "<b>" not in text and "*North*" not in text
    assert tables(text)[0][2][4] == "<b>*North*"
    plain = re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), text)
    assert "Events, all randomised: 3 rows of 2 patients." in plain
    assert "(ICH E3 14.3.2)" in plain
    assert "Very old, all randomised: 0 rows of 0 patients. None meets the condition." in plain


def test_where_single_patients_may_not_be_shown_there_is_none(mini):
    restricted = Material(mini.trial, settings_of("mini", "restricted"), mini.folder, {})
    text = listings(restricted)
    assert text.count("disclosure is restricted") == 3 and not tables(text)
    assert "data/export" not in text and "North" not in text


def test_a_row_of_a_listing_is_where_a_number_of_few_lines_leads(mini):
    """Died smokers by hand, as above; patient n stands in line n + 1."""
    at = {"sec-listing-1": "supplement.html"}
    rows = _rows_listed(mini, at)["export"]
    wanted = {n + 1 for n in range(1, 21) if n // 3 % 2 and n // 2 % 2}
    assert rows.keys() == wanted
    anchors = re.findall(r"export.html#L(\d+)\)\{#(listing-1-\d+)\}", listings(mini))
    assert {f"../supplement.html#{anchor}" for _, anchor in anchors} == {*rows.values()}
    part = {"lines": "2, 4–6", "n_lines": 4, "raw_table": "export", "source_file": "export.csv"}
    told = _raw(
        {"role": "analysed"},
        part | {"columns": ["died"]},
        Around(mini.trial, rows_listed={"export": rows}),
    )
    assert re.findall(r'">(\d+)</a>', told) == [
        str(line) for line in (2, 4, 5, 6) if line in wanted
    ]
    restricted = Material(mini.trial, settings_of("mini", "restricted"), mini.folder, {})
    assert _rows_listed(restricted, at) == {}


def test_harms_lead_to_a_listing_only_where_patients_are_shown(mini):
    restricted = Material(mini.trial, settings_of("mini", "restricted"), mini.folder, {})
    assert "Patient by patient: [deaths of smokers](#sec-listing-1)." in harms_section(mini)
    assert "sec-listing" not in harms_section(restricted)


def problems(tmp_path, plan):
    return [str(one) for one in check_trial(mini_trial.write_project(tmp_path, plan=plan), "mini")]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("table: adverse", "table: advers", 'did you mean "adverse"?'),
        ("columns: [what]", "columns: [wat]", 'did you mean "what"?'),
        ("columns: [age]}", "columns: [id]}", "an identifier"),
        ("smoker: {is", "smokers: {is", 'did you mean "smoker"?'),
        ("kind: deaths", "kind: death", "deaths"),
        (
            "Events, table: adverse, population: itt",
            "Events, table: adverse, population: its",
            "itt",
        ),
    ],
)
def test_a_listing_that_names_what_is_not_there_is_refused(tmp_path, monkeypatch, old, new, told):
    monkeypatch.setattr(mini_trial, "CONFIG", FULL)
    plan = PLAN.replace(old, new)
    if "identifier" in told:
        row = "id,patients,,text,Number,,,integer,1,999,"
        given = {"dictionary": mini_trial.DICTIONARY.replace(row, f"{row}y")}
    else:
        given = {}
    at = mini_trial.write_project(tmp_path, plan=plan, **given)
    found = [str(one) for one in check_trial(at, "mini")]
    assert len(found) == 1 and told in found[0] and "plan.yaml:" in found[0]
