"""Errors that a person can act on: the place, what was found, what was expected, what to do.

A mistake in data or configuration raises `UserError`; the command line and the workflow's scripts
print its text without a traceback. Several mistakes are gathered in `Problems` and raised together.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from trialtrace.base.deleted_names import answer

# Quotation marks that programs for letters put in place of straight ones.
CURLED = (
    "\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}"
    "\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}"
    "\N{DOUBLE LOW-9 QUOTATION MARK}\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}"
    "\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}"
)
# What the field calls a thing, and its name here; told before a name that is spelt alike.
SYNONYMS = {
    "relative_risk": "risk_ratio",
    "rr": "risk_ratio",
    "relative_odds": "odds_ratio",
    "or": "odds_ratio",
    "relative_hazard": "hazard_ratio",
    "hr": "hazard_ratio",
    "rh": "hazard_ratio",
    "rate": "rate_ratio",
    "relative_rate": "rate_ratio",
    "irr": "rate_ratio",
    "incidence_rate_ratio": "rate_ratio",
    "rd": "risk_difference",
    "arr": "risk_difference",
    "absolute_risk_reduction": "risk_difference",
    "absolute_risk_difference": "risk_difference",
    "absolute_difference": "risk_difference",
    "rrr": "relative_reduction",
    "relative_risk_reduction": "relative_reduction",
    "efficacy": "relative_reduction",
    "vaccine_efficacy": "relative_reduction",
    "ve": "relative_reduction",
    "nnt": "number_needed_to_treat",
    "nnh": "number_needed_to_treat",
    "number_needed_to_harm": "number_needed_to_treat",
    "md": "mean_difference",
    "t_test": "welch_t",
    "welch": "welch_t",
    "students_t": "student_t",
    "student": "student_t",
    "chi2": "chi_squared",
    "chi_square": "chi_squared",
    "fisher_exact": "fisher",
    "wilcoxon": "mann_whitney",
    "wilcoxon_rank_sum": "mann_whitney",
    "rank_sum": "mann_whitney",
    "wilcoxon_signed_rank": "signed_rank",
    "logrank": "log_rank",
    "cmh": "cochran_mantel_haenszel",
    "mantel_haenszel_test": "cochran_mantel_haenszel",
    "fisher_test": "fisher",
    "exact_test": "fisher",
    "pearson_chi_squared": "chi_squared",
    "chisq": "chi_squared",
    "u_test": "mann_whitney",
    "mann_whitney_u": "mann_whitney",
    "ranksum": "mann_whitney",
    "exact_mann_whitney": "mann_whitney_exact",
    "exact_wilcoxon": "mann_whitney_exact",
    "wilcoxon_exact": "mann_whitney_exact",
    "signrank": "signed_rank",
    "paired_t_test": "paired_t",
    "freeman_halton": "fisher_freeman_halton",
    "cox_regression": "cox",
    "coxph": "cox",
    "proportional_hazards_model": "cox",
    "km": "kaplan_meier",
    "product_limit": "kaplan_meier",
    "mantel_cox": "log_rank",
    "stratified_log_rank": "log_rank_stratified",
    "stratified_cox": "cox_adjusted",
    "fleming_harrington": "weighted_log_rank",
    "rmst": "mean_time",
    "cif": "incidence",
    "linear_regression": "ancova",
    "logistic_regression": "logistic",
    "logit": "logistic",
    "ordinal_logistic": "proportional_odds",
    "permutation": "rerandomisation",
}
# Of each part of a mistake, and of a list of them.
LONGEST, MOST = 2_500, 200


@dataclass(frozen=True)
class Problem:
    """One mistake. `place` is what `located` gives, or "file, row 7, column age"."""

    place: str
    message: str = ""
    found: str | None = None
    expected: str | None = None
    do: str | None = None

    def __str__(self) -> str:
        lines = [shortened(self.place), *([f"  {shortened(self.message)}"] if self.message else [])]
        for label, text in (("found", self.found), ("expected", self.expected), ("to do", self.do)):
            if text is not None:
                lines.append(f"  {label:<10}{shortened(text)}")
        return visible("\n".join(lines))


def located(file: str, line: int, column: int = 0, key: str = "") -> str:
    """ "plan.yaml:14:9: analyses.pain.endpoint", as editors and terminals open it.

    Lines and columns count from 1; a column of 0 is not known.
    """
    where = f"{file}:{line}:{column}" if column else f"{file}:{line}"
    return f"{where}: {key}" if key else where


def shortened(text: str) -> str:
    """Text that a terminal and a log can hold, whatever a file had where a word should stand."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} … ({len(text)} characters in all)"


