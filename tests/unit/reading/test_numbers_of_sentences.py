"""What a sentence says of its numbers: their arms, outcomes and groups, in doubt or told."""

import pytest
from drafted_sides import SIDES, printed, read, told

from trialtrace.audit.reading.characters import tidy
from trialtrace.audit.reading.clauses import NO_CONTRAST
from trialtrace.audit.reading.draft import draft
from trialtrace.audit.reading.formats.jats import read_jats
from trialtrace.audit.reading.paper import Table


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("It was done in 2005/6 and 3/6 months later.", []),
        ("Vaccine efficacy was -20.4% (95% CI -60 to 10).", ["efficacy -20.4% (95% CI -60 to 10)"]),
        ("With training (2/62, 3.2% vs 9/58, 15.5%) few came.", ["2/62 (3.2%)", "9/58 (15.5%)"]),
        ("Four (8%) left and five (20%) of 25 fell.", ["4 (8%)", "5/25 (20%)"]),
        ("Two-hundred-fifty of 1,063 (23.5%) fell.", []),
        ("Two hundred and eighty (86%) and one hundred two (5%) came.", ["86%", "5%"]),
        ("Pain was less (t144 = −5.761, P < 0.001).", ["t(144) = -5.761, P < 0.001"]),
        ("They were 27.2 years ± 5.3 old.", ["27.2 ± 5.3"]),
        ("It was 8 [IQR: 7–9] cmH2O.", ["median (IQR) 8 (7 to 9)"]),
        ("It was 1,280 [IQR 310–2,318] ng/l.", ["median (IQR) 1,280 (310 to 2318)"]),
        # Numbers of patients, and numbers alone that words or decimals say to be measured.
        ("Of 30 patients 12 women fell.", ["12"]),
        ("Costs were €19,215 vs €4710 and pain was 3.4.", ["19,215", "4710", "3.4"]),
        ("It was 3.4 (±1.2) and 5.1 (s.d.: 1.3).", ["3.4 ± 1.2", "mean (SD) 5.1 (1.3)"]),
        ("They took 2.5 mg for 12 weeks of version 3.1 with P = 0.02 and 0.03.", ["P = 0.02"]),
        ("Mean stay was 12 days and mean pain 60 (50 to 80) points.", ["mean 12 days", "60"]),
        ("Risk fell (RR 0.83 [0.58 to 1.18]).", ["risk ratio 0.83 (95% CI 0.58 to 1.18)"]),
        # A dash behind a name, the number of a group, a limit and a level are no numbers.
        ("Time was (Training - 6.8 ± 3.7 min) and was - 3.2 ± 1.", ["6.8 ± 3.7", "-3.2 ± 1"]),
        ("It was rarer in Group 1 (22.9%) than in groups 2 and 3 (11.4%).", ["22.9%", "11.4%"]),
        ("It was of grade ≥ 2 versus 63%, and more than 90% came.", ["63%"]),
        ("Most came (n=44, 95.7%) and pain was seen in 225 patients.", ["44 (95.7%)", "225"]),
        ("A union was seen (24 out of 31, 95% CI 0.58 to 0.90).", ["24/31"]),
        (
            "There was a mean difference of −0.7% (95% CI −1.2 to −0.3).",
            ["mean difference -0.7% (95% CI -1.2 to -0.3)"],
        ),
    ],
)
def test_years_and_efficacies_below_nothing(sentence, found):
    assert printed(sentence) == found


def test_a_sentence_names_its_outcome_and_two_arms_in_order():
    made = read(SIDES, text="Fewer patients fell with training than with usual care (5% vs 20%).")
    own = [item for item in made.items.values() if item.place.startswith("abstract")]
    assert [item.arm for item in own] == ["training", "usual care"]
    assert own[0].outcome.startswith("Fewer patients fell with training than with usual care (")


