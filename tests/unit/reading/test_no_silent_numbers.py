"""Print that a reader could take for another number: read as it is meant, in doubt, or told."""

import pytest
from drafted_sides import SIDES, printed, read, told

from trialtrace.audit.reading.draft import draft
from trialtrace.audit.reading.formats.glyphs import Page, Word, _Glyph, _words
from trialtrace.audit.reading.formats.jats import read_jats
from trialtrace.audit.reading.formats.lines import lines
from trialtrace.audit.reading.formats.pdf import BlockReader, below_each_other
from trialtrace.audit.reading.formats.web import read_web
from trialtrace.audit.reading.paper import Table
from trialtrace.audit.reading.untaken import cells_of


def page(body):
    return draft(read_web(f"<html><body>{body}</body></html>".encode(), "page"))


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("It was rare (P < 10^-4) with training.", ["P < 1 × 10^-4"]),
        ("It was rare (P<10⁻⁵) with training.", ["P<1 × 10^-5"]),
        ("It was rare, P = 3 × 10⁻⁴, with training.", ["P = 3 × 10^-4"]),
        ("It was rare (P=4.5e-6) with training.", ["P=4.5e-6"]),
        ("It was P=7.5 with training.", []),
        ("It was P = 5% with training.", []),
        ("With training 10 among 40 (25.0%) fell.", ["10/40 (25.0%)"]),
        ("With training 10 von 40 (25.0%) fell.", ["10/40 (25.0%)"]),
        ("With training 10 from all 40 (25.0%) fell.", ["10/40 (25.0%)"]),
        ("With training 10 von 40 (26.0%) fell.", []),
        ("With training 10¹ of 40 (25%) fell.", ["10/40 (25%)"]),
        ("Of 40 patients, 10 (25%) of training fell.", ["10 (25%)"]),
    ],
)
def test_a_sentence_gives_its_own_number_or_none(sentence, found):
    assert printed(sentence) == found


def test_what_a_sentence_holds_and_is_not_taken_up_is_told():
    made = read(
        SIDES, text="With training 25% saline, 3.4 (1.2) points, of 5 to 9 (2-3) died, P=7.5."
    )
    assert [one.text.split()[-1] for one in made.left] == ["25%", "(2-3)", "P=7.5"]
    assert [one.why.startswith("no result") for one in made.left] == [True, False, False]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Falls were few: 14 in the training group.", ["Falls were few: 14"]),
        ("It took 84 mg with training as against 99.", ["It took 84"]),
        ("Two falls, one in the training group.", ["one in the training"]),
        ("Growth was 0.36 mm and 0.52 mm, respectively.", ["Growth was 0.36 mm and 0.52"]),
        ("It did not (b = 0.03, SE = 0.05).", ["did not (b = 0.03", "= 0.05)"]),
        ("It fell (pinteraction=0.018).", ["It fell (pinteraction=0.018)"]),
        ("It was seen in 2 cows fed hay.", ["It was seen in 2"]),
        ("Training was in one hall, and by week 12 in training.", []),
    ],
)
def test_a_number_of_no_known_form_before_an_arm_or_behind_a_symbol_is_told(text, left):
    made = read(SIDES, text=text)
    assert [one.text for one in made.left if "abstract" in one.place] == left
    assert not [one for one in made.claims.values() if "abstract" in one["place"]]


def test_a_plural_names_its_arm():
    arms = Table("table 1", "", (("", "Training", "Control"), ("Falls", "1 (2)", "3 (4)")), 1)
    made = read(arms, text="Among controls 20/50 (40%) and with training 10/40 (25%) fell.")
    assert [one[1] for one in told(made, "abstract")] == ["control", "training"]


def test_powers_fractions_and_deletions_of_markup():
    made = page(
        "<h2>Results</h2><p>It fell (<i>P</i> &lt; 10<sup>-4</sup>).</p>"
        "<p>It fell (<math><mi>P</mi><mo>=</mo><mn>2</mn><mo>×</mo>"
        "<msup><mn>10</mn><mrow><mo>−</mo><mn>6</mn></mrow></msup></math>).</p>"
        "<p>It was <math><mfrac><mn>10</mn><mn>40</mn></mfrac></math> (25%).</p>"
        "<p>It was <del>11 of 40 (28%)</del> 10 of 40 (25%).</p>"
    )
    assert [claim["printed"] for claim in made.claims.values()] == [
        "P < 1 × 10^-4",
        "P=2×10^-6",
        "10/40 (25%)",
        "10/40 (25%)",
    ]


