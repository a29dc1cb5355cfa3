"""Groups and outcomes of a sentence by its grammar: lists, changes, references, subjects."""

import pytest
from drafted_sides import SIDES, read

from trialtrace.audit.reading.paper import Table


def of_sentences(text, *tables):
    """Value, group or groups, and the words for the outcome of each number of a text."""
    made = read(*(tables or (SIDES,)), text=text)
    items = [one for one in made.items.values() if not one.cells]
    return [(one.printed, one.arm or one.compare, one.outcome.rsplit(" (", 1)[0]) for one in items]


def arms(text, *tables):
    return [arm for _, arm, _ in of_sentences(text, *tables)]


BOTH = ("training", "usual care")


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        # Each list ends with its own arm.
        (
            "We saw pain (5%) and fever (3%) in the training group, and rash (4%) and itch (2%) in "
            "the usual care group.",
            ["training", "training", "usual care", "usual care"],
        ),
        # "Respectively" at the end is of all pairs; a pair has the arms of that before it.
        (
            "Pain was seen in 20 (14%) vs 34 (24%), and fever in 54 (38%) vs 44 (31%) in the "
            "training vs the usual care arm, respectively.",
            ["training", "usual care"] * 2,
        ),
        # Both ends of a change are of one arm, and so is the p with them.
        (
            "Scores fell in the training group (from 46.0 ± 6.1 to 44.4 ± 5.8, P = 0.01).",
            ["training"] * 3,
        ),
        # The greater number is of the arm in which it is said to be.
        ("Pain was higher in the usual care group (5.8% vs 9.6%).", ["training", "usual care"]),
        ("Pain was shorter (12% vs 16%) in the training group.", ["training", "usual care"]),
        ("They did better than usual care, which had pain in 48.1%.", ["usual care"]),
        # Of the change in the one group that the clause has named, whatever is named behind it.
        (
            "Pain improved in the training group (P = 0.01) and fever in the usual care group "
            "(P = 0.02).",
            ["training", "usual care"],
        ),
        # A pair in brackets of a difference's interval, behind the two that it is between.
        (
            "Pain was alike between training and usual care (4.4% vs. 3.0%; 95% CI, 1 to 5.5).",
            ["training", "usual care"],
        ),
        # Two and two, each side with its own arm; pairs apart by words, told at the end.
        (
            "Hip density was 1.8% and 2.5% in the training arm compared to 0.1% and 0.3% in the "
            "usual care arm.",
            ["training"] * 2 + ["usual care"] * 2,
        ),
        (
            "Grade I was seen in 86% (43/50) versus 30% (15/50), and grade II in 4% (2/50) "
            "versus 12% (6/50) in the usual and training groups, respectively.",
            ["usual care", "training"] * 2,
        ),
        (
            "Compliance was high (85%, 86% and 84% for training-treated patients vs 86%, 89% and "
            "86% for usual care-treated patients, respectively).",
            ["training"] * 3 + ["usual care"] * 3,
        ),
        # All behind "in the usual care group," is of it, and a pair since baseline of one arm.
        (
            "In the training group, 98% were well, and in the usual care group, 86% were well, 12% "
            "were worse, and 4% were ill.",
            ["training"] + ["usual care"] * 3,
        ),
        (
            "In the training group, pain fell since baseline (9.6 ± 0.4 min vs 9.1 ± 0.4 min).",
            ["training", None],
        ),
        # The arm that is spoken of and the order of both go on from sentence to sentence.
        ("In the training group, 9% fell. Pain was seen in 12%.", ["training"] * 2),
        ("In the training group, 9% fell. Overall pain was seen in 12%.", ["training", None]),
        (
            "In the training group, 9% fell. In the drug group pain was seen in 12%.",
            ["training", None],
        ),
        (
            "Pain was 9% in usual care and 8% with training. Sleep was poor in 31.5% vs 23.0%.",
            ["usual care", "training"] * 2,
        ),
        (
            "Pain was 9% in usual care and 8% with training. Men fell more than women "
            "(31% vs 23%).",
            ["usual care", "training", None, None],
        ),
        # The other arm is that of no people of another kind and of no other visit, and not of the
        # second number where its own group goes before it.
        ("With training 28% of young men versus 12% of old men fell.", ["training", None]),
        ("Pain was 0.6 ± 2.7 and 0.9 ± 2.7 in the training group.", [None, "training"]),
        (
            "The rate for the young was 12.5% (4/32), while for usual care was 0.0% (0/18).",
            ["training", "usual care"],
        ),
        ("They were more afraid (21% vs. 4%) than usual care.", ["training", "usual care"]),
        (
            "Rates (102.9 ± 8.8 vs. 95.9 ± 11.2 bpm) were lower in the training group.",
            ["usual care", "training"],
        ),
        (
            "Median stay for training was 36 days (range 6–84) and for usual care was 25 (2–65).",
            ["training", "usual care"],
        ),
        # Patients that are allocated to an arm are its own.
        (
            "Eleven patients with usual care fell compared with 4 patients allocated training.",
            ["usual care", "training"],
        ),
        # A bracket behind a second number is of that one.
        (
            "Overall, 8 patients had 10 serious events (training, n = 3).",
            ["all", "training"],
        ),
        # "Training/diet" is neither.
        ("Of the training/diet group 12% fell.", [None]),
    ],
)
def test_numbers_have_the_arms_that_grammar_gives_them(sentence, found):
    assert arms(sentence) == [arm or () for arm in found]


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        # Groups behind a list of p, those two groups, and the reference at the end.
        ("Pain did not differ in redness (P = 0.7) in the two groups.", [BOTH]),
        (
            "There was no difference in redness (P = 0.7), swelling (P = 0.3) or pain (P = 0.8) "
            "between patients with training or usual care.",
            [BOTH] * 3,
        ),
        (
            "The training group had improved pain (P = 0.04), and improved sleep (P = 0.03) "
            "relative to the usual care group.",
            [BOTH] * 2,
        ),
        # Each of a list has its own group.
        (
            "No change was seen for the training group (P = 0.5), or the usual care group "
            "(P = 0.4).",
            ["training", "usual care"],
        ),
        (
            "Pain rose for the training group between time 1 and time 2 [t(29) = 2.62, p < 0.05].",
            ["training"],
        ),
        # Both of "99 and 98 days, respectively", as the sentence before has them.
        (
            "Stay was less with training than with usual care. Time to relapse was 99 and 98 days, "
            "respectively (P = 0.6).",
            ["training", "usual care", BOTH],
        ),
        # Changes in the one group that a list, or a sentence before that tells of a table, is of.
        (
            "No change was seen since baseline in the training group: fat 0.2 kg (95% CI -1.0 to "
            "1.4), bone -0.1 kg (95% CI -1.2 to 1.1).",
            ["training"] * 2,
        ),
        (
            "Table 2 has the changes in the training group. We saw a decrease in fat (-0.9 kg, 95% "
            "CI -1.4 to -0.4) and an increase in bone (1.0 kg, 95% CI 0.2 to 1.8).",
            ["training"] * 2,
        ),
        # The sentence before tells what "this difference" is.
        (
            "Pain was less with training than with usual care. This difference was clear "
            "(P = 0.01).",
            [BOTH],
        ),
    ],
)
def test_comparisons_have_the_groups_that_grammar_gives_them(sentence, found):
    assert arms(sentence) == found


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        # Words behind a number of another kind, and of its own clause, are not of that before it.
        (
            "Mean age was 57.8 ± 12.5, and 58% were female.",
            ["Mean age was", "were female"],
        ),
        ("At six months, 40% had relapsed.", ["At six months … had relapsed"]),
        ("The majority (92%) were Caucasian.", ["The majority … were Caucasian"]),
        (
            "This comparison showed improvements in redness (P = 0.77), swelling (P = 0.33).",
            [
                "This comparison showed improvements in redness",
                "This comparison showed improvements in … swelling",
            ],
        ),
        (
            "Fewer events were seen (especially nausea; 24.5%).",
            ["Fewer events were seen … especially nausea"],
        ),
        (
            "The median postoperative stay was 9 days (IQR 7 to 14).",
            ["The median postoperative stay was"],
        ),
        ("Overall, 66% reported ≥1 event.", ["Overall … reported ≥1 event"]),
        # Words for people alone are none for an outcome.
        (
            "Two percent (1/60) of those in the training group presented with a hernia.",
            ["Two percent … those in the group presented with a hernia"],
        ),
        (
            "Nearly two-thirds of enrolled patients (64.3%) were women.",
            ["Nearly two-thirds of enrolled patients … were women"],
        ),
        # Of a list each has its own, and what stands before all of them.
        (
            "The most common events were nausea (5%), cough (4%).",
            ["The most common events were nausea", "The most common events were … cough"],
        ),
        (
            "The patients reduced pain (5%) and improved sleep quality (6%).",
            ["The patients reduced pain", "The patients … and improved sleep quality"],
        ),
        (
            "Blood pressure was decreased by 7% and pulse rates were decreased by 8%.",
            ["Blood pressure was decreased by", "and pulse rates were decreased by"],
        ),
        (
            "Training raised arginine levels and reduced completion time by 1.5%.",
            ["Training reduced completion time by"],
        ),
        # Sentences of tests, and of how well a treatment works, do not say what was measured.
        (
            "ANCOVA was used to compare redness. The efficacy of this intervention was equal to "
            "14% (Table 3). Tukey's test showed a difference between training and usual care "
            "(P = 0.04) as well as no other difference.",
            [
                "The efficacy of this intervention was equal to",
                "ANCOVA was used to compare redness. … Tukey's test showed a difference between "
                "training and usual care",
            ],
        ),
        # Each of two numbers has its own of two outcomes.
        (
            "The change in hip and spine density was 1.8% and 2.5%, respectively.",
            ["The change in hip … density was", "The change in spine density was"],
        ),
        (
            "Hip, arm and spine density was 1.8% and 2.5%, respectively.",
            ["Hip, arm and spine density was"] * 2,
        ),
    ],
)
def test_outcomes_are_the_words_that_a_number_is_of(sentence, found):
    assert [outcome for _, _, outcome in of_sentences(sentence)] == found


