"""The form of one ledger: its 21 rows, what is proposed, and where a finding stands."""

import pytest
import yaml

from trialtrace.audit.files.file import read_standing
from trialtrace.audit.files.make import ledger
from trialtrace.audit.forms.checks import CHECKS
from trialtrace.audit.forms.form import COLUMNS, form_of
from trialtrace.audit.forms.notices import notices
from trialtrace.audit.forms.rows import Beside
from trialtrace.base.errors import UserError
from trialtrace.base.paths import project

LEDGER = """
papers: {main: "Adams 2019. doi 10.1000/abc.1"}
groups:
  a: {label: A, randomised: "55"}
  b: {label: B, randomised: "55", control: true}
outcomes: {o: {label: Pain, whole: true}, c: {label: Falls}}
claims:
  o_a: {from: main, label: "Pain, A", printed: "mean (SD) 4.41 (1.20)", about: {outcome: o, group: a, patients: "27"}}
  o_b: {from: main, label: "Pain, B", printed: "mean (SD) 4.97 (1.32)", about: {outcome: o, group: b, patients: "29"}}
  o_p: {from: main, label: "Pain", printed: "P = 0.03", about: {outcome: o, compare: [a, b]}}
  c_a: {from: main, label: "Falls, A", printed: "5 of 27 (18.5%)", about: {outcome: c, group: a}}
  c_b: {from: main, label: "Falls, B", printed: "7 of 29 (24.1%)", about: {outcome: c, group: b}}
"""  # noqa: E501


def made(change=None, **beside):
    document = yaml.safe_load(LEDGER)
    if change is not None:
        change(document)
    return form_of(ledger(document), "adams2019", "1", "0" * 64, Beside(**beside))


def proposed(form):
    return {row.check.number: row.proposed for row in form.rows if row.proposed}


def evidence(form, number):
    return "\n".join(text for text, _ in form.row(number).evidence)


def test_the_form_has_the_21_checks_of_4_domains_in_order():
    form = made()
    numbers = [row.check.number for row in form.rows]
    assert numbers == [f"{d}.{n}" for d, many in ((1, 3), (2, 5), (3, 2), (4, 11))
                       for n in range(1, many + 1)]  # fmt: skip
    assert [row.check for row in form.rows] == list(CHECKS)
    assert form.rows[4].check.link == "https://inspect.sr/chapters/check_2_2.html"
    records = form.records()
    assert {len(one) for one in records} == {len(COLUMNS)}
    at = COLUMNS.index("answer")
    assert {(one[at], one[at + 1], one[at + 2]) for one in records} == {("", "", "")}


def test_an_impossible_mean_is_yes_and_a_p_of_no_named_test_is_unclear():
    form = made()
    assert proposed(form) == {"4.8": "yes", "4.9": "unclear"}
    assert form.row("4.8").evidence[0][1].startswith("Pain, A: mean (SD) 4.41 (1.20)")
    assert form.row("4.8").numbers == 6  # two means, two deviations, two percentages


def test_a_named_test_that_does_not_give_its_p_is_yes():
    form = made(lambda ledger: ledger["claims"]["o_p"]["about"].update(test="t"))
    assert proposed(form)["4.9"] == "yes"


def test_a_true_ledger_proposes_nothing_and_counts_what_it_checked():
    def true(ledger):
        ledger["outcomes"]["o"].pop("whole")
        ledger["claims"]["o_p"]["printed"] = "P = 0.10"

    form = made(true)
    assert proposed(form) == {}
    assert form.row("4.8").numbers == 2
    assert evidence(form, "4.8") == "Nothing found in 2 published numbers."
    assert "No published number" in evidence(form, "4.10")


def test_one_misprint_stands_in_one_row():
    """A count that its sum, its percentage and its test contradict is one finding."""

    def categories(ledger):
        ledger["outcomes"]["stage"] = {"label": "Stage"}
        for group, counts in (("a", ("10", "9", "8")), ("b", ("12", "9", "3"))):
            size = {"a": 27, "b": 29}[group]
            for level, count in zip(("I", "II", "III"), counts, strict=True):
                share = {"3": 8}.get(count, int(count))
                about = {"outcome": "stage", "group": group, "category": level}
                about["patients"] = str(size)
                printed = f"{count} ({100 * share / size:.1f}%)"
                ledger["claims"][f"s_{group}_{level}"] = {
                    "from": "main", "label": level, "printed": printed, "about": about,
                }  # fmt: skip
        for name in ("o_a", "o_b", "o_p"):
            ledger["claims"].pop(name)

    form = made(categories)
    rows = [row.check.number for row in form.rows if "III" in str(row.evidence)]
    assert rows == ["4.6"]
    assert form.row("4.6").proposed == "yes"
    assert form.row("4.8").proposed == ""


def test_sizes_far_from_every_usual_ratio_are_unclear():
    def sizes(a, b):
        return lambda ledger: (
            ledger["groups"]["a"].update(randomised=a),
            ledger["groups"]["b"].update(randomised=b),
        )

    assert made().row("4.2").proposed == ""
    assert made(sizes("400", "200")).row("4.2").proposed == ""  # 2 to 1
    assert made(sizes("600", "400")).row("4.2").proposed == "unclear"  # P = 2.7e-10 and 4e-8
    # Large trials too: 20,000 patients, one more in one arm.
    assert made(sizes("10000", "10001")).row("4.2").proposed == ""
    assert "P = 1." in evidence(made(sizes("10000", "10001")), "4.2")


