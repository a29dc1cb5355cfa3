"""Which results those figures show that have results of several analyses: known without drawing.

And what stands around the lines of a forest plot: counts by arm, tests of interaction, and whom
which side of the axis favours.
"""

from collections.abc import Iterable, Iterator, Sequence

from trialtrace.base.synthetic import SET_MARK
from trialtrace.base.words import NOT_ESTIMABLE, percent
from trialtrace.report.audit.cohort_words import is_assumed
from trialtrace.report.figures.picture import Cell, Data, Given, arms_of
from trialtrace.report.links import trace_link
from trialtrace.report.material import Material
from trialtrace.report.sections.questions import at_look, looked_at, of_look, same_question
from trialtrace.report.tables import NO_BREAK, tight_text
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import ResultRow, present, values_of
from trialtrace.run.trace.short_id import short_id
from trialtrace.run.trace.words import stratum_words
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.references import method_of

# What tells the lines or groups of a figure of results apart.

MOST_TOLD = 12


def repeats_cuts(rows: list[ResultRow]) -> bool:
    """Whether two analyses have a line at the same visit, subgroup or endpoint of a list."""
    cuts = {
        (row["analysis_id"], row["visit"], row["stratum"], listed)
        for row in rows
        if (listed := _listed(row)) or row["visit"] or row["stratum"]
    }
    return len(cuts) > len({cut[1:] for cut in cuts})


def _listed(row: ResultRow) -> str | None:
    return row["parameter"] if ";parameter=" in row["result_id"] else None


def name_of(material: Material, row: ResultRow, several: bool) -> str:
    """What tells a line apart: the subgroup or the visit, else the analysis; the arm if several."""
    analysis = material.trial.plan.analyses[row["analysis_id"]]
    parts = [stratum_words(material.trial, row["stratum"])] if row["stratum"] else []
    parts += material.parameter_words(row)
    parts += [row["visit"]] if row["visit"] else []
    if not parts or several:
        parts.insert(0, analysis.label)
    if row["comparison"] and len(analysis.pairs) > 1:
        parts.append(material.arm_label(row["comparison"]))
    return ", ".join(parts)


def told(names: Sequence[str], rows: Sequence[ResultRow]) -> str:
    """Lines in words: "Relief 1.80 (0.63 to 5.16); ...", for who cannot see them."""
    shown = [f"{name} {tight_text(row)}" for name, row in zip(names, rows, strict=True)]
    more = [f"and {len(shown) - MOST_TOLD} more"] if len(shown) > MOST_TOLD else []
    return "; ".join([*shown[:MOST_TOLD], *more]).replace(NO_BREAK, " ")


def data_of(material: Material, rows: list[ResultRow], names: list[str]) -> Data:
    """The numbers of lines or bars that are results, each with what tells it apart."""
    columns = ("result", "line", "arm", "value", "low", "high", "n")
    cells: list[tuple[Cell, ...]] = [
        (
            row["result_id"],
            name,
            _arm(material, row),
            row["stat_value"],
            row["ci_low"],
            row["ci_high"],
            row["denominator"] or row["n_used"],
        )
        for row, name in zip(rows, names, strict=True)
    ]
    return Data(columns, cells)


def _arm(material: Material, row: ResultRow) -> str | None:
    arm = row["comparison"] or row["group1_level"]
    return material.arm_label(arm) if arm in material.trial.design.arms else arm


# Specification strips, which no plan names.
STRIP = "specification"
# Fewer estimates are read as well without a picture; more than these fill a page.
FEWEST, MOST = 3, 40


def rows_of_forest(material: Material, inputs: Given) -> list[ResultRow]:
    """What a forest plot shows: estimates, and the tests of interaction beneath them."""
    rows = estimates(material, inputs)
    told = (row for each in notes_of(material, inputs).values() for _, row in each)
    return [*rows, *(row for row in told if row is not None)] if rows else []


