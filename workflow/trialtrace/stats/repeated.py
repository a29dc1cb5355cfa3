"""Analysis of variance of repeated measures: visits within subjects, arms between them.

Estimates nothing but decomposes: are the visits equal on average (within), the arms (between),
and do the arms differ by the same amount at every visit (interaction). The visits enter through
orthonormal contrasts, whose sums of squares and products do all the work: the univariate F tests
use their traces, the corrections for non-sphericity and Mauchly's test their eigenvalues. The
error matrix is pooled within arms.

Numbers agree with car::Anova(idesign = ~visit) and its summary, also with afex.

References: Greenhouse and Geisser, Psychometrika 1959;24:95. Huynh and Feldt, J Educ Stat
1976;1:69. Lecoutre, J Educ Stat 1991;16:371. Mauchly, Ann Math Stat 1940;11:204. Olejnik and
Algina, Psychol Methods 2003;8:434, and Bakeman, Behav Res Methods 2005;37:379 (generalised eta).
"""

from dataclasses import dataclass
from math import inf, nan

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.stats._inputs import Floats, check_choice, f_tail, labels, numbers
from trialtrace.stats.results import StatsError
from trialtrace.stats.sphericity import Sphericity, sphericity


@dataclass(frozen=True, slots=True)
class Effect:
    """One F test. Eta squared: partial, and generalised (all factors manipulated)."""

    f: float
    df1: float
    df2: float
    p_value: float
    sum_of_squares: float
    error_sum_of_squares: float
    partial_eta_squared: float
    generalised_eta_squared: float


@dataclass(frozen=True, slots=True)
class WithinEffect(Effect):
    """An F test within subjects, with the corrections for non-sphericity.

    Degrees of freedom are the uncorrected ones; a corrected test multiplies both by its epsilon.
    `epsilon_hf` is Huynh and Feldt's as corrected by Lecoutre, as car prints it: it may exceed
    1, and `p_hf` then uses 1. `epsilon_lower` is 1 / (visits - 1).
    """

    epsilon_gg: float
    epsilon_hf: float
    epsilon_lower: float
    p_gg: float
    p_hf: float
    p_lower: float


@dataclass(frozen=True, slots=True)
class RepeatedAnova:
    """One arm: the test of equal visits, and Mauchly's test of sphericity (NaN: see there)."""

    n_subjects: int
    n_visits: int
    within: WithinEffect
    mauchly_w: float
    mauchly_p: float


@dataclass(frozen=True, slots=True)
class MixedAnova:
    """Several arms: the three tests, and Mauchly's test on the covariance pooled over arms."""

    n_subjects: int
    n_visits: int
    groups: tuple
    group_sizes: tuple[int, ...]
    sums_of_squares: str
    between: Effect
    within: WithinEffect
    interaction: WithinEffect
    mauchly_w: float
    mauchly_p: float


def rm_anova(y: ArrayLike) -> RepeatedAnova:
    """Analysis of variance of one arm, y of shape (subjects, visits), complete.

    With two visits every epsilon is 1 and Mauchly's test is NaN; it is NaN too where fewer than
    visits - 1 degrees of freedom are left for the error, or its matrix is singular.

    Raises `StatsError` for missing values (drop or impute subjects first), fewer than two
    visits or subjects, or where nothing is left for the error, as in constant data.
    """
    y = _responses(y, groups=1)
    n, k = y.shape
    contrasts = y @ _contrasts(k)
    mean = contrasts.mean(axis=0)
    centred = contrasts - mean
    error = centred.T @ centred
    subjects = k * float(np.sum((y.mean(axis=1) - y.mean()) ** 2))
    _check_error(np.trace(error), y, "the visits explain")
    shape = sphericity(error, n - 1)
    within = _within_effect(n * float(mean @ mean), error, k - 1, n - 1, shape, subjects)
    return RepeatedAnova(n, k, within, shape.mauchly_w, shape.mauchly_p)


