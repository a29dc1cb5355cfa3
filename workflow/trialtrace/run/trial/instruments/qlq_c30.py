"""EORTC QLQ-C30, version 3: fifteen scales from 0 to 100, and the summary score."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from trialtrace.base.config.spec import shape
from trialtrace.run.trial.endpoints.shared import DatedRecords
from trialtrace.run.trial.instruments.declaration import (
    Instrument,
    Item,
    Scale,
    named,
    numbered_items,
)
from trialtrace.run.trial.instruments.scoring import mean_of_answered
from trialtrace.run.trial.instruments.shared import AtVisitsOrDays, ScoredItems, SeveralScales

if TYPE_CHECKING:
    import numpy as np

# Scale -> label and items. All but global health (items 1-7) have items 1-4.
GLOBAL = {"ql": ("global health status", (29, 30))}
FUNCTIONS = {
    "pf": ("physical functioning", (1, 2, 3, 4, 5)),
    "rf": ("role functioning", (6, 7)),
    "ef": ("emotional functioning", (21, 22, 23, 24)),
    "cf": ("cognitive functioning", (20, 25)),
    "sf": ("social functioning", (26, 27)),
}
SYMPTOMS = {
    "fa": ("fatigue", (10, 12, 18)),
    "nv": ("nausea and vomiting", (14, 15)),
    "pa": ("pain", (9, 19)),
    "dy": ("dyspnoea", (8,)),
    "sl": ("insomnia", (11,)),
    "ap": ("appetite loss", (13,)),
    "co": ("constipation", (16,)),
    "di": ("diarrhoea", (17,)),
    "fi": ("financial difficulties", (28,)),
}
# The summary leaves out global health and financial difficulties.
IN_SUMMARY = [name for name in (*FUNCTIONS, *SYMPTOMS) if name != "fi"]
RANGE = {True: 6, False: 3}


def _scale(name: str, label: str, numbers: tuple[int, ...], higher: str) -> Scale:
    return Scale(name, name.upper(), label, 0, 100, higher, items=named(numbers))


_SINGLE = {name: items for name, (_, items) in (GLOBAL | FUNCTIONS | SYMPTOMS).items()}
_SUMMARISED = tuple(sorted(number for name in IN_SUMMARY for number in _SINGLE[name]))

INSTRUMENT = Instrument(
    title="EORTC QLQ-C30 (version 3)",
    rule="Raw score: mean of the answered items of the scale. Functional scales: "
    "(1 - (raw - 1) / range) x 100; symptom scales and global health: (raw - 1) / range x 100; the "
    "range of an item is 3, of items 29 and 30 it is 6. Summary score: mean of 13 scales without "
    "global health and financial difficulties, symptom scales taken as 100 - score.",
    missing="A scale needs at least half of its items, the summary score all 13 scales.",
    source="Fayers et al., EORTC QLQ-C30 Scoring Manual, 3rd edition, 2001; summary score: "
    "Giesinger et al., J Clin Epidemiol 2016;69:79-88",
    items={
        **numbered_items(28, 1, 4),
        "29": Item(1, 7),
        "30": Item(1, 7),
    },
    scales=(
        *(_scale(name, label, items, "better") for name, (label, items) in GLOBAL.items()),
        *(_scale(name, label, items, "better") for name, (label, items) in FUNCTIONS.items()),
        *(_scale(name, label, items, "worse") for name, (label, items) in SYMPTOMS.items()),
        _scale("sum", "summary score", _SUMMARISED, "better"),
    ),
)


@shape
class QlqC30(ScoredItems, DatedRecords, AtVisitsOrDays, SeveralScales):
    """EORTC QLQ-C30."""

    declared = INSTRUMENT

    def score(self, scale: Scale, items: Mapping[str, np.ndarray]) -> np.ndarray:
        """One scale of every record, 0 to 100; NaN where too few items are answered."""
        import numpy as np

        if scale.name != "sum":
            return _score(scale.name, items)
        parts = [_score(name, items) for name in IN_SUMMARY]
        turned = [
            100 - part if name in SYMPTOMS else part
            for name, part in zip(IN_SUMMARY, parts, strict=True)
        ]
        return np.stack(turned).mean(axis=0)


ENTRY = QlqC30


def _score(name: str, items: Mapping[str, np.ndarray]) -> np.ndarray:
    values = {item: items[item] for item in named(_SINGLE[name])}
    raw = mean_of_answered(values, needed=(len(values) + 1) // 2)
    share = (raw - 1) / RANGE[name in GLOBAL]
    return (1 - share) * 100 if name in FUNCTIONS else share * 100
