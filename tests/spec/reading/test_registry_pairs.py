"""A paper's ledger beside the record of its trial: pairs proposed, confirmed, compared."""

import json

import pytest
import yaml
from mini_record import GROUPS, each, measure, record
from paper import read

from trialtrace.audit.registry.pairs import record_ledger, same
from trialtrace.audit.verdicts.audit import audit_ledger
from trialtrace.cli import main

PAPER = {
    "papers": {"paper": {"citation": "A made-up paper."}},
    "groups": {"treated": {"label": "Drug"}, "control": {"label": "Placebo group"}},
    "outcomes": {"bp": {"label": "Blood pressure"}, "pain": {"label": "Relief of pain"}},
}


def claim(printed, **about):
    about = {"outcome": "bp", "group": "treated"} | about
    whence = {"from": "paper", "place": "table 2", "label": "Table 2"}
    return {**whence, "printed": printed, "about": about}


@pytest.fixture
def against(tmp_path, capsys):
    """Exit code, text and pairs of a paper's claims beside a record; `confirmed` are right."""
    rows = [
        measure(
            {"value": "62.1", "spread": "8.80"}, {"value": "65"}, dispersion="Standard Deviation"
        ),
        measure(
            {"value": "20.0"}, kind="NUMBER", unit="percentage of participants", title="Pain relief"
        ),
        measure(
            {"value": "3", "lowerLimit": "1", "upperLimit": "5"},
            dispersion="95% Confidence Interval",
            title="Weight",
        ),
    ]
    of_trial, ledger = tmp_path / "NCT00000000.json", tmp_path / "paper.yaml"
    of_trial.write_text(json.dumps(record(*rows)), encoding="utf-8")

    def run(*printed, confirmed=(), **more):
        claims = {f"c{at}": entry for at, entry in enumerate(printed)}
        ledger.write_text(yaml.safe_dump(PAPER | more | {"claims": claims}), encoding="utf-8")
        path = ledger.with_suffix(".pairs.yaml")
        if path.exists():
            pairs = yaml.safe_load(path.read_text(encoding="utf-8"))
            for kind in pairs.values():
                for name in set(kind) & set(confirmed):
                    kind[name].pop("unconfirmed", None)
            path.write_text(yaml.safe_dump(pairs), encoding="utf-8")
        code = main(["audit", str(ledger), "--record", str(of_trial)])
        return code, capsys.readouterr(), yaml.safe_load(path.read_text(encoding="utf-8"))

    return run


def test_pairs_are_proposed_by_words_and_nothing_is_compared_before_they_are_confirmed(against):
    code, text, pairs = against(claim("70.0 (SD 8.8)"), claim("20.0%", outcome="pain"))
    assert {name: pair["record"] for name, pair in pairs["outcomes"].items()} == {
        "bp": "pressure",
        "pain": "pain_relief",
    }
    assert pairs["groups"]["control"]["record"] == "placebo"
    assert code == 1 and "70.0" not in text.out and "4 of 4 pairs" in text.err


@pytest.mark.parametrize(
    ("printed", "differs"),
    [
        (claim("62.1 (SD 8.8)"), False),
        (claim("62 (SD 9)"), False),
        (claim("62.4 (SD 8.8)"), True),
        (claim("62.1 (SD 7.8)"), True),
        (claim("65.0", group="control"), False),
        # A count is its percentage: 12 of 60 are 20.0 %, 13 are 21.7.
        (claim("12 of 60", outcome="pain"), False),
        (claim("13 of 60", outcome="pain"), True),
    ],
)
def test_numbers_of_confirmed_pairs_that_cannot_be_the_same_are_asked_about(
    against, printed, differs
):
    against(claim("1.0"), claim("2.0%", outcome="pain"))
    every = ("bp", "pain", "treated", "control")
    code, text, _ = against(printed, confirmed=every)
    assert ("Which is right" in text.out) == differs
    assert ("outcome measure" in text.out) == differs and code == int(bool(text.out))


def test_primary_outcomes_of_one_text_alone_are_asked_about(against):
    every = claim("62.1"), claim("20.0%", outcome="pain")
    against(*every)
    code, text, _ = against(*every, confirmed=("bp", "treated", "control"))
    asked = [line for line in text.out.splitlines() if "primary outcome" in line]
    assert (code, len(asked)) == (1, 1) and asked[0].startswith("“Weight (mmHg)” is a primary")
    outcomes = PAPER["outcomes"] | {"qol": {"label": "Quality of life"}}
    own = {"reported": {"paper": {"primary": [{"outcome": "qol"}]}}, "outcomes": outcomes}
    _, text, _ = against(claim("62.1"), **own)
    assert "“Quality of life” is a primary outcome of the paper" in text.out