def test_numbers_that_a_table_has_too_are_of_its_group():
    table = Table(
        "table 2",
        "Table 2. Scores",
        (
            ("", "Training (n=40)", "Usual care (n=50)"),
            ("Wexner score", "15.10 ± 2.13", "14.20 ± 2.20"),
        ),
        1,
    )
    made = of_sentences("The Wexner score was 14.20 ± 2.20 and 15.10 ± 2.13.", SIDES, table)
    assert [arm for _, arm, _ in made] == ["usual care", "training"]


def test_few_digits_are_met_in_a_table_by_chance():
    heads = ("", "Training (n=40)", "Usual care (n=50)")
    table = Table("table 2", "Table 2. Harms", (heads, ("Pain, n (%)", "2 (5)", "8 (16)")), 1)
    assert arms("Pain was seen in 2 (5%).", SIDES, table) == [()]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # Of the allocation, of the title's kind, groups without a word before, letters and numbers.
        (
            "Dogs were randomized to receive electroincision or cold incision. Pain was seen in 8% "
            "after electroincision and 9% after cold incision.",
            ["electroincision", "cold incision"],
        ),
        (
            "There was no difference (intervention arm 85%, control arm 87%). Intervention arm "
            "pain was 5%, control arm pain 6%. The control arm and the intervention arm fell.",
            ["intervention", "control"] * 2,
        ),
        (
            "In the air group 12% fell, and 20% in the lignocaine group. Less pain was in the air "
            "group than in the lignocaine group. Of the A group 5% and of the L group 6% fell.",
            ["air", "lignocaine"] * 2,
        ),
        # "The A and the B groups", and names in brackets behind numbers.
        (
            "Cure was 5% and 6% in the HD+Dx and the GR + Dx groups, respectively. In the HD + Dx "
            "group 7% and in the GR+Dx group 8% fell.",
            ["hd+dx", "gr+dx"] * 2,
        ),
        (
            "Time fell by 2.7% (placebo), 5.8% (Nigella sativa) and 7.2% (garlic). Mass rose by "
            "1.2% (N Sativa) and 3% (Garlic). The following groups fell.",
            ["placebo", *["nigella sativa", "garlic"] * 2],
        ),
    ],
)
def test_the_text_names_arms_that_no_table_has(text, found):
    made = read(text=text)
    assert [one.arm for one in made.items.values()] == found


