"""Page 1: rows of its tables, what it reads from them, its ranked cautions and its length."""

import html
import re
from dataclasses import replace
from types import SimpleNamespace

import mini_run
import mini_trial
import pytest

from trialtrace.report.material import Material
from trialtrace.report.page_one import cautions as doubts
from trialtrace.report.page_one import page, published
from trialtrace.report.page_one.cautions import Caution, cautions
from trialtrace.report.page_one.page import MOST_WORDS, count_words, page_one
from trialtrace.report.page_one.primary_table import primary_table
from trialtrace.report.sections import interpretation as readings
from trialtrace.report.sections.findings import compared
from trialtrace.report.sections.interpretation import reading
from trialtrace.report.sections.questions import leading
from trialtrace.report.tables import NO_BREAK
from trialtrace.run.trial.load import load_settings

ALSO = """\
  relief_all:
    label: Relief of all (by another interval)
    role: primary
    of: relief_primary
    estimates: [{risk_difference: wald}]
multiplicity:
"""


def words(markdown: str) -> str:
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", html.unescape(markdown))
    return text.replace(NO_BREAK, " ")


def rows_of(table: str) -> dict[str, list[str]]:
    lines = [line.strip("| ").split("|") for line in words(table).splitlines() if "---" not in line]
    return {label.strip(): [cell.strip() for cell in cells] for label, *cells in lines}


@pytest.fixture(scope="module")
def mini(tmp_path_factory):
    run = mini_run.run_mini(tmp_path_factory.mktemp("page"))
    return Material(run.trial, load_settings(run.at), run.folder, {})


@pytest.fixture(scope="module")
def beside(tmp_path_factory):
    plan = mini_trial.PLAN.replace("multiplicity:\n", ALSO)
    run = mini_run.run_mini(tmp_path_factory.mktemp("beside"), plan=plan)
    return Material(run.trial, load_settings(run.at), run.folder, {})


def test_the_table_has_patients_outcomes_effects_and_p_by_arm(mini):
    """Relief in 6 of 10 and 3 of 9: Newcombe's interval by his example's formula, and Fisher's p by
    scipy, 0.37."""
    (analysis,) = leading(mini)
    rows = rows_of(primary_table(mini, analysis))
    assert rows["Relief"] == ["Drug", "Placebo"]
    assert rows["Randomised"] == ["10", "10"]
    assert rows["Event / outcome known"] == ["6/10 (60.0 %)", "3/9 (33.3 %)"]
    assert rows["Risk difference, points (95% CI)"][0] == "26.7 (−15.8 to 58.1)"
    (p,) = (cells for label, cells in rows.items() if label.startswith("p, "))
    assert len(p[0]) and p[0][0] in ".0<"


def test_a_second_primary_analysis_is_a_row(beside):
    (analysis,) = leading(beside)
    rows = rows_of(primary_table(beside, analysis))
    label = "Risk difference, points: by another interval (95% CI)"
    wald = next(r for r in beside.of("relief_all") if r["stat_name"] == "risk_difference")
    assert rows[label][0] == wald["stat_text"].replace(" percentage points (95% CI", " (").replace(
        "( ", "("
    )


@pytest.mark.parametrize(
    ("value", "p", "better", "told"),
    [
        (0.2, 0.01, None, "Drug and placebo differ: higher with drug."),
        (-0.2, 0.01, None, "Drug and placebo differ: lower with drug."),
        (0.2, 0.01, "higher", "Drug does better than placebo."),
        (0.2, 0.01, "lower", "Placebo does better than drug."),
        (-0.2, 0.01, "lower", "Drug does better than placebo."),
        (-0.2, 0.4, "lower", "No effect of drug against placebo is shown: the interval allows "),
    ],
)
def test_reading_follows_decision_direction_and_side(mini, monkeypatch, value, p, better, told):
    (analysis,) = leading(mini)
    monkeypatch.setattr(readings, "planned_side", lambda *_: better)
    found = next(compared(mini, analysis))
    one = replace(
        found,
        estimate=found.estimate | {"stat_value": value},
        planned=found.planned | {"stat_value": p},
    )
    monkeypatch.setattr(readings, "compared", lambda *_: [one])
    monkeypatch.setattr(readings, "deciding", lambda *_: one.planned)
    text = words(reading(mini, analysis))
    assert text.startswith(told)


def test_a_margin_is_named_with_what_is_shown_of_it(mini):
    (analysis,) = leading(mini)
    found = next(compared(mini, analysis))
    p = found.planned | {"stat_value": 0.01, "options": '{"margin": -0.1, "sides": "greater"}'}
    told = words(readings._of_pair(mini, analysis, found, p))
    assert told == "non-inferiority of drug to placebo at \N{MINUS SIGN}0.1 is shown."


