"""Statistical analyses as a registry states them: method, sides, estimate, interval, p."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import log

from trialtrace.audit.registry.kinds import AVERAGES, SPREADS, Form, Kind, number

TESTS = {
    "chi-squared": "chi_squared",
    "chi-squared, corrected": "chi_squared_corrected",
    "fisher exact": "fisher",
    "fisher's exact test": "fisher",
    "log rank": "log_rank",
    "log-rank": "log_rank",
    "cochran-mantel-haenszel": "mantel_haenszel",
    "mantel haenszel": "mantel_haenszel",
    "wilcoxon (mann-whitney)": "mann_whitney",
    "mann-whitney": "mann_whitney",
    "mann whitney": "mann_whitney",
    "t-test, 1 sided": "t",
    "t-test, 2 sided": "t",
}
MEASURES = {
    "mean difference": "mean_difference",
    "ls mean difference": "mean_difference",
    "lsm difference": "mean_difference",
    "difference in ls means": "mean_difference",
    "difference in means": "mean_difference",
    "least squares mean difference": "mean_difference",
    "least square mean difference": "mean_difference",
    "adjusted mean difference": "mean_difference",
    "median difference": "median_difference",
    "difference in medians": "median_difference",
    "odds ratio": "odds_ratio",
    "adjusted odds ratio": "odds_ratio",
    "odds ratio, log": "log_odds_ratio",
    "hazard ratio": "hazard_ratio",
    "adjusted hazard ratio": "hazard_ratio",
    "hazard ratio, log": "log_hazard_ratio",
    "cox proportional hazard": "hazard_ratio",
    "risk ratio": "risk_ratio",
    "relative risk": "risk_ratio",
    "risk difference": "risk_difference",
    "difference in percentages": "risk_difference",
    "difference in proportions": "risk_difference",
    "difference of proportions": "risk_difference",
    "rate ratio": "rate_ratio",
    "incidence rate ratio": "rate_ratio",
    "geometric mean ratio": "geometric_mean_ratio",
    "ratio of geometric means": "geometric_mean_ratio",
    "geometric ls mean ratio": "geometric_mean_ratio",
    "number needed to treat": "number_needed_to_treat",
}
_ABBREVIATION = re.compile(r"\s*\((?:[a-z]{2,4}|final values|net)\)$")
_OF_MODEL = re.compile(
    r"adjust|model|regress|covaria|ancova|anova|stratif|imput|mixed|bayes|posterior|repeated|"
    r"weighted|\bls\b|\blsm\b|least[\s-]?squares?|\bcox\b|\bgee\b|mmrm|glmm|mantel|poisson|binomial",
    re.IGNORECASE,
)
_BAYES = re.compile(r"bayes|posterior|credible", re.IGNORECASE)
_ONE_SIDED = re.compile(r"\b(?:1|one)[\s-]*(?:sided|tailed)", re.IGNORECASE)
OF_LOGS = {"log_odds_ratio": "odds_ratio", "log_hazard_ratio": "hazard_ratio"}
_ONE_SIDED_P = re.compile(rf"{_ONE_SIDED.pattern} p\b", re.IGNORECASE)
_P = re.compile(r"(?:p(?:-?\s?value)?)?\s*([<>=≤≥]?)\s*=?\s*([0-9]*\.?[0-9]+(?:e-?[0-9]+)?)", re.I)
NULLS = {"NON_INFERIORITY": "non-inferiority", "EQUIVALENCE": "equivalence"}
_DIFFERENCES = ("difference", "treatment difference", "estimated difference", "absolute difference")
_OF_RANKS = re.compile(r"wilcoxon|mann|elteren|rank|kruskal|hodges", re.IGNORECASE)
_EXACT = re.compile(r"\bexact\b", re.IGNORECASE)
_OF_INTERVAL = re.compile(
    r"[^.;]*\b(?:confidence (?:interval|limit)s?|cis?)\b[^.;]*", re.IGNORECASE
)
_OF_P = re.compile(r"[^.;]*\bp[\s-]?values?\b[^.;]*", re.IGNORECASE)
_METHODS = re.compile(
    r"t[\s-]test|ancova|anova|wald|\bcox\b|log[\s-]?rank|wilcoxon|mann|hodges|exact|bootstrap|"
    r"newcombe|miettinen|wilson|clopper|transform|rank|mantel|fisher|chi[\s-]squared?|likelihood",
    re.IGNORECASE,
)


@dataclass
class Analysis:
    """An analysis in the form of ledgers, and what of it has none, each with its number. `p` stands
    apart where its words name another method for it than for the interval."""

    form: Form = field(default_factory=Form)
    p: Form = field(default_factory=Form)
    left: list[tuple[str, str]] = field(default_factory=list)


def analysis(entry: Mapping[str, str], kind: Kind, *, paired: str) -> Analysis:
    """The numbers of an analysis as one expression; `kind` is that of its outcome's numbers, and
    `paired` the design that compares the same patients, where one does."""
    method, called = entry.get("statisticalMethod", ""), entry.get("paramType", "")
    names = (
        "pValueComment",
        "statisticalComment",
        "groupDescription",
        "estimateComment",
        "nonInferiorityComment",
    )
    comments = ". ".join(entry.get(name, "") for name in names)
    stated = " ".join((method, called, entry.get("pValueComment", "")))
    if match := _ONE_SIDED_P.search(comments):
        stated += f" {match.group()}"
    result, doubt = Analysis(), ""
    measure = measure_of(called, kind)
    if measure in OF_LOGS and _is_ratio(entry):
        measure = OF_LOGS[measure]
        doubt = "called a log ratio; its interval lies about it as about a ratio, so read as one"
    if measure == "mean_difference" and _OF_RANKS.search(method):
        # Hodges and Lehmann's, whatever its name.
        measure = "difference"
    about: dict[str, object] = {"test": TESTS.get(_plain(method), "other")} if method else {}
    if _OF_MODEL.search(f"{stated} {comments}"):
        about["basis"] = "model"
    elif paired:
        about["design"] = [paired]
    if entry.get("nonInferiorityType") in NULLS and (said := entry.get("nonInferiorityComment")):
        result.left.append((said, "a margin in free words"))
    # An exact test may stand beside any interval.
    if any(_EXACT.search(match.group()) for match in _OF_INTERVAL.finditer(comments)):
        about["interval"] = "exact"
    if measure:
        about["measure"] = measure
    pieces, numbers = _estimate(entry, measure, "percent" in _plain(kind.unit), result)
    interval, p = _interval(entry, result, numbers), _p(entry, stated, result)
    pieces += [interval] if interval else []
    if p.printed and pieces and _of_two_methods(method, comments):
        result.p = replace(p, about={name: about[name] for name in about if name == "test"})
    elif p.printed:
        pieces, numbers = [*pieces, p.printed], numbers | p.numbers
    if "ci_low" not in numbers:
        about.pop("interval", None)
    if pieces:
        result.form = Form(", ".join(pieces), numbers, about, doubt=doubt)
    return result


def _is_ratio(entry: Mapping[str, str]) -> bool:
    """Whether an estimate is the middle of its interval as a ratio is, and a log ratio is not."""
    names = ("paramValue", "ciLowerLimit", "ciUpperLimit")
    value, low, high = (
        float((number(entry.get(name, "")) or "0").replace(",", "")) for name in names
    )
    if not 0 < low < value < high:
        return False
    return abs(log(value * value / (low * high))) < abs(2 * value - low - high) / value


def _of_two_methods(method: str, comments: str) -> bool:
    """Whether what is said of the interval, or of p, names a method that is not the analysis's."""
    said = [match.group() for of in (_OF_INTERVAL, _OF_P) for match in of.finditer(comments)]
    named = {word.lower() for text in said for word in _METHODS.findall(text)}
    return bool(named) and not any(word in method.lower() for word in named)