def test_names_of_the_allocation_are_those_of_the_tables_arms():
    text = (
        "Patients were randomised to receive yoga (YG) or usual care. Group 1 received yoga. "
        "Fewer fell in the YG group (5%) and in group 1 (6%)."
    )
    assert arms(text) == ["training", "training"]


@pytest.mark.parametrize(
    "sentence",
    [
        "* p < 0.05; ** p < 0.01.",
        "Statistically significant result (P < .05).",
        "T5, at suction; NS, no significant between-group difference (P ≥ 0.05).",
    ],
)
def test_legends_are_no_results(sentence):
    made = read(SIDES, text=sentence)
    assert not [one for one in made.items.values() if not one.cells]
    assert any(one.place.startswith("abstract") for one in made.left)


def test_deviations_in_percent_and_values_of_each_arm_are_read():
    made = of_sentences("It was 93.4%, SD 7.1 in the training group.")
    assert made[0][:2] == ("mean (SD) 93.4 (7.1)", "training")
    made = of_sentences(
        "Pain did not differ (training mean: 17.7 (95% CI 14.6 to 20.7); usual care "
        "14.8 (95% CI 11.7 to 17.8); group difference, 2.8 (95% CI −0.3 to 6.0))."
    )
    assert [arm for _, arm, _ in made] == ["training", "usual care", BOTH]


