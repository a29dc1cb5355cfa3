"""Every kind of error, and the planting of one into a copy of a true paper."""

import zlib
from dataclasses import dataclass

import numpy as np

from fresh_papers import wrong_ratios, wrong_shares, wrong_tests, wrong_values, wrong_words
from fresh_papers.kinds import KINDS, NotHereError
from fresh_papers.paper import Paper

# Modules enter their kinds into KINDS when they are read.
SOURCES = (wrong_ratios, wrong_shares, wrong_tests, wrong_values, wrong_words)
# Kinds that the audit's developers were told later, and worked on.
TOLD_LATER = frozenset(
    (
        "total_randomised",
        "interval_of_deviation",
        "difference_sign",
        "survival_rises",
        "none_but_significant",
        "ratio_inverted",
        "p_shifted",
        "p_against_interval",
        "deviation_beyond_scale",
        "limit_transposed",
    )
)
# Every third kind, in the order of the modules: named to no one who worked on the audit then.
HELD_OUT = frozenset(list(KINDS)[2::3]) - TOLD_LATER

__all__ = ["HELD_OUT", "KINDS", "TOLD_LATER", "NotHereError", "Planted", "plant"]


@dataclass(frozen=True)
class Planted:
    """A copy with one error; `of` is the place of its true paper among those of the run."""

    kind: str
    paper: Paper
    of: int
    altered: tuple[str, ...]
    tied: frozenset[str]
    told: str


def plant(name: str, true: Paper, of: int) -> Planted:
    """Raises NotHereError where the paper has no place for this kind."""
    paper = true.copy()
    rng = np.random.default_rng([29, true.seed, zlib.crc32(name.encode())])
    altered = KINDS[name].plant(paper, rng)
    told = "; ".join(
        f"{each}: “{true.claims[each].printed}” became “{paper.claims[each].printed}”"
        for each in altered
        if true.claims[each].printed != paper.claims[each].printed
    )
    if not told:
        raise NotHereError
    sections = {paper.claims[each].section for each in altered}
    sizes = any(paper.claims[each].role in ("randomised", "analysed") for each in altered)
    tied = (each for each, claim in paper.claims.items() if sizes or claim.section in sections)
    return Planted(name, paper, of, tuple(altered), frozenset(tied) - set(altered), told)