def test_a_point_of_thousands_beside_decimal_commas_is_in_doubt():
    rows = (
        ("", "Training (n=40)", "Usual care (n=50)"),
        ("Age, mean (SD)", "61,3 (8,2)", "62,4 (9,1)"),
        ("Cells, median (IQR)", "5.200 (4.100–6.300)", "5.300 (4.200–6.400)"),
        ("Cost, mean (SD)", "1.234,5 (210,2)", "1.310,4 (220,1)"),
    )
    made = told(read(Table("table 2", "Table 2. Baseline", rows, 1)))
    assert [one[3] for one in made[2:]] == [
        "median (IQR) 5200 (4100 to 6300)",
        "median (IQR) 5300 (4200 to 6400)",
        "mean (SD) 1,234.5 (210.2)",
        "mean (SD) 1,310.4 (220.1)",
    ]
    assert ["thousands" in one[4] for one in made] == [False, False, True, True, True, True]


@pytest.mark.parametrize("over", ["Group", ""])
def test_arms_in_rows_are_arms(over):
    rows = (
        (over, "Fell, n (%)", "Pain, mean (SD)", "P"),
        ("Training", "10 (25)", "3.1 (1.1)", "0.04"),
        ("Usual care", "20 (40)", "4.2 (1.4)", ""),
    )
    made = read(Table("table 2", "Table 2. Outcomes", rows, 1))
    assert [one[:4] for one in told(made)] == [
        ("row 2, column 2", "training", "Fell", "10 (25%)"),
        ("row 2, column 3", "training", "Pain", "mean (SD) 3.1 (1.1)"),
        ("row 2, column 4", None, "Pain", "P = 0.04"),
        ("row 3, column 2", "usual care", "Fell", "20 (40%)"),
        ("row 3, column 3", "usual care", "Pain", "mean (SD) 4.2 (1.4)"),
    ]
    assert all("labels of rows" in one[4] for one in told(made))
    p = next(one for one in made.items.values() if one.kind == "p")
    assert p.compare == ("training", "usual care")
    assert "which of the columns beside it" in p.doubts[-1]


def test_arms_in_rows_below_several_heads_each():
    rows = (
        ("Group", "Pain", "Pain", "Grip", "Grip"),
        ("", "mean", "SD", "mean", "SD"),
        ("Training", "3.1", "1.1", "33.1", "5.1"),
        ("Control", "4.2", "1.4", "31.2", "5.4"),
    )
    made = read(Table("table 2", "Table 2. Outcomes", rows, 2))
    assert [one[1:4] for one in told(made)] == [
        ("training", "Pain", "mean (SD) 3.1 (1.1)"),
        ("training", "Grip", "mean (SD) 33.1 (5.1)"),
        ("control", "Pain", "mean (SD) 4.2 (1.4)"),
        ("control", "Grip", "mean (SD) 31.2 (5.4)"),
    ]


def test_grades_below_arms_are_parts_of_an_outcome():
    rows = (
        ("", "Training (n=40)", "Training (n=40)", "Usual care (n=50)", "Usual care (n=50)"),
        ("Event", "Any grade", "Grade ≥3", "Any grade", "Grade ≥3"),
        ("Nausea, n (%)", "10 (25)", "2 (5)", "20 (40)", "1 (2)"),
    )
    made = read(Table("table 2", "Table 2. Events", rows, 2))
    assert [one[1:3] for one in told(made)] == [
        ("training", "Nausea, Any grade"),
        ("training", "Nausea, Grade ≥3"),
        ("usual care", "Nausea, Any grade"),
        ("usual care", "Nausea, Grade ≥3"),
    ]
    assert [entry["label"] for entry in made.groups.values()] == ["Training", "Usual care"]


def test_arms_below_outcomes_are_arms_and_unclear_names_are_in_doubt():
    def heads(upper, lower):
        return (("", upper[0], upper[0], upper[1], upper[1]), ("", *lower, *lower))

    row = (("Week 4, mean (SD)", "3.1 (1.1)", "4.2 (1.4)", "33.1 (5.1)", "31.2 (5.4)"),)
    known = Table("table 2", "", heads(("Pain", "Grip"), ("Training", "Control")) + row, 2)
    assert {one[1] for one in told(read(known))} == {"training", "control"}
    unclear = Table("table 2", "", heads(("Alpha", "Beta"), ("Gamma", "Delta")) + row, 2)
    assert all("is guessed" in one[4] for one in told(read(unclear)))


