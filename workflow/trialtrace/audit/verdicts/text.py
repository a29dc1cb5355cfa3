"""An audit as text for a terminal: the worst first, then how many of what."""

import re
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from trialtrace.audit.ledger.lacking import LACKS
from trialtrace.audit.printed.sentences import UNBROKEN, unbroken
from trialtrace.audit.printed.verdicts import (
    COLUMNS,
    DATA,
    EQUALS,
    FAILS,
    FINDINGS,
    HOLDS,
    MORE,
    OF_COLUMN,
    QUESTION,
    SHOWN,
    UNCHECKED,
    WORST_FIRST,
)
from trialtrace.audit.registration.rows import said
from trialtrace.audit.verdicts.tally import (
    of_claims,
    of_readings,
    side_alone,
    tally,
    tally_text,
    worst,
    worst_first,
)
from trialtrace.base.terminal import plain_text

WIDTH = 80
WIDEST = 120
UNDECIDED = tuple(states[-1] for states in OF_COLUMN.values())
"""The states of what was not compared with anything."""
SERVED = "Used in the check of "
SEVERAL = 3
"""So many numbers of a column of which the same lacks are told once."""
MOST_HOLDING = 5
"""With more claims that hold than this they are counted and not listed."""
Row = Mapping[str, Any]


def told(audit: Mapping[str, Any], width: int = WIDTH, *, every: bool = True) -> str:
    """A paragraph a claim, then how many hold; `audit` as `print_audit.as_json` gives it. Unless
    `every` claim is told, those of which there is no verdict of their own are counted."""
    rows = audit["claims"]
    lines: list[str] = []
    claims = worst_first(rows)
    alike = Counter(map(_lacking, claims))
    told_once = {
        of
        for of, many in alike.items()
        if of[1].startswith(LACKS) or (many >= SEVERAL and of[1] != UNCHECKED)
    }
    listed = [
        one for one in claims if every or not (_without_verdict(one) or _lacking(one) in told_once)
    ]
    holding = [] if every else [one for one in listed if not _is_open(one)]
    if len(holding) > MOST_HOLDING:
        listed = [one for one in listed if _is_open(one)]
    for one in listed:
        lines += _claim(one, width)
    if len(holding) > MOST_HOLDING:
        lines += [
            "",
            *_wrapped(
                f"{len(claims) - len(listed)} others hold or are not checked (--all lists them).",
                width,
            ),
        ]
    elif bare := len(claims) - len(listed):
        text = (
            f"{bare} more are used in a check of others or not checked at all (--all lists them)."
        )
        lines += ["", *_wrapped(text, width)]
    lacking = [] if every else [(*of, many) for of, many in alike.items() if of in told_once]
    for place, text, many in lacking[:MOST_HOLDING]:
        number = "a number" if many == 1 else f"{many} numbers"
        lines += _wrapped(f"  {plain_text(place)}, {number}: {plain_text(text)}", width)
    if more := len(lacking[MOST_HOLDING:]):
        lines.append(f"  and {more} more columns.")
    lines += ["", *_wrapped(tally_text(tally(rows)), width), *_worth_a_look(rows, width)]
    if registration := audit.get("registration"):
        lines += ["", "Registered and reported:", *_registered(registration, width, every=every)]
    if standing := audit.get("standing"):
        lines += _wrapped(standing, width)
    return "\n".join(lines) + "\n"


def _registered(rows: Sequence[Row], width: int, *, every: bool) -> Iterator[str]:
    """A paragraph a thing that was registered; of many that agree, how many do."""
    agree = [] if every else [one for one in rows if one["verdict"] == HOLDS]
    counted = agree if len(agree) > MOST_HOLDING else []
    for one in rows:
        if one not in counted:
            verdict = said(one["check"], one["verdict"], one["registered"], one["reported"])
            head = f"  {one['what']} ({one['source']}): {verdict}."
            yield from _wrapped(f"{head} {plain_text(one['finding'])}", width)
    if counted:
        yield f"  {len(counted)} others are the same in both, or hold."
    yield ""


def _is_open(rows: Sequence[Row]) -> bool:
    """Whether a claim contradicts or differs, or is asked about."""
    return any(row[column] in (*FAILS, QUESTION) for row in rows for column in COLUMNS)


