"""What was registered against what is reported: of each a true, a false and a borderline case."""

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from paper import claim

from trialtrace.audit.files.make import ledger
from trialtrace.audit.registration.registration import held
from trialtrace.base.paths import project
from trialtrace.cli import main
from trialtrace.report.audit.audit_page import registration_section

ENTRY = {"number": "NCT00000001"}
MONTHS, WEEKS = {"value": "3", "unit": "months"}, {"unit": "weeks"}


def document(registered, reported, randomised="90", claims=None):
    size = {"size": "randomised", "group": "all"}
    return {
        "papers": {"entry": "A registry", "protocol": "A protocol", "main": "A paper"},
        "groups": {name: {"label": name} for name in ("training", "control")},
        "outcomes": {"relief": {"label": "Relief"}, "falls": {"label": "Falls"}},
        "claims": {"randomised": claim(randomised, **size), **(claims or {})},
        "registered": registered,
        "reported": {"main": reported} if reported else {},
    }


def found(registered, reported, check, **more):
    """(verdict, finding) of a check; one registered text is the registry's."""
    every = registered if "entry" in registered else {"entry": ENTRY | registered}
    rows = held(ledger(document(every, reported, **more)))
    return [(one.verdict, one.finding) for one in rows if one.check == check]


def outcome(name="relief", **more):
    return {"outcome": name, **more}


@pytest.mark.parametrize(
    ("first", "begin", "verdict"),
    [
        ("2014-04-30", "2014-05", "holds"),
        ("2014-05-07", "2014-05-07", "holds"),  # at or before the first patient
        ("2014-05-08", "2014-05-07", "late"),
        ("2014-05-07", "2014-05", "not_checked"),
        ("2014-06", "2014-05", "late"),
        ("2014", "2014", "not_checked"),
        ("2013", "2014", "holds"),
    ],
)
def test_a_trial_is_registered_before_its_first_patient(first, begin, verdict):
    rows = found({"first": first}, {"begin": begin}, "registered.first")
    assert [one for one, _ in rows] == [verdict]
    assert all(first in text and begin in text for _, text in rows)


def test_how_far_the_study_was_tells_it_without_days():
    late = found(
        {"first": "2018-07-23", "status": "completed"}, {"first": "2019"}, "registered.first"
    )
    assert late == [("late", "First registered 2018-07-23, when the study was complete.")]
    early = {"first": "2018-07-23", "status": "not_yet_enrolling"}
    assert found(early, {"first": "2019"}, "registered.first") == []
    assert found({}, {"first": "2019"}, "registered.first")[0][0] == "not_checked"


def test_a_begin_that_only_the_registry_tells_is_taken():
    entry = {"first": "2015-02-01", "begin": "2015-01"}
    assert found(entry, {"first": "2019"}, "registered.first")[0][0] == "late"


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ({"begin": "2014-05", "end": "2020-11", "first": "2024"}, []),
        ({"begin": "2014-05", "end": "2014-05"}, []),
        ({"begin": "2014-05", "end": "2014"}, []),  # borderline: the year holds the month
        ({"begin": "2014-05", "end": "2014-04"}, ["end of the enrolment 2014-04"]),
        ({"end": "2014-05", "completed": "2013"}, ["completion 2013"]),
        ({"completed": "2021-06", "first": "2021-06"}, []),
        ({"completed": "2021-06", "first": "2021-05"}, ["publication 2021-05"]),
        ({"completed": "2021-06", "first": "2021"}, []),
    ],
)
def test_days_that_no_calendar_allows_contradict(days, expected):
    rows = found({}, days, "registered.days")
    assert [verdict for verdict, _ in rows] == ["contradicts"] * len(expected)
    for (_, text), start in zip(rows, expected, strict=True):
        assert text.startswith(f"The {start} lies before the ")


def test_a_registration_may_be_older_than_its_study_and_not_than_its_last_change():
    assert found({"first": "2013", "begin": "2014"}, None, "registered.days") == []
    rows = found({"first": "2013", "changed": "2012"}, None, "registered.days")
    assert [verdict for verdict, _ in rows] == ["contradicts"]


@pytest.mark.parametrize(
    ("changed", "verdicts"), [("2020-10", []), ("2020-11", []), ("2020-12", ["remark"])]
)
def test_an_entry_changed_after_the_end_is_told(changed, verdicts):
    rows = found({"changed": changed}, {"end": "2020-11"}, "registered.last")
    assert [verdict for verdict, _ in rows] == verdicts


@pytest.mark.parametrize(
    ("registered", "verdict"),
    [("2014-05", "holds"), ("2014", "holds"), ("2013", "remark")],
)
def test_days_of_enrolment_in_both_texts(registered, verdict):
    rows = found({"begin": registered}, {"begin": "2014-05-07"}, "registered.days")
    assert [one for one, _ in rows] == [verdict]


