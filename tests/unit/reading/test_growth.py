"""What reading costs grows as a paper does, whatever its paragraphs, cells and labels hold.

Patterns are measured by a ratio of processor times of one run; all else by the calls that it makes.
"""

import pytest
from cost import calls, seconds

from trialtrace.audit.reading import forms, sentences
from trialtrace.audit.reading.arms import Arms
from trialtrace.audit.reading.cells import read_cell
from trialtrace.audit.reading.draft import draft
from trialtrace.audit.reading.heading_words import LONGEST, said
from trialtrace.audit.reading.item import Item
from trialtrace.audit.reading.paper import Passage, ReadPaper
from trialtrace.audit.reading.sentences import LONGEST_SENTENCE, read_passages

pytestmark = pytest.mark.full

PARTS = [
    *("0.5 (95% CI 0.1 to ", "12.3 ± 4.5 (SD ", "12.3 (4.5; ", "27 of 60 (45 ", "1", "1,", "123,"),
    *("123.", "1 ", "1-", "p = 0.0", "12 vs ", "F(1, ", "12 (34) ", "17 fell among ", "95% CI "),
]
PATTERNS = [
    sentences._RESULT,
    sentences._CELLS,
    sentences._OF_UNITS,
    *(pattern for _, pattern in forms.FORMS),
]


def cost(text):
    """The processor time of a search by all patterns."""
    return seconds(lambda: [sum(1 for _ in one.finditer(text)) for one in PATTERNS], times=3)


@pytest.mark.parametrize("part", PARTS)
def test_patterns_cost_the_same_for_each_character(part):
    """Four times the text costs four times as much; it was sixteen times and more."""
    assert cost((part * 20_000)[:20_000]) < 9 * cost((part * 5_000)[:5_000])


def drafted(text):
    """How many calls a draft of a paper of one paragraph makes."""
    return calls(lambda: draft(ReadPaper("", (Passage(text, "results"),), ())))


@pytest.mark.parametrize(
    "part", ["P = 0.04. ", "It was 27/60 (45%). ", "A. ", "27 of 60 (45 ", "1,"]
)
def test_a_draft_makes_as_many_calls_for_each_character(part):
    drafted(part)
    assert drafted(part * 800) < 2.2 * drafted(part * 400) + 100


def test_what_is_longer_than_a_sentence_is_listed_and_not_read():
    text = "With training 27/60 (45%) fell; " * (LONGEST_SENTENCE // 30)
    read = list(read_passages((Passage(text, "results"),), Arms({})))
    assert [type(one) is Item for one in read] == [False]
    assert "no sentence" in read[0].why and read[0].text.startswith("With training 27/60")


def test_a_label_or_cell_that_is_text_is_no_label_or_cell():
    assert said("mean " * LONGEST).kind is None
    assert read_cell("1,234 " * LONGEST) is None