def wanted_of(inputs: Given) -> list[str]:
    """The estimates that are drawn, as statistic.method."""
    wanted = inputs["estimate"]
    return [wanted] if isinstance(wanted, str) else list(wanted)


def estimates(material: Material, inputs: Given) -> list[ResultRow]:
    """The estimates that it draws, in the order of the plan; with the interval at the level of a
    look where the plan has it."""
    analyses = material.trial.plan.analyses
    return [
        at_look(material, analyses[name], row)
        for name in inputs["of"]
        for row in material.of(name)
        if row["method"] in wanted_of(inputs) and row["stat_value"] is not None
    ]


def not_drawn(material: Material, inputs: Given) -> str:
    """ " Not drawn, as the control arm has no patients: Score: 5 (3 patients).": the subgroups that
    have no estimate, with how many they are."""
    why: dict[str, list[str]] = {}
    for row in (row for name in inputs["of"] for row in material.of(name)):
        if row["method"] in wanted_of(inputs) and row["stratum"] and row["error"]:
            n = row["n_used"] or 0
            told = f"{stratum_words(material.trial, row['stratum'])} ({n} patient{'s' * (n != 1)})"
            why.setdefault(row["error"].rstrip("."), []).append(told)
    return "".join(f" Not drawn, as {text}: {', '.join(of)}." for text, of in why.items())


def notes_of(material: Material, inputs: Given) -> dict[str, list[tuple[str, ResultRow | None]]]:
    """Of each analysis what is said beneath its subgroups."""
    return {
        name: interactions(material, material.trial.plan.analyses[name]) for name in inputs["of"]
    }


def rows_of_bars(material: Material, inputs: Given) -> list[ResultRow]:
    """What a figure of bars shows: proportions."""
    arms = arms_of(material)
    return [
        row
        for name in inputs["of"]
        for row in material.of(name)
        if row["method"] == inputs["estimate"] and row["group1_level"] in arms
    ]


def rows_of_strips(material: Material) -> Iterator[tuple[Analysis, list[ResultRow]]]:
    """Each primary analysis that others ask the same question as, with the estimates that its
    strip shows."""
    for analysis in material.trial.plan.analyses.values():
        rows = same_question(material, analysis) if analysis.role == "primary" else []
        if FEWEST <= len(rows) <= MOST and len({row["analysis_id"] for row in rows}) > 1:
            yield analysis, rows


PLACE = ("parameter", "visit", "stratum")
# Statistics whose sign or side of 1 says which arm has more.
DIRECTED = {
    "risk_difference",
    "risk_ratio",
    "odds_ratio",
    "hazard_ratio",
    "subdistribution_hazard_ratio",
    "rate_ratio",
    "mean_difference",
    "median_difference",
    "geometric_mean_ratio",
    "probability_of_superiority",
}
# Of those whom an event spared; of comparisons in which the better outcome wins.
WITHOUT_EVENT = {"survival_difference", "survival_ratio", "mean_time_difference", "mean_time_ratio"}
WINS = {"win_ratio", "net_benefit", "win_odds"}
TOTAL, SIDES = "n", ("comparison", "reference")
# Behind counts of a synthetic cohort of which no print tells.
ASSUMED = "§"


def counted(material: Material, rows: list[ResultRow]) -> tuple[list[str], list[list[str]]]:
    """Heads of columns, and for each line what stands in them: events of patients in each of the
    two arms, else the patients of each, else those of the comparison."""
    found = [tuple(_marked(material, row, side) for side in SIDES) for row in rows]
    if not any(one and two for one, two in found):
        return [TOTAL], [[whole(row)] for row in rows]
    cells = [
        [one, two] if one and two else [f"both: {whole(row)}" if whole(row) else "", ""]
        for row, (one, two) in zip(rows, found, strict=True)
    ]
    what = "n/N" if any("/" in cell for line in cells for cell in line) else TOTAL
    return [f"{_head(material, rows, side)}, {what}" for side in SIDES], cells