def days(ledger, first="2018-05-02", begin="2018-04-01", **other):
    ledger["papers"]["registry"] = "Registry"
    ledger["registered"] = {"registry": {"number": "NCT01234567", "first": first} | other}
    if begin:
        ledger["reported"] = {"main": {"begin": begin}}


@pytest.mark.parametrize(
    ("told", "answer"),
    [
        ({}, "unclear"),
        ({"first": "2018-03-31"}, ""),
        ({"begin": None, "status": "completed"}, ""),
        ({"begin": None}, ""),
    ],
)
def test_registration_is_proposed_by_two_days_alone(told, answer):
    assert made(lambda ledger: days(ledger, **told)).row("2.2").proposed == answer


def test_a_planned_size_that_was_not_reached_proposes_nothing():
    form = made(lambda ledger: days(ledger, planned="200"))
    assert form.row("2.3").proposed == ""
    assert "200 patients were planned, 110 randomised" in evidence(form, "2.3")


def test_two_numbers_for_one_fact_in_registry_and_paper_are_unclear():
    def fact(ledger):
        days(ledger)
        for paper, minutes in (("registry", "30"), ("main", "15")):
            ledger["claims"][f"length_{paper}"] = {
                "from": paper, "label": "Session", "printed": f"{minutes} min",
                "about": {"fact": "length of a session"},
            }  # fmt: skip

    form = made(fact)
    assert form.row("2.3").proposed == "unclear"
    assert form.row("4.10").proposed == ""


def test_recruitment_is_a_rate_without_a_verdict():
    def enrolment(ledger):
        ledger["reported"] = {"main": {"begin": "2018-01-01", "end": "2018-12-31"}}

    row = made(enrolment).row("2.4")
    assert row.proposed == ""
    assert "110 patients in 12.0 months: 9.2 a month." in row.evidence[0][0]


def equal_rows(ledger, rows=3):
    for k in range(rows):
        ledger["outcomes"][f"e{k}"] = {"label": f"Row {k}", "baseline": True}
        for group in ("a", "b"):
            ledger["claims"][f"e{k}_{group}"] = {
                "from": "main", "label": f"Row {k}", "printed": f"mean (SD) 5{k}.22 (10.1{k})",
                "about": {"outcome": f"e{k}", "group": group, "patients": "28"},
            }  # fmt: skip


def test_three_equal_baseline_rows_are_unclear_and_two_are_evidence():
    assert made(equal_rows).row("4.3").proposed == "unclear"
    form = made(lambda ledger: equal_rows(ledger, 2))
    assert form.row("4.3").proposed == ""
    assert evidence(form, "4.3").startswith("2 of 3 outcomes")


def test_notices_match_by_doi_and_need_no_network(tmp_path):
    path = tmp_path / "watch.csv"
    path.write_text(
        "OriginalPaperDOI,RetractionNature,RetractionDate,RetractionDOI\n"
        "10.1000/ABC.1,Retraction,1/2/2022,10.1000/r\n"
        "10.1000/abc.1,Expression of concern,1/1/2021,10.1000/e\n"
        "10.1000/abc.12,Retraction,1/1/2020,10.1000/x\n",
        encoding="utf-8",
    )
    form = made(notices=notices(path))
    assert {n: form.row(n).proposed for n in ("1.1", "1.2", "1.3")} == {
        "1.1": "yes",
        "1.2": "yes",
        "1.3": "",
    }
    assert evidence(form, "1.1") == "Retraction, 1/2/2022, 10.1000/r"
    other = made(lambda x: x["papers"].update(main="Doe, doi 10.1000/abc"), notices=notices(path))
    assert proposed(other).keys().isdisjoint({"1.1", "1.2"})
    assert evidence(made(), "1.1") == "DOI 10.1000/abc.1"
    path.write_text("DOI\n10.1000/abc\n", encoding="utf-8")
    with pytest.raises(UserError, match="OriginalPaperDOI"):
        notices(path)


def test_another_publication_gives_evidence_by_labels_and_no_proposal():
    def changed(ledger):
        ledger["claims"]["c_b"]["printed"] = "9 of 29 (31.0%)"

    document = yaml.safe_load(LEDGER)
    changed(document)
    form = made(against=ledger(document), other="second.yaml")
    assert form.row("4.11").proposed == ""
    assert evidence(form, "4.11").startswith("1 of 4 published numbers")
    assert "9 of 29" in evidence(form, "4.11")
    assert evidence(form, "3.1").startswith("2 of 2 pairs of mean and SD")


@pytest.mark.parametrize(
    ("trial", "answers"),
    [
        ("sprave2019", {"2.3": "unclear", "4.6": "yes", "4.9": "unclear"}),
        ("streckmann2024", {"4.6": "unclear", "4.9": "unclear"}),
        ("musaro2019", {"4.9": "unclear", "4.10": "unclear"}),
    ],
)
def test_the_shipped_trials(trial, answers):
    at = project()
    path = at.root / "config" / "trials" / trial / "claims.yaml"
    form = form_of(read_standing(at, path, trust=False)[0], trial, "1", "", Beside())
    assert proposed(form) == answers