def test_those_who_receive_the_intervention_are_an_arm():
    heads = ("", "Intervention (n=40)", "Placebo (n=50)")
    table = Table(
        "table 1", "Table 1. Baseline", (heads, ("Women, n (%)", "10 (25)", "20 (40)")), 1
    )
    made = of_sentences("Women receiving the intervention were ill in 12%.", table)
    assert [arm for _, arm, _ in made] == ["intervention"]


def test_no_and_all_are_words_before_they_are_arms():
    heads = ("", "Intervention (n=40)", "No intervention (n=50)")
    table = Table(
        "table 1", "Table 1. Baseline", (heads, ("Women, n (%)", "10 (25)", "20 (40)")), 1
    )
    made = of_sentences("No pain was seen in 12%. Pain was 9% with no intervention.", table)
    assert [arm for _, arm, _ in made] == [(), "no intervention"]


def test_groups_are_known_by_an_allocations_letters_and_by_half_of_a_list():
    text = (
        "They were assigned to yoga for a month (arm A) or usual care (arm B). Pain was seen in "
        "5% in arm B. Pain was 9% and 8% in the usual and training groups, respectively."
    )
    assert arms(text) == ["usual care", "usual care", "training"]


DOSES = Table(
    "table 1",
    "Table 1. Change",
    (("", "GH (n=9)", "PIO (n=9)"), ("Pain, n (%)", "1 (11)", "2 (22)")),
    1,
)
TRIALS = Table(
    "table 1",
    "Table 1",
    (("", "ALFA (n=90)", "ALFA II (n=80)"), ("Pain, n (%)", "9 (10)", "8 (10)")),
    1,
)


@pytest.mark.parametrize(
    ("sentence", "table"),
    [
        # "A + B" is neither, nor is a group without a known name.
        ("Fat fell in the GH + PIO group versus placebo (P = 0.02).", DOSES),
        ("Fat fell by 12% in the GH plus PIO group.", DOSES),
        (
            "Age was 4.1 (SD 1.2) in the GH group and it was 5.2 (SD 1.3) in the statin group.",
            DOSES,
        ),
        # "Poor control" is no control, "pre-training" no training.
        ("Levels of 9% were a sign of poor control among women.", SIDES),
        ("Of the pre-training women 12% fell.", SIDES),
        # A p of a correlation compares no groups, and one of a factor is of no group.
        ("Age did not correlate with pain in either GH or PIO (P = 0.3).", DOSES),
        ("No main effect was found for training (P = 0.1).", SIDES),
        # "ALFA" is a trial, where another one is called ALFA II.
        ("In ALFA, pain was seen in 12%.", TRIALS),
        # One of a list that "respectively" tells of.
        ("Pain was 5% in one week and 6% later, in GH and PIO, respectively.", DOSES),
    ],
)
def test_no_group_rather_than_a_false_one(sentence, table):
    assert not arms(sentence, table)[-1]


