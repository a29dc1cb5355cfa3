"""The numbers that each design of a plan gives, and every choice that one of them is of."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from trialtrace.base.config.spec import mapping_of
from trialtrace.run.methods.planning import means, proportions, times
from trialtrace.run.methods.planning.setting import Setting, Sizes

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.planning import Design

# Of an entry: what is no choice of its formula, or stands in each setting by itself.
_APART = ("label", "note", "arms", "patients", "reached", "power")
_GRIDS = (
    "control",
    "treated",
    "risks",
    "differences",
    "means",
    "superiorities",
    "hazard_ratios",
)
# What each design gives: a number for each assumption of its grid, by formula.
_SETTINGS: dict[str, Callable[..., Iterator[Setting]]] = {
    "two_proportions": proportions.two_proportions,
    "several_proportions": proportions.several_proportions,
    "one_proportion": proportions.one_proportion,
    "two_means": means.two_means,
    "several_means": means.several_means,
    "paired_means": means.paired_means,
    "mann_whitney": means.mann_whitney,
    "log_rank": times.log_rank,
    "survival": times.survival,
}


def settings(entry: "Design", confidence: float) -> Iterator[Setting]:
    """Every number of an entry, in the order of its grid."""
    return _SETTINGS[entry.design](entry, confidence)


def options(entry: "Design", setting: Setting, sizes: Sizes) -> dict[str, object]:
    """Every choice of a number, with the sizes that it is of."""
    written = mapping_of(entry)
    chosen: dict[str, object] = {
        name: written[name] for name in written if name not in (*_APART, *_GRIDS)
    }
    if setting.confidence is not None:
        chosen["confidence"] = setting.confidence
    return chosen | mapping_of(setting.assumed) | {"patients": list(sizes)}