def test_percentages_of_fewer_patients_are_in_doubt_and_others_not():
    rows = (("", "Training (n=40)", "Usual care (n=50)"), ("Fell, n (%)", "9 (24)", "20 (49)"))
    doubts = [one[4] for one in told(read(Table("table 2", "Table 2. Falls", rows, 1)))]
    assert ["fewer patients" in one for one in doubts] == [True, True]
    rows = (*rows[:1], ("Fell, n (%)", "9 (21)", "20 (39)"))
    doubts = [one[4] for one in told(read(Table("table 2", "Table 2. Falls", rows, 1)))]
    assert doubts == ["read", "read"]


SENTENCE_ARMS = {
    # In the order of two arms that are named before, or behind with "respectively".
    "Fewer fell with training than with usual care (12% vs 31%).": ["training", "usual care"],
    "It was 12% and 31% in the usual care and training groups, respectively.": [
        "usual care",
        "training",
    ],
    # Each with its arm behind it, or before it.
    "They slept longer (61% training vs. 43% usual care).": ["training", "usual care"],
    "Stays were long (usual care: 7.1 ± 1.1; training 5.0 ± 1.8).": ["usual care", "training"],
    # The arm that is not named is the other one of two.
    "With training fewer fell (12% vs 31%).": ["training", "usual care"],
    "Usual care was better (53% vs. 28% training).": ["usual care", "training"],
    # The arm that others are compared with comes second, also where it is named first.
    "Compared with usual care, more patients of the training group fell (31% vs 12%).": [
        "training",
        "usual care",
    ],
    # More numbers of one arm are of visits.
    "In the training group they were 52.48, 25.44 and 29.44, respectively.": ["training"] * 3,
    "With low dose, training and rest they were 5.1, 4.2 and 3.1, respectively.": [None] * 3,
    # Of neither, and of both.
    "In both training and usual care 60% came.": [None],
    "Of all of them 60% came.": [None],
    # Of names on both sides the closer ones; each with its own p.
    "It was 70% for training and for usual care 33%, in favour of training.": [
        "training",
        "usual care",
    ],
    "It rose by 15 ± 3 mg/l (P = 0.04) in the training group and 13 ± 3 mg/l (P = 0.07) in the "
    "usual care group.": ["training", "usual care"],
    # The arm that others are compared with is that of the second number.
    "Compared with usual care, they had more falls (5.3% vs. 1.5%).": ["training", "usual care"],
    "Compared with usual care, more (5%) fell.": [None],
    "Some fell with Z as compared with the usual care group (30%).": ["usual care"],
    # As many numbers of each.
    "Flow at 1 and 2 weeks was 13.6 ± 4.6 and 15.9 ± 4.4 in the training group and 12.7 ± 5.1 and "
    "13.9 ± 5.2 in the usual care group, respectively.": [*["training"] * 2, *["usual care"] * 2],
    # More numbers than arms that are known.
    "It was 7%, 9%, and 2% in the A1, A2, and usual care groups, respectively.": [None] * 3,
    # Values with intervals before a ratio are of one arm each.
    "Survival was 12.1 months (95% CI 8.6–14) for training and 4.9 months (95% CI 2.8–6.6) for "
    "usual care (hazard ratio 0.390; 95% CI 0.130–1.173).": ["training", "usual care", None],
    # A name that is in closed brackets, or the reference of another number, is not its own.
    "It varied (from few with training), with a mean of 2.8 ± 2.1.": [None],
    "It fell by 12 ± 4.8 (P = 0.1 vs usual care).": [None],
    # From one to the other in an arm; not of the arm of the next number; past brackets and units.
    "Pain fell (training 5.1 ± 1.2 to 3.2 ± 1.1, P = 0.001; usual care 5.2 ± 1 to 4.9 ± 1.3).": [
        *["training"] * 2,
        *["usual care"] * 2,
    ],
    "It dropped for training (−1.4 ± 0.3) and rose with usual care (0.3 ± 0.1).": [
        "training",
        "usual care",
    ],
    "Clearance was 58.0 ml/minute/1.73 m² in the training group versus 55.2 ml/minute/1.73 m² in "
    "the usual care group.": ["training", "usual care"],
    "It took 15.77 s (12 to 21 s) and 16.93 s (11 to 28 s) with training and usual care, "
    "respectively.": ["training", "usual care"],
    "It was 22.7±2.1 mm Hg and 22.4±2.8 mm Hg in the training group and the usual care group.": [
        "training",
        "usual care",
    ],
    "It was 13.3% (800 out of 6003) in the training group versus 14.6% (873 out of 5966) in the "
    "usual care group.": [*["training"] * 2, *["usual care"] * 2],
}


