"""Results of a registry become a whole ledger: every kind of number in its form, none guessed."""

import copy
import json
import subprocess
import sys

import pytest
import yaml
from mini_record import SIZES, analysis, each, measure, record

from trialtrace.audit.registry.ledger import registry_ledger
from trialtrace.audit.registry.read import record_draft
from trialtrace.audit.registry.record import read_record
from trialtrace.base.errors import UserError
from trialtrace.cli import main


def ledger(data):
    return registry_ledger(read_record(json.dumps(data).encode(), "a record"))


def claims(draft, place):
    return [claim for claim in draft.claims.values() if claim["place"] == place]


def printed(draft, place):
    return [claim["printed"] for claim in claims(draft, place)]


PLACE = "outcome measure 1, analysis 1"
CI, SD = "95% Confidence Interval", "Standard Deviation"


KINDS = """
MEAN | Standard Deviation | mmHg | value=62.1, spread=8.80 | mean 62.1 (SD 8.80)
MEAN | Standard Error | mmHg | value=-.5, spread=1. | mean -0.5 (SE 1)
LEAST_SQUARES_MEAN | 95% CI | kg | value=3, low=1, high=5 | mean 3 (95% CI 1 to 5)
Least Squares Mean | 90% CI | kg | value=3, low=1, high=5 | mean 3 (90% CI 1 to 5)
MEDIAN | Inter-Quartile Range | kg | value=4, low=2, high=7 | median 4 (IQR 2 to 7)
MEDIAN | Full Range | kg | value=4, low=-2, high=7 | median 4 (range -2 to 7)
MEDIAN | 95% CI | days | value=4, low=2, high=NA | median 4 (95% CI 2 to NE)
GEOMETRIC_MEAN | GCV | ng/mL | value=4, spread=45.2 | geometric mean 4 (CV 45.2)
COUNT_OF_PARTICIPANTS | - | Participants | value=12 | 12 of 60
NUMBER | - | participants | value=12 | 12 of 60
NUMBER | 95% CI | Percentage of participants | value=20.0, low=11, high=32 | 20.0% (95% CI 11 to 32)
NUMBER | - | events per 100 patient-years | value=3.4 | 3.4 events per 100 patient-years
NUMBER | - | percentage of left atrial area | value=12 | 12 percentage
NUMBER | - | ml/m^2.6 | value=12 | 12 ml/m
"""
"""Kind of value, dispersion, unit, cell, and the form. The last two are no share of patients."""


@pytest.mark.parametrize("row", KINDS.strip().splitlines())
def test_each_kind_of_value_and_dispersion_has_its_form(row):
    kind, dispersion, unit, cell, form = row.split(" | ")
    cell = cell.replace("low=", "lowerLimit=").replace("high=", "upperLimit=")
    cell = dict(pair.split("=") for pair in cell.split(", "))
    for short, words in (
        ("CI", "Confidence Interval"),
        ("GCV", "Geometric Coefficient of Variation"),
    ):
        dispersion = dispersion.replace(short, words)
    dispersion = None if dispersion == "-" else dispersion
    draft = ledger(record(measure(cell, kind=kind, dispersion=dispersion, unit=unit)))
    (claim,) = claims(draft, "outcome measure 1")
    assert (claim["printed"], claim["about"]["group"], draft.left) == (form, "drug", [])
    assert (claim["about"].get("basis") == "model") == ("LEAST" in kind.upper())
    assert claim["about"].get("patients", "60") == "60" and "unconfirmed" not in claim


@pytest.mark.parametrize(
    ("given", "why", "kept"),
    [
        (measure({"value": "3"}, kind="MODE"), "3: kind of value “MODE”", []),
        (measure({"value": "3", "spread": "2"}, dispersion="Sharpe"), "SHARPE: 2", ["mean 3"]),
        (
            measure({"value": "3", "lowerLimit": "2", "upperLimit": "4"}),
            "a dispersion not named: 2 and 4",
            ["mean 3"],
        ),
        (measure({"value": "NA", "lowerLimit": "7"}), "NA and 7: the value is no number", []),
        (
            measure({"value": "1.5"}, kind="COUNT_OF_PARTICIPANTS"),
            "a count that is no whole number",
            [],
        ),
    ],
)
def test_what_has_no_form_is_listed_and_not_guessed(given, why, kept):
    draft = ledger(record(given))
    assert printed(draft, "outcome measure 1") == kept
    assert [(left.place, left.why) for left in draft.left] == [("outcome measure 1", why)]


