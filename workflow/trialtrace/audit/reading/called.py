"""What the words before a number of a sentence call it, where a ledger has a word for that."""

import re
from dataclasses import replace

from trialtrace.audit.reading.expressions import NOT_SAID
from trialtrace.audit.reading.item import Item

_IS = r"(?: coefficients?| statistics?)?(?: \([A-Za-zκ]{1,5}\))?\s*(?:was|were|of|is|=|:|,)?\s*$"
# Words right before a number, and what a ledger calls it; of lists words earlier in the sentence.
_VALUES = (
    (rf"\bwin ratio{_IS}", "win ratio"),
    (rf"(?:\bkappa|κ){_IS}", "kappa"),
    (rf"(?:\bICC|\bintra-?cl(?:ass|uster) correlation){_IS}", "ICC"),
    (rf"(?:\bAUROC|\bROC curve|\bc[- ]statistic|\bc[- ]index){_IS}", "C statistic"),
    (rf"\bposterior probability{_IS}", "posterior probability"),
)
_MEANS = (
    (r"\b(?:LS|least[- ]squares?) means?\b(?!.*\bdifferen)", "LS mean"),
    (r"\b(?:RMST|restricted mean survival time)\b", "RMST"),
)
_P = (
    (r"\blog[- ]?rank(?: test)?\W{0,3}$", "log-rank"),
    (r"\badjusted\s$", "adjusted"),
)
_RATIO = "win ratio"
_CHANGE = re.compile(r"\bmeans? changes?\b", re.IGNORECASE)


def called(item: Item, before: str) -> Item:
    """A number with the name that the sentence has for it before it: "kappa 0.72"."""
    for kinds, names in _BY_KIND:
        name = next((name for words, name in names if re.search(words, before, re.I)), None)
        if name is None or item.kind not in kinds:
            continue
        printed = f"{name} {re.sub('^mean (?=-?[0-9])', '', item.printed)}"
        doubts = tuple(doubt for doubt in item.doubts if doubt != NOT_SAID)
        measure = "win_ratio" if name == _RATIO else item.measure
        kind = "effect" if name == _RATIO else item.kind
        changed = item.change or (kinds != ("p",) and bool(_CHANGE.search(before)))
        item = replace(item, measure=measure, kind=kind, change=changed)
        return replace(item, printed=printed, doubts=doubts)
    return item


_BY_KIND = (
    (("value", "estimate"), _VALUES),
    (("value", "mean", "mean_se"), _MEANS),
    (("p",), _P),
)
