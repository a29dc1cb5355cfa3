"""Of two numbers the greater one is of the arm in which words say that it is."""

import re
from collections.abc import Sequence

from trialtrace.audit.reading.item import Seen
from trialtrace.audit.reading.mentions import REFERENCE, Mention

IN_ORDER = "arms in the order in which they are named"
OTHER = "the arm that is not named is taken for the other one"
ArmOf = tuple[str | None, str | None]
"""The arm of a number, and the doubt of it."""

_HIGHER = r"higher|greater|more|longer|larger|better|increased"
_LOWER = r"lower|fewer|less|shorter|smaller|reduced|decreased"
_IN_ARM = re.compile(
    rf"\b(?:(?P<higher>{_HIGHER})|{_LOWER})\b"
    r"(?:(?!\bthan\b|\bcompared\b)[^.;]){0,60}?\b(?:in|for|with|of)(?: the)? $"
)


# "(5 vs 8, P = 0.01) was higher in A".
_HIGHER_IN = re.compile(r"[^()]*\)[^();.]*")


def by_size(
    run: Sequence[Seen], arms: list[ArmOf], mentions: Sequence[Mention], text: str
) -> list[ArmOf]:
    """The same; of two numbers whose arms were guessed, the greater one is of the arm in which the
    words before them say that it is."""
    if len(run) != 2 or not {OTHER, IN_ORDER} & {doubt for _, doubt in arms}:
        return arms
    found = [re.match(r"[^\d]*?([-+−]?[0-9.,]+)", item.printed) for _, _, item in run]
    if None in found or arms[0][0] == arms[1][0]:
        return arms
    first, second = (
        float(one[1].replace(",", "").replace("−", "-").rstrip(".")) for one in found if one
    )
    for mention in mentions:
        told = _IN_ARM.search(text, 0, mention.begin)
        told = None if REFERENCE.search(text, 0, mention.begin) else told
        before = run[0][0] - 60 < mention.begin < run[0][0]
        behind = not before and _HIGHER_IN.fullmatch(text, run[-1][1], mention.begin)
        if told and (before or behind) and mention.arm in dict(arms):
            highest = arms[0][0] if first > second else arms[1][0]
            if first != second and (highest == mention.arm) != (told["higher"] is not None):
                return [arms[1], arms[0]]
            return arms
    return arms