def test_flow_baseline_events_and_registration_are_in_the_ledger():
    draft = ledger(record(measure({"value": "3"})))
    assert printed(draft, "participant flow, Overall") == [
        *("60", "58", "55 of 60", "50 of 58", "5 of 60", "8 of 58"),
        # A milestone may have patients who did not start: no share of these.
        *("61", "57", "5 of 5", "8 of 8"),
    ]
    assert draft.groups["placebo"] == {"label": "Placebo", "randomised": "58", "control": True}
    female = claims(draft, "baseline measure 1")[0]
    assert (female["printed"], female["about"]["category"]) == ("30 of 60", "Female")
    (rash,) = claims(draft, "adverse events, serious")
    assert rash["printed"] == "3 of 60, 5 events"
    assert draft.outcomes[rash["about"]["outcome"]]["part_of"] == "serious_adverse_events"
    assert printed(draft, "adverse events, totals") == ["4 of 60", "9 of 60"]
    assert printed(draft, "adverse events") == ["5%"]
    design = draft.registered["registration"]
    # An expected completion is no day of it.
    days = {"first": "2019-02-01", "begin": "2019-03", "planned": "120", "number": "NCT00000000"}
    assert {name: design.get(name) for name in (*days, "completed")} == days | {"completed": None}
    assert design["primary"] == [{"outcome": "pressure", "time": {"value": "12", "unit": "weeks"}}]
    assert design["secondary"] == [{"outcome": "pain", "frame": "Before and after"}]
    assert draft.reported["results"]["primary"][0]["time"] == {"value": "12", "unit": "weeks"}


ANALYSIS = analysis(
    *("Mean Difference (Final Values)", "-3.0", "-6.2", "0.2"),
    statisticalMethod="t-test, 2 sided",
    pValue="0.067",
    nonInferiorityType="SUPERIORITY",
)
MEANS = ({"value": "120.0", "spread": "9.0"}, {"value": "123.0", "spread": "8.5"})


def analysed(*changes, **design):
    every = [ANALYSIS | change for change in changes]
    return ledger(record(measure(*MEANS, dispersion=SD, analyses=every), **design))


def test_an_analysis_is_one_expression_beside_its_groups():
    (claim,) = claims(analysed({}), "outcome measure 1, analysis 1")
    assert claim["printed"] == "-3.0, (95% CI -6.2 to 0.2), P=0.067"
    about = {"outcome": "pressure", "compare": ["drug", "placebo"], "test": "t"}
    assert claim["about"] == about | {"measure": "mean_difference"}
    # Which of two groups is taken from which is not stated: the sides of the estimate decide.
    (turned,) = claims(analysed({"paramValue": "3.0"}), "outcome measure 1, analysis 1")
    assert turned["about"]["compare"] == ["placebo", "drug"]


@pytest.mark.parametrize(
    ("values", "kind", "called", "ratio", "more", "order"),
    [
        # Twice the hazard is half the time; a hazard ratio below 1 is that of the longer time.
        (("20.1", "14.0"), "MEDIAN", "Hazard Ratio (HR)", "0.70", {}, ["drug", "placebo"]),
        (("20.1", "14.0"), "MEDIAN", "Hazard Ratio (HR)", "1.43", {}, ["placebo", "drug"]),
        (("20.1", "14.0"), "MEDIAN", "Hazard Ratio, log", "-0.36", {}, ["drug", "placebo"]),
        (("12", "20"), "COUNT_OF_PARTICIPANTS", "Odds Ratio, log", "-0.5", {}, ["drug", "placebo"]),
        # Shares at a time may be of survivors or of events: only words tell.
        (("70", "60"), "NUMBER", "Hazard Ratio (HR)", "0.70", {}, ["drug", "placebo"]),
        (
            ("70", "60"),
            "NUMBER",
            "Hazard Ratio (HR)",
            "0.70",
            {"groupDescription": "Hazard of Placebo group versus Drug"},
            ["placebo", "drug"],
        ),
    ],
)
def test_the_order_of_a_hazard_ratio_fits_times_and_words(values, kind, called, ratio, more, order):
    analysed = {"groupIds": ["X0", "X1"], "paramType": called, "paramValue": ratio} | more
    cells = [{"value": value} for value in values]
    draft = ledger(record(measure(*cells, kind=kind, unit="Months", analyses=[analysed])))
    (claim,) = claims(draft, PLACE)
    assert claim["about"]["compare"] == order


