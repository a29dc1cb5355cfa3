"""Clauses of a sentence: what their numbers are of, and whose."""

import pytest
from drafted_sides import SIDES, read, told
from test_grammar_of_sentences import BOTH, arms, of_sentences
from test_numbers_of_sentences import of_arms

from trialtrace.audit.reading.draft import draft
from trialtrace.audit.reading.paper import Passage, ReadPaper


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # A list of which nothing stands before all, one after a verb, and of numerals.
        (
            "Time to recovery (5%), length of stay (6%) were lower.",
            ["Time to recovery", "length of stay … were lower"],
        ),
        (
            "Training caused more pain (P = 0.01), fever (P = 0.02).",
            ["Training caused more pain", "Training caused … fever"],
        ),
        (
            "They had skin types II (23.9%), III (69.6%).",
            ["They had skin types II", "They had skin types … III"],
        ),
        # What stands before a turn is of another clause, with a list of its own behind it.
        ("Although pain was alike, fever was seen in 5%.", ["fever was seen in"]),
        ("Pain was alike in both; fever was seen in 5%.", ["fever was seen in"]),
        (
            "Pain was a reason to end, and thus, finally, 19 patients were included.",
            ["finally … were included"],
        ),
        (
            "The training group had pain (85.4%), while the usual care group had fever (68.3%), "
            "rash (61.7%).",
            [
                "The training group had pain",
                "the usual care group had fever",
                "the usual care group had … rash",
            ],
        ),
        # As many numbers as outcomes.
        (
            "Rates of pain, fever and rash were 5%, 6% and 7%, respectively.",
            ["Rates of pain … were", "Rates of fever … were", "Rates of rash … were"],
        ),
        # Words behind a number: of what its minutes are, and what is called by a number.
        (
            "Those with pain received a median of 38 (25-52) min of therapy.",
            ["Those with pain received a median of … min of therapy"],
        ),
        ("Of 9 eyes, 7 had grade 1 haze.", ["Of 9 eyes … had grade 1 haze"]),
        # Words in a bracket that stand for themselves, and those with capitals or digits.
        (
            "Pain was seen in 57 (66%) in the training group (median survival 41.1 months).",
            ["Pain was seen in", "median survival"],
        ),
        (
            "Scores were lower (pH1: 4.2 ± 0.9; pH2: 4.7 ± 1.0).",
            ["Scores were lower … pH1", "Scores were … pH2"],
        ),
        # Another outcome behind a number, other people, and of other than both groups.
        (
            "Nearly 60% reported that they had the say on all income, and about 43% had the final "
            "say on children.",
            [
                "Nearly … reported that they had the say on all income",
                "had the final say on children",
            ],
        ),
        (
            "With training, grade III pain was seen in one (5%) patient and two (9%) patients "
            "experienced grade II pain with usual care.",
            [
                "With training, grade III pain was seen in",
                "experienced grade II pain with",
            ],
        ),
        (
            "The sample was small (6 boys and 3 girls).",
            [
                "The sample was small … boys",
                "The sample was small … girls",
            ],
        ),
        (
            "Pins were used in 80% in both groups and open reduction in 26% in the training group "
            "and 23% in the usual care group.",
            ["Pins were used in … both groups and open reduction in", *["open reduction in"] * 2],
        ),
        # "Those" are what the sentence before tells of.
        (
            "Mean pain score was 5.2. Those of the usual care group were 6.1 ± 2.0.",
            [
                "Mean pain score was",
                "Mean pain score was 5.2. … Those of the usual care group were",
            ],
        ),
    ],
)
def test_outcomes_are_those_of_a_numbers_own_clause(text, found):
    assert [outcome for _, _, outcome in of_sentences(text)] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # In the bracket right behind a group, which another one has too.
        (
            "Pain was worse in the training group (40.6% and 22.6%, respectively) than in the "
            "usual care group (25.5% and 12.1%, respectively).",
            ["training"] * 2 + ["usual care"] * 2,
        ),
        (
            "Change was less in pain (2.4 ± 25.7) compared with the usual care group (15.9 ± "
            "21.3).",
            ["training", "usual care"],
        ),
        # Of the group of its clause, and not of what that is compared with.
        (
            "In comparison to the results obtained from usual care, the training group showed "
            "relief from pain (79.03%), fever (83.71%).",
            ["training"] * 2,
        ),
        (
            "The training group had pain (85.4%), fever (94.1%), while the usual care group had "
            "pain (68.3%), fever (61.7%).",
            ["training"] * 2 + ["usual care"] * 2,
        ),
        # Changes of two groups, and two groups behind a pair.
        (
            "Pain fell from 5.1 to 5.3 and from 5.0 to 5.4 in the training and usual care "
            "groups, respectively.",
            ["training"] * 2 + ["usual care"] * 2,
        ),
        ("Pain was alike (58.0% vs 48.1% training vs usual care).", ["training", "usual care"]),
        # The former and the latter of the sentence before; of a limit within its own bracket.
        (
            "Training and usual care were compared. Mass was 24.6 ± 3.7 in the former and 22.8 ± "
            "4.5 in the latter.",
            ["training", "usual care"],
        ),
        (
            "Fever was seen in 17 of 38 (44.7%, CI: 28.9%-60.5%) in the training group.",
            ["training"],
        ),
        # Each list ends "after" its own; "in one group," is no list; of two pairs the second has
        # another group behind it.
        (
            "Care was good for 75.3% of patients and 86.0% of judges after training and for 76.6% "
            "of patients and 82.0% of judges after usual care.",
            ["training"] * 2 + ["usual care"] * 2,
        ),
        (
            "In the training group, these values were 72.2%, 4.5% and 22.7%, respectively.",
            ["training"] * 3,
        ),
        (
            "Pain was 9.2 (SD 3.2) with training compared with 2.6 (SD 2.7) for usual care; and "
            "1.6 (SD 3.7) and 4.2 (SD 1.5) for usual care and drugs, respectively.",
            ["training", "usual care", (), ()],
        ),
        ("Of all, 24 patients (57%) took training and 14 (33%), usual care.", [*BOTH]),
        # A subject of its own behind "while"; an effect is of no one group.
        ("Training cut pain by 1.4% while the drugs prolonged it by 12.2%.", ["training", ()]),
        (
            "More fell with training than usual care (Beta 0.39, 95% CI 0.31–0.47, P < 0.001 for "
            "women; beta 0.33, 95% CI 0.26–0.41, P < 0.001 for men).",
            [BOTH] * 2,
        ),
        (
            "Training was no better in pain (Δ +0.38, 95% CI -1.19 to 1.94) and sleep (Δ -0.35, "
            "95% CI -2.76 to 2.06) than usual care.",
            [BOTH] * 2,
        ),
        # Of all, and of neither.
        (
            "A total of 347 patients agreed to training (172 patients) or usual care (175 "
            "patients).",
            [(), "training", "usual care"],
        ),
        ("A score went with pain, independently of study group (P < 0.001).", [()]),
        # Of what compares the groups without their names.
        ("Pain with usual care was 8.1% (P = 0.008, for the comparison).", ["usual care", BOTH]),
        (
            "Pain fell (relative rate (95% CI) 0.49 (0.31 to 0.75)) in the training and usual care "
            "groups.",
            [BOTH],
        ),
    ],
)
def test_groups_are_those_of_a_numbers_own_clause(text, found):
    assert arms(text) == found


