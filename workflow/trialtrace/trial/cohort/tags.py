"""Which numbers of a quantity its tag stands for: its margin, or its parameters."""

from trialtrace.trial.cohort.model import Quantity, cells


def has_margin(one: Quantity) -> bool:
    """Whether a quantity has counts, totals or moments that are hit."""
    if "exact" in one.options:
        return True
    if one.kind == "choice":
        return "counts" in one.given
    if one.kind == "share":
        return any("count" in leaf for _, leaf in cells(one.given))
    if one.kind == "pattern":
        parts = one.given["parts"].values()
        return any("count" in leaf for part in parts for _, leaf in cells(part.get("share", {})))
    return one.kind == "spread"


def parameter_tag(one: Quantity) -> str:
    """The tag of what is no margin: assumed beside a margin, else that of the quantity."""
    return "assumed" if has_margin(one) else one.tag
