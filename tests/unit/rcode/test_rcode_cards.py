"""The calls of R on the cards: what they are filled with exists, and R can read them."""

import re
import subprocess

import pytest

from trialtrace.base.config.spec import keys_of
from trialtrace.report.rcode.call import OF
from trialtrace.report.rcode.write import filled
from trialtrace.run.trial.plan.registry import cards

BLANK = re.compile(r"\{([a-z_]+)(?:=([a-z_0-9]+))?\}")
# What every result tells, or those of effects, times, categories, contrasts, covariates, decisions.
KNOWN = {
    *("confidence", "level", "treated", "reference", "group", "visit"),
    *("time", "effect", "category", "contrast", "covariate", "value", "distribution"),
    *("term", "nominal_times"),
}
CALLS = {card.step: card.r for card in cards() if card.r is not None}
OWN = [r.own for r in CALLS.values() if r.own is not None]


def blanks(r):
    return [blank for text in (r.lines, *r.gives.values()) for blank in BLANK.findall(text)]


def test_a_call_is_filled_with_options_of_its_card():
    assert len(CALLS) >= 25
    for card in cards():
        if card.r is None:
            continue
        options = set(keys_of(card.options)) if card.options else set()
        assert {name for name, _ in blanks(card.r)} <= options | KNOWN, card.step
        assert set(card.r.only) <= options, card.step


def test_a_card_without_a_call_says_why():
    for card in cards():
        assert (card.r is None) == bool(card.r_none), card.step
        assert not card.r_none.endswith(".")


@pytest.mark.r
def test_r_can_read_every_call(tmp_path):
    script = tmp_path / "calls.R"
    texts = []
    for r in (*CALLS.values(), *OWN, *OF.values()):
        given = dict.fromkeys((name for name, _ in blanks(r)), "a")
        texts.append(filled(r.lines, given))
        texts += [filled(f"value <- {text}", given) for text in r.gives.values()]
    script.write_text("\n".join(texts), encoding="utf-8")
    command = ["Rscript", "-e", "invisible(parse(commandArgs(TRUE)))", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