def test_an_outcome_of_another_rank_is_asked_about(against):
    """Pain is secondary in the record, and the paper's primary one; pressure is the other way."""
    own = {"reported": {"paper": {"primary": [{"outcome": "pain"}]}}}
    every = claim("62.1"), claim("20.0%", outcome="pain")
    _, text, _ = against(*every, **own)
    assert "is a primary outcome of the record, and none of the paper: why?" in text.out


def test_quartiles_are_compared_and_a_ratio_is_that_of_the_groups_turned():
    def one(printed, *compare):
        about = {"outcome": "event"}
        about |= {"compare": [*compare]} if compare else {"group": "training"}
        return read({"a": {**claim(printed), "from": "main", "about": about}}).entries["a"]

    assert not same(one("median (IQR) 4 (2 to 8)"), one("median (IQR) 4 (2 to 7)"))
    ratio = one("HR 0.66 (95% CI 0.44 to 0.99)", "training", "control")
    assert same(one("HR 1.52 (95% CI 1.01 to 2.27)", "control", "training"), ratio)
    assert not same(one("HR 1.52 (95% CI 1.01 to 2.57)", "control", "training"), ratio)


def test_the_questions_can_go_to_a_file_and_have_one_form(against, tmp_path):
    against(claim("62.1"))
    ledger, of_trial = str(tmp_path / "paper.yaml"), str(tmp_path / "NCT00000000.json")
    command = ["audit", ledger, "--record", of_trial]
    assert main([*command, "--output", str(tmp_path / "asked.txt")]) == 1
    assert "primary outcome of the record" in (tmp_path / "asked.txt").read_text(encoding="utf-8")
    assert main([*command, "--format", "html"]) != 0


def test_a_pair_of_a_name_that_is_none_is_refused(against, tmp_path):
    against(claim("62.1"))
    pairs = {"groups": {}, "outcomes": {"bp": {"record": "none"}}}
    (tmp_path / "paper.pairs.yaml").write_text(yaml.safe_dump(pairs), encoding="utf-8")
    code, text, _ = against(claim("62.1"))
    assert code and "outcomes.bp" in text.err and "of the record's ledger" in text.err


def test_what_no_patients_can_have_is_found_in_a_record_as_it_stands(tmp_path):
    """A median of all outside of every group's, 130 of 118, 62 in two exclusive rows of 60, and a
    t test that is Welch's."""
    groups = [*GROUPS, {"id": "X2", "title": "Total"}]
    sizes = [{"units": "Participants", "counts": each("value", "60", "58", "118")}]
    age = measure(*({"value": n} for n in ("40", "50", "60")), kind="MEDIAN", title="Age")
    many = [{"units": "Participants", "counts": each("value", "130", "58")}]
    rows = [
        {"title": name, "categories": [{"measurements": each("value", n)}]}
        for name, n in (("Yes", "50"), ("No", "12"))
    ]
    test = {"groupIds": ["X0", "X1"], "statisticalMethod": "t-test, 2 sided", "pValue": "0.113"}
    # scipy.stats.ttest_ind_from_stats: Student's P = 0.1085, Welch's 0.1128.
    means = ({"value": "5.00", "spread": "2.00"}, {"value": "4.10", "spread": "3.80"})
    entry = record(
        age | {"groups": groups, "denoms": sizes},
        measure({"value": "12"}, kind="COUNT_OF_PARTICIPANTS", title="Cured", denoms=many),
        measure(kind="COUNT_OF_PARTICIPANTS", title="Answered", classes=rows),
        measure(*means, dispersion="Standard Deviation", title="Score", analyses=[test]),
    )
    path = tmp_path / "NCT00000000.json"
    path.write_text(json.dumps(entry), encoding="utf-8")
    findings = audit_ledger(record_ledger(path)).judgements
    wrong = {each.relation for each in findings if each.state == "contradicts"}
    assert wrong == {"whole.between", "size.denominator", "total.categories"}
    assert [each.state for each in findings if each.relation == "p.means"] == ["holds"]