@pytest.mark.parametrize(("sentence", "found"), SENTENCE_ARMS.items())
def test_numbers_of_a_sentence_have_their_arms(sentence, found):
    made = read(SIDES, text=sentence)
    own = [one for one in made.items.values() if one.place.startswith("abstract")]
    assert [one.arm for one in own if one.kind != "p"] == found


P_VALUES = {
    # Between the arms that its clause names, or "between groups", in doubt.
    "Pain was less with training than with usual care (P = 0.01).": ["training", "usual care"],
    "Sleep did not differ between the groups (P = 0.31).": ["training", "usual care"],
    "Falls were fewer in the training group (P = 0.02).": ["training", "usual care"],
    "Compared with usual care, training had shorter stays (P = 0.02).": ["training", "usual care"],
    "Rates rose with training compared to those with usual care over time (P = 0.01).": [
        "training",
        "usual care",
    ],
    "The changes did not differ in both groups (P = 0.97).": ["training", "usual care"],
    "Anxiety (P = 0.01), pain (P = 0.02) and sleep (P = 0.02) were better with training than with "
    "usual care.": ["training", "usual care"],
    "No significant treatment effect was found (P = 0.2).": ["training", "usual care"],
    # In one arm, or of none.
    "A time by treatment effect was found (P = 0.02).": None,
    "However, in the training group it was 4.1 and later 2.1 (P = 0.08).": None,
    "It fell with training (P = 0.03), but this was not so between groups (P = 0.5).": "training",
    "It fell by 15 ± 3 (P = 0.04) with training and 13 ± 3 (P = 0.07) with usual care.": "training",
    "Pain fell from baseline in the training group (P = 0.01).": "training",
    "The interaction of training and usual care with time was weak (P = 0.6).": None,
    "Pain was associated with age (P = 0.01).": None,
    # Of the two numbers before it, also where another p stands in the sentence.
    "Fewer fell with training than usual care (12% vs 31%, P = 0.01), none died (P = 1.0).": [
        "training",
        "usual care",
    ],
}


@pytest.mark.parametrize(("sentence", "found"), P_VALUES.items())
def test_a_p_has_its_groups_in_doubt(sentence, found):
    made = read(SIDES, text=sentence)
    first = next(name for name, one in made.items.items() if one.kind == "p")
    item, about = made.items[first], made.claims[first]["about"]
    assert (list(item.compare) or item.arm) == found
    assert "unconfirmed" in made.claims[first] and made.claims[first]["unconfirmed"] != "read"
    assert made.groups[about["compare"][0]]["label"] if isinstance(found, list) else True


def test_a_p_lies_with_the_numbers_before_it_and_lists_have_outcomes_of_their_own():
    text = "Fewer fell with training than usual care (12% vs 31%, P = 0.01), and cried (P = 0.3)."
    made = read(SIDES, text=text)
    own = {name: one for name, one in made.items.items() if one.place.startswith("abstract")}
    outcomes = [one.outcome for one in own.values()]
    assert outcomes[0] == outcomes[1] == outcomes[2] != outcomes[3]
    assert "cried" in outcomes[3] and "fell" in outcomes[0]
    first = next(name for name, one in own.items() if one.kind == "p")
    assert made.claims[first]["with"] == list(own)[:2]


