"""Of what a number of a sentence is: by the sentence before, and by what stands behind it."""

import pytest
from drafted_sides import SIDES
from test_grammar_of_sentences import BOTH, of_sentences
from test_numbers_of_sentences import of_arms

from trialtrace.audit.reading.context import OUTCOME_BEFORE
from trialtrace.audit.reading.draft import draft
from trialtrace.audit.reading.paper import Passage, ReadPaper


def drafted(*texts):
    """Numbers of paragraphs of results, with what they are of and their doubts."""
    passages = (
        Passage("They were randomised to training (n = 30) or usual care (n = 28).", "methods"),
        *(Passage(text, f"results, paragraph {at}") for at, text in enumerate(texts, 1)),
    )
    made = draft(ReadPaper("", passages, (SIDES,)))
    return [one for one in made.items.values() if one.place.startswith("results")]


@pytest.mark.parametrize(
    "texts",
    [
        ("Severity of pain was compared by ANCOVA.", "The test showed a difference (P = 0.01)."),
        (
            "Severity of pain was compared by ANCOVA. There was no difference between the training "
            "and the usual care group (P = 0.01).",
        ),
    ],
)
def test_a_test_alone_is_of_what_was_told_last(texts):
    (one,) = drafted(*texts)
    assert one.outcome.startswith("Severity of pain was compared by ANCOVA. …")
    assert OUTCOME_BEFORE in one.doubts


def test_a_test_of_something_that_its_sentence_names_is_of_that():
    (one,) = drafted(
        "Severity of pain was compared.", "There was no difference in fever (P = 0.1)."
    )
    assert "pain" not in one.outcome
    assert OUTCOME_BEFORE not in one.doubts


def test_a_share_without_words_is_not_of_the_sentence_before():
    (one,) = drafted("Severity of pain was compared.", "A total of 12 (40%).")
    assert "pain" not in one.outcome


@pytest.mark.parametrize(
    ("sentence", "outcome"),
    [
        ("Only 5.4% were 26 years or older.", "Only … were 26 years or older"),
        ("A quarter (7/28, 25%) of them had pain.", "A quarter … them had pain"),
        ("Of them, 12 (40%) had 3 or more falls.", "Of them … had 3 or more falls"),
        ("In all, 9 (30%) had pain within the first 4 months.", "within the first 4 months"),
    ],
)
def test_numbers_among_the_words_behind_a_number_end_them_not(sentence, outcome):
    assert outcome in of_sentences(sentence)[0][2]


def test_a_word_of_a_name_before_others_is_no_group():
    arms = of_arms("Weight watchers", "Self-guided")
    text = "Those with asthma lost more weight than treated participants without (P = 0.01)."
    assert [arm for _, arm, _ in of_sentences(text, arms)] == [()]


def test_p_in_the_plural():
    assert of_sentences("Pain was alike between the groups (all p's > 0.05).") == [
        ("p > 0.05", BOTH, "Pain was alike between the groups")
    ]


def test_quartiles_behind_a_word_for_the_unit():
    (one, *_) = of_sentences("They had a median of 25.9 mg/kg base (IQR 25.0-27.3 mg/kg).")
    assert one[0] == "median (IQR) 25.9 (25.0 to 27.3)"