def test_what_is_compared_besides_is_no_arm_of_the_text():
    text = (
        "When comparing benefit to the child and benefit to all, 96% named benefit to all and 72% "
        "benefit to the child. Of benefit to the child 5% and of benefit to all 6% told."
    )
    assert [one.arm for one in read(text=text).items.values()] == [None] * 4


def test_a_sum_of_two_arms_is_an_arm_where_the_text_calls_it_a_group():
    text = (
        "Fat was 8% in the GH group and 9% in the GH + PIO group. It fell by 5% in the PIO group "
        "and by 6% in the GH + PIO group. Pain was 1% in the GH group and 2% in the GH + PIO group."
    )
    assert [one.arm for one in read(text=text).items.values()][1] == "gh+pio"


def test_a_drug_of_which_tables_have_two_doses_is_no_arm():
    heads = ("", "Epo 100 U (n=30)", "Epo 300 U (n=30)", "Placebo (n=30)")
    table = Table("table 1", "Table 1", (heads, ("Women, n (%)", "9 (30)", "6 (20)", "3 (10)")), 1)
    text = "Pain was seen more often in the epo group (5%) than in the placebo group (6%). " * 8
    made = read(table, text=text)
    assert [entry["label"] for entry in made.groups.values()] == [
        x.split(" (")[0] for x in heads[1:]
    ]
    assert {*arms(text, table)} == {(), "placebo"}


OF_A_DRUG = [
    # What all of it names the arms by their doses, or has the drug in as many.
    ("Tramadol 1 mg", "Tramadol 2 mg", "Tramadol 3 mg"),
    ("T1", "T2", "T3"),
]


@pytest.mark.parametrize("groups", OF_A_DRUG)
def test_a_drug_that_arms_have_in_common_is_no_group(groups):
    heads = ("", *(f"{one} (n=30)" for one in groups))
    table = Table("table 1", "Table 1", (heads, ("Women, n (%)", "9 (30)", "6 (20)", "3 (10)")), 1)
    text = (
        "They had tramadol 1 mg/kg, tramadol 2 mg/kg or tramadol 3 mg/kg. Pain was seen in 5% of "
        "the tramadol group. Cough was seen in 6% of the tramadol group."
    )
    assert arms(text, table) == [()] * 2


def test_a_part_of_what_text_calls_two_groups_is_none():
    text = "Pain was 5% in the tramadol 50 group and 6% in the tramadol 100 group. " * 2
    text += "Rash was 4% in the tramadol group and 3% in the placebo group. " * 3
    assert "tramadol" not in {one.arm for one in read(text=text).items.values()}


def test_a_dose_is_a_name_of_the_one_arm_that_has_it():
    heads = ("", "Low-dose oxycodone (n=20)", "High-dose oxycodone (n=20)")
    table = Table("table 1", "Table 1", (heads, ("Women, n (%)", "9 (45)", "6 (30)")), 1)
    text = "Pain was seen in 7 [35 %] in the low dose group."
    assert arms(text, table) == ["low dose oxycodone"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Values are means ± SD.", "mean (SD) 5.1 (1.3)"),
        ("Values are mean ± SEM.", "mean 5.1 (SE 1.3)"),
        ("Values are mean ± SD, and mean ± SEM in figures.", "5.1 ± 1.3"),
    ],
)
def test_a_spread_has_the_name_that_the_paper_tells_once(words, found):
    made = of_sentences(f"{words} In the training group pain was 5.1 ± 1.3.")
    assert made[0][0] == found


def test_means_with_intervals_that_stand_before_their_arms():
    found = of_sentences(
        "Strength rose by 3.7 (95% CI 3.1 to 4.3) points with training and by 2.6 points (95% CI "
        "2.1 to 3.2) in the usual care group, a greater rise (1.1; 95% CI 0.2 to 1.9)."
    )
    assert [arm for _, arm, _ in found] == ["training", "usual care", BOTH]