def test_abbreviations_single_words_and_texts_name_arms():
    text = "They had supervised training (ST) or care. Of the ST group 12 (30%) fell."
    made = read(SIDES, text=text)
    assert [one.arm for one in made.items.values() if one.place == "abstract, sentence 2"] == [
        "training"
    ]
    text = (
        "Pain was less in the yoga group than in the walking group. In the yoga group, 12 (30%) "
        "fell, and 20 (50%) in the walking group. The yoga group and the walking group were alike."
    )
    made = read(text=text)
    assert [one.arm for one in made.items.values()] == ["yoga", "walking"]
    assert all("from the text alone" in str(one["unconfirmed"]) for one in made.claims.values())
    # A number that heads a row of a table beside it is no group of the text, and breaks nothing.
    heads = (("Trial", *["Question"] * 4), ("", "1", "2", "3", "4"))
    rows = [(str(at), *[f"3.{at}{n} (0.59)" for n in range(4)]) for at in range(1, 7)]
    answers = Table("table 2", "Table 2. Answers in six trials", (*heads, *rows), 1)
    between = [(f"Task {at}", str(at), *[f".{at}{n}" for n in range(5)]) for at in range(1, 7)]
    correlations = Table("table 1", "Table 1. Correlations", (("", "", *"23456"), *between), 1)
    made = read(correlations, answers, text=text)
    assert [one.arm for one in made.items.values() if not one.cells] == ["yoga", "walking"]


@pytest.mark.parametrize(
    "sentence",
    [
        "They were given 0.9% saline and 5% glucose.",
        "Events in ≥5% are listed, with doses of 30%-70%.",
        "A P value <0.05 was considered significant.",
    ],
)
def test_doses_thresholds_and_levels_are_no_results(sentence):
    made = read(SIDES, text=tidy(sentence))
    assert not [one for one in made.claims.values() if one["place"].startswith("abstract")]
    assert all(one.why.startswith("no result") for one in made.left)


def test_parts_of_an_abstract_have_their_titles_and_plans_are_not_read():
    body = "<sec><title>{}</title><p>With training 12 (30%) fell.</p></sec>"
    parts = "".join(map(body.format, ("Methods", "Results", "Trial registration")))
    made = draft(
        read_jats(
            f"<article><front><abstract>{parts}</abstract></front><body>"
            f"{body.format('2. Materials and methods')}{body.format('3. Results')}"
            f"{body.format('Study discussion')}</body></article>".encode(),
            "paper",
        )
    )
    assert [one["place"] for one in made.claims.values()] == [
        "abstract, results, sentence 1",
        "3. results, paragraph 1, sentence 1",
    ]


def of_arms(*heads):
    rows = (
        ("", *(f"{head} (n=50)" for head in heads)),
        ("Women, n (%)", *["20 (40)"] * len(heads)),
    )
    return Table("table 1", "Table 1. Baseline", rows, 1)


@pytest.mark.parametrize(
    ("heads", "sentence", "found"),
    [
        # The dose alone, the first of two times, and a letter behind "groups".
        (
            ["Placebo", "Xamab 0.25 mg", "Xamab 0.5 mg"],
            "It was 8 (36%) with 0.25 mg, 12 (70%) in the 0.5-mg group and 3 (9%) with placebo.",
            ["xamab 0 25 mg", "xamab 0 5 mg", "placebo"],
        ),
        (
            ["24-week group", "48-week group"],
            "Rates in the 24- and 48-week groups were 95.7% and 97.0%, respectively.",
            ["24 week", "48 week"],
        ),
        (
            ["Group L", "Group MP"],
            "Pain was seen in 4% and 3% in Groups L and MP respectively.",
            ["group l", "mp"],
        ),
        (["NRT", "NRT+"], "It was 10% and 12% in the NRT and NRT+ groups.", ["nrt", "nrt+"]),
        # Names of the text where no sentence has two of the tables'.
        (
            ["Site 1", "Site 2"],
            "In the yoga group 12% fell, and 20% in the walking group. Less pain was in the "
            "yoga group than in the walking group.",
            ["yoga", "walking"],
        ),
        # Names that the text alone has, and those with words like a table's.
        (
            ["Group A", "Group B"],
            "In the saline group 12% fell, 20% in the CON group and 25% in Group A. "
            "The saline group and the CON group were alike.",
            ["saline", "CON", "group a"],
        ),
        (
            ["Steroid", "No steroid"],
            "It was 12% in the corticosteroid group and 20% in the no-corticosteroid group. In the "
            "corticosteroid group pain fell, but not in the no-corticosteroid group.",
            ["steroid", "no steroid"],
        ),
        (
            ["Training", "No training"],
            "It was 12% in the control group. The control group had pain.",
            ["no training"],
        ),
        # Those of a name that several arms have, named once, or of patients of each arm.
        (
            ["Drug 5 mg", "Drug 10 mg"],
            "In the drug group 12% fell, and 20% in the other group. The drug group had pain.",
            [None, None],
        ),
        (
            ["Group A", "Group B"],
            "Pain was less in the OPC group (P = 0.03). OPC arm, the OPC arm.",
            [None],
        ),
        (["A", "B"], "In the female subgroup 12% fell, and more in the female subgroup.", [None]),
    ],
)
def test_arms_are_known_by_what_tells_them_apart(heads, sentence, found):
    made = read(of_arms(*heads), text=sentence)
    assert [one.arm for one in made.items.values() if not one.cells] == found


