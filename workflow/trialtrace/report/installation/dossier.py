"""A validation as documents to sign: the traceability table, every test, and its circumstances."""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from trialtrace.base.store import write_bytes, write_json
from trialtrace.report.installation.evidence import FAILED, NOT_RUN, REQUIREMENTS, Test, worst
from trialtrace.report.render.document import parse_document
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.render.house import Page
from trialtrace.report.render.pandoc import convert
from trialtrace.run.trial.plan.references import method_of
from trialtrace.run.trial.plan.registry import cards

TITLE, STEM = "Validation of an installation of trialtrace", "validation"
ROLES = ("performed by", "reviewed by", "approved by")
NO_CLAIM = (
    "This document records tests of one installation. It is no claim that the installation, or a "
    "use of it, complies with any regulation: docs/validation.md says what it serves, and what "
    "stays with those who use it."
)
LONGEST = 300
# A line to write on.
RULED = r"\_" * 18


def write_dossier(folder: Path, tests: Sequence[Test], about: Mapping[str, str]) -> None:
    """validation.json, .html and .pdf in a folder."""
    table = [
        {
            "requirement": requirement.id,
            "text": requirement.text,
            "risk": requirement.risk,
            "outcome": worst(requirement.of(tests)),
        }
        | {"tests": [test.id for test in requirement.of(tests)]}
        for requirement in REQUIREMENTS
    ]
    document = {
        "about": dict(about),
        "traceability": table,
        "tests": [asdict(test) for test in tests],
    }
    write_json(folder / f"{STEM}.json", document)
    with tempfile.TemporaryDirectory(prefix="validate") as made:
        source = parse_document(f"---\ntitle: {json.dumps(TITLE)}\n---\n", f"{STEM}.qmd")
        text = "\n\n".join(_parts(tests, about))
        pages = convert(text, [source], Page(title=TITLE, stem=STEM), Path(made), ("html", "pdf"))
    for name, content in pages.items():
        write_bytes(folder / name, content)


def verdict(tests: Sequence[Test]) -> str:
    """One line of what came of it."""
    failed, left = (sum(test.outcome == outcome for test in tests) for outcome in (FAILED, NOT_RUN))
    passed = len(tests) - failed - left
    told = f"{passed} passed, {failed} failed, {left} not run"
    return f"{'FAILED' if failed else 'passed, as far as it was run' if left else 'passed'}: {told}"


def _parts(tests: Sequence[Test], about: Mapping[str, str]) -> Iterator[str]:
    yield f"**{verdict(tests)}.** {NO_CLAIM}"
    yield _table(("", ""), ([name, text] for name, text in about.items()), "2 5")
    wrong = [test for test in tests if test.outcome == FAILED]
    if wrong:
        yield "# What failed"
        yield _table(("test", "what", "found"), ([t.id, t.what, t.found] for t in wrong), "2 3 5")
    yield "# Signatures"
    for role in ROLES:
        yield f"{role}: name {RULED} date {RULED} signature {RULED}"
    yield "# From requirements to results"
    rows = [
        [
            requirement.id,
            requirement.text,
            requirement.risk,
            _counted(requirement.of(tests)),
            worst(requirement.of(tests)),
        ]
        for requirement in REQUIREMENTS
    ]
    yield _table(("", "requirement", "risk", "tests", "result"), rows, "1 5 4 3 2")
    yield "# Methods"
    yield (
        "Every method that a plan can name, and its reference. *Other code* is the module that "
        "recomputes it in every run, and for R6 with every option."
    )
    choices = worst(test for test in tests if test.id.startswith("O.choices"))
    methods = [
        [card.step, _named(card.step), card.check, _method(card.step, choices, tests)]
        for card in cards()
    ]
    yield _table(("method", "what", "other code", "R6"), methods, "4 6 2 2")
    yield "# Tests"
    yield _table(
        ("test", "what", "result", "found"),
        ([t.id, t.what, t.outcome, t.found] for t in tests),
        "4 4 2 4",
    )


def _named(step: str) -> str:
    """What a method is called, and where it was published."""
    named = method_of(step)
    return f"{named.title} ({named.reference})" if named.reference else named.title


def _method(step: str, choices: str, tests: Sequence[Test]) -> str:
    """A method failed where a test of every choice names it; where none is named, all are in
    doubt."""
    if choices != FAILED:
        return choices
    found = " ".join(t.found for t in tests if t.id.startswith("O.choices") and t.outcome == FAILED)
    return FAILED if step in found else "see tests"


def _counted(tests: Sequence[Test]) -> str:
    names = sorted({".".join(test.id.split(".")[:2]) for test in tests})
    return f"{', '.join(names)} ({len(tests)})"


def _table(head: Sequence[str], rows: Iterator[list[str]] | list[list[str]], widths: str) -> str:
    """A pipe table; its rules have the widths of the columns in a PDF."""
    lines = [head, ["-" * 10 * int(width) for width in widths.split()]]
    shown = ["| " + " | ".join(line) + " |" for line in lines]
    for row in rows:
        cells = (escape_markdown(cell[:LONGEST].replace("\n", " ")) for cell in row)
        shown.append("| " + " | ".join(cells) + " |")
    return "\n".join(shown)
