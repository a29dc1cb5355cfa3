"""Every verdict of the shipped and of the published ledgers can be read."""

import re
from functools import cache
from pathlib import Path

import pytest
import yaml

from trialtrace.audit.files.file import read_standing
from trialtrace.audit.files.make import ledger
from trialtrace.audit.printed.sentences import MOST_WORDS, sentences
from trialtrace.audit.printed.verdicts import OF_COLUMN, PRINT
from trialtrace.audit.verdicts.audit import audit_ledger
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
        assert text.endswith((".", "?"))
        assert len(text.split()) <= MOST_WORDS or len(sentences(text)) < 3
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
