"""The plan and the report side by side: each entry of plan.yaml with where it is reported and its
results, and what several source texts say of the same fact.

As a page, and as a workbook of every result with its entry.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from trialtrace.audit.files.make import ledger
from trialtrace.audit.ledger.claim import Claim, claims_of
from trialtrace.audit.ledger.shape import LedgerFile
from trialtrace.audit.registration.registration import held
from trialtrace.audit.registration.rows import as_json
from trialtrace.base.config.spec import structure
from trialtrace.report.audit.audit_page import audit_style, registration_section
from trialtrace.report.downloads import as_xlsx, stamped
from trialtrace.report.figures.make import Drawn
from trialtrace.report.links import (
    AUDIT_PAGE,
    FAMILIES_PAGE,
    PLAN_TABLE,
    analysis_place,
    claim_anchor,
    config_page,
    listing_place,
    place_link,
    trace_link,
)
from trialtrace.report.own_documents import Asked
from trialtrace.report.pages.shell import linked, report_page, table_lines
from trialtrace.run.methods.analysing.plan_lines import PlanLine, plan_lines
from trialtrace.run.trace.short_id import short_id
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.plan.build import Plan

TITLE = "Coverage of the plan"
LEAD = (
    "Every entry of plan.yaml, in the order of its lines: the numbers that it asks for, how many "
    "of them a page of the report shows, and where it is reported. What no page shows stands on "
    "the pages behind the numbers."
)
THROUGHOUT = "wherever an analysis sets no other"
FACTS = (
    "Facts of the design that more than one text states: registry, protocol, paper, news. They are "
    "shown beside each other; what the texts say in words is not judged."
)
COLUMNS = ("Line", "Entry", "Numbers", "Reported")
OF_FACT = ("Fact", "Text", "It says")


@dataclass(frozen=True)
class Reported:
    """What of a plan a report has: pages of its sections and figures, the figures, the page of each
    result that one shows, and what its documents show of the run."""

    places: Mapping[str, str]
    drawn: Sequence[Drawn]
    printed: Mapping[str, str]
    shown: Collection[Asked]
    lined: bool = True


def plan_page(trial: Trial, results: Iterable[str], reported: Reported) -> tuple[str, bytes]:
    """The page beside the report, and the table of every result with its entry, as a workbook."""
    lines, left = plan_lines(trial, results)
    parts = [
        f"<h1>{TITLE}</h1>",
        f'<p class="quiet">{LEAD}</p>',
        f'<p class="subject">{_counted(trial, lines, left, reported)} '
        f'<a href="{PLAN_TABLE}">Every result with its entry (XLSX)</a></p>',
        *_left(left),
        *table_lines(COLUMNS, (_row(trial, line, reported) for line in lines)),
        *_facts(trial),
        *registration_section(as_json(held(ledger(trial.claims_document))), audit=AUDIT_PAGE),
    ]
    text = report_page(trial, TITLE, "\n".join([*parts, ""]), style=audit_style())
    rows, stamp = [*_table(lines, left, reported)], trial.at.purpose.stamp
    return text, as_xlsx(stamped(rows, stamp) if stamp else rows)


def _counted(
    trial: Trial, lines: Sequence[PlanLine], left: Sequence[str], reported: Reported
) -> str:
    many = sum(len(line.results) for line in lines) + len(left)
    nowhere = sum(not _where(trial, line, reported) for line in lines)
    none = sum(line.asks and not line.results for line in lines)
    return (
        f"{len(lines)} entries, {nowhere} of them reported nowhere, {none} without the numbers "
        f"that they ask for. {many} numbers, {len(left)} of them of no entry, "
        f"{len(reported.printed)} on a page of the report."
    )


def _left(left: Sequence[str]) -> Iterator[str]:
    """The results that no entry asks for."""
    if left:
        items = "".join(f"<li><code>{linked(one, trace_link(one))}</code></li>" for one in left)
        yield f"<h2>Numbers that no entry asks for</h2>\n<ul>{items}</ul>"


def _row(trial: Trial, line: PlanLine, reported: Reported) -> str:
    place = f"{config_page('plan.yaml')}#L{line.line}" if reported.lined else ""
    where = _where(trial, line, reported) or ['<span class="lost">nowhere</span>']
    cells = (linked(str(line.line), place), _entry_cell(trial, line), _numbers(line, reported))
    return f"<tr>{''.join(f'<td>{one}' for one in (*cells, '<br>'.join(where)))}"


def _entry_cell(trial: Trial, line: PlanLine) -> str:
    """The key of an entry, and what it is called or asks for."""
    words = _words(trial, line)
    return f"<code>{escape(line.name)}</code>{f'<br>{escape(words)}' if words else ''}"


def _run(plan: Plan, line: PlanLine) -> bool:
    """Whether the plan that is run has an entry of the file: without arms it leaves out what needs
    them, and beside a data cut what is asked at cuts alone."""
    match line.key:
        case ("analyses", str(name), str(part), int(at)):
            steps = getattr(plan.analyses.get(name), part, ())
            return at < len(steps)
        case ("estimands" | "analyses" | "multiplicity" | "planning" as part, str(name), *_):
            return name in getattr(plan, part)
        case ("displays", str(kind), int(at)):
            return at < len(plan.displays.get(kind, ()))
    return True


def _words(trial: Trial, line: PlanLine) -> str:
    plan = trial.plan
    if not _run(plan, line):
        return "no part of this run"
    match line.key:
        case ("estimands", str(name)):
            return plan.estimands[name].summary
        case ("analyses", str(name)):
            return f"{plan.analyses[name].label} ({plan.analyses[name].role})"
        case ("analyses", str(name), "describe" | "estimates" | "tests" as part, int(at)):
            return str(getattr(plan.analyses[name], part)[at].key)
        case ("analyses", str(name), "interaction"):
            given = plan.analyses[name].interaction
            return given.key if given else ""
        case ("multiplicity", str(name)):
            return plan.multiplicity[name].label
        case ("planning", str(name)):
            return plan.planning[name].label
        case ("displays", str(kind), int(at)):
            return str(plan.displays[kind][at].get("title", ""))
    return ""


def _numbers(line: PlanLine, reported: Reported) -> str:
    """How many numbers an entry has, a link to the first; how many of them no page shows."""
    if not line.results:
        return '<span class="lost">none</span>' if line.asks else ""
    shown = sum(result in reported.printed for result in line.results)
    told = linked(str(len(line.results)), trace_link(line.results[0]))
    return told if shown == len(line.results) else f"{told}, {shown} in the report"


def _where(trial: Trial, line: PlanLine, reported: Reported) -> list[str]:
    """The places at which an entry is reported, as links."""
    found = [
        linked(words, link)
        for words, anchor in _places(trial, line, reported.shown)
        if (link := place_link(anchor, reported.places))
    ]
    # Its author may have done without the section.
    if not found and (first := next((one for one in line.results if one in reported.printed), "")):
        return [linked("its numbers", f"{reported.printed[first]}#{short_id(first)}")]
    match line.key:
        case ("decision_level" | "confidence",):
            return [THROUGHOUT]
        case ("multiplicity", str(name)) if line.results:
            return [linked("its p-values", f"trace/{FAMILIES_PAGE}#{name}"), *found]
        case ("displays", *_) if not found:
            why = [one.why for one in reported.drawn if one.label == _label(line) and one.why]
            return [escape(one) for one in why]
    return found


def _places(trial: Trial, line: PlanLine, shown: Collection[Asked]) -> Iterator[tuple[str, str]]:
    """(words, anchor) of the sections and figures in which an entry is reported."""
    plan = trial.plan
    if not _run(plan, line):
        return
    match line.key:
        case ("estimands", str(name)):
            for analysis in plan.analyses.values():
                if analysis.estimand.name == name:
                    yield analysis.label, analysis_place(analysis.name)
        case ("analyses", str(name), *step) if not step or ("table", name) in shown:
            yield plan.analyses[name].label, analysis_place(name)
        case ("multiplicity", str(name)):
            for test in dict.fromkeys(
                holm_test.analysis for holm_test in plan.multiplicity[name].tests
            ):
                yield plan.analyses[test].label, analysis_place(test)
        case ("planning", _):
            yield "Sample size, power and precision", "sec-planning"
        case ("displays", "adverse_events", *_):
            yield "Harms", "sec-harms"
        case ("displays", "baseline" | "flow" as kind):
            if ("section", kind) in shown:
                yield "Patients", "sec-patients"
            yield "Figure", f"fig-{kind}"
        case ("displays", "listings", int(at)):
            yield "Listing", listing_place(at + 1)
        case ("displays", str(), int()):
            yield "Figure", _label(line)


def _label(line: PlanLine) -> str:
    """The anchor of the figure that an entry of the displays asks for."""
    match line.key:
        case ("displays", str(kind), int(at)):
            return f"fig-{kind.replace('_', '-')}-{at + 1}"
        case ("displays", str(kind)):
            return f"fig-{kind}"
    return ""


def _facts(trial: Trial) -> Iterator[str]:
    """What several texts state of the same fact of the design."""
    declared: LedgerFile = structure(LedgerFile, trial.claims_document)
    facts: dict[str, list[Claim]] = {}
    for claim in claims_of(declared).values():
        if claim.about.fact:
            facts.setdefault(claim.about.fact, []).append(claim)
    told = {
        fact: claims for fact, claims in facts.items() if len({one.paper for one in claims}) > 1
    }
    if not told:
        return
    rows = []
    for fact, claims in told.items():
        first = f'<td rowspan="{len(claims)}">{escape(fact.replace("_", " "))}'
        for claim in claims:
            link = f"{AUDIT_PAGE}#{claim_anchor(claim.name)}"
            rows.append(f"<tr>{first}<td>{escape(claim.paper)}<td>{linked(claim.printed, link)}")
            first = ""
    yield "<h2>Registered, planned and published</h2>"
    yield f'<p class="quiet">{FACTS}</p>'
    yield from table_lines(OF_FACT, rows)


def _table(
    lines: Iterable[PlanLine], left: Iterable[str], reported: Reported
) -> Iterator[tuple[str, ...]]:
    """Every result with its entry and the page that shows it."""
    yield "result_id", "plan_line", "plan_key", "page", "trace"
    every = [(result, str(line.line), line.name) for line in lines for result in line.results]
    for one, at, name in [*every, *((one, "", "") for one in left)]:
        yield one, at, name, reported.printed.get(one, ""), trace_link(one)
