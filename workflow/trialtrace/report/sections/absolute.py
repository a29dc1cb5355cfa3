"""What stands beside an estimate in a sentence: counts and shares of both arms, or their shares
without the event at the last time that is described."""

from collections.abc import Iterator, Sequence

from trialtrace.base.styles import style_of
from trialtrace.base.words import value_text
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.event_words import without_event
from trialtrace.report.tables import link, with_level
from trialtrace.run.methods.analysing.rows import ALL
from trialtrace.run.tables.contracts.rows import ResultRow, present, values_of
from trialtrace.run.trace.years import until, whole_years
from trialtrace.run.trial.plan.build import Analysis

PAIR = 2
# Estimates beside which the shares at the end are told.
OF_TIMES = ("hazard_ratio", "mean_time_difference")
OF_ONE = ("parameter", "stratum")
# The share of an arm at risk below which no curve is told of, and that below which it is with a
# caution: the ends of what Pocock, Clayton and Altman advise.
LEAST_AT_RISK, FEW_AT_RISK = 0.1, 0.2
ADVICE = "Pocock, Clayton and Altman 2002, Lancet 359:1686"


def denominators(material: Material, estimate: ResultRow) -> str:
    """ "; 27 of 295 (9.2 %) against 52 of 307 (16.9 %) patients", in the order of the comparison;
    of a time, and of one arm, with the words of each. Of times shares leave out who was censored,
    and none is told."""
    counts = material.tracer.counts(estimate)
    shown = [link(row, events) + share_of(material, row) for events, _, row in counts]
    if not counts:
        return _shares(material, estimate)
    if len(counts) > 1 and estimate["group2"] != "time":
        return f"; {' against '.join(shown)} patients"
    labels = [escape_markdown(label) for _, label, _ in counts]
    told = [f"{events} {label}" for events, label in zip(shown, labels, strict=True)]
    return f"; {', '.join(told)}"


def _shares(material: Material, estimate: ResultRow) -> str:
    """ "; 29.9 % (95 % CI …) against 71.0 % (95 % CI …)": of shares that count nobody, as those of
    all randomised by imputation."""
    place = ("parameter", "visit", "stratum")
    shares = {
        row["group1_level"]: with_level(row)
        for row in material.of(estimate["analysis_id"])
        if row["stat_name"] == "proportion" and row["group2"] is None and row["error"] is None
        if values_of(row, place) == values_of(estimate, place)
    }
    pair = [
        shares[arm] for arm in values_of(estimate, ("comparison", "reference")) if arm in shares
    ]
    told = estimate["stat_name"] == "risk_difference" and len(pair) == PAIR
    return f"; {' against '.join(pair)}" if told else ""


def share_of(material: Material, count: ResultRow) -> str:
    """ " (9.2 %)" behind a count, where its analysis has the share."""
    keys = ("parameter", "visit", "stratum", "group1_level", "group2", "group2_level")
    for row in material.of(count["analysis_id"]):
        if row["stat_name"] == "proportion" and values_of(row, keys) == values_of(count, keys):
            text = f"{value_text('proportion', present(row['stat_value']), style_of(row))} %"
            return f" ({link(row, text)})"
    return ""


def period(material: Material, row: ResultRow, unit: str = "", *, years: bool) -> str:
    """ ", up to 5 years", " over all follow-up": of what part of the follow-up a number of times
    is. A ratio of hazards is told so where its analysis has other numbers that end at a time."""
    own = until(row, unit, years=years)
    if own or row["stat_name"] != "hazard_ratio":
        return own
    beside = (r for r in material.of(row["analysis_id"]) if r["parameter"] == row["parameter"])
    if not any(until(other, unit, years=years) for other in beside):
        return ""
    entry = material.trial.endpoints[present(row["parameter"])].entry
    return " over all follow-up" * (getattr(entry, "horizon", None) is None)


def _at_risk(material: Material, estimate: ResultRow, at: float) -> float:
    """The lesser share of both arms that is at risk at a time; 1 where nobody counts them."""
    rows = _risks(material, estimate, at).values()
    return min((present(row["stat_value"]) / (row["n_used"] or 1) for row in rows), default=1.0)


