"""What a source text tells besides its numbers: which endpoint, variable or claim covers it."""

from __future__ import annotations

from trialtrace.base.config.names import Name, Text
from trialtrace.base.config.spec import Distinct, key, optional, shape


@shape
class SourceItem:
    """One thing that a text tells: a measure, a rule of the trial, a statement."""

    from_: Name = key("Paper.")
    place: Text | None = optional(
        "Where it is told, as it can be cited; left out where the text was not at hand."
    )
    label: Text = key("What is told, in the project's own words.")
    endpoints: Distinct[Name] | None = optional(
        "Endpoints that cover it; an instrument stands for each of its scales. Analyses, figures "
        "and claims of them are found by themselves."
    )
    variables: Distinct[Name] | None = optional("Variables of `subjects` that cover it.")
    claims: Distinct[Name] | None = optional("Further claims of it.")
    settings: Distinct[Text] | None = optional(
        "Keys of trial.yaml that hold it, such as design.arms.",
        expected="keys of trial.yaml, such as design.arms",
    )
    checks: Distinct[Name] | None = optional("Checks of cleaning.yaml that hold patients to it.")
    not_printed: Text | None = optional(
        "What of it the text does not print, so that what stands here in its place is chosen; it "
        "leaves the item whole, since no data could cover more."
    )
    absent: Text | None = optional("What of it nothing covers, and why.")


SourceItems = dict[Name, SourceItem]
