"""An audit on print as text for a terminal."""

import textwrap
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from trialtrace.claims.sarif import FAILS
from trialtrace.claims.tally import SHOWN, by_claim, tally, tally_text
from trialtrace.claims.verdict import UNCHECKED
from trialtrace.trace.text import plain_text

WIDTH = 80
UNSAID = "Not checkable: "
VERDICTS = SHOWN | {"differs": "differs"}


def told(audit: Mapping[str, Any]) -> str:
    """A paragraph a claim, then how many hold; `audit` as `print_audit.as_json` gives it."""
    rows, searches = audit["claims"], audit["searches"]
    lines = [line for _, one in groupby(rows, key=lambda r: r["claim_id"]) for line in _claim(one)]
    lines += ["", *_wrapped(tally_text(tally(rows))), *_worth_a_look(rows)]
    if searches:
        expected = audit["expected_matches_by_chance"]
        lines.append(
            f"{len(searches)} searched for other choices; by chance alone {expected:.1f} "
            "would find one"
        )
    return "\n".join(lines) + "\n"


def _worth_a_look(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The claims that do not hold, by their verdict."""
    of_claim = by_claim(rows)
    lines = []
    for agreement in FAILS:
        names = [name for name, own in of_claim.items() if own == agreement]
        if names:
            lines += _wrapped(f"  {VERDICTS[agreement]}: {', '.join(names)}")
    return lines


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent="    ", break_on_hyphens=False)


def _reason(finding: str) -> str:
    """The finding of a number that is not checkable without saying so again."""
    if not finding.startswith(UNSAID):
        return finding
    rest = finding.removeprefix(UNSAID)
    return rest[0].upper() + rest[1:]


def _claim(of_claim: Any) -> list[str]:
    """What is printed, then each verdict with the components it is on."""
    rows = list(of_claim)
    first = rows[0]
    lines = [
        *_wrapped(f"{first['claim_id']}: {plain_text(first['quote'])}"),
        *_wrapped(f"  {plain_text(first['label'])}, {plain_text(first['place'])}"),
    ]
    for agreement, finding, components in by_verdict(rows):
        head = f"  {', '.join(components).replace('_', ' ')}: {VERDICTS[agreement]}."
        lines += _wrapped(f"{head} {plain_text(_reason(finding))}")
    return lines


def by_verdict(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, list[str]]]:
    """(agreement, finding, components) of one claim; what cannot be checked beside what can is
    left out, unless it enters the check of another claim or has a remark. Where nothing can, every
    reason stays."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        found.setdefault((row["agreement"], row["finding"]), []).append(row["component"])
    told = [(agreement, finding, components) for (agreement, finding), components in found.items()]
    some = [one for one in told if one[0] != "not_checkable" or not _is_reason(one[1])]
    return some or [one for one in told if one[1] != UNCHECKED] or told


def _is_reason(finding: str) -> bool:
    """Whether it says only why nothing could be checked."""
    return finding.startswith("Not checkable") and "enters the check" not in finding
