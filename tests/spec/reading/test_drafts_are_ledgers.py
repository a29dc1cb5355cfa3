"""Every draft passes the audit's own reader, whatever words the paper has."""

import pytest
from printed_papers.render import render
from printed_papers.trial import trial

from trialtrace.audit.files.file import read_standing
from trialtrace.audit.reading import cells, forms
from trialtrace.audit.reading import heading_words as kinds
from trialtrace.audit.reading.draft import Draft, draft
from trialtrace.audit.reading.heading_words import said
from trialtrace.audit.reading.ledger_text import ledger_yaml
from trialtrace.audit.reading.paper import Passage, ReadPaper, Table
from trialtrace.audit.reading.read import parsed
from trialtrace.base.paths import project

ARMS = ("Training (n = 40)", "Control (n = 50)")
HEADS = {
    "median_iqr": "median (IQR)",
    "median_range": "median (range)",
    "median_ci": "median (95% CI)",
    "mean_range": "mean (range)",
    "mean_sd": "mean (SD)",
    "mean_se": "mean (SE)",
    "mean_ci": "mean (95% CI)",
    "events_patients": "no. of events (no. of patients)",
    "fraction": "n/N",
    "count_percent": "n (%)",
    "percent_count": "% (n)",
    "percent_ci": "% (95% CI)",
    "iqr": "IQR",
    "sd": "SD",
    "se": "SE",
    "ci": "95% CI",
    "geometric_mean": "geometric mean",
    "geometric_mean_iqr": "geometric mean (IQR)",
    "geometric_mean_ci": "geometric mean (95% CI)",
    "person_time": "deaths/person-years",
    "median": "median",
    "mean": "mean",
    "percent": "%",
    "count": "n",
    "range": "range",
    "low": "lower limit",
    "high": "upper limit",
    "p": "p value",
    "effect": "difference",
}
CELLS = {
    "fraction_percent": "13/40 (33%)",
    "fraction_percent_range": "13/40 (33) (19, 49)",
    "percent_fraction": "33% (13/40)",
    "fraction": "13/40",
    "count_percent_range": "13 (33%) (19–49)",
    "count_percent": "13 (33%)",
    "percent_spread": "33% (13)",
    "percent_range": "33% (19 to 49)",
    "percent": "33%",
    "decimal_percent": "13.0 (33%)",
    "plus_minus": "6.2 ± 1.1",
    "pair": "6.2 (1.1)",
    "spread_range": "6.2 (1.1) [4.0–9.1]",
    "spread_size": "6.2 (1.1) (38)",
    "ranged_range": "6.2 (5.1–7.0) [4.0–9.1]",
    "ranged_width": "6.2 (4.0–9.1) (24.5)",
    "share": "13/32.5",
    "spread_median": "6.2 ± 1.1 (6.0, 4.0–9.1)",
    "halves": "13 (33)/27 (67)",
    "counts": "5/20/15",
    "rated": "14/66.2 (21.1)",
    "tested": "F(1, 85) = 3.36, p = .070",
    "count_below": "1 (<3%)",
    "ranged_p": "0.8 (0.6 to 1.1) 0.20",
    "ranged": "0.8 (0.6 to 1.1)",
    "range": "0.6 to 1.1",
    "p": "p < 0.05",
    "power": "2 × 10^-4",
    "bound": "<0.05",
    "not_significant": "n.s.",
    "value": "0.8",
}
SENTENCES = {
    "statistic": "They did not differ, t(54) = 2.10, p = .040.",
    "effect": "It was rarer (HR 0.62; 95% CI 0.41 to 0.94; P = .02).",
    "fraction_percent": "With training 17/55 (31%) fell.",
    "part_of": "With training five (20%) of 25 fell.",
    "iqr": "With training it was 8 [IQR 7 to 9] hours.",
    "percent_fraction": "With training 31% (17/55) fell.",
    "fraction_by_sum": "With training 17 fell among 55 patients (31%) in all.",
    "percent_ci": "It was 31% (95% CI 19 to 45) with training.",
    "count_percent": "With training 17 (31%), all of them women, fell.",
    "percent_count": "With training 31% (n = 17) fell.",
    "sized": "Falls were fewer with training (n = 17, 31%).",
    "fraction": "With training 17/55 fell.",
    "median": "Median survival was 12.3 months (IQR 4.5 to 20.1) with training.",
    "mean_sd": "It was 54.2 (SD 10.1) with training.",
    "mean_se": "It was 54.2 (SE 1.1) with training.",
    "plus_minus": "It was 54.2 ± 10.1 with training.",
    "value_ci": "It was 5.2 (95% CI 1.1 to 9.3) with training.",
    "p": "They did not differ (P = n.s.), nor later (p < 0.05).",
    "percents": "It was 31% versus 54% with training.",
    "tested": "They did not differ (z = -0.84, p = 0.40).",
    "told": "Pain, mean (SD), was 3.1 (1.2) with training and 4.2 (1.4) with control.",
    "percent_pair": "With training fewer fell than with control (31 vs 54%).",
    "share_of": "With training 17 of 55 fell.",
    "value_pair": "They slept longer with training than with control (6.1 vs 5.2 hours).",
    "change": "There was a 28% reduction in falls with training.",
    "times": "Falls were 4.2 times more likely with training than with control.",
    "percent": "With training 31% fell.",
    "correlation": "Pain and age were correlated (r = 0.45, P = 0.01).",
    "rate": "With training it was 3.2 per 100 patient-years.",
    "counted": "With training 12 patients fell.",
    "value": "With training pain was 4.2 points.",
    "from_to": "With training pain fell from 4.2 to 3.1 points.",
    "percent_and": "Cure was 45 and 90% in training and control, respectively.",
    "in_arm": "Yesterday, 1 in the training and 2 in the control group fell.",
    "size": "They were given training (n = 12).",
    "counts": "Falls hit 12 and 20 patients with training and usual care, respectively.",
    "to_arm": "They were randomised, 40 to training.",
    "subject": "Of those with training, 12 had pain.",
}


