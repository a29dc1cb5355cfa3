"""Ordinal repeated measures by ranks: one factor between and one within subjects.

Estimates relative treatment effects: for each arm at each visit the probability that a response
of the whole trial lies below one drawn there, a tie counting half. 1/2 is no tendency; values
depend on the order of the responses only, so that scores need no distances. The ANOVA-type
statistics ask whether the distribution functions are equal over arms, over visits, and whether
their differences between arms are the same at every visit, a hypothesis about distributions and
not about means. Unlike aligned ranks they allow ties and unequal variances, and unlike
Friedman's test they have an interaction.

Not for missing visits: subjects must be complete.

References: Brunner, Domhof and Langer, Nonparametric Analysis of Longitudinal Data in Factorial
Experiments, 2002, chapters 5 to 8. Brunner, Dette and Munk, J Am Stat Assoc 1997;92:1494
(approximation by Box's method). Noguchi, Gel, Brunner and Konietschke, J Stat Softw 2012;50(12)
(the design F1-LD-F1).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaincc

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import f_tail, labels, numbers
from trialtrace.stats._ties import tied
from trialtrace.stats.results import Row, StatsError, Tabular, TestResult, rows_of_tests


@dataclass(frozen=True, slots=True, repr=False)
class RankAnova(Tabular):
    """Relative effects, shape (arms, visits), and the ANOVA-type statistics.

    `between`, `within` and `interaction` have the degrees of freedom of Box's approximation and
    an infinite number in the denominator, which is liberal in small arms; `between_box` has a
    finite one and is the better test of the arms.
    """

    groups: tuple[object, ...]
    group_sizes: tuple[int, ...]
    relative_effects: Floats
    between: TestResult
    between_box: TestResult
    within: TestResult
    interaction: TestResult

    def rows(self) -> list[Row]:
        names = ("between", "between_box", "within", "interaction")
        return rows_of_tests([(name, getattr(self, name)) for name in names])


def rank_anova(y: ArrayLike, between: ArrayLike) -> RankAnova:
    """ANOVA-type statistics of y, shape (subjects, visits), complete, by mid-ranks.

    `between`, shape (subjects,), is the arm of each subject. Ranks are taken over all responses.
    With p the vector of relative effects, V its covariance times the number of subjects n (arms
    have their own covariance of visits) and T the projection of a hypothesis, the statistic is
    n p'Tp / tr(TV) on tr(TV)^2 / tr(TVTV) degrees of freedom. `between_box` takes for the
    denominator (sum of s_i)^2 / sum of s_i^2 / (n_i - 1), where s_i is the variance of the mean
    ranks of the subjects of arm i over n_i.

    Responses that differ by no more than 1e-11 of their mean size are tied.

    Raises `StatsError` for missing values, fewer than two visits or arms, an arm of one subject,
    or where a statistic has no variance, as for constant responses. Oracle: the matrices in base
    R, ordinal_ranks.R, 1e-8.

    R: by hand in ordinal_ranks.R.

    >>> y = [[1, 2, 4], [2, 2, 3], [0, 3, 3.5], [1, 1, 5], [2, 4, 4], [1, 3, 6]]
    >>> rank_anova(y, list("aaabbb")).within
    TestResult(statistic=14.5105, df=(1.91251, inf), p_value=8.14581e-07)
    """
    y = numbers(y, "y")
    if y.ndim != 2 or y.shape[1] < 2:
        raise StatsError(f"y must have shape (subjects, visits), two or more visits: {y.shape}.")
    groups, arm = labels(between, "between", y.shape[0])
    n, k, g = *y.shape, len(groups)
    size = np.bincount(arm, minlength=g).astype(np.float64)
    if g < 2:
        raise StatsError("between has one arm only.")
    if (size < 2).any():
        raise StatsError("an arm of one subject has no variance of its own.")
    share = _share_below(y)
    effects = np.zeros((g, k))
    np.add.at(effects, arm, share)
    effects /= size[:, None]
    residual = share - effects[arm]
    of_arm = [residual[arm == i] for i in range(g)]
    blocks = np.stack([own.T @ own / (len(own) - 1) * n / len(own) for own in of_arm])

    arms, visits = _centring(g), _centring(k)
    of_arms, of_visits = np.full((g, g), 1 / g), np.full((k, k), 1 / k)
    means = n * blocks.mean(axis=(1, 2))
    plain = _statistic(effects, blocks, n, arms, of_visits, "the arms")
    finite = float(means.sum() ** 2 / np.sum(means**2 / (size - 1)))
    return RankAnova(
        groups=tuple(groups.tolist()),
        group_sizes=tuple(int(s) for s in size),
        relative_effects=effects,
        between=plain,
        between_box=TestResult(
            plain.statistic, plain.df, f_tail(plain.statistic, plain.df, finite), df2=finite
        ),
        within=_statistic(effects, blocks, n, of_arms, visits, "the visits"),
        interaction=_statistic(effects, blocks, n, arms, visits, "arms and visits"),
    )


def _share_below(y: Floats) -> Floats:
    """For each response the share of all responses below it, itself and other ties half."""
    _, group, size = np.unique(tied(y)[0], return_inverse=True, return_counts=True)
    if size.size == 1:
        raise StatsError("all responses are equal, so ranks cannot be compared.")
    return ((np.cumsum(size) - size / 2) / y.size)[group].reshape(y.shape)


def _centring(k: int) -> Floats:
    return np.eye(k) - 1 / k


def _statistic(
    effects: Floats, blocks: Floats, n: int, of_arms: Floats, of_visits: Floats, what: str
) -> TestResult:
    """ANOVA-type statistic of the hypothesis of_arms x of_visits, both projections.

    The covariance is block-diagonal, so that the traces need the blocks only.
    """
    projected = of_visits @ blocks
    trace = float(np.einsum("i,ijj->", np.diag(of_arms), projected))
    if trace <= 1e-12 * float(np.einsum("ijj->", blocks)):
        raise StatsError(f"the ranks do not vary within arms, so {what} cannot be tested.")
    square = float(np.einsum("ab,aij,bji->", of_arms**2, projected, projected))
    statistic = n * float(np.sum(effects * (of_arms @ effects @ of_visits))) / trace
    df = trace**2 / square
    return TestResult(statistic, df, float(gammaincc(df / 2, df * statistic / 2)), df2=inf)
