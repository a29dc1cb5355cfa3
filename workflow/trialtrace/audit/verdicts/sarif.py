"""Findings as SARIF 2.1.0, the form in which a build or a code host shows them at their line.

Levels: error where printed numbers contradict each other or the data, or a claim is tied to no
result; warning where only another choice gives a number, or what is reported is not what was
registered; note where a check could not be made.
What holds is not listed. Numbers that cannot all hold are a result of their own, at the first of
them in the ledger; the others are its related locations.
"""

from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from trialtrace.audit.printed.agreement import NOT_CHECKABLE, NOT_TIED
from trialtrace.audit.printed.verdicts import DATA, FAILS, PRINT
from trialtrace.audit.prints.registry import about
from trialtrace.audit.registration import rows as registration
from trialtrace.audit.verdicts.tally import of_claims, worst
from trialtrace.base.paths import Project

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {
    NOT_TIED: "error",
    "inconsistent": "error",
    "differs": "error",
    "alternative": "warning",
    registration.LATE: "warning",
    registration.CHANGED: "warning",
    registration.REMARK: "note",
    NOT_CHECKABLE: "note",
}
RECOMPUTED = "data.recomputed"
OF_DATA = "A printed number, and the same number from the trial's data."
CONTRADICTION = "contradiction"
CANNOT = "The fewest printed numbers that cannot all hold, and what would mend it."


def lines_of(at: Project, path: Path) -> dict[str, int]:
    """The line of each key of a ledger, by its keys joined by points."""
    from trialtrace.audit.files.file import LARGEST
    from trialtrace.base.config.compose import compose

    lines = compose(at, path, LARGEST).lines.items()
    return {".".join(map(str, key)): line for key, line in lines}


def sarif(audit: Mapping[str, Any], file: str, lines: Mapping[str, int]) -> dict[str, Any]:
    """A log of one run. `file` is the ledger, relative to where the log is read."""
    results = [*_of_print(audit), *_of_data(audit["claims"])]
    results.sort(key=lambda result: lines.get(f"claims.{result[1]}", 0))
    together = audit.get("contradictions", [])
    registered = [one for one in audit.get("registration", ()) if one["verdict"] in LEVELS]
    rules = sorted(
        {rule for rule, *_ in results}
        | ({CONTRADICTION} if together else set())
        | {one["check"] for one in registered}
    )
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "trialtrace", "rules": [_rule(one) for one in rules]}},
                "columnKind": "unicodeCodePoints",
                **({"properties": {"standing": audit["standing"]}} if "standing" in audit else {}),
                "results": [
                    *(_result(*one, rules.index(one[0]), file, lines) for one in results),
                    *(
                        _contradiction(one, rules.index(CONTRADICTION), file, lines)
                        for one in together
                    ),
                    *(
                        _registered(one, rules.index(one["check"]), file, lines)
                        for one in registered
                    ),
                ],
            }
        ],
    }


def _rule(name: str) -> dict[str, object]:
    own = {RECOMPUTED: OF_DATA, CONTRADICTION: CANNOT, **registration.FINDINGS}
    what = own[name] if name in own else about()[name]
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
    failing = [claim for claim in of_claims(rows).values() if worst(claim, DATA) in FAILS]
    for row in chain.from_iterable(failing):
        if row[DATA] in FAILS:
            text = " ".join(filter(None, [row["data_finding"], row["data_more"]]))
            yield RECOMPUTED, row["claim_id"], row["component"], LEVELS[row[DATA]], text


def _result(
    rule: str,
    claim: str,
    component: str,
    level: str,
    text: str,
    at: int,
    file: str,
    lines: Mapping[str, int],
) -> dict[str, object]:
    return {
        "ruleId": rule,
        "ruleIndex": at,
        "level": level,
        "message": {"text": f"{claim}, {component.replace('_', ' ')}: {text}"},
        "locations": [_location(f"claims.{claim}.{component}", file, lines)],
        "partialFingerprints": {"claim/v1": f"{rule}:{claim}:{component}"},
    }


def _contradiction(
    entry: Mapping[str, object], at: int, file: str, lines: Mapping[str, int]
) -> dict[str, object]:
    numbers = entry["numbers"]
    assert isinstance(numbers, list)
    names = sorted(map(_key, numbers), key=lambda name: _line(name, lines))
    first, *others = names
    return {
        "ruleId": CONTRADICTION,
        "ruleIndex": at,
        "level": "error",
        "message": {"text": str(entry["finding"])},
        "locations": [_location(first, file, lines)],
        "relatedLocations": [_location(name, file, lines) for name in others],
        "partialFingerprints": {"numbers/v1": "+".join(names)},
    }


def _registered(
    entry: Mapping[str, object], at: int, file: str, lines: Mapping[str, int]
) -> dict[str, object]:
    """Something that was registered, at the first key of the ledger that it rests on."""
    keys = entry["keys"]
    assert isinstance(keys, list | tuple)
    first, *others = map(str, keys or (f"registered.{entry['source']}",))
    return {
        "ruleId": entry["check"],
        "ruleIndex": at,
        "level": LEVELS[str(entry["verdict"])],
        "message": {"text": f"{entry['what']}, {entry['source']}: {entry['finding']}"},
        "locations": [_location(first, file, lines)],
        "relatedLocations": [_location(name, file, lines) for name in others],
        "partialFingerprints": {"keys/v1": f"{entry['check']}:{first}"},
    }


def _key(number: Mapping[str, object]) -> str:
    """Where a number of a contradiction stands: a claim with its component, or a key."""
    key, claim = str(number["component"]), number["claim"]
    return key if claim is None or key.startswith("claims.") else f"claims.{claim}.{key}"


def _line(name: str, lines: Mapping[str, int]) -> int:
    """The line of the key, or of what it stands in."""
    while name and name not in lines:
        name = name.rpartition(".")[0]
    return lines.get(name, 1)


def _location(name: str, file: str, lines: Mapping[str, int]) -> dict[str, object]:
    at = {"artifactLocation": {"uri": file}, "region": {"startLine": _line(name, lines)}}
    return {"physicalLocation": at, "logicalLocations": [{"fullyQualifiedName": name}]}