@pytest.mark.parametrize(
    ("change", "form", "about"),
    [
        ({"statisticalMethod": "ANCOVA"}, None, {"basis": "model", "test": "other"}),
        ({"statisticalComment": "Adjusted for sex"}, None, {"basis": "model"}),
        ({"paramType": "Some ratio"}, None, {"measure": "ratio"}),
        # An exact test may stand beside any interval.
        ({"statisticalMethod": "Fisher Exact"}, None, {"test": "fisher", "interval": None}),
        (
            {"statisticalMethod": "Fisher Exact", "estimateComment": "Exact confidence interval"},
            None,
            {"interval": "exact"},
        ),
        ({"paramType": "Treatment difference"}, None, {"measure": "mean_difference"}),
        ({"paramType": "Slope"}, None, {"measure": None}),
        ({"pValue": "<.001"}, "-3.0, (95% CI -6.2 to 0.2), P<0.001", {}),
        ({"pValueComment": "one-sided"}, "-3.0, (95% CI -6.2 to 0.2), P=0.067 (one-sided)", {}),
        (
            {"nonInferiorityType": "NON_INFERIORITY"},
            "-3.0, (95% CI -6.2 to 0.2), P=0.067 for non-inferiority",
            {},
        ),
        (
            {"dispersionType": "STANDARD_ERROR_OF_MEAN", "dispersionValue": "1.6"},
            "-3.0 (SE 1.6), (95% CI -6.2 to 0.2), P=0.067",
            {},
        ),
    ],
)
def test_what_an_analysis_states_decides_its_keys(change, form, about):
    (claim,) = claims(analysed(change), "outcome measure 1, analysis 1")
    assert claim["printed"] == form or form is None
    assert {name: claim["about"].get(name) for name in about} == about


@pytest.mark.parametrize(
    ("change", "form", "why"),
    [
        ({"ciPctValue": "NA"}, "-3.0, P=0.067", "an interval without a level"),
        ({"ciNumSides": "ONE_SIDED"}, "-3.0, P=0.067", "an interval of one side"),
        (
            {"nonInferiorityType": "NON_INFERIORITY", "nonInferiorityComment": "A margin of 4"},
            "-3.0, (95% CI -6.2 to 0.2), P=0.067 for non-inferiority",
            "a margin in free words",
        ),
        (
            {"statisticalMethod": "Bayesian model"},
            "-3.0, (95% CI -6.2 to 0.2)",
            "a probability of a Bayesian analysis",
        ),
        (
            {"nonInferiorityType": "NON_INFERIORITY_OR_EQUIVALENCE"},
            "-3.0, (95% CI -6.2 to 0.2)",
            "p of non-inferiority or of equivalence: which is not stated",
        ),
    ],
)
def test_what_of_an_analysis_has_no_form_is_listed(change, form, why):
    draft = analysed(change)
    assert printed(draft, "outcome measure 1, analysis 1") == [form]
    assert [left.why for left in draft.left] == [why]


def test_a_second_analysis_and_one_of_two_methods_stand_apart():
    draft = analysed({}, {"groupDescription": "In the elderly"})
    first, second = (claims(draft, f"outcome measure 1, analysis {at}")[0] for at in (1, 2))
    assert first["about"]["outcome"] != second["about"]["outcome"]
    said = {"statisticalMethod": "ANCOVA", "estimateComment": "Confidence interval from a t-test"}
    forms = printed(analysed(said), "outcome measure 1, analysis 1")
    assert forms == ["-3.0, (95% CI -6.2 to 0.2)", "P=0.067"]
    (crossed,) = claims(
        analysed({}, interventionModel="CROSSOVER"), "outcome measure 1, analysis 1"
    )
    assert crossed["about"]["design"] == ["crossover"]