def letters(text, left, size=10.0, raised=0.0):
    return [
        _Glyph(one, left + 5 * at, left + 5 * at + 5, 50 - raised, 60 - raised, size, 0.0)
        for at, one in enumerate(text)
    ]


def test_a_raised_mark_behind_a_made_up_line_end_is_none_of_the_number():
    glyphs = [
        *letters("13", 10),
        *letters("\r\n", 22, 1.0),
        *letters("1", 20, 8.0, 4.0),
        *letters(" of", 26),
    ]
    assert [word.text for word in _words(glyphs)] == ["13", "of"]


@pytest.mark.parametrize(
    ("caption", "head", "design"),
    [
        ("Tukey comparisons of quality of life", "Adjusted P value", ["tukey"]),
        ("Quality of life", "Bonferroni-adjusted P", ["bonferroni"]),
        ("Quality of life, by Holm or Tukey", "P value", None),
        ("Quality of life", "P value", None),
    ],
)
def test_the_procedure_that_a_table_names_is_that_of_its_comparisons(caption, head, design):
    rows = (
        ("Comparison", "Mean difference (95% CI)", head),
        ("Training vs usual care", "3.9 (−2.1 to 10.0)", "0.28"),
        ("Usual care vs placebo", "13.8 (7.6 to 19.9)", "<0.001"),
    )
    arms = (("", "Training (n=40)", "Usual care (n=50)", "Placebo (n=48)"), *SIDES.rows[1:])
    first = Table("table 1", "Table 1. Baseline", (arms[0], (*arms[1], "9 (19)")), 1)
    made = read(first, Table("table 3", f"Table 3. {caption}", rows, 1))
    of_it = [one["about"] for one in made.claims.values() if "compare" in one["about"]]
    assert len(of_it) == 2 and all(about.get("design") == design for about in of_it)


def put(rows, size=9.0):
    words = []
    for top, cells in rows:
        for left, text in cells:
            at = left
            for word in text.split():
                wide = 0.5 * size * len(word)
                words.append(Word(word, at, at + wide, 50 + top, 50 + top + size, size))
                at += wide + 0.25 * size
    return lines(Page(1, 600, 800, tuple(words), False).words)


def reader_of(*pages):
    """What is read of pages of one block each."""
    reader = BlockReader()
    for number, block in enumerate(pages, 1):
        reader.read(block, number, top=True)
    reader.end()
    return reader


def test_a_table_over_three_pages_keeps_its_rows_and_their_pages():
    def part(first):
        body = [
            [(50, f"Item {n}, n (%)"), (250, f"{n} (1{n}.5)"), (400, f"{n} (2{n}.5)")]
            for n in range(first, first + 3)
        ]
        heads = [[(50, "Event"), (250, "Training"), (400, "Control")]]
        return [*heads, *body]

    caption = [[(50, "Table 1. Events")]]
    parts = (caption + part(1), part(4), part(7))
    reader = reader_of(*(put([(14 * at, row) for at, row in enumerate(rows)]) for rows in parts))
    (table,) = reader.tables
    assert not reader.passages and not reader.lost
    assert [row[0] for row in table.rows[1:]] == [f"Item {n}, n (%)" for n in range(1, 10)]
    assert [table.place_of(at, [1]) for at in (1, 4, 9)] == [
        "table 1, page 1, row 2, column 2",
        "table 1, page 2, row 5, column 2",
        "table 1, page 3, row 10, column 2",
    ]


def test_tables_side_by_side_are_two():
    block = put(
        [
            (0, [(60, "Table 1. Baseline"), (360, "Table 2. Events")]),
            (14, [(120, "Training"), (200, "Control"), (390, "Training"), (470, "Control")]),
            (28, [(40, "Women"), (120, "10 (25)"), (200, "20 (40)"), (320, "Falls")]),
            (34, [(390, "1 (3)"), (470, "2 (4)")]),
            (40, [(320, "of the old")]),
            (47, [(40, "Men"), (120, "30 (75)"), (200, "30 (60)"), (320, "Deaths")]),
            (53, [(390, "3 (8)"), (470, "4 (8)")]),
            (59, [(320, "of any cause")]),
        ]
    )
    left, right = reader_of(below_each_other(block)).tables
    assert left.rows[1:] == (("Women", "10 (25)", "20 (40)"), ("Men", "30 (75)", "30 (60)"))
    assert right.name == "table 2" and right.rows[0][1:] == ("Training", "Control")
    numbers = [row[1:] for row in right.rows[1:] if any(row[1:])]
    assert numbers == [("1 (3)", "2 (4)"), ("3 (8)", "4 (8)")]


