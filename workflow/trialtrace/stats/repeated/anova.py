"""Analysis of variance of repeated measures: visits within subjects, arms between them.

Estimates nothing but decomposes: are the visits equal on average (within), the arms (between),
and do the arms differ by the same amount at every visit (interaction). These are the two usual
designs of `repeated_general`, which does the work: the visits enter through orthonormal
contrasts, and their error matrix is pooled within arms.

Numbers agree with car::Anova(idesign = ~visit) and its summary, also with afex.

References: Greenhouse and Geisser, Psychometrika 1959;24:95. Huynh and Feldt, J Educ Stat
1976;1:69. Lecoutre, J Educ Stat 1991;16:371. Mauchly, Ann Math Stat 1940;11:204. Olejnik and
Algina, Psychol Methods 2003;8:434, and Bakeman, Behav Res Methods 2005;37:379 (generalised eta).

Oracle: car::Anova on the multivariate linear model; base R (aov) where car stops.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import labels, numbers
from trialtrace.stats.regression._design import in_rows
from trialtrace.stats.repeated.anova_general import (
    AnovaEffect,
    Corrections,
    Effect,
    _effect_row,
    repeated_anova,
)
from trialtrace.stats.repeated.sphericity import mauchly_chi_squared
from trialtrace.stats.results import Row, StatsError, Tabular, TestResult


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


@dataclass(frozen=True, slots=True, repr=False)
class RepeatedAnova(Tabular):
    """One arm: the test of equal visits, and Mauchly's test of sphericity (NaN: see there).

    `mauchly_p` is R's, `mauchly_p_anderson` the published expansion.
    """

    n_subjects: int
    n_visits: int
    within: WithinEffect
    mauchly_w: float
    mauchly_p: float
    mauchly_p_anderson: float

    @property
    def mauchly(self) -> TestResult:
        """Mauchly's test by its chi-squared, with the p-value of R."""
        options = {"visits": self.n_visits, "df": self.n_subjects - 1}
        return mauchly_chi_squared(self.mauchly_w, self.mauchly_p, **options)

    def rows(self) -> list[Row]:
        return [_effect_row("visit", self.within, self.within.epsilon_gg, self.within.p_gg)]


@dataclass(frozen=True, slots=True, repr=False)
class MixedAnova(Tabular):
    """Several arms: the three tests, and Mauchly's test on the covariance pooled over arms.

    `mauchly_p` is R's, `mauchly_p_anderson` the published expansion.
    """

    n_subjects: int
    n_visits: int
    groups: tuple[object, ...]
    group_sizes: tuple[int, ...]
    sums_of_squares: str
    between: Effect
    within: WithinEffect
    interaction: WithinEffect
    mauchly_w: float
    mauchly_p: float
    mauchly_p_anderson: float

    @property
    def mauchly(self) -> TestResult:
        """Mauchly's test by its chi-squared, with the p-value of R."""
        options = {"visits": self.n_visits, "df": self.n_subjects - len(self.groups)}
        return mauchly_chi_squared(self.mauchly_w, self.mauchly_p, **options)

    def rows(self) -> list[Row]:
        within = {"visit": self.within, "group:visit": self.interaction}
        return [
            _effect_row("group", self.between, nan, nan),
            *(_effect_row(name, one, one.epsilon_gg, one.p_gg) for name, one in within.items()),
        ]


def rm_anova(
    y: ArrayLike, *, subject: ArrayLike | None = None, visit: ArrayLike | None = None
) -> RepeatedAnova:
    """Analysis of variance of one arm, y of shape (subjects, visits), complete.

    Of long data y has shape (rows,), and `subject` and `visit` say whose and when each row is.
    With two visits every epsilon is 1 and Mauchly's test is NaN; it is NaN too where fewer than
    visits - 1 degrees of freedom are left for the error, or its matrix is singular.

    Raises `StatsError` for missing values (drop or impute subjects first), fewer than two
    visits or subjects, or where nothing is left for the error, as in constant data.

    R: `car::Anova(lm(Y ~ 1), idata = idata, idesign = ~visit, type = "III")`.

    >>> round(rm_anova([[1, 2, 4], [2, 2, 3], [0, 3, 3.5], [1, 1, 5]]).within.p_value, 4)
    0.0185
    """
    y = _responses(in_rows(y, subject, visit)[0], groups=1)
    fit = repeated_anova(y, within=("visits",), between={}, sums_of_squares="III", measured=())
    visits = fit.effect("visits")
    corrections = _corrections(visits)
    return RepeatedAnova(
        n_subjects=y.shape[0],
        n_visits=y.shape[1],
        within=_within(visits),
        mauchly_w=corrections.mauchly_w,
        mauchly_p=corrections.mauchly_p,
        mauchly_p_anderson=corrections.mauchly_p_anderson,
    )