def words(measure: str) -> str:
    return measure.replace("_", " ").replace("standardised", "standardised mean")


def loaded(made: Draft, tmp_path) -> int:
    """The number of claims that the reader of `trialtrace audit` has of the draft as a file."""
    ledger = tmp_path / "ledger.yaml"
    ledger.write_text(ledger_yaml(made, "paper.xml"), encoding="utf-8")
    _, standing = read_standing(project(None), ledger, trust=True)
    return standing.claims


def table(*rows: tuple[str, ...], name: str = "table 1") -> Table:
    return Table(name, f"{name.capitalize()}. Results", rows, 1)


SIDES = table(("", *ARMS), ("Women, n (%)", "13 (33)", "20 (40)"))


def test_every_kind_and_form_has_its_words_here():
    assert HEADS.keys() >= {name for name, _ in (*kinds.KINDS, *kinds._ALONE)}
    assert {said(head).kind for head in HEADS.values()} == HEADS.keys()
    read = {name: cells.read_cell(text) for name, text in CELLS.items()}
    assert {name: cell and cell.form for name, cell in read.items()} == {one: one for one in read}
    assert CELLS.keys() == {name for name, _ in cells.FORMS}
    assert SENTENCES.keys() == {name for name, _ in forms.FORMS}


@pytest.mark.full
@pytest.mark.parametrize("kind", HEADS)
def test_every_form_of_cell_under_every_kind(tmp_path, kind):
    """The kind over the columns of arms, beside the rows, and over a column behind the arms."""
    head, texts = HEADS[kind], CELLS.values()
    over = table(("", *(f"{arm}, {head}" for arm in ARMS)), *((t[:2], t, t) for t in texts))
    beside = table(("", *ARMS, "p"), *((f"A, {head}", t, t, "0.04") for t in texts), name="table 2")
    behind = table(
        ("", *ARMS, head), *(("A, n (%)", "13 (33)", "20 (40)", t) for t in texts), name="table 3"
    )
    made = draft(ReadPaper("", (), (SIDES, over, beside, behind)))
    assert loaded(made, tmp_path) == len(made.claims) > 0


