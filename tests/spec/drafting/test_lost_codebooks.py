"""Codebooks in forms that were read in part or not at all."""

import pytest

from trialtrace.run.drafting.described import with_values

FEEDS = {"0": "hay", "1": "maize"}


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("feeding groups (1=maize, 0=hay)", "feeding groups"),
        ("feeding groups (1=maize, 0=hay), see the paper (12 weeks).", "feeding groups"),
        ("feeding groups (maize=1, hay=0)", "feeding groups"),
        ("feeding groups (0/1 = hay/maize)", "feeding groups"),
    ],
)
def test_codes_in_brackets_with_their_words(text: str, head: str):
    found = with_values(text, ("0", "1"))
    assert found and (found[0], dict(found[1])) == (head, FEEDS)


@pytest.mark.parametrize("text", ["group (0/1/2 = hay/maize)", "scale 0/1 = of either"])
def test_lists_of_unequal_length_label_nothing(text: str):
    assert with_values(text, ("0", "1")) is None