@pytest.mark.parametrize(
    ("limit", "form"),
    [
        ("ciUpperLimit", "-3.0, (one-sided 97.5% CI, −∞ to 0.5), P=0.067"),
        ("ciLowerLimit", "-3.0, (one-sided 97.5% CI, 0.5 to ∞), P=0.067"),
    ],
)
def test_a_limit_of_one_side_with_its_level_is_taken_up(limit, form):
    one = {key: value for key, value in ANALYSIS.items() if not key.endswith("Limit")}
    one |= {"ciNumSides": "ONE_SIDED", "ciPctValue": "97.5", limit: "0.5"}
    draft = ledger(record(measure(*MEANS, dispersion=SD, analyses=[one])))
    assert printed(draft, PLACE) == [form] and not draft.left


def test_an_outcome_that_is_not_posted_is_not_reported():
    later = measure(title="Pain", reportingStatus="NOT_POSTED") | {"classes": []}
    draft = ledger(record(measure({"value": "3"}), later))
    assert [one["outcome"] for one in draft.reported["results"]["primary"]] == ["pressure"]
    assert [(left.text, left.why) for left in draft.left] == [("Pain", "not posted yet")]


def test_a_record_without_results_is_what_was_registered(tmp_path, capsys):
    given = record()
    del given["resultsSection"]
    path, file = tmp_path / "NCT00000000.json", tmp_path / "ledger.yaml"
    path.write_text(json.dumps(given))
    assert main(["read", str(path)]) == 0
    file.write_text(capsys.readouterr().out)
    found = yaml.safe_load(file.read_text())
    assert [*found["papers"]] == ["registration"] and "reported" not in found
    (planned,) = found["claims"].values()
    assert planned["printed"] == "120" and planned["about"]["size"] == "planned"
    assert main(["audit", str(file)]) == 0


def test_patients_enrolled_beyond_the_groups_are_asked_about(tmp_path, capsys):
    for count, asked in (("118", False), ("150", True)):
        given = record(measure({"value": "3"}))
        given["protocolSection"]["designModule"]["enrollmentInfo"] = {"count": count}
        path, file = tmp_path / "NCT00000000.json", tmp_path / "ledger.yaml"
        path.write_text(json.dumps(given))
        assert main(["read", str(path)]) == 0
        file.write_text(capsys.readouterr().out)
        assert main(["audit", str(file)]) == 0
        text = " ".join(capsys.readouterr().out.split())
        assert ("150 were enrolled" in text) == asked


