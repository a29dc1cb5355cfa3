"""Findings as SARIF 2.1.0, the form in which a build or a code host shows them at their line.

Levels: error where printed numbers contradict each other or the data, or a claim is tied to no
result; warning where only another choice gives a number; note where a check could not be made.
What holds is not listed.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from trialtrace.claims.agreement import NOT_CHECKABLE, NOT_TIED
from trialtrace.claims.prints.registry import about
from trialtrace.ground.contracts.verdicts import DATA, FAILS, PRINT
from trialtrace.ground.paths import Project

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {
    NOT_TIED: "error",
    "inconsistent": "error",
    "differs": "error",
    "alternative": "warning",
    NOT_CHECKABLE: "note",
}
RECOMPUTED = "data.recomputed"
OF_DATA = "A printed number, and the same number from the trial's data."


def claim_lines(at: Project, path: Path) -> dict[str, int]:
    """The line of each claim in a ledger."""
    from trialtrace.claims.ledger_file import LARGEST
    from trialtrace.config.compose import compose

    lines = compose(at, path, LARGEST).lines.items()
    return {str(key[1]): line for key, line in lines if len(key) == 2 and key[0] == "claims"}


def sarif(audit: Mapping[str, Any], file: str, lines: Mapping[str, int]) -> dict[str, Any]:
    """A log of one run. `file` is the ledger, relative to where the log is read."""
    results = [*_of_print(audit), *_of_data(audit["claims"])]
    order = list(lines)
    results.sort(key=lambda one: order.index(one[1]) if one[1] in lines else -1)
    rules = sorted({rule for rule, *_ in results})
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "trialtrace", "rules": [_rule(one) for one in rules]}},
                "columnKind": "unicodeCodePoints",
                **({"properties": {"standing": audit["standing"]}} if "standing" in audit else {}),
                "results": [
                    _result(*one, rules.index(one[0]), file, lines.get(one[1], 1))
                    for one in results
                ],
            }
        ],
    }


def _rule(name: str) -> dict[str, Any]:
    what = OF_DATA if name == RECOMPUTED else about()[name]
    more = (
        "A printed number stands for every value that prints so. A finding states arithmetic; it "
        "says nothing about how a number came to be."
    )
    return {
        "id": name,
        "shortDescription": {"text": what},
        "help": {"text": f"{what} {more}"},
    }


def _of_print(audit: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str, str]]:
    """(rule, claim, component, level, sentence) of the findings on print.

    A finding on which a search was made has the verdict that the search left.
    """
    rows = {(row["claim_id"], row["component"]): row for row in audit["claims"]}
    searched = {
        (claim, component, check)
        for one in audit["searches"]
        for claim in one["claims"]
        for component in one["components"]
        for check in one["checks"]
    }
    for one in audit["findings"]:
        if one["agreement"] not in LEVELS:
            continue
        at = one["claim"], one["component"]
        agreement, text = one["agreement"], one["finding"]
        if (*at, one["check"]) in searched:
            agreement = rows[at][PRINT]
            text = " ".join(filter(None, [text, rows[at]["print_more"]]))
        yield one["check"], *at, LEVELS[agreement], text


def _of_data(rows: list[Mapping[str, Any]]) -> Iterator[tuple[str, str, str, str, str]]:
    for row in rows:
        if row[DATA] in FAILS:
            text = " ".join(filter(None, [row["data_finding"], row["data_more"]]))
            yield RECOMPUTED, row["claim_id"], row["component"], LEVELS[row[DATA]], text


def _result(
    rule: str, claim: str, component: str, level: str, text: str, at: int, file: str, line: int
) -> dict[str, Any]:
    place = {"artifactLocation": {"uri": file}, "region": {"startLine": line}}
    return {
        "ruleId": rule,
        "ruleIndex": at,
        "level": level,
        "message": {"text": f"{claim}, {component.replace('_', ' ')}: {text}"},
        "locations": [
            {
                "physicalLocation": place,
                "logicalLocations": [{"fullyQualifiedName": f"claims.{claim}.{component}"}],
            }
        ],
        "partialFingerprints": {"claim/v1": f"{rule}:{claim}:{component}"},
    }
