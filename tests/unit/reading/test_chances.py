"""The chance of a drafted claim: which features it has, and the formula over them."""

from math import exp

import pytest

from trialtrace.audit.reading.doubt import WEIGHTS, Known, chances, features, read_weights
from trialtrace.audit.reading.draft import draft
from trialtrace.audit.reading.everyone import TAKEN
from trialtrace.audit.reading.item import Item, Left
from trialtrace.audit.reading.paper import ReadPaper, Table

CELL = {"cells": ((2, 1),), "kind": "count_percent", "path": ("Nausea",), "label": "Nausea"}


def cell(table, column, arm, **more):
    place = f"table {table}, row 3, column {column}"
    of = {"place": place, "printed": "13 (48.1%)", "quote": "13 (48.1)", "arm": arm, "size": 27}
    return Item(**{**CELL, **of, **more})


def sentence(outcome, **more):
    of = {"place": "results, paragraph 1, sentence 2", "printed": "P = 0.02", "quote": "P = 0.02"}
    path = (f"{outcome} (results, paragraph 1, sentence 2, p 1)",)
    return Item(**{"kind": "p", "label": "p", "path": path, **of, **more})


PAPER = {
    "one": cell(1, 2, "a"),
    "two": cell(1, 3, "b", printed="14 (48.1%)", doubts=("n (%) from the caption",)),
    "three": cell(2, 2, "a", path=("Pain", "Severe"), size=None, kind="count", printed="4"),
    "four": cell(2, 3, None, doubts=("no arm is named over this column",)),
    "five": sentence("Nausea was less frequent in the group"),
    "six": sentence("was not", arm="a", kind="percent", printed="5%", doubts=("arm by words",)),
}
LEFT = [Left("table 2, row 9, column 2", "43", "what its numbers are is not said")]


@pytest.fixture
def known():
    return Known(PAPER.values(), LEFT, ["A", "B"])


def test_a_cell_that_adds_up_and_one_that_does_not(known):
    assert features(PAPER["one"], known) == {
        "table": 1.0,
        "table, n known": 1.0,
        "table, share adds up": 1.0,
        "table, arm of other places too": 1.0,
        "table, row has every arm": 1.0,
        "table, share of claims in doubt": 0.5,
    }
    other = features(PAPER["two"], known)
    assert other["table, form guessed"] and "table, share adds up" not in other
    assert "table, arm of other places too" not in other


def test_a_lone_number_below_a_section_of_a_table_read_in_part(known):
    found = features(PAPER["three"], known)
    assert found["table, lone number"] and found["table, below a section"]
    assert found["table, n known of others"] == 1 and "table, n known" not in found
    assert found["table, share of numbers left"] == 1 / 3
    assert features(PAPER["four"], known)["table, no group"] == 1


def test_the_words_of_a_sentence_are_held_against_rows(known):
    named, bare = (features(PAPER[name], known) for name in ("five", "six"))
    assert named["sentence, share of its words that rows of tables have"] == 0.5  # nausea, frequent
    assert named["sentence, p alone"] and named["sentence, no group"]
    assert bare["sentence, fewer than two words of an outcome"] and bare["sentence, group guessed"]
    assert bare["sentence, words begin midway"] and "sentence, words begin midway" not in named


def test_a_sentence_of_many_numbers_and_a_p_of_no_known_groups(known):
    alone = features(PAPER["five"], known)
    assert alone["sentence, no group of a p or an estimate"]
    assert "sentence, more than three numbers in it" not in alone
    assert "sentence, no group of a p or an estimate" not in features(PAPER["six"], known)
    lone = Known([PAPER["five"]], [], ["A"])
    found = features(PAPER["five"], lone)
    assert found["sentence, no other number in it"] and found["sentence, fewer than two arms known"]
    many = features(PAPER["five"], Known([PAPER["five"]] * 4, [], ["A", "B"]))
    assert many["sentence, more than three numbers in it"]
    assert "sentence, no other number in it" not in alone


def test_the_chance_is_the_logistic_sum_of_what_the_file_says(known):
    weights = read_weights(WEIGHTS)
    made = chances(PAPER, LEFT, ["A", "B"])
    total = (
        weights["table"]
        + weights["table, n known"]
        + weights["table, share adds up"]
        + weights["table, arm of other places too"]
        + weights["table, row has every arm"]
        + weights["table, share of claims in doubt"] / 2
    )
    assert made["one"] == pytest.approx(1 / (1 + exp(-total)), abs=1e-12)
    assert made["one"] > made["two"] > made["four"] and made["one"] > 0.9 > 0.7 > made["six"]


def test_every_feature_has_a_weight_and_every_weight_a_feature(known):
    kinds = ("p", "effect", "mean", "count_percent")
    every = [*PAPER.values()]
    every += [
        cell(3, 2, "a", kind=kind, doubts=(doubt,)) for kind in kinds for doubt in ("x", "arm")
    ]
    every += [sentence("12 and", kind="effect", printed="1 (2%)", arm="a")]
    every += [sentence("fell", kind="count", printed="12", arm="all", doubts=(TAKEN,))]
    of = Known(every, LEFT, ["A", "B", "C", "D"])
    names = {name for item in every for name in features(item, of)}
    names |= {*features(every[-1], Known(every[-1:], [], ["A"]))}
    names |= {*features(every[-1], Known(every[-1:] * 4, [], ["A"]))}
    assert names == set(read_weights(WEIGHTS))


def test_columns_that_no_paper_was_tried_on_have_the_chance_of_no_group():
    heads = ("", "Training (n=40)", "Usual care (n=50)")
    cells = ("Titre, geometric mean (95% CI)", "3.4 (2.9 to 4.0)", "2.5 (2.1 to 3.0)")

    def chance(head):
        rows = ((*heads, head), (*cells, "1.36 (1.07 to 1.73)"))
        made = draft(ReadPaper("", (), (Table("table 1", "Table 1. Titres", rows, 1),)))
        return float([*made.claims.values()][-1]["chance"])

    assert max(chance("Ratio (95% CI)"), chance("Δ (95% CI)")) < chance("Odds ratio (95% CI)") - 0.1