@pytest.mark.parametrize(
    ("heads", "text", "found"),
    [
        # Doses by their order, one of two words, more groups than two, a control that text names.
        (
            ["0.033 mg/kg", "0.067 mg/kg"],
            "It was 7 (35%) and 15 (38%) in the low and high dose groups.",
            ["0 033 mg kg", "0 067 mg kg"],
        ),
        (
            ["Alpha 11 1.5 mg", "Alpha 12 1.5 mg"],
            "It was 7 (35%) and 15 (38%) in the low and high dose groups.",
            ["alpha 11 1 5 mg", "alpha 12 1 5 mg"],
        ),
        (
            ["Web-based lecture", "Usual lecture"],
            "Web-based instruction raised scores in 5 (9%).",
            ["web based lecture"],
        ),
        (
            ["A1", "A2", "Placebo"],
            "Pain did not differ between the groups (P = 0.4).",
            [("all",)],
        ),
        (
            ["All"],
            "The MPC group had 5%. In the MPC group it was 7%, in routine care 6%. Routine care "
            "had 8%. It was 9% in routine care.",
            ["MPC", "MPC", "routine care", "routine care", "routine care"],
        ),
        # A place is no group.
        (
            ["Home", "Clinic"],
            "In the clinic group they forgot (n = 5) or liked a kit at home (n = 9). Overall, 26 "
            "(18%) came to our clinic.",
            ["clinic", "clinic", "all"],
        ),
        (
            ["Ropi", "Control"],
            "The ropivacaine group had 5%. Pain was less in the ropivacaine group (6%).",
            ["ropi"] * 2,
        ),
    ],
)
def test_groups_are_known_by_what_texts_call_them(heads, text, found):
    assert arms(text, of_arms(*heads)) == found


