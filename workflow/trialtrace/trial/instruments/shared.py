"""What the entries of all instruments say."""

from __future__ import annotations

from trialtrace.config.spec import key, optional, shape
from trialtrace.trial.words import Code, Text


@shape
class InstrumentEntry:
    """An entry of endpoints.yaml that is scored by the rule of an instrument."""

    label: Text | None = optional(
        "Label in reports; of a score that has a name of its own, what stands before it."
    )
    code: Code = key(
        "PARAMCD, before the suffix of a scale: at most 8 capitals and digits with it."
    )
    kind: str = key("Kind of the endpoint.")
    instrument: str = key("Instrument; its rule is told in instruments.md.")