@pytest.mark.parametrize(
    ("reported", "check", "verdict", "words"),
    [
        ({"primary": [outcome()]}, "outcome", "holds", "registered and reported as primary"),
        ({"primary": [outcome("falls")]}, "outcome", "changed", "not among the outcomes"),
        (
            {"primary": [outcome("falls")], "secondary": [outcome()]},
            "outcome",
            "changed",
            "registered as primary and reported as secondary",
        ),
        (
            {"primary": [outcome(metric="share")]},
            "measure",
            "changed",
            "registered as time to the event, reported as share of patients",
        ),
        ({"primary": [outcome(metric="time_to_event")]}, "outcome", "holds", "reported"),
        (
            {"primary": [outcome(measure="VAS")]},
            "measure",
            "changed",
            "by “NRS”, reported by “VAS”",
        ),
        ({"primary": [outcome(measure=" nrs")]}, "outcome", "holds", "reported"),
        ({"primary": [outcome(time=MONTHS)]}, "outcome", "holds", "reported"),
        # 12 weeks are 84 days, a twelfth of 365.25 days times 3 is 91.3; 10 weeks are 70.
        ({"primary": [outcome(time={**WEEKS, "value": "12"})]}, "outcome", "holds", ""),
        ({"primary": [outcome(time={**WEEKS, "value": "10"})]}, "measure", "changed", "10 weeks"),
        ({"primary": [outcome(time={**MONTHS, "value": "6"})]}, "measure", "changed", "6 months"),
    ],
)
def test_a_registered_primary_outcome_against_what_is_reported(reported, check, verdict, words):
    own = outcome(metric="time_to_event", measure="NRS", time=MONTHS)
    rows = found({"primary": [own]}, reported, f"registered.{check}")
    assert rows[0][0] == verdict and words in rows[0][1]


def test_a_reported_primary_outcome_that_was_secondary_or_nowhere():
    entry = {"primary": [outcome("falls")], "secondary": [outcome()]}
    told = found(entry, {"primary": [outcome("falls"), outcome()]}, "registered.outcome")
    assert [verdict for verdict, _ in told] == ["holds", "changed"]
    assert told[1][1].endswith("it is registered as secondary.")
    told = found({"primary": [outcome("falls")]}, {"primary": [outcome()]}, "registered.outcome")
    assert "not among the outcomes that were registered" in told[1][1]
    # Borderline: a paper that names no primary outcome leaves out nothing.
    assert found({"primary": [outcome()]}, {"first": "2019"}, "registered.outcome") == []
    assert found({}, {"primary": [outcome()]}, "registered.outcome")[0][0] == "not_checked"


def test_what_a_protocol_tells_is_planned_and_not_registered():
    every = {"entry": ENTRY, "protocol": {"primary": [outcome(metric="time_to_event")]}}
    told = found(every, {"primary": [outcome(metric="share")]}, "registered.measure")
    assert told[0][1].startswith("“Relief”: planned as time to the event, reported as")


@pytest.mark.parametrize(
    ("planned", "verdict", "words"),
    [("90", "holds", "planned and randomised"), ("236", "remark", "90 randomised (38 %)")],
)
def test_patients_planned_against_those_randomised(planned, verdict, words):
    rows = found({"planned": planned}, None, "registered.patients")
    assert [one for one, _ in rows] == [verdict] and words in rows[0][1]


def test_two_planned_numbers_of_one_text_contradict():
    size = {"planned": {**claim("240", size="planned", group="all"), "from": "entry"}}
    rows = found({"planned": "236"}, None, "registered.patients", claims=size)
    assert rows[0] == ("contradicts", "236 patients were planned; “240” is another number.")
    size["planned"]["printed"] = "236"
    rows = found({"planned": "236"}, None, "registered.patients", claims=size)
    assert [verdict for verdict, _ in rows] == ["remark"]


@pytest.fixture
def told(tmp_path: Path, capsys):
    """(exit code, output) of an audit of a ledger in a form."""

    def run(form, registered, reported):
        path = tmp_path / "ledger.yaml"
        path.write_text(yaml.safe_dump(document(registered, reported)), encoding="utf-8")
        code = main(["audit", str(path), "--format", form])
        return code, capsys.readouterr()

    return run


ODD = {"entry": {**ENTRY, "first": "2015-02-01", "primary": [outcome(metric="change")]}}
SAID = {"begin": "2015-01", "end": "2014-12", "primary": [outcome(metric="value")]}


def test_every_form_of_the_audit_tells_of_the_registration(told):
    code, out = told("json", ODD, SAID)
    rows = json.loads(out.out)["registration"]
    assert code == 1 and [row["verdict"] for row in rows] == ["contradicts", "late", "changed"]
    for form in ("table", "html", "csv", "editor"):
        text = told(form, ODD, SAID)[1].out.replace("\n    ", " ")
        assert "lies before the begin of the enrolment 2015-01." in text, form
        assert "First registered 2015-02-01; the enrolment began 2015-01, before it." in text