def test_the_one_outcome_of_a_sentence_is_not_doubted():
    (one,) = told(read(SIDES, text="Falls were seen in 10 (25%) with training."), "abstract")
    assert one[-1] == "arm by the nearest words"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "Mean pain scores were 4 in the usual care group, and 3 in the training group.",
            [("usual care", "mean 4"), ("training", "mean 3")],
        ),
        (
            "Median stay was 14.2 days with training and 11.9 days with usual care.",
            [("training", "median 14.2 days"), ("usual care", "median 11.9 days")],
        ),
        (
            "The median OS with training was 4.4 months, and the median stay was 9.8 days.",
            [("training", "median 4.4 months"), ("training", "median 9.8 days")],
        ),
        (
            "With training stay was shorter (mean 6.5 days).",
            [("training", "mean 6.5 days")],
        ),
        (
            "With training mean HbA1c was reduced from 8.1 to 7.2 points.",
            [("training", "mean 8.1 points"), ("training", "mean 7.2 points")],
        ),
    ],
)
def test_an_average_is_what_the_words_before_it_call_it(text, found):
    claims = told(read(SIDES, text=text), "abstract")
    assert [(arm, number) for _, arm, _, number, _ in claims] == found
    assert not any("is not said" in doubt for *_, doubt in claims)


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("The mean decrease in pain was 3.2 points with training.", True),
        ("The mean pain score was 3.2 points with training.", False),
    ],
)
def test_the_mean_of_a_decrease_is_a_change(text, change):
    *_, one = read(SIDES, text=text).items.values()
    assert (one.printed, one.change) == ("mean 3.2 points", change)


@pytest.mark.parametrize(
    "text",
    [
        "The mean age was similar and the scores were {} with training.",
        "The mean scores with training were taken from {} of each patient.",
    ],
)
def test_a_mean_ends_with_its_verb(text):
    numbers = [number for *_, number, _ in told(read(SIDES, text=text.format("4.2 points")))]
    assert "mean 4.2 points" not in numbers


def test_pain_or_a_difference_of_means_is_no_average():
    text = "Scores were 4 with training. The mean difference was 3.2 points."
    claims = told(read(SIDES, text=text), "abstract")
    assert [number for *_, number, _ in claims] == ["4", "mean difference 3.2 points"]


@pytest.mark.parametrize(
    "text",
    [
        "With training 10 of 40 (25%) fell and with usual care 20 of 50 (40%).",
        "In the training group 10 of 40 (25%) fell and in the usual care group 20 of 50 (40%).",
    ],
)
def test_numbers_behind_their_own_arms_are_theirs(text):
    claims = told(read(SIDES, text=text), "abstract")
    assert [(arm, number) for _, arm, _, number, _ in claims] == [
        ("training", "10/40 (25%)"),
        ("usual care", "20/50 (40%)"),
    ]


@pytest.mark.parametrize(
    ("heads", "text", "found"),
    [
        # A pair without names has the order in which the paper mostly has its arms; what is said
        # of some of the patients compares no arms.
        (
            ["Usual care", "Training"],
            "Pain was 5% in the training group and 8% in the usual care group. "
            "\nFever (3% vs 4%) and rash (2% vs 1%) were seen.",
            ["training", "usual care"] * 3,
        ),
        (
            ["Usual care", "Training"],
            "Pain was 5% in the training group and 8% in the usual care group. "
            "\nIn villages fever was higher (3% vs 4%).",
            ["training", "usual care", None, None],
        ),
        # A threshold "above baseline" is no visit.
        (
            ["Usual care", "Training"],
            "A gain above baseline was seen more often in the training group (20.2% vs 1.9%).",
            ["training", "usual care"],
        ),
        # A name that stands beside one of two arms alone is the other's.
        (
            ["Joint fusion", "NSM"],
            "More of the surgery group than of the NSM group had pain. The surgery group had 5% "
            "and the NSM group 8%.",
            ["joint fusion", "nsm"],
        ),
    ],
)
def test_pairs_and_names_are_known_by_the_rest_of_a_paper(heads, text, found):
    places = ((one, f"results, paragraph {at}") for at, one in enumerate(text.split("\n"), 1))
    passages = tuple(Passage(*one) for one in places)
    items = draft(ReadPaper("", passages, (of_arms(*heads),))).items.values()
    assert [one.arm for one in items if not one.cells] == found


def test_a_name_keeps_the_number_behind_its_dash():
    text = (
        "They were randomised to a single injection of CPM-26 in one cheek or VYC-20 in the other."
    )
    results = "Pain was seen in 5% on the CPM-26 side and in 8% on the VYC-20 side."
    passages = (Passage(text, "methods"), Passage(results, "results"))
    found = draft(ReadPaper("", passages, ())).groups.values()
    assert [group["label"] for group in found] == ["CPM-26", "VYC-20"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The groups did not differ in pain (P = 0.2).", [BOTH]),
        # "Larger in A" is no change in A.
        ("The change was 40.5 points larger in the training group (P = 0.01).", ["training", BOTH]),
    ],
)
def test_both_groups_are_compared(text, found):
    assert arms(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Of those 12 (20%) were ill.", "Falls were seen in 60. … Of those … were ill"),
        (
            "A share of 10.3% lost over 5% of their initial weight.",
            "A share of … lost over 5% of their initial weight",
        ),
        (
            "Force showed no effect (P = 0.2), but one of group (P = 0.01), due to overall lower "
            "values in the last session (5 ± 2).",
            "Force showed no effect … due to overall lower values in the last session",
        ),
    ],
)
def test_words_that_go_on(text, found):
    before = "Falls were seen in 60. " if text.startswith("Of those") else ""
    assert of_sentences(before + text)[-1][2] == found