def test_the_command_reads_a_record_and_the_audit_takes_it_as_it_stands(tmp_path, capsys):
    whole = record(measure(*MEANS, dispersion=SD, analyses=[ANALYSIS]))
    path, file = tmp_path / "NCT00000000.json", tmp_path / "ledger.yaml"
    path.write_text(json.dumps(whole))
    assert main(["read", str(path), "--output", str(file)]) == 0
    assert "0 numbers in no claim" in capsys.readouterr().err
    assert main(["audit", str(file)]) == 0
    assert "confirmed by nobody" not in capsys.readouterr().out
    wrong = copy.deepcopy(whole)
    stats = wrong["resultsSection"]["adverseEventsModule"]["seriousEvents"][0]["stats"][0]
    stats["numEvents"], stats["numAffected"] = 2, 5
    wrong["resultsSection"]["outcomeMeasuresModule"]["outcomeMeasures"][0]["analyses"][0][
        "pValue"
    ] = "0.0067"
    path.write_text(json.dumps(wrong))
    assert main(["read", str(path), "--output", str(file)]) == 0
    assert main(["audit", str(file)]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "2 events of 5 patients is printed" in said
    assert "printed is P = 0.0067" in said
    assert yaml.safe_load(file.read_text())["papers"].keys() == {"registration", "results"}


@pytest.mark.parametrize("text", ["{", "[]", '{"a": 1}', '{"protocolSection": {}}', "[" * 10**5])
def test_json_that_is_no_record_is_refused(tmp_path, text):
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(UserError, match=r"one record of ClinicalTrials\.gov"):
        record_draft(path)


def test_days_that_are_none_and_halves_of_characters_make_no_ledger_unreadable(tmp_path, capsys):
    whole = record(measure({"value": "3"}))
    status = whole["protocolSection"].setdefault("statusModule", {})
    status["startDateStruct"] = {"date": "2010-13-45"}
    status["completionDateStruct"] = {"date": "2011-03"}
    whole["protocolSection"]["identificationModule"]["briefTitle"] = "Half \ud800 of a character"
    path, file = tmp_path / "a.json", tmp_path / "ledger.yaml"
    path.write_text(json.dumps(whole))
    assert main(["read", str(path), "--output", str(file)]) == 0
    registered = yaml.safe_load(file.read_text())["registered"]["registration"]
    assert registered["completed"] == "2011-03" and "begin" not in registered
    assert main(["audit", str(file)]) == 0
    del whole["protocolSection"]["identificationModule"]["nctId"]
    path.write_text(json.dumps(whole))
    with pytest.raises(UserError, match="a record without its number"):
        record_draft(path)


def test_reading_a_record_needs_no_pandas(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(record(measure({"value": "3"}))))
    code = (
        "import sys; from pathlib import Path\n"
        "from trialtrace.audit.registry.read import record_draft\n"
        f"record_draft(Path({str(path)!r})); assert not {{'pandas', 'pyarrow'}} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def shares(*percents):
    """A measure with a percentage of 60 and of 58 participants in each row."""
    rows = [
        {
            "title": f"Row {at}",
            "denoms": SIZES,
            "categories": [{"measurements": each("value", *two)}],
        }
        for at, two in enumerate(percents)
    ]
    return measure(kind="NUMBER", unit="percentage of participants", classes=rows)


def test_percentages_that_are_none_of_the_patients_stated_are_a_question():
    # 12.3 and 9.1 are no shares of 60 and 58: 7 of 57, 5 of 55. One alone is a slip of its own.
    one, two = (ledger(record(shares(*rows))) for rows in ([("12.3", "50.0")], [("12.3", "9.1")]))
    assert not any("unconfirmed" in claim for claim in claims(one, "outcome measure 1"))
    doubts = {claim["unconfirmed"] for claim in claims(two, "outcome measure 1")}
    assert len(doubts) == 1 and "2 of 2 of this measure print as no count" in doubts.pop()
    # 0.1167 for 11.67 % is no percentage of anybody.
    fractions = ledger(record(shares(("0.1167", "0.1207"))))
    assert not any("unconfirmed" in claim for claim in claims(fractions, "outcome measure 1"))


def test_zeros_that_fill_a_field_are_no_digits_of_a_percentage():
    # 1 of 60 is 1.67 %, 29 of 58 are 50 %.
    assert printed(ledger(record(shares(("1.70", "50.00")))), "outcome measure 1") == [
        "1.7%",
        "50.00%",
    ]


def test_a_ratio_that_is_called_its_log_is_read_as_one_with_a_doubt():
    rows = [
        analysis("Odds Ratio, log", value, low, "1.27")
        for value, low in (("1.06", "0.89"), ("0.06", "-0.12"))
    ]
    draft = ledger(record(*(measure({"value": "3"}, analyses=[row]) for row in rows)))
    ratio, log = (claims(draft, f"outcome measure {at}, analysis 1")[0] for at in (1, 2))
    assert (ratio["about"]["measure"], "unconfirmed" in ratio) == ("odds_ratio", True)
    assert (log["about"]["measure"], "unconfirmed" in log) == ("log_odds_ratio", False)


@pytest.mark.parametrize(
    ("titles", "paired"),
    [
        (("Before Treatment", "After Treatment"), True),
        (("Drug - Baseline", "Drug - Week 12"), True),
        (("Early: Week 1", "Late: Week 12"), False),
        (("Drug", "Placebo"), False),
    ],
)
def test_one_group_at_two_times_is_compared_with_itself(titles, paired):
    groups = [{"id": f"X{at}", "title": title} for at, title in enumerate(titles)]
    analysed = {"groupIds": ["X0", "X1"], "statisticalMethod": "t-test, 2 sided", "pValue": "0.02"}
    draft = ledger(record(measure({"value": "3"}, groups=groups, analyses=[analysed])))
    (claim,) = claims(draft, "outcome measure 1, analysis 1")
    assert (claim["about"].get("design") == ["paired"]) == paired


def test_words_of_one_side_count_where_they_are_of_p():
    analysed = {"groupIds": ["X0", "X1"], "statisticalMethod": "ANCOVA", "pValue": "0.06"}
    for words, side in (("one-sided p-value and alpha", True), ("one-sided alpha of 0.05", False)):
        row = analysed | {"statisticalComment": words}
        (claim,) = claims(ledger(record(measure({"value": "3"}, analyses=[row]))), PLACE)
        assert claim["printed"].endswith("(one-sided)") == side


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (json.dumps({"studies": [{}, {}]}), "a list of 2 records"),
        (json.dumps([{}, {}]), "a list of 2 records"),
        (json.dumps({"FullStudiesResponse": {}}), "version 1 of the interface"),
    ],
)
def test_a_list_and_an_older_interface_are_called_so(text, found):
    with pytest.raises(UserError, match=found):
        read_record(text.encode(), "a.json")


