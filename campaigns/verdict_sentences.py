"""Every verdict sentence of the trials and of the published ledgers, on one page to read.

Writes docs/audit-sentences.md from the results of the last run and from tests/spec/audit/published.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from record import ROOT
from trialtrace.claims.ledger_file import read_ledger
from trialtrace.claims.print_audit import audit_ledger
from trialtrace.claims.tally import of_claims
from trialtrace.claims.told import by_verdict
from trialtrace.ground.contracts import CLAIMS, read_table
from trialtrace.ground.contracts.verdicts import COLUMNS, SHOWN
from trialtrace.ground.paths import project

PAGE = ROOT / "docs" / "audit-sentences.md"
PUBLISHED = ROOT / "tests" / "spec" / "audit" / "published"
HEADER = ("Claim", "Printed", "Verdict", "Sentence", "Second line")
LEAD = """# Verdict sentences

Each verdict that the audit gives on the trials of this repository and on the ledgers of published
papers in its tests, with its sentence and its second line. Written by
`campaigns/verdict_sentences.py`; it is there to be read as a whole, after a change of wording.
What the verdicts mean: [audit.md](audit.md).
"""
Row = Mapping[str, Any]


def lines(rows: Sequence[Row]) -> Iterator[list[str]]:
    """A line a verdict and sentence of a claim; what two columns say of it stand apart."""
    for claim, own in of_claims(rows).items():
        for column, name in COLUMNS.items():
            for verdict, finding, more, parts in by_verdict(own, column):
                which = ", ".join(parts).replace("_", " ")
                yield [
                    f"{claim} ({which})",
                    str(own[0]["quote"]),
                    f"{name}: {SHOWN[verdict]}",
                    finding,
                    more or "",
                ]


def section(title: str, rows: Sequence[Row]) -> str:
    body = [
        "| " + " | ".join(text.replace("|", "\\|") for text in line) + " |" for line in lines(rows)
    ]
    head = ["| " + " | ".join(HEADER) + " |", "| " + " | ".join("---" for _ in HEADER) + " |"]
    return "\n".join([f"## {title}", "", *head, *body, ""])


def trials(results: Path) -> Iterator[tuple[str, list[Row]]]:
    for path in sorted(results.glob("*/audit/claims.parquet")):
        yield path.parents[1].name, read_table(path, CLAIMS).to_pylist()


def ledgers() -> Iterator[tuple[str, list[Row]]]:
    for path in sorted(PUBLISHED.glob("*.yaml")):
        yield path.stem, audit_ledger(read_ledger(project(), path)).rows


def main() -> None:
    found = [*trials(ROOT / "results"), *ledgers()]
    if not any((ROOT / "results").glob("*/audit/claims.parquet")):
        sys.exit("results: no audit of a trial; make them first: make run")
    PAGE.write_text("\n".join([LEAD, *(section(*one) for one in found)]), encoding="utf-8")
    print(f"{PAGE.name}: {sum(len(list(lines(rows))) for _, rows in found)} sentences")


if __name__ == "__main__":
    main()