def _marked(material: Material, row: ResultRow, side: str) -> str:
    """What is counted of an arm, marked where it was set to a published number and where no print
    tells of it."""
    text, link = in_arm(material, row, side)
    if link.partition("#")[2] in material.tracer.set_to_published:
        return text + SET_MARK
    return text + ASSUMED * bool(text and is_assumed(material, row, arm_of(row, side)))


def mark_of(material: Material, row: ResultRow) -> str:
    """The mark behind the count of an arm's own result; "" for none."""
    if short_id(row["result_id"]) in material.tracer.set_to_published:
        return SET_MARK
    return ASSUMED * is_assumed(material, row, row["group1_level"])


def mark_words(material: Material, rows: Iterable[ResultRow]) -> str:
    """What the marks mean, for the caption of a figure that has them of any of these results."""
    found = "".join(
        mark_of(material, row) + "".join(_marked(material, row, side) for side in SIDES)
        for row in rows
    )
    words = {
        SET_MARK: "set to the published figure, see Methods",
        ASSUMED: "assumed, not published",
    }
    told = [f"{mark}: {what}" for mark, what in words.items() if mark in found]
    return f" {'; '.join(told)}." * bool(told)


def _head(material: Material, rows: list[ResultRow], side: str) -> str:
    """The label of an arm where all lines have it."""
    arms = {arm_of(row, side) for row in rows}
    if len(arms) == 1 and (arm := arms.pop()):
        return material.arm_label(arm)
    return "Named arm" if side == "comparison" else "Against"


def arm_of(row: ResultRow, side: str) -> str | None:
    return row["comparison"] if side == "comparison" else row["reference"]


def whole(row: ResultRow) -> str:
    """The patients of a comparison."""
    return str(row["n_used"]) if row["n_used"] else ""


def in_arm(material: Material, row: ResultRow, side: str) -> tuple[str, str]:
    """ "27/295": events and patients of an arm at the place of a comparison; "29.9% of 55" where it
    has a share alone, "12" where nothing is counted; and the link to the description that says so.
    Empty where its analysis does not describe the arm."""
    arm = arm_of(row, side)
    here = {
        each["method"]: each
        for each in material.of(looked_at(material, row["analysis_id"]))
        if arm is not None
        and each["group1_level"] == arm
        and each["group2"] is None
        and values_of(each, PLACE) == values_of(row, PLACE)
    }
    for method in ("count.events", "events.count"):
        if method in here and here[method]["stat_value"] is not None:
            events = f"{round(present(here[method]['stat_value']))}/{here[method]['denominator']}"
            return events, trace_link(here[method]["result_id"])
    for method, share in here.items():
        if method.startswith("proportion.") and share["stat_value"] is not None:
            text = f"{percent(share['stat_value'])}% of {share['n_used']}"
            return text, trace_link(share["result_id"])
    known = [each for each in here.values() if each["n_used"]]
    if not known:
        return "", ""
    least = min(known, key=lambda each: present(each["n_used"]))
    return str(least["n_used"]), trace_link(least["result_id"], "n")


def interactions(material: Material, analysis: Analysis) -> list[tuple[str, ResultRow | None]]:
    """What is said beneath the subgroups of an analysis, with its result: p for interaction by the
    test of the plan, or that none is planned."""
    if analysis.by is None:
        return []
    if analysis.interaction is None:
        return [("No test of interaction is planned", None)]
    told: list[tuple[str, ResultRow | None]] = []
    rows = [
        row
        for row in material.of(analysis.name)
        if row["stat_name"] == "p_value" and row["stratum"] is None and row["group2"] is None
    ]
    several = len({values_of(row, PLACE) for row in rows}) > 1
    for row in rows:
        p = row["stat_text"] if row["stat_value"] is not None else NOT_ESTIMABLE
        pair = row["comparison"] and len(analysis.pairs) > 1
        of = [material.arm_label(row["comparison"])] if pair else []
        of += [*material.parameter_words(row), *filter(None, [row["visit"]])] if several else []
        title = method_of(row["method"]).title
        told.append((f"{', '.join(['p for interaction', *of])}: {p} ({title})", row))
    return told


