"""Every verdict of the shipped and of the published ledgers can be read."""

import re
from pathlib import Path

import pytest
import yaml

from trialtrace.claims.ledger_file import read_ledger
from trialtrace.claims.make_ledger import ledger
from trialtrace.claims.print_audit import audit_ledger
from trialtrace.claims.sentences import MOST_WORDS
from trialtrace.claims.tally import OF_COLUMN, PRINT
from trialtrace.paths import project

TRIALS = sorted(path.parent.name for path in (project().config / "trials").glob("*/claims.yaml"))
PUBLISHED = sorted((Path(__file__).parent / "published").glob("*.yaml"))


def rows_of(name):
    if name in TRIALS:
        path = project().trial_config(name) / "claims.yaml"
        return audit_ledger(ledger(yaml.safe_load(path.read_text(encoding="utf-8")))).rows
    return audit_ledger(read_ledger(project(), PUBLISHED[0].parent / f"{name}.yaml")).rows


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


def test_a_match_on_print_leaves_a_verdict_that_a_check_has_settled():
    """21 of 51 has Wald's interval; that of the other groups is searched together with it."""
    rows = {(r["claim_id"], r["component"]): r for r in rows_of("streckmann2024")}
    assert rows["cipn_wbv", "ci_low"]["on_print"] == "compatible"
    assert rows["cipn_wbv", "ci_low"].get("print_more") is None
    assert rows["cipn_tau", "ci_low"]["on_print"] == "alternative"