def test_a_number_of_one_cell_alone_has_its_group_and_outcome():
    rows = (
        ("", "Training (n=40)", "Usual care (n=50)"),
        ("Pain, mean (SD)", "4.27 (1.1)", "5 (2)"),
    )
    made = read(Table("table 2", "", rows, 1), text="Pain fell to 4.27. All had pain of 4.27.")
    own = [one for one in made.items.values() if one.place.startswith("abstract")]
    assert [one.arm for one in own] == ["training", None]
    assert own[0].outcome == "Pain (abstract, sentence 1, outcome 1)"
    assert "same numbers in table 2" in own[0].doubts[-1]


PAIN = Table(
    "table 2",
    "Table 2. Outcomes",
    (
        ("", "Training (n=40)", "Usual care (n=50)"),
        ("Pain score, mean (SD)", "3.42 (1.1)", "4.87 (1.2)"),
    ),
    1,
)


@pytest.mark.parametrize(
    ("sentence", "arm", "outcome"),
    [
        ("Pain reached 3.42 at the end.", "training", "Pain score"),
        # What names a group, or all of them, or has no word of the row, is not of that cell.
        ("In the usual care group pain reached 3.42 at the end.", "usual care", None),
        ("Pain of all patients was 3.42 at the end.", "all", None),
        ("Stay reached 3.42 at the end.", None, None),
        # Two digits are met by chance.
        ("Pain reached 1.1 at the end.", None, None),
    ],
)
def test_a_number_that_one_cell_has_is_of_its_group_and_row(sentence, arm, outcome):
    made = read(PAIN, text=sentence)
    (item,) = [one for one in made.items.values() if one.place.startswith("abstract")]
    assert item.arm == arm
    assert ("Pain score" in str(item.path)) is (outcome is not None)


def test_a_number_that_two_cells_have_is_of_neither():
    rows = (*PAIN.rows, ("Pain at night, mean (SD)", "5.1 (1.0)", "3.42 (1.3)"))
    made = read(
        Table("table 2", "Table 2. Outcomes", rows, 1), text="Pain reached 3.42 at the end."
    )
    (item,) = [one for one in made.items.values() if one.place.startswith("abstract")]
    assert item.arm is None


@pytest.mark.parametrize(
    ("sentence", "arms", "compare"),
    [
        # Names that no table has; two numbers of one row tell them, and what a p compares.
        ("Fewer fell in the OPC group (25% vs 40%, P = 0.02).", ["training", "usual care"], True),
        ("Falls were 40% and 25% in the two.", ["usual care", "training"], False),
        # One number, those of two rows, and those with no word of the row, are met by chance.
        ("Falls were 25% vs 41% (P = 0.02).", [None, None], False),
        ("Falls were 25% vs 16% (P = 0.02).", [None, None], False),
        ("Deaths were 25% vs 40% (P = 0.02).", [None, None], False),
    ],
)
def test_numbers_that_one_row_has_are_of_its_groups(sentence, arms, compare):
    rows = (
        ("", "Training (n=40)", "Usual care (n=50)"),
        ("Fell, n (%)", "10 (25)", "20 (40)"),
        ("Left the study, n (%)", "5 (12)", "8 (16)"),
        ("Falls at home, n (%)", "10 (25)", "20 (40)"),
    )
    made = read(Table("table 2", "", rows, 1), text=sentence)
    own = [one for one in made.items.values() if one.place.startswith("abstract")]
    assert [one.arm for one in own if one.kind == "percent"] == arms
    whose = [one.compare for one in own if one.kind == "p"]
    assert whose == ([("training", "usual care")] if compare else [()] * len(whose))