def sides(
    material: Material, stat: str, rows: list[ResultRow], better: str | None
) -> tuple[str, str]:
    """What the left and the right of the axis mean: whom they favour where it is known which is
    better, else where there is less and more; nothing of statistics without a direction."""
    if stat not in DIRECTED:
        return "", ""
    arms = {row["comparison"] for row in rows}, {row["reference"] for row in rows}
    named, other = (
        material.arm_label(arm.copy().pop()) if len(arm) == 1 and None not in arm else ""
        for arm in arms
    )
    known = better or by_endpoint(material, rows)
    if known is None:
        return (f"lower with {named}", f"higher with {named}") if named else ("lower", "higher")
    told = f"favours {named or 'the named arm'}", f"favours {other or 'the other arm'}"
    return told if known == "lower" else told[::-1]


def by_endpoint(material: Material, rows: list[ResultRow]) -> str | None:
    """Which estimates are better, "higher" or "lower", where the endpoints of all say the same."""
    found = {_better(material, row) for row in rows}
    return found.pop() if len(found) == 1 else None


def _better(material: Material, row: ResultRow) -> str | None:
    if row["stat_name"] in WINS:
        return "higher"
    endpoint = material.trial.endpoints.get(row["parameter"] or "")
    higher = endpoint.higher if endpoint else None
    if higher is None:
        return None
    return "higher" if (higher == "better") != (row["stat_name"] in WITHOUT_EVENT) else "lower"


def planned_side(material: Material, analysis: str) -> str | None:
    """What a forest plot of the plan with this analysis says is better."""
    plots = material.trial.plan.displays.get("forest", ())
    return next(
        (plot["better"] for plot in plots if analysis in plot["of"] and plot.get("better")), None
    )


# Estimates after a trial has stopped, with intervals by the order of its stages.
STOPPED = "median_unbiased"


def of_levels(material: Material, analyses: Sequence[Analysis], *, short: bool = False) -> str:
    """ " The primary intervals are at 99.05 %: …", where a plan has some at the level of a look,
    with when they hold, which a `short` text leaves out; where those are that hold after a stop."""
    names = {looked_at(material, one.name) for one in analyses}
    plan = material.trial.plan.analyses
    looks = [look for name in names for look in of_look(material, plan[name])]
    if not looks:
        return ""
    lead = f" The primary intervals are at {100 * looks[0].confidence:g} %"
    if short:
        return f"{lead}; no other interval is adjusted for the interim analyses."
    stopped = [
        f" The intervals of “{one.label}” hold once it has stopped by such a boundary."
        for one in plan.values()
        if one.of in names and any(step.method == STOPPED for step in one.estimates)
    ]
    return (
        f"{lead}: adjusted for the interim analyses, they hold whether or not the trial stops "
        f"(Jennison and Turnbull's repeated intervals).{''.join(stopped)} No other interval is "
        "adjusted for the interim analyses."
    )


def reservations(material: Material, rows: Iterable[ResultRow]) -> str:
    """Of intervals that are not adjusted for looks that the primary one is; what the plan notes of
    the subgroups that are drawn, which a summary has nowhere else."""
    plan = material.trial.plan.analyses
    drawn = [plan[name] for name in dict.fromkeys(row["analysis_id"] for row in rows)]
    noted = [analysis for analysis in drawn if analysis.by is not None and analysis.note]
    return of_levels(material, drawn, short=True) + "".join(
        f" {analysis.label}: {lower_first(analysis.note or '')}" for analysis in noted
    )