@pytest.mark.full
@pytest.mark.parametrize("measure", [name for name, _ in kinds.MEASURES])
def test_every_measure_over_columns_beside_rows_and_in_sentences(tmp_path, measure):
    name = words(measure)
    behind = table(
        ("", *ARMS, name, "95% CI"), ("A, n (%)", "13 (33)", "20 (40)", "0.8", "0.6 to 1.1")
    )
    beside = table(
        ("", "Value", "P"),
        (name, "0.8 (0.6 to 1.1)", "0.78"),
        (f"{name} of pain", "0.8 (0.6 to 1.1)", "0.78"),
        name="table 2",
    )
    text = Passage(f"The {name} was 0.8 (95% CI 0.6 to 1.1).", "abstract")
    made = draft(ReadPaper("", (text,), (SIDES, behind, beside)))
    # A "ratio" is one by its `measure`.
    lead = "" if measure == kinds.RATIO else f"{name} "
    assert f"{lead}0.8 (95% CI 0.6 to 1.1)" in {str(one["printed"]) for one in made.claims.values()}
    assert loaded(made, tmp_path) == len(made.claims) > 0


@pytest.mark.parametrize("sentence", SENTENCES.values())
def test_every_form_of_sentence(tmp_path, sentence):
    made = draft(ReadPaper("", (Passage(sentence, "abstract"),), (SIDES,)))
    assert (
        loaded(made, tmp_path) == len(made.claims) > len(draft(ReadPaper("", (), (SIDES,))).claims)
    )


@pytest.mark.full
@pytest.mark.parametrize("seed", range(2_000, 2_006))
def test_made_papers(tmp_path, seed):
    content, ending = render(trial(seed), "html")
    paper, typed = parsed(content, "paper", ending)
    made = draft(paper, typed=typed)
    assert loaded(made, tmp_path) == len(made.claims) > 0


@pytest.mark.parametrize(
    "label", ["Yes", "No", "n", "Off", "Null", "True", "2 × 2", "–", "≥ 1", "All"]
)
def test_labels_that_are_other_things_to_yaml(tmp_path, label):
    """As an outcome, and as the name of an arm."""
    rows = table(("", f"{label} (n = 40)", "Control (n = 50)"), (label, "13 (33%)", "20 (40%)"))
    made = draft(ReadPaper("", (), (rows,)))
    assert loaded(made, tmp_path) == len(made.claims) > 0


NOTES = [
    "HR heart rate, SF36 short form 36. *p < 0.05 unpaired t test.",
    "BP: blood pressure; HR: heart rate.",
    "Values are mean (SD). Heart rate (HR) was taken at rest.",
]


@pytest.mark.parametrize("notes", NOTES)
def test_an_abbreviation_that_a_note_explains_is_no_ratio(notes):
    rows = (
        ("", *ARMS, ""),
        ("Δ breath hold (s)", "0.3 (6.9)", "5.3 (5.7)", "0.03"),
        ("Δ HR recovery time (s)", "29.5 (63.8)", "19.4 (110.0)", "0.78"),
    )
    made = draft(ReadPaper("", (), (Table("table 2", "Changes", rows, 1, notes),)))
    printed = [str(one["printed"]) for one in made.claims.values()]
    assert "mean (SD) 29.5 (63.8)" in printed
    assert not any("ratio" in one for one in printed)
    assert "Δ HR recovery time (s)" in {str(one["label"]) for one in made.outcomes.values()}


@pytest.mark.parametrize("notes", ["HR, hazard ratio.", "HR: hazard ratios", "CI, interval", ""])
def test_one_that_a_note_explains_as_the_ratio_is(notes):
    rows = (("", *ARMS, "HR (95% CI)"), ("Death, n (%)", "13 (33)", "20 (40)", "0.8 (0.6–1.1)"))
    made = draft(ReadPaper("", (), (Table("table 2", "Deaths", rows, 1, notes),)))
    assert "hazard ratio 0.8 (95% CI 0.6 to 1.1)" in {
        one["printed"] for one in made.claims.values()
    }