def test_the_page_for_an_editor_is_called_after_the_paper(told):
    assert "<title>Audit for an editor: A paper" in told("editor", ODD, SAID)[1].out


def test_a_secondary_outcome_that_only_the_paper_has():
    """Where secondary outcomes are registered; a registration without any is held to nothing."""
    new = {"secondary": [outcome(), outcome("falls")]}
    rows = found({"secondary": [outcome()]}, new, "registered.outcome")
    assert [verdict for verdict, _ in rows] == ["holds", "changed"]
    assert found({"secondary": [outcome(), outcome("falls")]}, new, "registered.outcome")[1][0] == (
        "holds"
    )
    rows = found({"primary": [outcome()]}, {"primary": [outcome()], **new}, "registered.outcome")
    assert [verdict for verdict, _ in rows] == ["holds"]


def test_what_one_text_tells_alone_is_not_told_alike(told):
    entry = {**ENTRY, "first": "2014-02", "alpha": {"whole": "0.05", "parts": [PART]}}
    text = told("table", {"entry": entry}, {"begin": "2014-05"})[1].out.replace("\n    ", " ")
    assert "Level of significance (entry): holds." in text
    assert "(entry): registered before the begin." in text and "the same in both" not in text


PART = {"level": "0.05", "outcomes": ["relief"], "looks": {"final": "0.05"}}


def test_a_look_is_one_that_the_levels_name(told, tmp_path, capsys):
    text = document({"entry": {"alpha": {"whole": "0.05", "parts": [PART]}}}, SAID)
    about = {"outcome": "relief", "compare": ["training", "control"], "look": "finale"}
    text["claims"]["words"] = claim("significantly less", **about)
    path = tmp_path / "looks.yaml"
    path.write_text(yaml.safe_dump(text), encoding="utf-8")
    assert main(["audit", str(path)]) == 1
    assert 'did you mean "final"?' in capsys.readouterr().err


def test_without_days_that_contradict_no_audit_fails(told):
    assert told("json", ODD, {**SAID, "end": "2015-12"})[0] == 0


@pytest.mark.parametrize(
    ("registered", "reported", "words"),
    [
        ({"entry": {"first": "2014-13"}}, SAID, "a date in quotes"),
        ({"entry": {"first": "2014-02-30"}}, SAID, "a day of the calendar"),
        ({"other": ENTRY}, SAID, "one of papers: "),
        ({"entry": {"primary": [outcome("pain")]}}, SAID, "one of outcomes: "),
        ({"entry": {"primary": [outcome(claim="no")]}}, SAID, "one of claims: "),
        ({"entry": ENTRY}, {"status": "completed"}, "it under registered.main"),
        ({"entry": {"primary": [outcome(metric="mean")]}}, SAID, "metric"),
    ],
)
def test_a_mistake_in_a_design_is_told_with_its_place(told, registered, reported, words):
    code, out = told("json", registered, reported)
    assert code == 2 or (code == 1 and not out.out)
    assert words in out.err and "ledger.yaml:" in out.err


class Text(HTMLParser):
    def __init__(self):
        super().__init__()
        self.links, self.cells = [], 0

    def handle_starttag(self, tag, attrs):
        self.cells += tag == "td"
        self.links += [value for name, value in attrs if name == "href"]


def test_the_table_is_linked_to_claims_and_hostile_words_stay_words():
    row = {
        "what": "<script>",
        "source": "entry",
        "registered": "a",
        "reported": "b",
        "verdict": "changed",
        "check": "registered.outcome",
        "finding": "“<b>”",
        "claims": ["one", "two"],
    }
    page = Text()
    text = "".join(registration_section([row], audit="audit.html"))
    page.feed(text)
    assert page.cells == 5 and page.links == ["audit.html#claim-one", "audit.html#claim-two"]
    assert "<script>" not in text and "<b>" not in text
    assert list(registration_section([], audit="")) == []


def told_of(name):
    path = project().trial_config(name) / "claims.yaml"
    rows = held(ledger(yaml.safe_load(path.read_text(encoding="utf-8"))))
    return {(one.check, one.source): (one.verdict, one.finding) for one in rows}


def test_what_is_known_of_the_published_trials():
    stop = told_of("streckmann2024")
    assert stop["registered.measure", "protocol"][0] == "changed"
    assert stop["registered.patients", "protocol"][1].endswith("158 randomised (67 %).")
    assert stop["registered.first", "registry"][0] == "not_checked"
    late = told_of("musaro2019")["registered.first", "registry"]
    assert late == ("late", "First registered 2018-07-23, when the study was complete.")
    assert {verdict for verdict, _ in told_of("sprave2019").values()} == {"not_checked"}