def _risks(material: Material, estimate: ResultRow, at: float) -> dict[str | None, ResultRow]:
    """How many of both arms are at risk at a time."""
    return {
        row["group1_level"]: row
        for row in material.of(estimate["analysis_id"])
        if row["stat_name"] == "at_risk"
        and float(row["group2_level"] or 0) == at
        and row["group1_level"] in (estimate["comparison"], estimate["reference"])
        and values_of(row, ("parameter", "stratum"))
        == values_of(estimate, ("parameter", "stratum"))
    }


def few_at_risk(material: Material, analysis: Analysis) -> Iterator[str]:
    """A caution for each time at which an analysis describes a curve and fewer than a fifth of an
    arm are at risk, with how many are. Markdown."""
    times: dict[tuple[str, ...], dict[str | None, str]] = {}
    for row in material.of(analysis.name):
        n = row["n_used"] or 0
        of_curve = row["stat_name"] == "at_risk" and row["stratum"] is None
        if of_curve and present(row["stat_value"]) < FEW_AT_RISK * n:
            level, unit = row["group2_level"] or "", material.tracer.about.time_unit(row)
            at = whole_years(level, unit) or f"{level}{unit}"
            arm = escape_markdown(material.arm_label(row["group1_level"]))
            place = (*material.parameter_words(row), f"at {at}")
            times.setdefault(place, {})[row["group1_level"]] = f"{arm} {link(row)} of {n}"
    for place, arms in times.items():
        told = "; ".join(text for arm, text in arms.items() if arm != ALL or len(arms) == 1)
        yield (
            f"Few are at risk {escape_markdown(', '.join(place))} ({told}): what is estimated "
            "there, or up to there, hangs on few patients and is uncertain "
            f"(fewer than a fifth of an arm; {ADVICE})."
        )


def at_the_end(material: Material, estimate: ResultRow) -> str:
    """ "; without recurrence at 5 years 61.5 % against 45.0 % (17 and 12 at risk)": beside a ratio
    of hazards or a difference of mean times the shares of both arms at the last time at which the
    analysis describes them and a tenth of each is still at risk (ADVICE); at its first time where
    that is at none."""
    at, shares = shares_at_the_end(material, [estimate])
    if not shares:
        return ""
    pair = (estimate["comparison"], estimate["reference"])
    both = [shares[present(arm)] for arm in pair]
    risks = _risks(material, estimate, float(both[0]["group2_level"] or 0))
    each = [
        link(risks[arm], f"{present(risks[arm]['stat_value']):g}") for arm in pair if arm in risks
    ]
    at_risk = f" ({' and '.join(each)} at risk)" if len(each) == PAIR else ""
    who = escape_markdown(without_event(material.trial, estimate["parameter"]))
    return f"; {who} at {at} {' against '.join(map(link, both))}{at_risk}"


def shares_at_the_end(
    material: Material, estimates: Sequence[ResultRow]
) -> tuple[str, dict[str, ResultRow]]:
    """A time in words, and the share of each compared arm without the event then: the last time at
    which the analysis describes them all and a tenth of each is still at risk (ADVICE), its first
    time where that is at none. Empty of other estimates than of times."""
    first = estimates[0]
    arms = {present(arm) for row in estimates for arm in (row["comparison"], row["reference"])}
    times: dict[float, dict[str, ResultRow]] = {}
    for row in material.of(first["analysis_id"]) if first["stat_name"] in OF_TIMES else ():
        share = (row["stat_name"], row["group2"]) == ("survival", "time")
        of_one = values_of(row, OF_ONE) == values_of(first, OF_ONE)
        if share and of_one and row["stat_value"] is not None and row["group1_level"] in arms:
            at = float(row["group2_level"] or 0)
            times.setdefault(at, {})[present(row["group1_level"])] = row
    whole = {at: shares for at, shares in times.items() if len(shares) == len(arms)}
    if not whole:
        return "", {}
    least = {at: min(_at_risk(material, row, at) for row in estimates) for at in whole}
    time = max((at for at in whole if least[at] >= LEAST_AT_RISK), default=min(whole))
    row = next(iter(whole[time].values()))
    level, unit = row["group2_level"] or "", material.tracer.about.time_unit(row)
    return whole_years(level, unit) or f"{level}{unit}", whole[time]
