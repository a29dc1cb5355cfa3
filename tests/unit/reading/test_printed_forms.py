"""Forms in which papers print numbers: a corpus of cells and sentences, and what a ledger holds."""

import pytest

from trialtrace.audit.printed.expression import parse
from trialtrace.audit.reading.arms import Arms
from trialtrace.audit.reading.cells import read_cell
from trialtrace.audit.reading.characters import decimal_commas, plain, superscript, tidy, unmarked
from trialtrace.audit.reading.draft import draft
from trialtrace.audit.reading.expressions import expression
from trialtrace.audit.reading.heading_words import said
from trialtrace.audit.reading.item import Item
from trialtrace.audit.reading.paper import Passage, ReadPaper, Table
from trialtrace.audit.reading.sentences import read_passages, sentences

ARMS = Arms({"training": "Training", "usual care": "Usual care"})

CELLS = [
    # (cell, what the heads say, patients, expression)
    ("43·4 (13·24)", "mean_sd", None, "mean (SD) 43.4 (13.24)"),
    ("37.3 years (11.5)", "mean_sd", 15, "mean (SD) 37.3 (11.5)"),
    ("62.1 ± 8.8", "mean_sd", None, "mean (SD) 62.1 (8.8)"),
    ("62.1±8.8", "mean_se", None, "mean 62.1 (SE 8.8)"),
    ("62.1 +/- 8.8", None, None, "62.1 ± 8.8"),
    ("88 (29·1%)", None, 302, "88 (29.1%)"),
    ("13 (48.1)", "count_percent", 27, "13 (48.1%)"),
    ("13 (48.1)", None, 27, "13 (48.1%)"),
    ("48.1 (13)", "percent_count", 27, "13 (48.1%)"),
    ("48.1% (13)", None, 27, "13 (48.1%)"),
    ("17/55 (31 %)", None, None, "17/55 (31%)"),
    ("31% (17/55)", None, None, "17/55 (31%)"),
    ("17 of 55", None, None, "17/55"),
    ("0/15", None, None, "0/15"),
    ("43 (18–86)", "median_range", None, "median 43 (range 18 to 86)"),
    ("6 [4, 9]", "median_iqr", None, "median (IQR) 6 (4 to 9)"),
    ("6 (4;9)", "median_iqr", None, "median (IQR) 6 (4 to 9)"),
    ("8.1 (7.3–9.8)", "mean_range", None, "mean 8.1 (range 7.3 to 9.8)"),
    ("12.1 (8.1–NR)", "median_ci", None, "median 12.1 (95% CI 8.1 to NR)"),
    (
        "12.1 months (8.1 to not reached)",
        "median_ci",
        None,
        "median 12.1 (95% CI 8.1 to not reached)",
    ),
    ("1,234 (56)", "mean_sd", None, "mean (SD) 1,234 (56)"),
    ("1\u2009234 (56)", "mean_sd", None, "mean (SD) 1,234 (56)"),
    ("−2·46 (−3·72 to −1·21)", "effect", None, "difference -2.46 (95% CI -3.72 to -1.21)"),
    ("–2.46 (–3.72–1.21)", "effect", None, "difference -2.46 (95% CI -3.72 to 1.21)"),
    ("‐2.46 (‒3.72, ‑1.21)", "effect", None, "difference -2.46 (95% CI -3.72 to -1.21)"),
    ("0.62 [95% CI 0.41, 0.94]", "effect", None, "difference 0.62 (95% CI 0.41 to 0.94)"),
    ("<0·001", "p", None, "P < 0.001"),
    ("0.04*", "p", None, "P = 0.04"),
    (".611", "p", None, "P = .611"),
    ("P=0.04", "p", None, "P = 0.04"),
    ("n.s.", "p", None, "P = n.s."),
    ("12†", "count", 30, "12"),
    ("10 (67%) (41%–85%)", None, 15, "10 (67%) (95% CI 41 to 85)"),
    ("3.0 (15.0%)", None, 20, "3 (15.0%)"),
    ("7\u2003\u200370%", None, 10, "7 (70%)"),
    ("48.1 (13/27)", "fraction", None, "13/27 (48.1%)"),
    ("48.1 (13/27)", None, None, "13/27 (48.1%)"),
    ("58.1 (13/27)", "percent", None, "13/27 (58.1%)"),
    ("12/44 (27.3) (15.0, 42.8)", None, None, "12/44 (27.3%) (95% CI 15.0 to 42.8)"),
    ("23.2 (2.3, 20-27)", "mean_sd", None, "mean (SD) 23.2 (2.3), range 20 to 27"),
    ("3 (2:4)", "median_iqr", None, "median (IQR) 3 (2 to 4)"),
    ("25.6 ± 5.0 * (19–34)", "mean_sd", None, "mean (SD) 25.6 (5.0), range 19 to 34"),
    ("31.1 ± 14.6ª", "mean_sd", None, "mean (SD) 31.1 (14.6)"),
    ("15 678.79 ± 2589.8", "mean_sd", None, "mean (SD) 15,678.79 (2589.8)"),
    ("*< 0.0001", "p", None, "P < 0.0001"),
    ("P = 0.001*, t = 3.47, Df = 39", None, None, "t(39) = 3.47, P = 0.001"),
    ("χ ² (1) = 0.20, p = .65", None, None, "χ² (1) = 0.20, p = .65"),
    # What no study can have is read all the same, so that it is told.
    ("P < 9.001*", None, None, "P < 9.001"),
    ("965/356 (46)", None, None, "965/356 (46%)"),
    # The median nerve has means too.
    ("37.7±12.7", "median", None, "37.7 ± 12.7"),
]