def measure_of(called: str, kind: Kind) -> str | None:
    """The ledger's word for what compares the groups; None where its words say no such thing."""
    plain = _ABBREVIATION.sub("", _plain(called))
    if plain in MEASURES or not plain:
        return MEASURES.get(plain)
    if re.search(r"\bratios?\b", plain):
        return "ratio"
    if plain not in _DIFFERENCES:
        return None
    if kind.counts_people or kind.is_share:
        return "risk_difference"
    return "mean_difference" if AVERAGES.get(kind.value) == "mean" else "difference"


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


def _estimate(
    entry: Mapping[str, str], measure: str | None, percent: bool, result: Analysis
) -> tuple[list[str], dict[str, str]]:
    """The estimate with its error, and their numbers."""
    text = entry.get("paramValue", "")
    value = number(text)
    if value is None:
        if text:
            result.left.append((text, "an estimate that is no number"))
        return [], {}
    points = percent and measure == "risk_difference"
    name = "percent" if points else "value"
    printed, numbers = f"{value} percentage points" if points else value, {name: value}
    spread, kind = number(entry.get("dispersionValue", "")), entry.get("dispersionType", "")
    if spread is not None:
        if SPREADS.get(kind.upper().replace(" ", "_")) == SPREADS["STANDARD_ERROR"]:
            printed, numbers = f"{printed} (SE {spread})", numbers | {"se": spread}
        else:
            result.left.append((spread, f"dispersion of an estimate: “{kind or 'not stated'}”"))
    return [printed], numbers