def test_what_is_not_as_the_interface_has_it_is_listed():
    given = record(measure({"value": "12"}, kind="COUNT_OF_PARTICIPANTS", denoms=None))
    results = given["resultsSection"]
    results["adverseEventsModule"] = "none"
    results["baselineCharacteristicsModule"] = None
    results["participantFlowModule"]["periods"][0]["dropWithdraws"] = {"type": "Lost"}
    results["participantFlowModule"]["periods"][0]["title"] = "x" * 100_000
    draft = ledger(given)
    assert [(each.text, each.why) for each in draft.left] == [
        ("participantFlowModule.periods.1.dropWithdraws", "not as the interface has it"),
        ("baselineCharacteristicsModule", "the record has none"),
        ("adverseEventsModule", "not as the interface has it"),
    ]
    # A count of how many is not stated is a number all the same.
    assert printed(draft, "outcome measure 1") == ["12"]
    assert max(len(str(claim)) for claim in draft.claims.values()) < 10_000


def test_a_record_without_problems_is_a_few_lines(tmp_path, capsys):
    spread = {"dispersion": "Standard Deviation"}
    given = record(
        *(
            measure(
                {"value": f"{20 + k}.1", "spread": "8.8"},
                {"value": f"{21 + k}.2", "spread": "9.1"},
                title=f"Outcome {k}",
                **spread,
            )
            for k in range(20)
        )
    )
    registered = [{"measure": f"Outcome {k}", "timeFrame": "Week 12"} for k in range(20)]
    given["protocolSection"]["outcomesModule"] = {"primaryOutcomes": registered}
    del given["resultsSection"]["adverseEventsModule"]
    (period,) = given["resultsSection"]["participantFlowModule"]["periods"]
    del period["milestones"][1]
    path, file = tmp_path / "NCT00000000.json", tmp_path / "ledger.yaml"
    path.write_text(json.dumps(given))
    assert main(["read", str(path)]) == 0
    file.write_text(capsys.readouterr().out)
    assert main(["audit", str(file)]) == 0
    shown = [line for line in capsys.readouterr().out.splitlines() if line]
    assert len(shown) <= 10
    assert main(["audit", str(file), "--all"]) == 0
    assert capsys.readouterr().out.count("Outcome") > 40


def test_a_record_in_the_older_xml_is_to_be_taken_again(tmp_path):
    path = tmp_path / "record.xml"
    path.write_bytes(b"<?xml version='1.0'?><clinical_study/>")
    with pytest.raises(UserError) as refused:
        record_draft(path)
    (problem,) = refused.value.problems
    assert problem.do == "download the record again, as JSON"