@pytest.mark.parametrize(("text", "kind", "size", "printed"), CELLS)
def test_a_cell_becomes_what_a_ledger_takes(text, kind, size, printed):
    cell = read_cell(tidy(text))
    assert cell is not None
    found = expression(cell, kind, size, set())
    assert found is not None and found.printed == printed
    parse(found.printed)


@pytest.mark.parametrize(
    "text", ["", "–", "—", "NA", "n/a", "ref", "Stable", "NR", "1 (reference)"]
)
def test_a_cell_without_a_number_is_none(text):
    assert read_cell(text) is None


# 35 of 57 are 61 %: two sexes, and no share.
@pytest.mark.parametrize("text", ["12 (34)", "43 (18–86)", "35/22 (61)"])
def test_numbers_of_which_nothing_says_what_they_are_are_left(text):
    cell = read_cell(text)
    assert cell is not None and expression(cell, None, 200, set()) is None


@pytest.mark.parametrize("dash", "-\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d")
def test_every_dash_before_a_number_is_a_minus(dash):
    assert plain(f"{dash}3.5 (1.2)") == "-3.5 (1.2)"
    assert plain(f"1.2{dash}3.5") == "1.2 to 3.5"


@pytest.mark.parametrize(
    ("text", "commas", "made"),
    [
        ("8,1 (7,3–9,8)", True, "8.1 (7.3 to 9.8)"),
        ("1,234", False, "1,234"),
        ("0·05", False, "0.05"),
        ("F(3, 63) = 5,9", True, "F(3, 63) = 5.9"),
        ("PHQ-9", False, "PHQ-9"),
    ],
)
def test_decimal_signs(text, commas, made):
    assert plain(text, commas=commas) == made or text == "PHQ-9"


def test_commas_are_decimals_where_the_table_has_no_points():
    assert decimal_commas(["8,1 (7,3)", "12,5"])
    assert not decimal_commas(["1,234", "3.5", "2.1"])


def test_ligatures_spaces_and_marks():
    assert tidy("e\ufb03cacy\u00a0of\u2009\u00adit") == "efficacy of it"
    assert unmarked("12.5*†") == "12.5" and unmarked("0.04a") == "0.04"
    assert [superscript("χ", "2"), superscript("10", "−5"), superscript("0.04", "a")] == [
        "²",
        "^−5",
        "",
    ]


@pytest.mark.parametrize(
    ("head", "rest", "kind", "size"),
    [
        ("Training (n = 55)", "Training", None, 55),
        ("PREDNISOLONE (N=1,022)", "PREDNISOLONE", None, 1022),
        ("Age, mean (SD)", "Age", "mean_sd", None),
        ("Age (years), mean ± SD", "Age (years)", "mean_sd", None),
        ("Women, number (%)", "Women", "count_percent", None),
        ("Male sex — no. (%)", "Male sex", "count_percent", None),
        ("Score, median (IQR)", "Score", "median_iqr", None),
        ("Median (min, max)", "", "median_range", None),
        ("95% CI", "", "ci", None),
        ("p-value", "", "p", None),
        ("P", "", "p", None),
        ("Hazard ratio (95% CI)", "", "effect", None),
        ("Birth weight", "Birth weight", None, None),
        ("n (%)", "", "count_percent", None),
    ],
)
def test_what_a_head_says(head, rest, kind, size):
    found = said(head)
    assert (found.rest, found.kind, found.size) == (rest, kind, size)