def _interval(entry: Mapping[str, str], result: Analysis, numbers: dict[str, str]) -> str:
    """The interval; a limit alone, or one without a level, has no form."""
    texts = [entry[key] for key in ("ciLowerLimit", "ciUpperLimit") if key in entry]
    if not texts:
        return ""
    low, high = (number(entry.get(key, "")) for key in ("ciLowerLimit", "ciUpperLimit"))
    level, sides = number(entry.get("ciPctValue", "")), entry.get("ciNumSides", "")
    if level is not None and sides.upper().startswith(("ONE", "1")) and len(texts) == 1:
        limit = low or high
        if limit is not None:
            numbers |= {"ci_low" if low else "ci_high": limit}
            ends = f"{limit} to ∞" if low else f"−∞ to {limit}"
            return f"(one-sided {level}% CI, {ends})"
    if level is None or sides.upper().startswith(("ONE", "1")) or low is None:
        why = "an interval without a level" if level is None else "an interval of one side"
        result.left.append((" to ".join(texts), why))
        return ""
    if high is None and "ciUpperLimit" not in entry:
        result.left.append((" to ".join(texts), "an interval of one side"))
        return ""
    numbers |= {"ci_low": low} | ({} if high is None else {"ci_high": high})
    return f"({level}% CI {low} to {'NE' if high is None else high})"


def _p(entry: Mapping[str, str], stated: str, result: Analysis) -> Form:
    """The p, with the hypothesis that it is of where that is not one of no difference."""
    text = entry.get("pValue", "")
    if not text:
        return Form()
    match = _P.fullmatch(text.strip())
    hypothesis = entry.get("nonInferiorityType", "")
    if _BAYES.search(stated):
        result.left.append((text, "a probability of a Bayesian analysis"))
    elif match is None:
        result.left.append((text, "a p that is no number"))
    elif hypothesis.startswith("NON_INFERIORITY_OR"):
        result.left.append((text, "p of non-inferiority or of equivalence: which is not stated"))
    else:
        value = number(match[2]) or match[2]
        # Fields of two or three places are filled: 0.206 is posted as 0.2 and as 0.20.
        value = re.sub(r"(\.0*[1-9][0-9]*?)0+$", r"\1", value)
        null = f" for {NULLS[hypothesis]}" if hypothesis in NULLS else ""
        sides = " (one-sided)" if _ONE_SIDED.search(stated) else ""
        return Form(f"P{match[1] or '='}{value}{null}{sides}", {"p": value})
    return Form()
