"""What changes under other choices: an analysis and those made `of` it, side by side.

Analyses ask the same question that are of the same estimand, at the same visits: one of the plan
and those made `of` it. Those of another estimand or visit ask another one.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from trialtrace.base.words import LABELS, P_VALUES, POINTS, upper_first
from trialtrace.report.links import analysis_place, choices_place
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.decisions import pair_of
from trialtrace.report.tables import NO_BREAK, link, pair_text, texts_table, under, with_sign
from trialtrace.run.methods.analysing.cautions import caution
from trialtrace.run.methods.analysing.cuts import parameters
from trialtrace.run.tables.contracts.rows import ResultRow, present, values_of
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.references import method_of, of_assumption

# Analyses that ask the same question.

Key = tuple[str | None, ...]
Estimate = tuple[str | float | None, ...]
# The arms of a comparison: treated, and what it is compared with.
Pair = tuple[str, str]
PLACES = ("parameter", "visit", "comparison", "reference")
# Analyses that ask the same question otherwise; a subgroup asks another one.
ROLES = ("sensitivity", "supportive", "exploratory", "published")


def same_question(material: Material, analysis: Analysis) -> list[ResultRow]:
    """The estimates of the analysis's first statistic, its own and those of the analyses that ask
    the same question otherwise; of each endpoint, visit and comparison after another.

    An estimate that a later analysis repeats, to set it beside others, is no second one."""
    wanted = first_statistic(material.of(analysis.name))
    result_rows: dict[Key, dict[Estimate, ResultRow]] = {}
    for member in (analysis, *children(material, analysis.name)):
        for key, rows in asking(material, analysis, member).items():
            for row in rows:
                if (
                    row["comparison"]
                    and row["stat_name"] == wanted
                    and row["stat_value"] is not None
                ):
                    result_rows.setdefault(key, {}).setdefault(estimate_of(row), row)
    return [row for rows in result_rows.values() for row in rows.values()]


def by_other_rules(material: Material, analysis: Analysis, first: ResultRow) -> list[ResultRow]:
    """The estimates of the comparison of `first` in which the outcome is told by another rule: of
    the sensitivity analyses of an analysis of one endpoint. They are of another endpoint, and of
    what its readers ask."""
    if len(analysis.estimand.variables) > 1:
        return []
    alike = ("visit", "comparison", "reference", "stat_name")
    found: dict[Estimate, ResultRow] = {}
    for member in children(material, analysis.name):
        estimand = member.estimand
        if (
            member.role == "sensitivity"
            and estimand.population == analysis.estimand.population
            and estimand.variables != analysis.estimand.variables
        ):
            for rows in asking(material, analysis, member, other=True).values():
                for row in rows:
                    if (
                        values_of(row, alike) == values_of(first, alike)
                        and row["ci_low"] is not None
                    ):
                        found.setdefault(estimate_of(row), row)
    return list(found.values())


def of_other_questions(material: Material, analysis: Analysis, first: ResultRow) -> list[ResultRow]:
    """The estimates of the comparison of `first` by analyses made of this one that ask another
    question of it: in other patients, of another definition of the outcome, at another visit. An
    analysis of several endpoints or visits has a table, and no estimate of its own here."""
    alike = ("comparison", "reference", "stat_name")
    ruled = {row["result_id"] for row in by_other_rules(material, analysis, first)}
    further = []
    for member in children(material, analysis.name):
        estimates = [
            row
            for rows in asking(material, analysis, member, other=True).values()
            for row in rows
            if values_of(row, alike) == values_of(first, alike) and row["ci_low"] is not None
        ]
        if len({question_of(row) for row in estimates}) == 1:
            further += [row for row in estimates[:1] if row["result_id"] not in ruled]
    return further


def estimate_of(row: ResultRow) -> Estimate:
    """What two rows share that are one estimate: what is compared, the method, the value."""
    return (*question_of(row), row["method"], row["options"], row["stat_value"])


def asking(
    material: Material, analysis: Analysis, member: Analysis, *, other: bool = False
) -> dict[Key, list[ResultRow]]:
    """What an analysis `member` prints that asks the question of another; with `other` the rest.

    The question is that of the estimand, what of it is analysed and where, an endpoint and visit.
    """
    cuts = by_cut(material.printable(member.name), member)
    result_rows = {key[:2] for key in by_cut(material.printable(analysis.name), analysis)}
    same = question(member) == question(analysis)
    return {key: rows for key, rows in cuts.items() if (same and key[:2] in result_rows) != other}


def question(analysis: Analysis) -> tuple[object, ...]:
    """The estimand, the value of the outcome, and the rows of it that an analysis takes."""
    return analysis.estimand.name, analysis.value, analysis.where


def question_of(row: ResultRow) -> Key:
    """The endpoint, visit and arms that an estimate compares."""
    return values_of(row, PLACES)


def children(material: Material, name: str) -> Iterator[Analysis]:
    """The analyses made of one, those made of these among them."""
    for other in material.trial.plan.analyses.values():
        if other.of == name and other.by is None and other.role in ROLES:
            yield other
            yield from children(material, other.name)


def first_statistic(rows: list[ResultRow]) -> str | None:
    """The first statistic of a comparison that has an interval."""
    compared = (row for row in rows if row["comparison"] and row["ci_level"] is not None)
    return next((row["stat_name"] for row in compared), None)


def by_cut(rows: list[ResultRow], analysis: Analysis) -> dict[Key, list[ResultRow]]:
    """Rows of comparisons and of all arms together, by endpoint, visit and arms, without tests of
    what an estimate assumes. Of two arms a test of all of them is that of the pair."""
    result_rows: dict[Key, list[ResultRow]] = {}
    for row in rows:
        apart = (row["group1_level"], row["stratum"], row["group2"]) != (None, None, None)
        if apart or of_assumption(row["method"]):
            continue
        pair = pair_of(analysis, row) or (None, None)
        result_rows.setdefault((*values_of(row, PLACES[:2]), *pair), []).append(row)
    return result_rows


# An analysis whose outcome counts as soon as the known parts decide it: whom that lets in.


def decided_early(material: Material, analysis: Analysis) -> str:
    """The caution of the endpoint, with whom its rule adds to the analysis this one is made of.

    Empty of other endpoints. Numbers are told where one endpoint at one visit is analysed.
    """
    texts = _cautions(material, analysis)
    return " ".join([*texts, *_numbers(material, analysis)]) if texts else ""


def _cautions(material: Material, analysis: Analysis) -> list[str]:
    told = {caution(endpoint): None for endpoint in parameters(material.trial, analysis)}
    return [text for text in told if text is not None]


def _numbers(material: Material, analysis: Analysis) -> list[str]:
    added = whom_it_adds(material, analysis)
    if added is None:
        return []
    numbers = [
        f"Of the {added.n} whom it adds {_share(added.events, added.n)} had the event, of the "
        f"{added.whole} of whom each part is known {_share(added.whole_events, added.whole)}."
    ]
    if added.undecided is not None:
        everybody = added.whole + added.n + added.undecided
        numbers.append(f"Still undecided: {added.undecided} of {everybody}.")
    return numbers


@dataclass(frozen=True)
class Added:
    """Whom the known parts decide beside those of whom each is known; patients and events."""

    n: int
    events: int
    whole: int
    whole_events: int
    undecided: int | None


def whom_it_adds(material: Material, analysis: Analysis) -> Added | None:
    """Beside the analysis that this one is made of; None where no known parts decide more.

    `undecided` is None where no bounds are of all of them."""
    if analysis.of is None or not _cautions(material, analysis):
        return None
    counts = _counted(material.of(analysis.name))
    before = _counted(material.of(analysis.of))
    if counts is None or before is None or counts[1] <= before[1]:
        return None
    (events, n), (whole_events, whole) = counts, before
    everybody = sum(
        present(row["n_used"])
        for row in material.of(analysis.name)
        if row["method"] == "proportion_lowest.best_worst"
    )
    undecided = everybody - n if everybody else None
    return Added(n - whole, events - whole_events, whole, whole_events, undecided)


def _counted(rows: list[ResultRow]) -> tuple[int, int] | None:
    """Events and patients of all arms; None where arms are counted more than once."""
    found = [row for row in rows if row["method"] == "count.events" and row["stratum"] is None]
    by_arm = {row["group1_level"]: row for row in found if row["group1_level"] is not None}
    if not found or len(by_arm) != len(found) or "all" in by_arm:
        return None
    events = sum(round(present(row["stat_value"])) for row in found)
    return events, sum(present(row["denominator"]) for row in found)


def _share(x: int, n: int) -> str:
    return f"{x} ({100 * x / n:.0f} %)"


MOST_LINES = 40
# An estimate that a line above has, and the label of the analysis of that line.
Above = dict[Estimate, str]
# What stands in place of an estimate, and of the p-values that a line before it has.
ONLY_TESTED, AS_ABOVE = "only tested", "as above"
SAME = "what changes under other choices", ""
OTHER = "other definitions, visits and estimands, which are other questions", "-further"
Asked = Sequence[tuple["Analysis", dict[Key, list[ResultRow]]]]


def other_choices(material: Material, analysis: Analysis) -> str:
    """A line for each estimate of the analysis's first statistic, with the p-values beside it: of
    those that ask the same question, then a table of other visits and estimands.

    Empty where no other analysis is made of this one. A member that does not estimate that
    statistic is shown by its own first one.
    """
    members = [analysis, *children(material, analysis.name)]
    asked = [(member, asking(material, analysis, member)) for member in members]
    further = [(member, asking(material, analysis, member, other=True)) for member in members[1:]]
    choices = [
        _table(material, analysis, asked, SAME) if any(cuts for _, cuts in asked[1:]) else "",
        _table(material, analysis, further, OTHER),
    ]
    early = {m.label: text for m in members if (text := decided_early(material, m))}
    cautions = [escape_markdown(f"{label}: {text}") for label, text in early.items()]
    told = [*_bounds(material, analysis), *cautions] if any(choices) else []
    return "\n\n".join([*filter(None, choices), *told])


def _bounds(material: Material, analysis: Analysis) -> Iterator[str]:
    """How far the first estimate of each comparison could go, and the p-value with it, whatever the
    lacking outcomes were; where they are from."""
    wanted, told = first_statistic(material.of(analysis.name)), []
    for rows in by_cut(material.printable(analysis.name), analysis).values():
        for first in _estimates(rows, wanted)[:1]:
            for member, low, high in missing_bounds(material, analysis, first):
                p = [
                    link(row)
                    for row in material.of(member.name)
                    if row["stat_name"] in ("p_lowest", "p_highest")
                    and question_of(row) == question_of(first)
                ]
                reach = f"{link(low)} to {link(high)}"
                reach += f", p from {' to '.join(p)}" if p else ""
                whom = escape_markdown(pair_text(material, first))
                at = f"[{escape_markdown(member.label)}](#{analysis_place(member.name)})"
                told.append(f"{whom} {reach} ({at})")
    if told:
        what = f"{escape_markdown(_title(wanted))}, without sampling error"
        yield f"Whatever the outcomes of those without one were: {what}: {'; '.join(told)}."


def _table(material: Material, analysis: Analysis, members: Asked, which: tuple[str, str]) -> str:
    """The lines of `members` under the words and the end of the label of `which` table it is."""
    told, end = which
    wanted = first_statistic(material.of(analysis.name))
    pairs = {
        (key[2], key[3]) for _, cuts in members for key in cuts if key[2] is not None and key[3]
    }
    result_rows = by_cut(material.printable(analysis.name), analysis)
    one_visit = (
        len({key[1] for cuts in (result_rows, *(cuts for _, cuts in members)) for key in cuts}) == 1
    )
    where = partial(_where, material, one_visit=one_visit)
    if len(pairs) > 1:
        inside = [pair for pair in analysis.pairs if pair in pairs]
        every = [*inside, *sorted(pairs - {*inside})]
        header, body = _beside_arms(material, members, wanted, every, where)
    else:
        above: Above = {}
        body = [
            line
            for member, cuts in members
            for line in _lines(material, member, cuts, wanted, where, above)
        ]
        header = ["Analysis", "Endpoint, visit", _title(wanted), "p"]
    if not body or len(body) > MOST_LINES:
        return ""
    if all(line[1] == body[0][1] for line in body):
        body = [[line[0], *line[2:]] for line in body]
        del header[1]
    of = "" if len(pairs) > 1 else "".join(f", {_against(material, *pair)}" for pair in pairs)
    label = choices_place(analysis.name).removeprefix("tbl-") + end
    caption = f"{analysis.label}{of}: {told}."
    return texts_table(material, header, body, label, caption)


def _beside_arms(
    material: Material,
    members: Asked,
    wanted: str | None,
    pairs: list[Pair],
    where: Callable[[Key, ResultRow], str],
) -> tuple[list[str], list[list[str]]]:
    """Head and lines of several comparisons: a column each under what they are compared with, one
    of tests of all arms, a line a method."""
    body: list[list[str]] = []
    above: Above = {}
    columns: list[Pair | None] = [*pairs, None]
    for member, cuts in members:
        label = _label(material, member)
        places: dict[Key, dict[Pair | None, list[ResultRow]]] = {}
        for key, rows in cuts.items():
            pair = (key[2], key[3]) if key[2] and key[3] else None
            places.setdefault(key[:2], {})[pair] = rows
        for key, by_pair in places.items():
            place = where((*key, *pairs[0]), next(iter(by_pair.values()))[0])
            for method, cells in _methods(by_pair, wanted, above, member.label).items():
                shown = [cells.get(column, "") for column in columns]
                body.append([label, place, escape_markdown(upper_first(method)), *shown])
                label = ""
    if not any(line[-1] for line in body):
        body, columns = [line[:-1] for line in body], columns[:-1]
    heads = [_head(material, pair, pairs, wanted) for pair in columns]
    return ["Analysis", "Endpoint, visit", "Method", *heads], body


def _label(material: Material, member: Analysis) -> str:
    """What an analysis is called, with the level at which its tests would be decided where that is
    not the one of the analysis that it is a choice of."""
    level, of = member.decision_level, material.trial.plan.analyses.get(member.of or member.name)
    own = of is not None and level != of.decision_level
    return escape_markdown(f"{member.label} (at a level of {level:.3g})" if own else member.label)


def _methods(
    by_pair: dict[Pair | None, list[ResultRow]], wanted: str | None, above: Above, label: str
) -> dict[str, dict[Pair | None, str]]:
    """By the title of a method the cell of each pair: its estimates, then p of its tests, without
    those `above`; where all of them are, a line that says in which analysis, with what they are."""
    found: dict[str, dict[Pair | None, str]] = {}
    every = {pair: [*_estimates(rows, wanted), *_tests(rows)] for pair, rows in by_pair.items()}
    for tests in (False, True):
        for pair, rows in every.items():
            for row in rows:
                if (row["stat_name"] == "p_value") == tests and estimate_of(row) not in above:
                    above[estimate_of(row)] = label
                    cells = found.setdefault(_short(row), {})
                    told = [cells.get(pair), _named(row, wanted)]
                    cells[pair] = "; ".join(filter(None, told))
    again = {
        pair: "; ".join(dict.fromkeys(_named(row, wanted) for row in rows))
        for pair, rows in every.items()
    }
    of = dict.fromkeys(above[estimate_of(row)] for rows in every.values() for row in rows)
    return found or ({f"{AS_ABOVE}: {'; '.join(of)}": again} if any(again.values()) else {})


def _named(row: ResultRow, wanted: str | None) -> str:
    """A number, with what it is where that is not the `wanted` statistic of its column."""
    if row["stat_name"] == "p_value":
        return f"p{NO_BREAK}{with_sign(row)}"
    what = "" if row["stat_name"] == wanted else f"{escape_markdown(LABELS[row['stat_name']])} "
    return what + link(row)


def _head(material: Material, pair: Pair | None, pairs: list[Pair], wanted: str | None) -> str:
    """ "[Risk difference against Placebo]{.over}: Drug", the words before once for all arms."""
    if pair is None:
        return "All arms"
    references = {reference for _, reference in pairs}
    if len(references) > 1:
        return under(_title(wanted), f": {escape_markdown(_against(material, *pair))}")
    over = f"{_title(wanted)} against {escape_markdown(material.arm_label(pair[1]))}"
    return under(over, f": {escape_markdown(material.arm_label(pair[0]))}")


def missing_bounds(
    material: Material, analysis: Analysis, estimate: ResultRow
) -> Iterator[tuple[Analysis, ResultRow, ResultRow]]:
    """(analysis, lowest, highest) of the estimate if all who have no value had had the worse or
    the better one, of each of those analyses that bounds the same comparison."""
    ends = [f"{estimate['stat_name']}_{end}" for end in ("lowest", "highest")]
    for member in (analysis, *children(material, analysis.name)):
        for rows in asking(material, analysis, member).values():
            bounds = {
                row["stat_name"]: row
                for row in rows
                if row["stat_value"] is not None and question_of(row) == question_of(estimate)
            }
            if all(end in bounds for end in ends):
                yield member, bounds[ends[0]], bounds[ends[1]]


def _title(wanted: str | None) -> str:
    """ "Risk difference, percentage points"; what a member has in its place is named there."""
    if wanted is None:
        return "Estimate"
    unit = ", percentage points" if wanted in POINTS else ""
    return escape_markdown(f"{upper_first(LABELS[wanted])}{unit}")


def _lines(
    material: Material,
    member: Analysis,
    cuts: dict[Key, list[ResultRow]],
    wanted: str | None,
    where: Callable[[Key, ResultRow], str],
    above: Above,
) -> Iterator[list[str]]:
    """Lines of one analysis: its label stands in the first, its p-values beside the first
    estimate of each comparison. No cell of a number is blank: it says why there is none. What
    a line `above` has already is not printed once more."""
    label = _label(material, member)
    computed = by_cut(material.of(member.name), member)
    for key, rows in cuts.items():
        estimates, tests = _estimates(rows, wanted), _tests(rows)
        if not estimates and not tests:
            continue
        new = [row for row in tests if estimate_of(row) not in above]
        p = ", ".join(f"{link(row)} ({escape_markdown(_short(row))})" for row in new)
        p = p or (AS_ABOVE if tests else _without_test(rows, computed[key]))
        above |= dict.fromkeys(map(estimate_of, new), member.label)
        for at in range(max(len(estimates), 1)):
            shown = _estimate(estimates[at], wanted, above) if estimates else ONLY_TESTED
            yield [label, where(key, rows[0]), shown, p]
            label, p = "", AS_ABOVE if tests else p


def _estimates(rows: list[ResultRow], wanted: str | None) -> list[ResultRow]:
    """The estimates of a statistic, else the first of what has an interval."""
    compared = [row for row in rows if row["comparison"]]
    found = [row for row in compared if row["stat_name"] == wanted]
    return found or [row for row in compared if row["ci_level"] is not None][:1]


def _tests(rows: list[ResultRow]) -> list[ResultRow]:
    return [row for row in rows if row["stat_name"] == "p_value"]


def _without_test(printed: list[ResultRow], computed: list[ResultRow]) -> str:
    """Why no p-value stands beside an estimate."""
    if any(row["stat_name"] in P_VALUES for row in printed):
        return "in its section"
    return (
        "no p: not adjusted" if any(r["stat_name"] in P_VALUES for r in computed) else "not tested"
    )


def _against(material: Material, treated: str | None, reference: str | None) -> str:
    return f"{material.arm_label(treated)} against {material.arm_label(reference)}"


def _where(material: Material, key: Key, row: ResultRow, *, one_visit: bool = False) -> str:
    """The endpoint and the visit of a line where there are several; that it is of all arms."""
    _, visit, treated, _ = key
    parts = [*material.parameter_words(row), *([visit] if visit and not one_visit else [])]
    parts += [] if treated else ["all arms"]
    return escape_markdown(", ".join(parts))


def _short(row: ResultRow) -> str:
    return method_of(row["method"]).title


def _estimate(row: ResultRow, wanted: str | None, above: Above) -> str:
    if estimate_of(row) in above:
        return f"{AS_ABOVE} ({escape_markdown(_short(row))})"
    above[estimate_of(row)] = ""
    what = "" if row["stat_name"] == wanted else f"{escape_markdown(LABELS[row['stat_name']])} "
    return f"{what}{link(row)} ({escape_markdown(_short(row))})"