def test_a_caption_without_a_table_is_told():
    block = put([(0, [(50, "Table 3. Nothing")]), (14, [(50, "Some words.")])])
    assert reader_of(block).lost == ["page 1: no table was found below “Table 3. Nothing”"]


ROWS = [
    [(50, f"Item {n}, n (%)"), (250, f"{n} (1{n}.5)"), (400, f"{n} (2{n}.5)")] for n in range(1, 7)
]
HEADS = [(50, "Event"), (250, "Training"), (400, "Control")]
TWO = [
    [(50, "Table 1. Baseline")],
    HEADS,
    *ROWS[:2],
    [(50, "Table 2. Events, and a section of them")],
    HEADS,
    [(50, "Serious")],
    *ROWS[2:],
]


@pytest.mark.parametrize("cut", range(1, len(TWO)))
@pytest.mark.parametrize("repeated", [False, True])
def test_two_tables_are_the_same_wherever_a_page_ends(cut, repeated):
    """Also behind a caption, between heads and rows, and behind the label of a section."""
    whole = reader_of(put([(14 * at, row) for at, row in enumerate(TWO)])).tables
    behind_heads = cut in (*range(2, 4), *range(6, len(TWO)))
    pages = [TWO[:cut], [*([HEADS] if repeated and behind_heads else []), *TWO[cut:]]]
    reader = reader_of(*(put([(14 * at, row) for at, row in enumerate(rows)]) for rows in pages))
    assert [(t.name, t.caption, t.rows, t.heads) for t in reader.tables] == [
        (t.name, t.caption, t.rows, t.heads) for t in whole
    ]
    assert [len(table.rows) for table in whole] == [3, 6]
    assert not reader.lost and not reader.passages
    assert reader.tables[0].page == (2 if cut <= 2 else 1)


def test_rows_of_other_columns_on_the_next_page_are_told():
    further = [[(50, "Deaths"), (200, "1"), (300, "2"), (400, "3"), (500, "4")]] * 2
    pages = (TWO[:4], further)
    reader = reader_of(*(put([(14 * at, row) for at, row in enumerate(rows)]) for rows in pages))
    assert len(reader.tables) == 1 and len(reader.tables[0].rows) == 3
    (lost,) = reader.lost
    assert lost.startswith("page 2 begins with 2 lines that may be rows of table 1, in other")


def test_text_on_the_next_page_is_no_row():
    text = [[(50, "The trial was stopped when all patients had been seen for one whole year")]] * 2
    pages = (TWO[:4], text)
    reader = reader_of(*(put([(14 * at, row) for at, row in enumerate(rows)]) for rows in pages))
    assert len(reader.tables[0].rows) == 3 and len(reader.passages) == 1


@pytest.mark.parametrize(
    ("upper", "lower", "part"),
    [
        (("Training", "Usual care"), ("ITT (n=40)", "PP (n=38)"), "ITT"),
        (("Training", "Usual care"), ("First cycle", "Second cycle"), "First cycle"),
    ],
)
def test_populations_and_stages_are_no_arms(upper, lower, part):
    heads = (("", upper[0], upper[0], upper[1], upper[1]), ("", *lower, *lower))
    rows = (*heads, ("Fell, n (%)", "1 (3)", "2 (5)", "3 (8)", "4 (10)"))
    made = told(read(SIDES, Table("table 2", "Table 2. Falls", rows, 2)))
    assert [one[1] for one in made] == ["training", "training", "usual care", "usual care"]
    assert made[0][2] == f"Fell, {part}"


def test_a_name_over_all_columns_and_other_words_for_an_arm():
    rows = (
        ("", "Raw scores", "Raw scores"),
        ("", "Intervention", "Usual care practices"),
        ("Pain, mean (SD)", "3.1 (1.0)", "4.0 (1.1)"),
    )
    made = told(read(SIDES, Table("table 2", "Table 2. Pain", rows, 2)))
    assert [one[1] for one in made] == ["training", "usual care"]


def test_what_is_over_no_arm_is_a_part_of_the_outcome():
    rows = (("", "2015", "All women"), ("Fell", "3", "4"))
    made = told(read(SIDES, Table("table 2", "Table 2. Falls", rows, 1)))
    assert [one[1:3] for one in made] == [(None, "Fell – 2015"), (None, "Fell – All women")]


