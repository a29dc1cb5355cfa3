"""What each entry of `planning` gives: a number for each assumption of its grid, by formula."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from trialtrace.base.config.spec import mapping_of
from trialtrace.run.methods.planning.events import log_rank
from trialtrace.run.methods.planning.means import (
    equivalence_means,
    paired_means,
    several_means,
    two_means,
)
from trialtrace.run.methods.planning.proportions import (
    one_proportion,
    several_proportions,
    two_proportions,
)
from trialtrace.run.methods.planning.ranks import mann_whitney
from trialtrace.run.methods.planning.setting import Setting, Sizes
from trialtrace.run.methods.planning.survival import survival
from trialtrace.run.trial.plan.planning import (
    EquivalenceOfMeans,
    LogRank,
    MannWhitney,
    OneProportion,
    PairedMeans,
    SeveralMeans,
    SeveralProportions,
    Survival,
    TwoMeans,
    TwoProportions,
)

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


def options(entry: "Design", setting: Setting, sizes: Sizes) -> dict[str, object]:
    """Every choice of a number, with the sizes that it is of."""
    written = mapping_of(entry)
    chosen: dict[str, object] = {
        name: written[name] for name in written if name not in (*_APART, *_GRIDS)
    }
    if setting.confidence is not None:
        chosen["confidence"] = setting.confidence
    return chosen | mapping_of(setting.assumed) | {"patients": list(sizes)}


def settings(entry: "Design", confidence: float) -> Iterator[Setting]:
    """Every number of an entry, in the order of its grid."""
    if isinstance(entry, TwoProportions):
        return two_proportions(entry, confidence)
    if isinstance(entry, SeveralProportions):
        return several_proportions(entry)
    if isinstance(entry, OneProportion):
        return one_proportion(entry, confidence)
    if isinstance(entry, TwoMeans):
        return two_means(entry, confidence)
    if isinstance(entry, SeveralMeans):
        return several_means(entry)
    if isinstance(entry, PairedMeans):
        return paired_means(entry, confidence)
    if isinstance(entry, EquivalenceOfMeans):
        return equivalence_means(entry, confidence)
    if isinstance(entry, MannWhitney):
        return mann_whitney(entry, confidence)
    if isinstance(entry, Survival):
        return survival(entry, confidence)
    assert isinstance(entry, LogRank)
    return log_rank(entry, confidence)
