"""What else the plan says of a primary result: the estimates of other choices by their kind, and
which of their intervals lie otherwise than its own."""

from collections.abc import Iterator
from dataclasses import dataclass

from trialtrace.base.words import no_effect, upper_first
from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.deaths import randomised_by_arm
from trialtrace.report.sections.decided_early import Added, whom_it_adds
from trialtrace.report.sections.decisions import leaves_out_no_effect
from trialtrace.report.sections.findings import compared
from trialtrace.report.sections.questions import (
    alongside,
    by_other_rules,
    leading,
    missing_bounds,
    of_other_questions,
    question_of,
    same_question,
)
from trialtrace.report.tables import pair_text
from trialtrace.run.tables.contracts.rows import ResultRow, present, values_of
from trialtrace.run.trial.plan.build import Analysis

Bounds = tuple[ResultRow, ResultRow]
OTHERWISE = "Other choices disagree."
PAIR = ("comparison", "reference")


@dataclass(frozen=True)
class Readings:
    """The first estimate of a comparison, and what other choices give: other methods, all who were
    randomised where the first is of fewer, the outcome as registered or planned, more outcomes that
    the known parts decide, other rules of the outcome, other questions."""

    first: ResultRow
    methods: list[ResultRow]
    everybody: list[ResultRow]
    planned: list[ResultRow]
    # The tests of the same pair of analyses as registered or planned that have no estimate of it.
    tested: list[ResultRow]
    decided: list[ResultRow]
    rules: list[ResultRow]
    further: list[ResultRow]
    # The lowest and the highest that those without a value allow; the same by other rules.
    bounds: list[Bounds]
    ruled_bounds: list[Bounds]

    def otherwise(self) -> Iterator[str]:
        """Which intervals lie otherwise about no effect than that of the result, without a score
        of others that are hardly distinct: "other intervals differ: 1 for all randomised …"."""
        if kinds := [f"{k} {words}" for k, _, words in self.counts() if k]:
            tests = " or tests" * bool(self.tested)
            yield f"other intervals{tests} differ: {in_a_row(kinds)}"
        bounds = any(includes_no_effect(*bound) for bound in self.bounds)
        if leaves_out_no_effect(self.first) and bounds:
            yield "the worst-case bounds include it"

    def unlike(self) -> list[ResultRow]:
        """The results that lie otherwise: estimates by their intervals, tests by their p."""
        clear = leaves_out_no_effect(self.first)
        every = (self.methods, self.everybody, self.planned, self.decided, self.rules)
        found = [
            row
            for row in (row for rows in every for row in rows)
            if None not in (row["ci_low"], row["ci_high"]) and leaves_out_no_effect(row) != clear
        ]
        level = 1 - present(self.first["ci_level"])
        return found + [p for p in self.tested if (present(p["stat_value"]) <= level) != clear]

    def counts(self) -> Iterator[tuple[int, int, str]]:
        """(how many intervals lie otherwise, of how many, by what other choice)."""
        clear = leaves_out_no_effect(self.first)
        for rows, words in (
            (self.methods, "by other methods"),
            (self.everybody, "for all randomised"),
            (self.planned, "for the outcome as registered or planned"),
            (self.decided, "with outcomes that the known findings decide already"),
            (self.rules, "by other definitions of the outcome"),
        ):
            bounded = [row for row in rows if None not in (row["ci_low"], row["ci_high"])]
            n, k = len(bounded), sum(leaves_out_no_effect(row) != clear for row in bounded)
            if rows is self.planned:
                tested = [present(row["stat_value"]) for row in self.tested]
                n += len(tested)
                k += sum((p <= 1 - present(self.first["ci_level"])) != clear for p in tested)
            yield k, n, words


def readings(material: Material, analysis: Analysis) -> list[Readings]:
    """Of each comparison of a primary analysis, at each visit. What is primary too is no other
    choice."""
    beside = {other.name for other in alongside(material, analysis)}
    questions: dict[tuple[str | None, ...], list[ResultRow]] = {}
    for row in same_question(material, analysis):
        if row["analysis_id"] not in beside:
            questions.setdefault(question_of(row), []).append(row)
    return [_readings(material, analysis, *rows) for rows in questions.values()]


def _readings(
    material: Material, analysis: Analysis, first: ResultRow, *others: ResultRow
) -> Readings:
    sizes = randomised_by_arm(material)
    whole = sum(present(sizes[row]["stat_value"]) for row in values_of(first, PAIR) if row in sizes)
    wider = [row for row in others if row["n_used"] == whole != first["n_used"]]
    ruled = by_other_rules(material, analysis, first)
    decided = [row for row in ruled if added_by(material, row) is not None]
    rules = [row for row in ruled if row not in decided]
    analyses = material.trial.plan.analyses
    registered = [one for one in analyses.values() if one.role == "registered"]

    def bounds(rows: list[ResultRow]) -> list[Bounds]:
        return [
            (low, high)
            for row in rows
            for _, low, high in missing_bounds(material, analyses[row["analysis_id"]], row)
        ]

    return Readings(
        first=first,
        methods=[row for row in others if row not in wider],
        everybody=wider,
        planned=[
            one.estimate
            for other in registered
            for one in compared(material, other)
            if values_of(one.estimate, PAIR) == values_of(first, PAIR)
        ],
        tested=[
            row
            for other in registered
            if not any(row["comparison"] and row["ci_level"] for row in material.of(other.name))
            for row in material.of(other.name)
            if row["stat_name"] == "p_value"
            and row["stat_value"] is not None
            and values_of(row, PAIR) == values_of(first, PAIR)
        ],
        decided=decided,
        rules=rules,
        further=of_other_questions(material, analysis, first),
        bounds=bounds([first, *decided]),
        ruled_bounds=bounds(rules),
    )


def added_by(material: Material, row: ResultRow) -> Added | None:
    """Whom an estimate adds, whose outcome is the same one, known where the known parts decide."""
    return whom_it_adds(material, material.trial.plan.analyses[row["analysis_id"]])


def includes_no_effect(low: ResultRow, high: ResultRow) -> bool:
    """Whether bounds have no effect between them."""
    null = no_effect(low["stat_name"])
    return present(low["stat_value"]) <= null <= present(high["stat_value"])


def other_readings(material: Material, *analyses: Analysis) -> str:
    """Which intervals lie otherwise about no effect than that of a primary result, a sentence a
    comparison; of `analyses`, else of all primary questions. Plain text, empty where none does."""
    told = []
    found = [each for a in analyses or leading(material) for each in readings(material, a)]
    visits = len({one.first["visit"] for one in found}) > 1
    for one in found:
        if one.first["ci_low"] is not None and (kinds := list(one.otherwise())):
            clear = leaves_out_no_effect(one.first)
            at = f", {one.first['visit']}" if visits and one.first["visit"] else ""
            lies = "excludes" if clear else "includes"
            told.append(
                f"{pair_text(material, one.first)}{at}: this interval {lies} no effect. "
                f"{upper_first('; '.join(kinds))}."
            )
    return " ".join([OTHERWISE, *told]) if told else ""


def other_readings_marked(material: Material, *analyses: Analysis) -> str:
    """The same as Markdown, with its first words in bold."""
    text = other_readings(material, *analyses).removeprefix(OTHERWISE)
    return f"**{OTHERWISE}** {escape_markdown(text)}" if text else ""