def test_a_p_below_one_arm_is_of_that_arm_alone():
    rows = (
        ("", "Training", "Training", "Training", "Usual care", "Usual care", "Usual care"),
        ("", "Before", "After", "P", "Before", "After", "P"),
        ("Pain, mean", "3.1", "2.0", "0.01", "3.0", "2.9", "0.70"),
    )
    made = read(SIDES, Table("table 2", "Table 2. Pain", rows, 2))
    own = [item for item in made.items.values() if item.kind == "p"]
    assert [(item.arm, item.compare) for item in own] == [("training", ()), ("usual care", ())]


def test_the_two_that_are_compared_are_named_by_head_or_row():
    rows = (("", "Difference (95% CI)"), ("Usual care vs training", "1.0 (0.4 to 1.6)"))
    made = read(SIDES, Table("table 2", "Table 2. Pain", rows, 1))
    (own,) = [item for item in made.items.values() if item.kind == "effect"]
    assert own.compare == ("usual care", "training")


def test_outcomes_of_a_baseline_table_are_told_as_such():
    made = read(SIDES, Table("table 2", "Table 2. Falls after a year", SIDES.rows, 1))
    assert made.outcomes["women"] == {"label": "Women", "baseline": True}
    assert "baseline" not in read(Table("table 1", "Results", SIDES.rows, 1)).outcomes["women"]


@pytest.mark.parametrize(
    ("sentence", "left"),
    [
        ("The score was 5.9 (95% CIs for the mean 4.7–7.1) with training.", "4.7–7.1)"),
        ("It was 5.3 [5.0–5.7] with training.", "[5.0–5.7]"),
        ("It was similar (19.1 mL vs. 19.2 mL vs. 19.8 mL in the groups).", "19.8"),
        ("They differed (Mean Rank was 146.3 vs 214.7, x ² = 41.8, df = 1).", "df = 1)"),
    ],
)
def test_what_a_number_that_is_read_leaves_beside_it_is_told(sentence, left):
    assert any(one.text.endswith(left) for one in read(SIDES, text=sentence).left)


def test_a_p_in_brackets_of_several_points_is_a_result():
    made = read(SIDES, text="It was lower with training than control (Fig. 3. (a). P < 0.035).")
    assert [one["printed"] for one in made.claims.values() if "abstract" in one["place"]] == [
        "P < 0.035"
    ]
    assert not made.left


def test_a_cell_taken_for_a_head_is_told():
    rows = (("", "Training (n=40)", "Control (n=50)"), ("Sex", "Male: 14 (35%)", "Male: 20 (40%)"))
    made = read(Table("table 2", "", (*rows, ("Age", "62.1 ± 8.8", "61.0 ± 9.1")), 1))
    assert [one.text for one in made.left] == ["Male: 14 (35%)", "Male: 20 (40%)"]


def test_notes_of_tables_are_no_paragraphs_and_legends_are_read_as_such():
    made = draft(
        read_jats(
            b"<article><body><sec><title>Results</title><p>With training 12 (30%) fell.</p>"
            b"<table-wrap><table><tr><td>a</td></tr></table><table-wrap-foot><p>Approaching "
            b"significance (5 of 40, P = 0.06).</p></table-wrap-foot></table-wrap></sec></body>"
            b"<floats-group><fig><label>Fig. 4</label><caption><p>Dose of both groups (196.6 "
            b"&#177; 22.2 vs. 154.3 &#177; 17.5, P = 0.034), * P &lt; 0.05.</p></caption></fig>"
            b"</floats-group></article>",
            "paper",
        )
    )
    assert [(one["place"], one["printed"]) for one in made.claims.values()] == [
        ("results, paragraph 1, sentence 1", "12 (30%)"),
        ("figure 4, sentence 1", "196.6 ± 22.2"),
        ("figure 4, sentence 1", "154.3 ± 17.5"),
        ("figure 4, sentence 1", "P = 0.034"),
    ]
    assert all("legend" in one["unconfirmed"] for one in [*made.claims.values()][1:])
    assert [one.why[:14] for one in made.left] == ["what a sign in", "it stands in t"]