@pytest.mark.parametrize(
    "text",
    [
        *("Baseline", "12 months", "Week 12", "6 mo", "Follow-up", "3-month"),
        *("First test", "Second week", "Final evaluation"),
    ],
)
def test_a_visit_is_no_arm(text):
    assert said(text).visit is not None and not said(text).rest


@pytest.mark.parametrize("text", ["All tests", "First author", "Second line"])
def test_what_is_counted_or_of_something_is_no_visit(text):
    assert said(text).visit is None


SENTENCES = [
    (
        "17/55 (31 %) of the training group v 27/50 (54 %) of usual care completed (P = .02).",
        ["training: 17/55 (31%)", "usual care: 27/50 (54%)", "training, usual care: P = .02"],
    ),
    (
        "The hazard ratio was 0.62 (95 % CI 0.41–0.94; P = .02).",
        [": hazard ratio 0.62 (95% CI 0.41 to 0.94), P = .02"],
    ),
    (
        "It was 54·2 ± 10·1 with training and 50·0 ± 9·9 with usual care.",
        ["training: 54.2 ± 10.1", "usual care: 50.0 ± 9.9"],
    ),
    (
        "The interaction was significant, F(3, 63) = 5.9, p < 0.01, partial η² = 0.22.",
        [": F(3, 63) = 5.9, p < 0.01, partial η² = 0.22"],
    ),
    (
        "Groups did not differ, t(54) = −2.10, p = .040.",
        ["training, usual care: t(54) = -2.10, p = .040"],
    ),
    (
        "The mean difference was −2.46 points (95% CI −3.72 to −1.21, p<0.001).",
        [": mean difference -2.46 points (95% CI -3.72 to -1.21), p<0.001"],
    ),
    ("Median survival was 12.3 months (IQR 4.5–20.1).", [": median (IQR) 12.3 (4.5 to 20.1)"]),
    ("Ten (two out of 15 patients (13%)) left.", [": 2/15 (13%)"]),
    ("The PHQ-9 difference was clear.", []),
    ("A level of P<0.05 was considered significant.", []),
    ("Fever or 12 months of it was seen.", []),
]


def items_of(sentence):
    read = read_passages((Passage(sentence, "results"),), ARMS)
    return [one for one in read if isinstance(one, Item)]


@pytest.mark.parametrize(("sentence", "found"), SENTENCES)
def test_statistics_in_sentences(sentence, found):
    items = items_of(sentence)
    made = [f"{one.arm or ', '.join(one.compare)}: {one.printed}" for one in items]
    assert made == found


def test_a_quotation_has_ten_words_at_most_and_is_verbatim():
    sentence = "In all of the many patients of this trial, 17/55\u202f(31\u202f%) of them walked."
    (item,) = items_of(tidy(sentence))
    assert len(item.quote.split()) <= 10 and item.quote in tidy(sentence)


def test_methods_and_discussion_are_not_read():
    for place in ("methods", "discussion, paragraph 2", "introduction, paragraph 1"):
        assert not list(read_passages((Passage("HR 0.5 (95% CI 0.4 to 0.9)", place),), ARMS))


def test_sentences_end_at_their_points():
    assert sentences("A v. B was 3.5. See Fig. 2 vs. Table 3. Then it ended.") == [
        "A v. B was 3.5.",
        "See Fig. 2 vs. Table 3.",
        "Then it ended.",
    ]


def test_a_size_behind_a_name_that_has_lost_its_space():
    assert said("PlaceboN = 1,522").size == 1522 and said("PlaceboN = 1,522").rest == "Placebo"


def test_counts_of_one_number_of_patients_in_a_row_of_an_arm():
    """36 of 107 are 33.6 %, 35 32.7 %, 33 30.8 %; 3 are 2.8 %, and 5 are none of 107."""
    for last, form in (("3 (2.8)", "3 (2.8%)"), ("5 (2.8)", "5 (2.8%)")):
        rows = (
            ("Group", "G0", "G1", "G2", "G3"),
            ("Test group", "33 (30.8)", "36 (33.6)", "35 (32.7)", last),
            ("Control group", "9 (8.3)", "36 (33.3)", "42 (38.9)", "21 (19.4)"),
        )
        made = draft(ReadPaper("A trial", (), (Table("table 1", "Mucositis", rows, 1),)))
        assert [one["printed"] for one in made.claims.values()][3] == form
