"""Every verdict of the shipped and of the published ledgers can be read."""

import re
from functools import cache
from pathlib import Path

import pytest
import yaml

from trialtrace.audit.files.file import read_standing
from trialtrace.audit.files.make import ledger
from trialtrace.audit.printed.sentences import MOST_WORDS
from trialtrace.audit.printed.verdicts import OF_COLUMN, PRINT
from trialtrace.audit.verdicts.audit import audit_ledger
from trialtrace.audit.verdicts.tally import unmatched
from trialtrace.base.paths import project

TRIALS = sorted(path.parent.name for path in (project().config / "trials").glob("*/claims.yaml"))
PUBLISHED = sorted((Path(__file__).parent / "published").glob("*.yaml"))


@cache
def rows_of(name):
    if name in TRIALS:
        path = project().trial_config(name) / "claims.yaml"
        return audit_ledger(ledger(yaml.safe_load(path.read_text(encoding="utf-8")))).rows
    return audit_ledger(
        read_standing(project(), PUBLISHED[0].parent / f"{name}.yaml", trust=False)[0]
    ).rows


@pytest.mark.parametrize("name", [*TRIALS, *(path.stem for path in PUBLISHED)])
def test_a_verdict_is_a_short_text_of_whole_sentences(name):
    for row in rows_of(name):
        text = row["print_finding"]
        assert row["on_print"] in OF_COLUMN[PRINT]
        assert len(text.split()) <= MOST_WORDS and text.endswith((".", "?"))
        assert "Not checkable" not in text
        # A p of nothing, and numbers that are written in two ways.
        assert not re.search(r"\bp (=|from|of) 0\.0+\b", text), text
        assert not re.search(r"\d[\N{NO-BREAK SPACE} ]\d{3}\b", text), text
        assert not re.search(r"\d–-|--", text), text
        # One form of %, of p and of thousands, but for what is quoted as printed.
        ours = re.sub(r"“[^”]*”", "", text)
        assert not re.search(r"\d%|\d percent\b(?! point)|\d·\d", ours), text
        assert not re.search(r"(?<![-\w])(p ?[=<>]|[pP][=<>]|P [=<>] \.)", ours), text
        assert not re.search(r"(?<![\d.,])\d{4,} of|of \d{4,}", ours), text


@pytest.mark.parametrize(
    ("name", "claim", "component", "ends"),
    [
        ("apixaban2011", "ph", "value", "against 1.38, in keeping with P < 0.001."),
        ("ticagrelor2009", "h", "p", "P from below 0.0001 to 0.000358, in keeping with P < 0.001."),
        (
            "sprave2019",
            "tumour_other_con_percent",
            "percent",
            "printed is 24.1 %; 7 would print so.",
        ),
        ("sprave2019", "treated", "value", "are in “began treatment” (93 %)."),
        ("sprave2019", "thoracic_p", "p", "The ledger names no test."),
        ("streckmann2024", "deaths_smt", "ci_low", "of 1 of 52 by Wald, cut at 0 and 1."),
        ("streckmann2024", "best_touch_tau", "direction", "than with treatment as usual” is read."),
        ("streckmann2024", "dose_less_tau", "direction", "lower, as the words say."),
        (
            "elmunzer2012",
            "bleeding_placebo",
            "value",
            "“Gastrointestinal bleeding: P=0.72” and “Gastrointestinal bleeding: 11 (1.8%)”.",
        ),
        ("elmunzer2012", "no_stent_p", "p", "Fisher's exact test gives P = 0.0487, as printed."),
        ("elmunzer2012", "severe_p", "p", "Fisher's exact test and both mid-p tests give."),
        ("aspirin1989", "mi_aspirin", "value", "no other number in the ledger decides it."),
    ],
)
def test_a_sentence_an_editor_would_stumble_over(name, claim, component, ends):
    """A p of another claim, a curve of a tumour, a size added up twice, an unclear reference."""
    rows = {(r["claim_id"], r["component"]): r for r in rows_of(name)}
    assert rows[claim, component]["print_finding"].endswith(ends)


def test_the_usual_tests_are_told_one_by_one():
    """scipy: Fisher .5225, less half of the table's .1889 .4281; χ² .4287, corrected .6415."""
    text = {r["claim_id"]: r["print_finding"] for r in rows_of("sprave2019")}["thoracic_p"]
    assert "P = 0.429 (χ²), 0.642 (with correction), 0.523 (Fisher) and 0.428 (mid-p)" in text
    assert "; none prints as P = 0.423" in text


@pytest.mark.parametrize(
    ("name", "claims"),
    [
        ("sprave2019", {"fracture_p", "age_p", "tumour_p", "thoracic_p"}),
        ("elmunzer2012", {"bleeding_p"}),
        ("moertel1990", set()),
    ],
)
def test_a_p_that_no_usual_test_gives_is_marked(name, claims):
    assert {row["claim_id"] for row in rows_of(name) if unmatched(row)} == claims


def test_a_match_on_print_leaves_a_verdict_that_a_check_has_settled():
    """21 of 51 has Wald's interval; that of the other groups is searched together with it."""
    rows = {(r["claim_id"], r["component"]): r for r in rows_of("streckmann2024")}
    assert rows["cipn_wbv", "ci_low"]["on_print"] == "compatible"
    assert rows["cipn_wbv", "ci_low"].get("print_more") is None
    assert rows["cipn_tau", "ci_low"]["on_print"] == "alternative"