def test_what_parts_from_the_primary_analysis_decides_the_reading(beside):
    (analysis,) = leading(beside)
    found = next(compared(beside, analysis))
    clear = replace(found, estimate=found.estimate | {"ci_low": 0.1, "ci_high": 0.4})
    told = words(readings._of_pair(beside, analysis, clear, found.planned | {"stat_value": 0.01}))
    of = "Relief of all (by another interval)"
    assert told == f"drug does not succeed: the interval of “{of}” includes 0."


def test_cautions_are_ranked_and_what_the_table_shows_is_none(mini, monkeypatch):
    (analysis,) = leading(mini)
    first = next(compared(mini, analysis)).estimate | {"ci_low": 0.1, "ci_high": 0.4}
    unlike = first | {"ci_low": -0.1, "result_id": "mini/other"}
    given = SimpleNamespace(first=first, unlike=lambda: [unlike], bounds=[])
    monkeypatch.setattr(doubts, "readings", lambda *_: [given])
    monkeypatch.setattr(doubts, "not_adjusted", lambda _: ["Two comparisons."])
    told = cautions(mini, set(), {})
    codes = [one.code for one in told]
    assert codes[0] == "other_choice" and "not_adjusted" in codes
    assert [one.rank for one in told] == sorted(one.rank for one in told)
    assert "other_choice" not in [one.code for one in cautions(mini, {"mini/other"}, {})]


@pytest.mark.parametrize(
    ("lost", "arms", "rank"),
    [(2, 1.0, 1), (1, 1.0, 5), (1, 0.0001, 1)],
    ids=["more than a tenth", "fewer", "fewer, of one arm"],
)
def test_losses_are_grave_above_a_tenth_or_beyond_chance(mini, monkeypatch, lost, arms, rank):
    given = SimpleNamespace(
        lost=lost, randomised=15, why={"Moved": 1.0}, p_arms=arms, p_outcome=1.0, label="Relief"
    )
    monkeypatch.setitem(vars(mini), "primary_losses", [given])
    (told,) = doubts._losses(mini)
    assert (told.code, told.rank) == ("outcome_missing", rank)
    assert told.text.startswith(f"{lost} of 15 patients (")
    assert ("beyond chance" in told.text) is (arms < 1)


def test_the_gravest_doubts_stand_however_long_and_the_rest_is_counted():
    long = "word " * 40
    found = [
        Caution("outcome_missing", 1, long),
        Caution("other_choice", 2, long),
        Caution("registered_late", 3, long),
        Caution("stopped_early", 5, "Ended early."),
        Caution("limitation_declared", 6, "Only ours."),
    ]
    shown = page.chosen(found, 30)
    text, more = page._doubts(shown, 3, {"sec-limits": "report-2.html"})
    assert [line[:2] for line in text.splitlines()[2:]] == ["1.", "2."]
    assert more == "[Further cautions (3)](report-2.html#sec-limits)."
    shown = page.chosen(found, 200)
    text, more = page._doubts(shown, len(found) - len(shown), {})
    assert text.count("word") == 120 and more == "Further cautions (2)."


def test_words_are_counted_as_a_reader_counts_them():
    table = "| A b | [1](x.html#c) |\n| --- | ---: |\n| **C** | 2 |\n"
    assert count_words(table) == 5
    assert count_words("::: {.lost}\n**Two words**\n:::\n") == 2


@pytest.mark.parametrize(
    ("verdicts", "told"),
    [
        ([("equals", "holds")], "1 of 1 can be checked: 0 contradict, 0 questions."),
        (
            [("differs", "holds"), ("no_result", "contradicts"), ("equals", "question")],
            "3 of 3 can be checked: 2 contradict, 1 question.",
        ),
        ([("no_result", "not_checked")], "0 of 1 can be checked: 0 contradict, 0 questions."),
    ],
)
def test_published_numbers_are_counted_by_claim(mini, monkeypatch, verdicts, told):
    claims = [
        mini.claims[0]
        | {"claim_id": f"c{n}", "against_data": data, "on_print": on_print, "print_finding": ""}
        for n, (data, on_print) in enumerate(verdicts)
    ]
    monkeypatch.setitem(vars(mini), "claims", claims)
    monkeypatch.setattr(published, "of_primary", lambda *_: False)
    assert words(published.published_line(mini)) == told


def test_the_page_has_its_parts_in_order_and_links_every_number(mini):
    places = {"sec-harms": "report-3.html", "sec-limits": "report-4.html"}
    text = page_one(mini, places)
    assert count_words(text) <= MOST_WORDS
    heads = re.findall(r"^\*\*([A-Z][a-z ]+)\.?\*\*", text, re.M)
    assert [one for one in heads if one != "What to doubt"] == [
        "Question",
        "Design",
        "Reading",
        "Published numbers",
    ]
    cells = [line for line in text.splitlines() if line.startswith("|") and "/10" in line]
    bare = re.sub(r"\[[^\]]*\]\([^)]*\)|&#\d+;", "", "\n".join(cells))
    assert cells and not re.findall(r"\d", bare)
    assert "Plan not frozen." in text