def test_groups_that_a_sentence_names_leave_its_outcome():
    rows = (("", "Training (n=40)", "Usual care (n=50)"), ("Fell, n (%)", "10 (25)", "20 (40)"))
    text = "With training 25% fell at home, and 40% with usual care."
    made = read(Table("table 2", "", rows, 1), text=text)
    own = [one for one in made.items.values() if one.place.startswith("abstract")]
    assert [one.arm for one in own] == ["training", "usual care"]
    assert not any(str(one.outcome).startswith("Fell") for one in own)


def test_a_group_that_text_alone_calls_so_is_among_those_of_tables():
    text = "In the OPC group 12% fell. The OPC group had pain, and 20% in the training group."
    made = read(SIDES, text=text)
    assert made.groups["opc"] == {"label": "OPC", "among": True}
    assert made.groups["training"] == {"label": "Training"}


def test_a_median_is_no_share_in_a_sentence_either():
    sentence = "The median score at 1/5 min was 8/9 in the training group and 7/9 with usual care."
    made = read(SIDES, text=sentence)
    assert [one.text.endswith(end) for one, end in zip(made.left, ("8/9", "7/9"), strict=True)]
    assert not any("abstract" in claim["place"] for claim in made.claims.values())
    assert printed("In the training group, 8/40 fell.") == ["8/40"]


@pytest.mark.parametrize(
    ("sentence", "left"),
    [
        ("With training 3 patients fell, and with usual care 9.", "and with usual care 9"),
        ("Falls were seen in 5 patients of the training group and in 11 of others.", "and in 11"),
        ("They were 7, 5 and 2 women, respectively.", "7, 5 and 2"),
        ("Of these, six of 31 with training fell.", "six of 31"),
    ],
)
def test_numbers_alone_are_listed(sentence, left):
    assert any(one.text.endswith(left) for one in read(SIDES, text=sentence).left)


def test_differences_with_each_group_are_values_of_it():
    sentence = "The mean of the differences was 1.2 kg with training and 1.5 kg with usual care."
    found = told(read(SIDES, text=sentence), "abstract")
    assert [(one[1], one[3]) for one in found] == [("training", "1.2 kg"), ("usual care", "1.5 kg")]
    assert NO_CONTRAST in found[0][4]
    alone = told(read(SIDES, text="The mean difference was 1.2 kg with training."), "abstract")
    assert [one[3] for one in alone] == ["mean difference 1.2 kg"]


def test_lists_of_several_groups_have_the_times_before_them():
    sentence = "At 1, 3 and 6 weeks pain was 5.8, 4.9 and 4.1 with training and 5.9, 5.4 and 5.2 "
    sentence += "with usual care."
    made = read(SIDES, text=sentence)
    found = [(one.arm, one.visit) for one in made.items.values() if one.place.startswith("abs")]
    weeks = ["1 weeks", "3 weeks", "6 weeks"]
    assert found == [(arm, week) for arm in ("training", "usual care") for week in weeks]


def test_p_of_a_list_are_each_of_what_changed():
    sentence = "Pain, mood and sleep improved more with training (P = 0.01, P = 0.03 and P = 0.19, "
    sentence += "respectively)."
    found = told(read(SIDES, text=sentence), "abstract")
    assert [one[2].split()[0] for one in found] == ["Pain", "mood", "sleep"]


def test_the_ends_of_a_second_group_s_change():
    sentence = "Scores fell from 11.8 to 9.6 with training and from 11.6 to 8.7 with usual care."
    found = told(read(SIDES, text=sentence), "abstract")
    assert [(one[1], one[3]) for one in found] == [
        *(("training", "11.8"), ("training", "9.6")),
        *(("usual care", "11.6"), ("usual care", "8.7")),
    ]
