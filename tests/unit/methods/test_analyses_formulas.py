"""Analyses reach the formulas of cards through the cards alone."""

import importlib
from pathlib import Path

import pytest

from trialtrace.run.jobs.closure import imports_of
from trialtrace.run.methods.analysing.formulas import STATS
from trialtrace.run.methods.analysing.registry import MODULES
from trialtrace.run.trial.plan.registry import cards

# What takes more of a formula's module than the formula, and is the analysis of no other card.
OF_ONE_CARD = {"hierarchy"}
# Contrasts and Wald tests of coefficients, in which most models end.
ENDS = f"{STATS}.regression.coefficients"


@pytest.mark.parametrize("family", sorted(set(MODULES) - OF_ONE_CARD))
def test_an_analysis_imports_no_formula_of_a_card(family):
    """An edit of a formula would rerun every analysis of the family."""
    source = Path(importlib.import_module(MODULES[family]).__file__).read_text(encoding="utf-8")
    formulas = {f"{STATS}.{named.partition(':')[0]}" for card in cards() for named in card.formulas}
    assert set(imports_of(source, ".py", ()).names) & formulas <= {ENDS}


def test_what_may_import_its_formula_has_one_card():
    for family in OF_ONE_CARD:
        assert [card.family for card in cards()].count(family) == 1


def test_only_what_counts_has_no_formula():
    assert {card.method for card in cards() if not card.formulas} == {"count", "recurrent"}
