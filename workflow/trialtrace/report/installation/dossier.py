"""A validation as documents to sign: requirements, statistics, tests, and circumstances."""

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from trialtrace.base.store import write_bytes, write_json
from trialtrace.report.installation.evidence import FAILED, NOT_RUN, REQUIREMENTS, Test, worst
from trialtrace.report.installation.statistics import Compared
from trialtrace.report.render.document import parse_document
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.render.house import Page
from trialtrace.report.render.pandoc import convert

TITLE, STEM = "Validation of an installation of trialtrace", "validation"
ROLES = ("performed by", "reviewed by", "approved by")
NO_CLAIM = (
    "This document records tests of one installation. It does not claim that the installation, or "
    "a use of it, complies with any regulation: docs/validation.md says what remains your part."
)
LONGEST = 300
# A line to write on.
RULED = r"\_" * 18


def write_dossier(
    folder: Path, tests: Sequence[Test], table: Sequence[Compared], about: Mapping[str, str]
) -> None:
    """Write validation.json, .html and .pdf in a folder."""
    requirements = [
        {"text": each.text, "risk": each.risk, "outcome": worst(each.of(tests))}
        | {"tests": [test.id for test in each.of(tests)]}
        for each in REQUIREMENTS
    ]
    document = {"about": dict(about), "traceability": requirements}
    document |= {"tests": [asdict(test) for test in tests]}
    write_json(folder / f"{STEM}.json", document | {"statistics": [asdict(row) for row in table]})
    with tempfile.TemporaryDirectory(prefix="validate") as made:
        source = parse_document(f"---\ntitle: {json.dumps(TITLE)}\n---\n", f"{STEM}.qmd")
        text = "\n\n".join(_parts(tests, table, about))
        page = Page(title=TITLE, stem=STEM)
        pages, _ = convert([text], [source], page, Path(made), ("html", "pdf"))
    for name, content in pages.items():
        write_bytes(folder / name, content)


def verdict(tests: Sequence[Test]) -> str:
    """One line of what came of it."""
    failed, left = (sum(test.outcome == outcome for test in tests) for outcome in (FAILED, NOT_RUN))
    passed = len(tests) - failed - left
    counts = f"{passed} passed, {failed} failed, {left} not run"
    return (
        f"{'FAILED' if failed else 'passed, as far as it was run' if left else 'passed'}: {counts}"
    )


def _parts(
    tests: Sequence[Test], table: Sequence[Compared], about: Mapping[str, str]
) -> Iterator[str]:
    yield f"**{verdict(tests)}.** {NO_CLAIM}"
    yield _table(("", ""), about.items(), "2 5")
    yield "# Signatures"
    for role in ROLES:
        yield f"{role}: name {RULED} date {RULED} signature {RULED}"
    yield "# From requirements to results"
    rows = (
        (each.text, each.risk, ", ".join(t.id for t in each.of(tests)), worst(each.of(tests)))
        for each in REQUIREMENTS
    )
    yield _table(("requirement", "risk", "tests", "result"), rows, "5 4 4 2")
    yield "# Tests"
    yield _table(
        ("test", "what", "result", "found"),
        ((t.id, t.what, t.outcome, t.found) for t in tests),
        "4 4 2 5",
    )
    if table:
        yield "# Statistics compared with R"
        yield "Differences are relative; *outside* counts numbers beyond the tolerance."
        head = ("statistic", "cases", "numbers", "reference", "largest difference", "outside")
        yield _table(head, map(_row, table), "5 2 2 5 2 2")


def _row(row: Compared) -> tuple[object, ...]:
    name, largest = f"{row.subject}: {row.statistic}", f"{row.largest:.1e}"
    return name, row.cases, row.numbers, row.reference, largest, row.outside


def _table(head: Sequence[str], rows: Iterable[Sequence[object]], widths: str) -> str:
    """A pipe table; its rules have the widths of the columns in a PDF."""
    lines = [head, ["-" * 10 * int(width) for width in widths.split()]]
    for row in rows:
        lines.append([escape_markdown(str(cell)[:LONGEST].replace("\n", " ")) for cell in row])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