def _without_verdict(rows: Sequence[Row]) -> bool:
    """Whether all that is said of a claim is that others used it, or that nothing decides it."""
    lines = [line for column in COLUMNS for line in by_verdict(rows, column)]
    return all(
        (state == HOLDS and finding.startswith(SERVED)) or finding == UNCHECKED
        for state, finding, *_ in lines
    )


def _lacking(rows: Sequence[Row]) -> tuple[str, str]:
    """The table and column, or the section, of a claim that cannot be checked, and what it lacks;
    nothing of others, and of questions."""
    lines = [line for column in COLUMNS for line in by_verdict(rows, column)]
    if any(state not in UNDECIDED or more for state, _, more, _ in lines):
        return "", UNCHECKED
    place = re.sub(r"(?:, page [0-9]+)?, row [0-9]+(?=, column)", "", rows[0]["place"])
    place = place if place != rows[0]["place"] else place.partition(",")[0]
    return place, " ".join(dict.fromkeys(finding for _, finding, *_ in lines))


def _worth_a_look(rows: Sequence[Row], width: int) -> Iterator[str]:
    """The claims that do not hold, and those that are asked about, by column and state."""
    claims = of_claims(rows)
    for column, name in COLUMNS.items():
        for verdict in (*FAILS, QUESTION):
            names = [claim for claim, own in claims.items() if worst(own, column) == verdict]
            if names:
                yield from _wrapped(f"  {SHOWN[verdict]} ({name}): {', '.join(names)}", width)


def _wrapped(text: str, width: int) -> list[str]:
    lines = textwrap.wrap(
        unbroken(text), min(width, WIDEST), subsequent_indent="    ", break_on_hyphens=False
    )
    return [line.replace(UNBROKEN, " ") for line in lines]


def _claim(rows: Sequence[Row], width: int) -> Iterator[str]:
    """What is printed, then each verdict with the components it is on."""
    first = rows[0]
    yield from _wrapped(f"{first['claim_id']}: {plain_text(first['quote'])}", width)
    yield from _wrapped(f"  {plain_text(first['label'])}, {plain_text(first['place'])}", width)
    for column, name in COLUMNS.items():
        for verdict, finding, more, parts in by_verdict(rows, column):
            which = ", ".join(parts).replace("_", " ")
            head = f"  {name}, {which}: {SHOWN[verdict]}."
            yield from _wrapped(f"{head} {plain_text(finding)}", width)
            if more:
                yield from _wrapped(f"    {plain_text(more)}", width)


def by_verdict(rows: Sequence[Row], column: str) -> list[tuple[str, str, str | None, list[str]]]:
    """(verdict, finding, second line, components) of one claim in a column, the worst first.

    What is not checked beside what is, is left out, but for words on significance. A ledger by
    itself has none of the data.
    """
    if column == DATA and len(of_readings(rows)) > 1:
        return [_of_readings(rows)]
    texts: dict[tuple, list[str]] = {}
    every = [row for row in rows if row[column] is not None]
    some = [row for row in every if row[column] not in UNDECIDED]
    for row in [*some, *side_alone(every, column)] if some else every:
        key = row[column], row[FINDINGS[column]], row.get(MORE[column])
        parts = texts.setdefault(key, [])
        if row["component"] not in parts:
            parts.append(row["component"])
    told = [(*key, components) for key, components in texts.items()]
    return sorted(told, key=lambda line: WORST_FIRST.index(line[0]))


def _of_readings(rows: Sequence[Row]) -> tuple[str, str, str | None, list[str]]:
    """With which reading of a claim the data agree, and what they give by each."""
    readings, verdict = of_readings(rows), worst(rows, DATA) or ""
    components = list(dict.fromkeys(row["component"] for row in rows))
    if len({row[FINDINGS[DATA]] for row in rows}) == 1:
        # Nothing is compared, as of synthetic data.
        return verdict, rows[0][FINDINGS[DATA]], rows[0].get(MORE[DATA]), components
    own = {label: worst(each, DATA) for label, each in readings.items()}
    agree = [k for k, one in enumerate(own.values(), 1) if one == EQUALS]
    numbers = " and ".join(map(str, agree))
    which = f"with reading {numbers}" if agree else "with none"
    told = [f"Agrees {which} of {len(readings)}."]
    for k, (label, each) in enumerate(readings.items(), 1):
        row = next(row for row in each if row[DATA] == own[label])
        told.append(f"{k}, {label}: {row[FINDINGS[DATA]]}")
    return verdict, " ".join(told), None, components
