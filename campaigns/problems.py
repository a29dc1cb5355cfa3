"""Documented errors of problem papers: found, partly or missed.

The ledgers of campaigns/problem_papers/ are typed by hand, with the source of each number at their
head; documented.csv lists what others found wrong in them, by claim. **Found**: one of the numbers
that contradict each other is called so. **Partly**: the audit asks about one of them. **Missed**:
neither.
"""

import argparse
import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from fresh import share
from fresh_papers.judged import ALARM, OTHER, Verdicts, audited_ledgers
from record import ROOT, circumstances, table

FOLDER = ROOT / "campaigns" / "problem_papers"
FOUND, PARTLY, MISSED = "found", "partly", "missed"


@dataclass(frozen=True)
class Error:
    """A documented error: on which claims an alarm finds it."""

    ledger: str
    claims: tuple[str, ...]
    kind: str
    what: str


def documented() -> list[Error]:
    with (FOLDER / "documented.csv").open(encoding="utf-8", newline="") as lines:
        return [
            Error(row["ledger"], tuple(row["claims"].split()), row["kind"], row["what"])
            for row in csv.DictReader(lines)
        ]


def verdicts(names: Sequence[str]) -> dict[str, Verdicts]:
    texts = [(FOLDER / f"{name}.yaml").read_text(encoding="utf-8") for name in names]
    return dict(zip(names, audited_ledgers(texts), strict=True))


def state(error: Error, audit: Verdicts) -> str:
    """Partly: asked about, but not contradicted."""
    own = {audit.worst.get(claim) for claim in error.claims}
    if ALARM in own:
        return FOUND
    return PARTLY if OTHER in own else MISSED


def page(errors: Sequence[Error], audits: dict[str, Verdicts]) -> str:
    states = [state(error, audits[error.ledger]) for error in errors]
    rows: list[tuple] = []
    for name in audits:
        own = Counter(s for e, s in zip(errors, states, strict=True) if e.ledger == name)
        others = _others(name, errors, audits[name])
        rows.append((_cited(name), own.total(), own[FOUND], own[PARTLY], own[MISSED], len(others)))
    count = Counter(states)
    claims = sum(len(each.worst) for each in audits.values())
    text = f"{circumstances()}\n\nFound: {share(count[FOUND], len(errors))}; "
    text += f"partly {count[PARTLY]}, missed {count[MISSED]}. {claims} claims in all.\n\n"
    head = ("paper", "documented", "found", "partly", "missed", "other alarms")
    text += table(head, rows) + "\n\n"
    lines = []
    for error, found in zip(errors, states, strict=True):
        told = _told(error, audits[error.ledger])
        lines.append((error.ledger, f"`{' '.join(error.claims)}`", error.what, found, told))
    text += table(("ledger", "claims", "what is documented", "", "what the audit says"), lines)
    text += "\n\nOther alarms, on claims of which no error is documented:\n\n"
    for name in audits:
        for claim in _others(name, errors, audits[name]):
            text += f"- {name}, `{claim}`: {_alarm(audits[name], claim)}\n"
    return text


def _others(name: str, errors: Sequence[Error], audit: Verdicts) -> list[str]:
    known = {claim for error in errors if error.ledger == name for claim in error.claims}
    return sorted(audit.alarms() - known)


def _cited(name: str) -> str:
    ledger = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return f"`{name}`: {ledger['papers']['main']}"


def _alarm(audit: Verdicts, claim: str) -> str:
    texts = audit.texts[claim]
    return next((each for each in texts if each.startswith((ALARM, OTHER))), texts[0])


def _told(error: Error, audit: Verdicts) -> str:
    claim = next((c for c in error.claims if audit.worst.get(c) in (ALARM, OTHER)), error.claims[0])
    return _alarm(audit, claim).replace("|", "\\|")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--output", type=Path, default=Path("-"), help="a file, or - for the terminal"
    )
    asked = parser.parse_args()
    errors = documented()
    text = page(errors, verdicts(sorted({error.ledger for error in errors})))
    if asked.output == Path("-"):
        print(text)
    else:
        asked.output.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
