"""Adverse events: counts with their denominators, and the bound where there is none."""

import re

import mini_run
import mini_trial
import pytest

from trialtrace.report.material import Material
from trialtrace.report.sections.harms import NONE, harms_in_short, harms_section
from trialtrace.report.tables import NO_BREAK
from trialtrace.trial.load import load_settings

PLAN = mini_trial.PLAN + mini_trial.MORE_DISPLAYS
# In events.csv patient 1 (drug) has nausea once, patient 4 (placebo) twice.
HEADACHE = mini_trial.ENDPOINTS.replace('what: {is: "nausea"}', 'what: {is: "headache"}')
CLAIMS = """\
papers: {main: A paper}
claims:
  nausea: {from: main, place: abstract, label: Nausea, printed: "3",
    is: {analysis: adverse_events, stat: occurrences, group: all, parameter: nausea, level: any}}
"""


def made(root, **files):
    run = mini_run.run_mini(root, **({"plan": PLAN, "claims": CLAIMS} | files))
    return Material(run.trial, load_settings(run.at), run.folder, {})


@pytest.fixture(scope="module")
def mini(tmp_path_factory):
    return made(tmp_path_factory.mktemp("adverse"))


def values(material):
    return {
        (row["stat_name"], row["group2_level"], row["group1_level"]): row
        for row in material.of("adverse_events")
    }


def test_patients_and_occurrences_are_counted_by_arm_and_term(mini):
    found = values(mini)
    for stat, counts in (("patients", (1, 1, 2)), ("occurrences", (1, 2, 3))):
        for level in ("any", "term=Nausea"):
            groups = ("drug", "placebo", "all")
            assert tuple(found[stat, level, one]["stat_value"] for one in groups) == counts
    assert found["patients", "any", "drug"]["denominator"] == 10


def test_every_count_and_bound_is_recomputed(mini):
    rows = [row["result_id"] for row in mini.of("adverse_events")]
    assert len(rows) == 3 * (2 + 1 + 2)
    assert all(mini.tracer.checks.get(row) for row in rows)


def test_with_no_event_the_upper_bound_is_that_of_the_binomial(tmp_path):
    """Of 10 without an event: 1 - 0.025^(1/10) = 0.308 (Clopper and Pearson 1934)."""
    found = values(made(tmp_path, endpoints=HEADACHE, claims="papers: {}\nclaims: {}\n"))
    share = found["any_event", "any", "drug"]
    assert (share["stat_value"], share["ci_low"]) == (0, 0)
    assert share["ci_high"] == pytest.approx(1 - 0.025 ** (1 / 10), rel=1e-11)


def test_the_table_has_a_line_a_term_and_links_to_each_number(mini):
    text = harms_section(mini)
    plain = re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), text).replace(NO_BREAK, " ")
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", plain)
    rows = [line.strip("| ").split(" | ") for line in plain.splitlines() if line.startswith("|")]
    assert rows[0] == ["Event", "Drug (n = 10)", "Placebo (n = 10)", "All arms (n = 20)"]
    assert rows[2] == [
        "**Any**",
        "1 (10.0 %), 1; 0.3 to 44.5",
        "1 (10.0 %), 2; 0.3 to 44.5",
        "2 (10.0 %), 3; 1.2 to 31.7",
    ]
    assert rows[3] == ["Nausea", "1 (10.0 %), 1", "1 (10.0 %), 2", "2 (10.0 %), 3"]


def test_a_claim_can_name_a_count(mini):
    assert [row["against_data"] for row in mini.claims] == ["exact"]


NAUSEA = """\
  nausea:
    label: Nausea of any kind
    role: secondary
    harms: true
    estimand: nausea_itt
    overall: true
    describe: [{proportion: wilson}]
multiplicity:
"""


def words(text):
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text).replace(NO_BREAK, " ")
    return re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), plain)


def test_an_analysis_of_harms_is_told_by_arm_in_report_and_summary(tmp_path):
    plan = PLAN.replace("multiplicity:\n", NAUSEA).replace(
        "analyses:\n", mini_trial.NAUSEA_ESTIMAND, 1
    )
    material = made(tmp_path, plan=plan)
    line = "Nausea of any kind: Drug 1 of 10, 10.0 % (1.8 to 40.4); Placebo 1 of 10, "
    text = harms_section(material)
    assert text.startswith("## Harms {#sec-harms}\n\n[Nausea of any kind](#sec-of-nausea): ")
    assert line in words(text)
    assert "| Event |" in text
    pages = {"sec-harms": "report-2.html", "sec-of-nausea": "report.html"}
    short = harms_in_short(material, pages)
    assert short[0].startswith("[Nausea of any kind](report.html#sec-of-nausea): ")
    assert words(short[0]).startswith(line)
    assert short[1:] == ["[Adverse events by term](report-2.html#sec-harms)."]


def test_a_plan_without_harms_says_so(tmp_path):
    without = made(tmp_path, plan=mini_trial.PLAN, claims="papers: {}\nclaims: {}\n")
    assert harms_section(without) == f"## Harms {{#sec-harms}}\n\n{NONE}\n"
    assert harms_in_short(without, {}) == [NONE]


def test_declared_levels_without_an_event_are_told_in_their_order(tmp_path):
    """Fatigue is a choice of the form that nobody has: 0 of 10, not left out."""
    coded = '"tired, Fatigue | nausea, Nausea | dizziness, Dizziness"'
    dictionary = mini_trial.DICTIONARY.replace(
        "what,adverse,,notes,What happened,,", f"what,adverse,,radio,What happened,{coded},"
    )
    found = values(
        made(
            tmp_path,
            dictionary=dictionary,
            endpoints=HEADACHE.replace('{what: {is: "headache"}}', "{what: present}").replace(
                "  term: Nausea", "  term_column: what\n  columns: {sort: what}"
            ),
            plan=PLAN.replace(
                "{title: Nausea, endpoint: nausea,",
                "{title: Nausea, endpoint: nausea, columns: [sort],",
            ),
            claims="papers: {}\nclaims: {}\n",
        )
    )
    levels = [level for stat, level, group in found if stat == "patients" and group == "all"]
    assert levels[-3:] == ["sort=Fatigue", "sort=Nausea", "sort=Dizziness"]
    assert found["patients", "sort=Fatigue", "drug"]["stat_value"] == 0
    assert found["patients", "sort=Nausea", "all"]["stat_value"] == 2


def test_an_arm_of_nobody_has_no_share(tmp_path):
    trial = mini_trial.TRIAL.replace("where: {arm: present}", 'where: {arm: {is: "A"}}')
    material = made(tmp_path, trial=trial, claims="papers: {}\nclaims: {}\n")
    share = values(material)["any_event", "any", "placebo"]
    assert share["stat_value"] is None
    assert share["error"]
    assert share["denominator"] == 0