def test_notes_of_tables_name_the_spread_of_sentences():
    rows = (("", "Training (n=40)", "Usual care (n=50)"), ("Age", "62.1 ± 8.8", "61.0 ± 9.1"))
    table = Table("table 2", "", rows, 1, "Values are mean ± standard deviation.")
    made = read(table, text="Training had 5.1 ± 1.2 points and usual care 6.3 ± 1.4.")
    spreads = [one["printed"] for one in made.claims.values() if "abstract" in one["place"]]
    assert spreads == ["mean (SD) 5.1 (1.2)", "mean (SD) 6.3 (1.4)"]


@pytest.mark.parametrize("page", ["", ", page 3"])
def test_places_in_tables_name_cells_on_whatever_page(page: str):
    place = f"table 2{page}, row 4, column 5, 6"
    assert cells_of(place) == {("table 2", 3, 4), ("table 2", 3, 5)}
    assert cells_of("results, paragraph 4") == set()


@pytest.mark.parametrize(
    ("notes", "left"),
    [
        ("Values are mean (SD). * P < 0.05 against baseline.", []),
        ("Paired t = 4.15, p<0.001 in both groups.", ["Paired t = 4.15, p<0.001 in both groups."]),
        ("F = 9.54, p = 0.002 for time. Signs: ** p < 0.01.", ["F = 9.54, p = 0.002 for time."]),
        ("In both 5 of 40 had none. Significant at the 5% level.", ["In both 5 of 40 had none."]),
    ],
)
def test_results_in_the_notes_of_a_table_are_listed(notes, left):
    rows = (("", "Training (n=40)", "Usual care (n=50)"), ("Age", "62.1 ± 8.8", "61.0 ± 9.1"))
    made = read(Table("table 2", "", rows, 1, notes))
    assert [(one.place, one.text) for one in made.left] == [("table 2, notes", t) for t in left]


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("Falls were 4.2 times more likely with training (p<0.001).", ["4.2 times", "p<0.001"]),
        ("The risk was 1.5-fold higher with training.", ["1.5 times"]),
        ("It was 4.2 times and 5.0 times higher with training.", ["4.2 times", "5.0 times"]),
        ("It was given 2.5 times a day with training.", []),
    ],
)
def test_so_many_times_more_is_a_ratio(sentence, found):
    assert printed(sentence) == found


@pytest.mark.parametrize(
    ("behind", "inside"),
    [
        ("<p>P by Fisher's exact test.</p>", ""),
        ("<p>Fisher's exact test</p>", ""),
        ("", "<tfoot><tr><td colspan=4>P: Fisher's exact test</td></tr></tfoot>"),
    ],
)
def test_words_behind_a_page_s_table_or_in_its_foot_are_its_notes(behind, inside):
    head = "<tr><th></th><th>Drug (n = 40)</th><th>Placebo (n = 40)</th><th>P</th></tr>"
    cells = "<tr><td>Cured, n (%)</td><td>24 (60)</td><td>12 (30)</td><td>0.013</td></tr>"
    made = page(f"<table><thead>{head}</thead><tbody>{cells}</tbody>{inside}</table>{behind}")
    assert [one.test for one in made.items.values()] == [None, None, "fisher"]


@pytest.mark.parametrize(
    "text",
    [
        "In all 5 failed the walking test.",
        "A total of 60 walked. Of these 5 failed.",
        "A significant rise was seen.",
    ],
)
def test_a_sentence_behind_a_table_is_no_note(text):
    body = f"<table><tr><td>Pain</td><td>4</td></tr></table><p>{text}</p>"
    paper = read_web(f"<html><body>{body}</body></html>".encode(), "page")
    assert paper.tables[0].notes == "" and paper.passages[0].text == text


@pytest.mark.parametrize("text", ["a P for trend.", "A Mann-Whitney.", "b Total of the scale."])
def test_a_letter_before_a_table_s_note_is_a_mark(text):
    body = f"<table><tr><td>Pain</td><td>4</td></tr></table><p>{text}</p>"
    assert read_web(f"<html><body>{body}</body></html>".encode(), "page").tables[0].notes == text


def test_a_row_of_numbers_in_a_foot_is_no_note():
    head = "<tr><th></th><th>Drug (n = 40)</th><th>Placebo (n = 40)</th></tr>"
    total = "<tfoot><tr><td>All, n (%)</td><td>24 (60)</td><td>12 (30)</td></tr></tfoot>"
    made = page(f"<table><thead>{head}</thead>{total}</table>")
    assert [one.printed for one in made.items.values()] == ["24 (60%)", "12 (30%)"]
