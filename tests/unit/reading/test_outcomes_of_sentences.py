"""Of what a number of a sentence is: by the sentence before, and by what stands behind it."""

import pytest
from drafted_sides import SIDES

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