def test_what_numbers_in_general_are_of_is_told_before():
    found = of_sentences(
        "Grip strength rose in the training group. Mean changes from baseline at week 8 were "
        "4.2 kg and 1.1 kg in the training and usual care groups, respectively."
    )
    assert all(outcome.startswith("Grip strength rose") for _, _, outcome in found)
    assert [arm for _, arm, _ in found] == list(BOTH)


def test_what_a_change_began_from_is_of_no_later_time():
    made = read(SIDES, text="After 8 weeks pain fell from 4.6 to 2.3 in the training group.")
    times = {one.printed: one.visit for one in made.items.values() if not one.cells}
    assert times == {"4.6": None, "2.3": "8 weeks"}


THREE = Table(
    "table 1",
    "Table 1. Baseline",
    (
        ("", "Red laser (n=40)", "Green laser (n=40)", "Sham (n=50)"),
        ("Women, n (%)", "10 (25)", "20 (50)", "25 (50)"),
    ),
    1,
)


@pytest.mark.parametrize(
    ("sentence", "compared"),
    [
        (
            "Pain did not differ between the two laser groups (P = 0.08).",
            ("red laser", "green laser"),
        ),
        # Which two of the three is not said.
        ("Pain did not differ between the two active groups (P = 0.08).", ()),
        ("Pain did not differ between the groups (P = 0.08).", ("all",)),
    ],
)
def test_two_of_three_groups_are_not_all(sentence, compared):
    assert arms(sentence, THREE) == [compared]


def test_many_words_may_stand_between_two_groups():
    text = "At baseline, pain was similar between the home-based training and the supervised usual "
    assert arms(f"{text}care groups (P = 0.14).") == [BOTH]
    # Between two times, and not two groups.
    text = "A difference between samples at T0 and T1 was obtained for both of the interventions"
    assert arms(f"{text} (P = 0.14).", THREE) == [()]


def test_a_p_behind_a_full_stop_is_of_the_sentence_before():
    text = "Pain was lower in the training group than in the usual care group at the end."
    assert of_sentences(f"{text} (P < 0.05). Fever was rare.") == of_sentences(
        f"{text.rstrip('.')} (P < 0.05). Fever was rare."
    )
    assert arms(f"{text} (P < 0.05). Fever was rare.") == [BOTH]


def test_p_of_a_list_are_each_of_their_own_outcome():
    behind = (
        "at six weeks when compared with usual care (P = 0.02; P = 0.03; P = 0.4, respectively)."
    )
    text = f"An improvement with training was noted for the hip, the spine, and mood {behind}"
    words = "at six weeks when compared with usual care"
    assert [outcome for _, _, outcome in of_sentences(text)] == [
        f"An improvement with training was noted for {one} … {words}"
        for one in ("the hip", "the spine", "mood")
    ]
    # A list of groups is none of outcomes.
    text = (
        "Pain fell in red laser, green laser and sham (P = 0.02; P = 0.03; P = 0.4, respectively)."
    )
    told = {outcome for _, _, outcome in of_sentences(text, THREE)}
    assert not any("…" in outcome for outcome in told)


def test_usual_letters_of_two_groups():
    roles = Table(
        "table 1",
        "Table 1. Baseline",
        (("", "Intervention (n=40)", "Control (n=50)"), ("Women, n (%)", "10 (25)", "20 (40)")),
        1,
    )
    text = "Only 11% (in the IG) and 7% (in the CG) were smokers."
    assert arms(text, roles) == ["intervention", "control"]
    text = (
        "Both had reductions in pain (-6 cm, P = 0.02 in the CG, and -9 cm, P < 0.001 in the IG)."
    )
    assert [arm for value, arm, _ in of_sentences(text, roles) if value[0] == "P"] == [
        "control",
        "intervention",
    ]
    # Where the text has the letters for something else, they are that.
    other = "The clinical guideline (CG) was read. Only 7% (in the CG) were smokers."
    assert arms(other, roles) == [()]