def mixed_anova(y: ArrayLike, between: ArrayLike, *, sums_of_squares: str) -> MixedAnova:
    """Analysis of variance of several arms, y of shape (subjects, visits), complete.

    `between`, shape (subjects,), is the arm of each subject; arms may differ in size.
    `sums_of_squares` "II" tests the visit effect at the mean over subjects, "III" at the
    unweighted mean over arms (SPSS, afex): they differ for `within` in unequal arms and for
    nothing else. An arm of one subject is allowed and adds nothing to the error. Mauchly's test
    is NaN as in `rm_anova`, with subjects - arms for the error.

    Raises `StatsError` for missing values, fewer than two visits or arms, no more subjects than
    arms, or where nothing is left for an error term, as in constant data.
    """
    check_choice("sums_of_squares", sums_of_squares, ("II", "III"))
    y = _responses(y, groups=2)
    n, k = y.shape
    groups, arm = labels(between, "between", n)
    g = len(groups)
    if g < 2:
        raise StatsError("between has one arm only; rm_anova is the analysis of one arm.")
    if n <= g:
        raise StatsError(f"{n} subjects in {g} arms leave nothing for the error.")
    size = np.bincount(arm).astype(np.float64)
    subject_mean = y.mean(axis=1)
    arm_mean = np.bincount(arm, subject_mean) / size
    subject_error = k * float(np.sum((subject_mean - arm_mean[arm]) ** 2))
    _check_error(subject_error, y, "the arms explain, between subjects")
    arm_square = k * float(size @ (arm_mean - subject_mean.mean()) ** 2)

    contrasts = y @ _contrasts(k)
    centres = np.zeros((g, k - 1))
    np.add.at(centres, arm, contrasts)
    centres /= size[:, None]
    residual = contrasts - centres[arm]
    error = residual.T @ residual
    _check_error(np.trace(error), y, "the arms and visits explain, within subjects")
    shape = sphericity(error, n - g)
    grand = size @ centres / n
    interaction = float(size @ np.sum((centres - grand) ** 2, axis=1))
    return MixedAnova(
        n_subjects=n,
        n_visits=k,
        groups=tuple(groups.tolist()),
        group_sizes=tuple(int(s) for s in size),
        sums_of_squares=sums_of_squares,
        between=_effect(arm_square, subject_error, g - 1, n - g, float(np.trace(error))),
        within=_within_effect(
            _visit_square(centres, size, sums_of_squares),
            error, k - 1, n - g, shape, subject_error,
        ),
        interaction=_within_effect(
            interaction, error, (g - 1) * (k - 1), n - g, shape, subject_error
        ),
        mauchly_w=shape.mauchly_w,
        mauchly_p=shape.mauchly_p,
    )  # fmt: skip


def _visit_square(centres: Floats, size: Floats, sums_of_squares: str) -> float:
    """Sum of squares of the visit effect at the weighted (II) or unweighted (III) mean."""
    weights = size / size.sum() if sums_of_squares == "II" else np.full(size.size, 1 / size.size)
    mean = weights @ centres
    return float(mean @ mean / np.sum(weights**2 / size))


def _within_effect(square, error, df1, df_subjects, shape: Sphericity, other_error) -> WithinEffect:
    """Complete an F test within subjects by its corrected p-values."""
    visits = error.shape[0]
    df2 = float(df_subjects * visits)
    plain = _effect(square, float(np.trace(error)), df1, df2, other_error)

    def corrected(epsilon: float) -> float:
        scale = min(epsilon, 1.0)
        return f_tail(plain.f, df1 * scale, df2 * scale) if epsilon == epsilon else nan

    return WithinEffect(
        *(getattr(plain, name) for name in Effect.__dataclass_fields__),
        epsilon_gg=shape.epsilon_gg,
        epsilon_hf=shape.epsilon_hf,
        epsilon_lower=1 / visits,
        p_gg=corrected(shape.epsilon_gg),
        p_hf=corrected(shape.epsilon_hf),
        p_lower=corrected(1 / visits),
    )


def _effect(square, error, df1, df2, other_error) -> Effect:
    """Build one F test; `other_error` is the error term of the other kind of effects."""
    f = (square / df1) / (error / df2)
    return Effect(
        f=f,
        df1=float(df1),
        df2=float(df2),
        p_value=f_tail(f, df1, df2) if f < inf else 0.0,
        sum_of_squares=square,
        error_sum_of_squares=error,
        partial_eta_squared=square / (square + error),
        generalised_eta_squared=square / (square + error + other_error),
    )


def _contrasts(k: int) -> Floats:
    """Orthonormal contrasts of k visits, shape (k, k - 1); which ones changes no result."""
    return np.linalg.qr(np.column_stack([np.ones(k), np.eye(k)[:, :-1]]))[0][:, 1:]


def _responses(y, *, groups: int) -> Floats:
    """Check the table and measure it from its mean, which changes no effect but rounds less."""
    y = numbers(y, "y")
    if y.ndim != 2:
        raise StatsError(f"y must have shape (subjects, visits); got {y.shape}.")
    if y.shape[1] < 2:
        raise StatsError("y has one visit only; repeated measures need at least two.")
    if y.shape[0] < groups + 1:
        raise StatsError(f"y has {y.shape[0]} subjects; at least {groups + 1} are needed.")
    if y.min() == y.max():
        raise StatsError("all responses are equal, so there is no variation to analyse.")
    return y - y.mean()


def _check_error(trace: float, y: Floats, what: str) -> None:
    """Refuse an error term that is nothing but rounding: its F would be a random number."""
    rounding = 16 * np.finfo(np.float64).eps * np.abs(y).max()
    if trace <= y.size * rounding**2:
        raise StatsError(f"there is no variation beyond what {what}, so F is not defined.")