def visible(text: str) -> str:
    """Text whose characters can all be seen: what steers a terminal, or has no width, is spelt."""
    return "".join(
        repr(c)[1:-1] if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") else c
        for c in text
    )


class UserError(Exception):
    """A mistake in data or configuration, told without a traceback: by the parts of a problem, or
    by one that is there already."""

    def __init__(self, place: Problem | str, message: str = "", **details: str | None):
        problem = place if isinstance(place, Problem) else Problem(place, message, **details)
        self.problems = [problem]
        super().__init__(str(problem))


def wrong(place: str, found: str, expected: str | None = None, do: str | None = None) -> UserError:
    """A mistake by its place, what is there, what could be, and what to do."""
    return UserError(place, found=found, expected=expected, do=do)


class ProblemsError(UserError):
    """Several mistakes, told together."""

    def __init__(self, problems: list[Problem]):
        told = [str(problem) for problem in problems[:MOST]]
        if len(problems) > MOST:
            told.append(f"… and {len(problems) - MOST} more")
        Exception.__init__(self, "\n\n".join(told))
        self.problems = problems


class ConservationError(ProblemsError):
    """Counts do not add up: a fault of the program, or of a file that was changed by hand."""


def unbalanced(place: str, text: str, message: str = "counts do not add up") -> Problem:
    """One law of conservation that does not hold, for a ConservationError."""
    do = (
        "remove the trial's folder in results/ and run again; if it comes back, it is a fault of "
        "the program: please report it with this message"
    )
    return Problem(place, message, found=text, do=do)


@dataclass
class Problems:
    """A list of mistakes that is raised at once, so that a person can mend them all."""

    found: list[Problem] = field(default_factory=list)

    def add(self, place: str, message: str = "", **details: str | None) -> None:
        self.found.append(Problem(place, message, **details))

    def raise_if_any(self, kind: type[ProblemsError] = ProblemsError) -> None:
        if self.found:
            raise kind(self.found)


def one_of(names: Iterable[object], limit: int = 12) -> str:
    """A list of names or numbers for an `expected` line, cut where it is long."""
    listed = [str(name) for name in names]
    shown = ", ".join(listed[:limit]) or "(none)"
    return shown if len(listed) <= limit else f"{shown}, … ({len(listed)} in all)"


def did_you_mean(name: str, names: Iterable[str]) -> str | None:
    """The nearest known name as a question, or None where none is near; of a deleted name its
    successor."""
    if deleted := answer(name):
        return deleted
    listed = list(names)
    if (plain := name.strip(CURLED)) != name and plain in listed:
        return f'write straight quotation marks: "{plain}"'
    if meant := _synonym(name, listed):
        return f'did you mean "{meant}"?'
    same = [one for one in listed if _looks(one) == _looks(name)]
    cased = [one for one in listed if one.casefold() == name.casefold()]
    near = same or cased or difflib.get_close_matches(name, listed, n=1, cutoff=0.6)
    if not near:
        return None
    if _looks(near[0]) != _looks(name):
        return f'did you mean "{near[0]}"?'
    return f"did you mean {near[0]!a}? This one is {name!a}, which looks the same"


def _synonym(name: str, names: list[str]) -> str | None:
    """The known name of what the field calls `name`, as risk_ratio is that of RR."""
    called, dot, method = re.sub(r"[\s-]+", "_", name.casefold()).partition(".")
    meant = SYNONYMS[called] + dot + method if called in SYNONYMS else None
    return meant if meant in names else None


def _looks(name: str) -> str:
    """What is seen of a name: however its letters are composed, without what has no width."""
    composed = unicodedata.normalize("NFKC", name)
    return "".join(c for c in composed if unicodedata.category(c) not in ("Cc", "Cf"))
