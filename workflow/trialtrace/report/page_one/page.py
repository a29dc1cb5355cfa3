"""Page 1 as Markdown: question, design, primary result, harms, doubts, published numbers, run.

It has at most `MOST_WORDS` words besides its figure, a chunk of its own (documents.py). What does
not fit is counted with a link; what loses data stands first, in red.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from trialtrace.report.links import analysis_place, place_link, trace_link
from trialtrace.report.material import Material
from trialtrace.report.page_one.cautions import ALWAYS, Caution, cautions, is_lost
from trialtrace.report.page_one.primary_table import effect_label, primary_table
from trialtrace.report.page_one.published import published_line
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.anova import f_sentence, f_tests
from trialtrace.report.sections.arms_table import arms_table
from trialtrace.report.sections.clusters import clusters_randomised
from trialtrace.report.sections.decisions import explores, level_words
from trialtrace.report.sections.findings import compared, described, sentences, without_comparison
from trialtrace.report.sections.frozen_section import frozen_line
from trialtrace.report.sections.harms import MOST_ROWS, harms_line, harms_rows, unreported
from trialtrace.report.sections.interpretation import reading
from trialtrace.report.sections.questions import alongside, leading, of_look
from trialtrace.report.sections.results_in_short import pair_in_text
from trialtrace.report.sections.sections import allocation, blinding, design_words
from trialtrace.report.tables import about_export, link
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.trace.seal import short_hash
from trialtrace.run.trial.plan.build import Analysis

MOST_WORDS = 250
MOST_DOUBTS = 3
# Red lines beyond these are counted.
MOST_LINES = 3
LIMITS, DATA, HARMS = "sec-limits", "sec-data", "sec-harms"
_CLAUSE = re.compile(r"[.;](\s|$)")
_TARGET = re.compile(r"\]\([^)]*\)(\{[^}]*\})?")
_RULE = re.compile(r"^\|?[\s|:-]+\|?$", re.MULTILINE)
_MARKS = re.compile(r"[|*]|^:::.*$", re.MULTILINE)


def page_one(material: Material, places: Mapping[str, str]) -> str:
    """The page; `places` has the page of the report for each section."""
    head, results, harms, foot = _fixed(material, places)
    found, shown = _found(material, places), _shown(material, places)
    doubts = _doubts(shown, len(found) - len(shown), dict(places))
    words = count_words("\n\n".join([*head, *results, *harms, *foot, *doubts]))
    beside = []
    for text in _others(material, dict(places)):
        if words + count_words(text) <= MOST_WORDS:
            beside.append(text)
            words += count_words(text)
    return "\n\n".join([*head, *results, *beside, *harms, *doubts, *foot]) + "\n"


def further_cautions(material: Material) -> list[Caution]:
    """What page 1 counts and has no room for."""
    shown = _shown(material, {})
    return [one for one in _found(material, {}) if one not in shown]


def _found(material: Material, places: Mapping[str, str]) -> list[Caution]:
    _, results, _, _ = _fixed(material, places)
    return cautions(material, shown_results("\n".join(results), material), dict(places))


def _shown(material: Material, places: Mapping[str, str]) -> list[Caution]:
    words = count_words("\n\n".join(text for part in _fixed(material, places) for text in part))
    return chosen(_found(material, places), MOST_WORDS - words)


Parts = tuple[list[str], list[str], list[str], list[str]]


def _fixed(material: Material, places: Mapping[str, str]) -> Parts:
    """What stands on the page however long it is: its head, results, harms and foot."""
    pages = dict(places)
    head = [
        *_red(material, pages),
        f"**Question.** {escape_markdown(material.trial.question)}",
        f"**Design.** {' '.join(filter(None, _design(material)))}",
    ]
    results = [part for one in leading(material) for part in _primary(material, one)]
    foot = [f"**Published numbers.** {published_line(material)}", _run(material)]
    return head, results, _harms(material, pages), foot


def count_words(markdown: str) -> int:
    """The words of Markdown as a reader counts them: without targets of links, rules and marks."""
    text = _RULE.sub("", _TARGET.sub("", markdown))
    return len(_MARKS.sub(" ", text).replace("[", "").split())


def shown_results(markdown: str, material: Material) -> set[str]:
    """The results that a text links to."""
    return {
        row["result_id"]
        for row in material.results
        if f"({trace_link(row['result_id'])})" in markdown
    }


def _red(material: Material, places: dict[str, str]) -> list[str]:
    """What was lost or cannot be estimated, but for losses that a doubt tells of."""
    lines = [line for line in material.red_lines if not is_lost(material, line)]
    if not lines:
        return []
    told = [f"**{about_export(material, text)}**" for text in lines[:MOST_LINES]]
    if more := len(lines) - MOST_LINES if len(lines) > MOST_LINES else 0:
        place = place_link(DATA, places)
        told.append(f"[{more} more]({place})" if place else f"{more} more.")
    return ["::: {.lost}\n" + "\n\n".join(told) + "\n:::"]


def _clause(text: str | None) -> str:
    """The first clause of a text of the configuration."""
    return _CLAUSE.split(text, maxsplit=1)[0] if text else ""


def _design(material: Material) -> Iterator[str]:
    trial, file, design = material.trial, material.trial.file, material.trial.design
    if trial.pooled or trial.at.purpose.kind == "open":
        yield escape_markdown(design_words(trial))
        return
    kind = f"{design.kind.replace('_', ' ').capitalize()}, {len(design.arms)} arms"
    where = [lower_first(_clause(text)) for text in (file.setting, file.dates)]
    how = allocation(trial) + blinding(trial)
    how = "how it was randomised is not stated" if how == "randomisation" else how
    yield escape_markdown(f"{'; '.join(filter(None, [kind, *where, how]))}.")
    yield clusters_randomised(material)
    if design.planned:
        yield f"{design.planned} patients planned."
    if trial.registration:
        yield escape_markdown(f"Registered: {trial.registration}.")
    for one in leading(material):
        yield _estimand(material, one)


def _estimand(material: Material, analysis: Analysis) -> str:
    """Measure, population and strategies of a primary estimand, and when the trial succeeds."""
    estimand, trial = analysis.estimand, material.trial
    population = lower_first(trial.populations[estimand.population].label)
    strategies = "; ".join(dict.fromkeys(event.strategy for event in estimand.intercurrent))
    rows = [one.estimate for one in compared(material, analysis)]
    measure = lower_first(effect_label(material, rows[0])) if rows else ""
    measure = measure or escape_markdown(estimand.summary)
    text = f", {population}" + f", {strategies}" * bool(strategies)
    if not explores(material) and any(one.planned for one in compared(material, analysis)):
        text += f"; {level_words(material, analysis).replace('level of', 'level')}"
        text += "; both intervals must exclude no effect" * bool(alongside(material, analysis))
    return f"Estimand: {measure}{escape_markdown(text)}."


def _primary(material: Material, analysis: Analysis) -> Iterator[str]:
    """The table and its reading; without a table the sentences of the report."""
    if table := primary_table(material, analysis):
        yield table
    else:
        told = sentences(material, analysis) if [*compared(material, analysis)] else []
        told = told or described(material, analysis) or without_comparison(material, analysis)
        yield f"**{escape_markdown(analysis.label)}.** {' '.join(told)}"
    yield f"**Reading.** {reading(material, analysis)}"


def _others(material: Material, places: dict[str, str]) -> Iterator[str]:
    """Further analyses that the plan wants on page 1, a line each."""
    beside = {
        other.name
        for one in leading(material)
        for other in (*alongside(material, one), *of_look(material, one))
    }
    for other in material.trial.plan.analyses.values():
        if other.report != "summary" or other.harms or other.name in beside:
            continue
        place, label = place_link(analysis_place(other.name), places), escape_markdown(other.label)
        label = f"[{label}]({place})" if place else label
        tests = f_tests(material, other.name)
        told = [f_sentence(tests[0])] if tests else []
        told += [
            f"{pair_in_text(material, one.estimate)}: "
            f"{lower_first(effect_label(material, one.estimate))} {link(one.estimate)}"
            for one in compared(material, other)
            if not tests
        ]
        if told:
            yield f"**Also.** {label}: {'; '.join(told[:2])}."


def _harms(material: Material, places: dict[str, str]) -> list[str]:
    rows = harms_rows(material, places)
    table = arms_table(material, "Harms: patients", rows[:MOST_ROWS])
    place = place_link(HARMS, places)
    if table:
        more = len(rows) - MOST_ROWS
        told = f"{more} more in the report" if more > 0 else ""
        linked = [f"[{told}]({place})." if place else f"{told}."] if told else []
        return [table, *linked, *unreported(material)]
    return [f"**{f'[Harms.]({place})' if place else 'Harms.'}** {harms_line(material)}"]


def chosen(found: Sequence[Caution], words: int) -> list[Caution]:
    """The doubts that fit in so many words; the gravest however long they are."""
    shown, room = list[Caution](), words - DOUBT_FRAME
    for one in found:
        size = count_words(one.text) + 1
        if len(shown) < MOST_DOUBTS and (one.rank <= ALWAYS or size <= room):
            shown.append(one)
            room -= size
    return shown


def _doubts(shown: Sequence[Caution], more: int, places: dict[str, str]) -> list[str]:
    """Some doubts, numbered, and how many more there are."""
    texts = "\n".join(f"{n}. {one.text}" for n, one in enumerate(shown, 1))
    lines = [f"**What to doubt**\n\n{texts}"] if shown else []
    place = place_link(LIMITS, places)
    if more:
        label = f"Further cautions ({more})"
        lines.append(f"[{label}]({place})." if place else f"{label}.")
    return lines


# Words of the heading of the doubts and of the line on those that are left.
DOUBT_FRAME = 6


def _run(material: Material) -> str:
    """The hash of the run, and whether its plan was frozen before."""
    value = material.seal.value
    text = f"Run `{short_hash(value)}`." if value else "Hash of the run not shown: no key."
    return f"{text} {frozen_line(material) or 'Plan not frozen.'}"