def mixed_anova(
    y: ArrayLike,
    between: ArrayLike,
    *,
    sums_of_squares: str,
    subject: ArrayLike | None = None,
    visit: ArrayLike | None = None,
) -> MixedAnova:
    """Analysis of variance of several arms, y of shape (subjects, visits), complete.

    `between`, shape (subjects,), is the arm of each subject; arms may differ in size. Of long data
    y and `between` have shape (rows,), and `subject` and `visit` say whose and when each row is.
    `sums_of_squares` "II" tests the visit effect at the mean over subjects, "III" at the
    unweighted mean over arms (SPSS, afex): they differ for `within` in unequal arms and for
    nothing else. An arm of one subject is allowed and adds nothing to the error. Mauchly's test
    is NaN as in `rm_anova`, with subjects - arms for the error.

    Raises `StatsError` for missing values, fewer than two visits or arms, no more subjects than
    arms, or where nothing is left for an error term, as in constant data.

    R: `car::Anova(lm(Y ~ arm), idata = idata, idesign = ~visit)`.

    >>> y = [[1, 2, 4], [2, 2, 3], [0, 3, 3.5], [1, 1, 5], [2, 4, 4], [1, 3, 6]]
    >>> round(mixed_anova(y, list("aaabbb"), sums_of_squares="III").interaction.f, 4)
    0.6447
    """
    y, arms = in_rows(y, subject, visit, between)
    between = between if arms is None else arms
    y = _responses(y, groups=2)
    if len(labels(between, "between", y.shape[0])[0]) < 2:
        raise StatsError("between has one arm only; rm_anova is the analysis of one arm.")
    fit = repeated_anova(
        y,
        within=("visits",),
        between={"arms": between},
        sums_of_squares=sums_of_squares,
        measured=(),
    )
    visits = fit.effect("visits")
    return MixedAnova(
        n_subjects=y.shape[0],
        n_visits=y.shape[1],
        groups=tuple(level for (level,), _ in fit.cells),
        group_sizes=tuple(size for _, size in fit.cells),
        sums_of_squares=sums_of_squares,
        between=Effect(*_plain(fit.effect("arms"))),
        within=_within(visits),
        interaction=_within(fit.effect("arms", "visits")),
        mauchly_w=_corrections(visits).mauchly_w,
        mauchly_p=_corrections(visits).mauchly_p,
        mauchly_p_anderson=_corrections(visits).mauchly_p_anderson,
    )


def _plain(effect: AnovaEffect) -> list[float]:
    return [getattr(effect, name) for name in Effect.__dataclass_fields__]


def _corrections(effect: AnovaEffect) -> Corrections:
    """Corrections of an effect within subjects, which always has them."""
    assert effect.corrections is not None
    return effect.corrections


def _within(effect: AnovaEffect) -> WithinEffect:
    corrections = _corrections(effect)
    parts = (
        corrections.greenhouse_geisser,
        corrections.huynh_feldt_lecoutre,
        corrections.lower_bound,
    )
    return WithinEffect(
        *_plain(effect), *(part.epsilon for part in parts), *(part.p_value for part in parts)
    )


def _responses(y: ArrayLike, *, groups: int) -> Floats:
    y = numbers(y, "y")
    if y.ndim != 2:
        raise StatsError(f"y must have shape (subjects, visits); got {y.shape}.")
    if y.shape[1] < 2:
        raise StatsError("y has one visit only; repeated measures need at least two.")
    if y.shape[0] < groups + 1:
        raise StatsError(f"y has {y.shape[0]} subjects; at least {groups + 1} are needed.")
    return y
