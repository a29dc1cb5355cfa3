"""The site over all trials: a start page with a search, the audit of all, the report folders.

The start page tells each trial by design, primary result, warnings and verdicts.
"""

import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from html import escape
from math import ceil, floor, log, log10
from pathlib import Path

from trialtrace.audit.printed.verdicts import COLUMNS, FAILS
from trialtrace.audit.verdicts.tally import counted, tally
from trialtrace.base.number_needed import through_infinity
from trialtrace.base.stamp import Stamp
from trialtrace.base.store import write_text
from trialtrace.base.words import LABELS, MINUS, RATIOS, no_effect, tight_percent
from trialtrace.report.audit.claims_page import claims_page
from trialtrace.report.links import (
    AUDIT_PAGE,
    CHANGES_PAGE,
    CLAIMS_PAGE,
    SUMMARY_PAGE,
    WARNINGS,
)
from trialtrace.report.material import Material
from trialtrace.report.pages.changes_page import TITLE, changes_page
from trialtrace.report.pages.search import SEARCH_SCRIPT, write_search
from trialtrace.report.pages.shell import page
from trialtrace.report.pages.site_copy import copy_report
from trialtrace.report.render.escape import without_links
from trialtrace.report.sections.analysis_section import result
from trialtrace.report.sections.data_quality import known_in_short
from trialtrace.report.sections.findings import compared, primary
from trialtrace.report.sections.questions import at_look
from trialtrace.report.sections.readings import other_readings
from trialtrace.report.sections.thresholds import held_in_words, shares_held
from trialtrace.report.tables import axis_factor, axis_label
from trialtrace.run.tables.contracts.rows import ResultRow, present
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.plan.methods import OWN_TREATMENT
from trialtrace.run.trial.settings import Settings

# A small picture of estimates with their intervals, as SVG inside a page.

WIDTH, LEFT, RIGHT, LINE, FOOT = 620, 16, 604, 16, 34
# A ratio's axis names these, as far as it reaches.
RATIO_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
WIDEST_RATIO = 1000.0
"""What lies further out stands at the edge."""
MOST_TICKS = 7


def interval_picture(lines: Sequence[tuple[str, ResultRow]], stamp: Stamp | None) -> str:
    """A figure of (name, result) of one statistic; "" where none has a value.

    Ratios stand on a log scale. Each of several lines is drawn under its words; an end that is
    infinite or not estimable runs to the edge of the picture.
    """
    drawn = [(name, row) for name, row in lines if row["stat_value"] is not None]
    if not drawn:
        return ""
    stat = drawn[0][1]["stat_name"]
    place, ticks = _scale([row for _, row in drawn], stat)
    parts = []
    for name, row in drawn:
        told = escape(f"{name}: {LABELS[stat]} {row['stat_text']}")
        parts.append(f"<p>{told}</p>" if len(drawn) > 1 else "")
        parts.append(_svg(LINE, _line(row, place, stat), told))
    parts.append(_axis(place, ticks, axis_label(stat, [drawn[0][1]["unit"]])))
    caption = f"<figcaption>{escape(stamp.sentence)}</figcaption>" if stamp else ""
    return f'<figure class="interval">{"".join(parts)}{caption}</figure>'


def _line(row: ResultRow, place: Callable[[float], float], stat: str) -> list[str]:
    factor, middle = axis_factor(stat), LINE // 2
    null = place(factor * no_effect(stat))
    parts = [f'<line class="null" x1="{null}" y1="0" x2="{null}" y2="{LINE}"/>']
    low, high = row["ci_low"], row["ci_high"]
    if (low is not None or high is not None) and not through_infinity(stat, low, high):
        left = LEFT if low is None else place(factor * low)
        right = RIGHT if high is None else place(factor * high)
        parts.append(f'<line class="ci" x1="{left}" y1="{middle}" x2="{right}" y2="{middle}"/>')
    at = place(factor * present(row["stat_value"]))
    parts.append(f'<rect class="dot" x="{at - 4:g}" y="{middle - 4}" width="8" height="8"/>')
    return parts


def _axis(place: Callable[[float], float], ticks: Sequence[float], label: str) -> str:
    parts = [f'<line class="axis" x1="{LEFT}" y1="1" x2="{RIGHT}" y2="1"/>']
    for tick in ticks:
        at = place(tick)
        parts.append(f'<line class="axis" x1="{at}" y1="1" x2="{at}" y2="5"/>')
        words = f"{tick:g}".replace("-", MINUS)
        parts.append(f'<text class="tick" x="{at}" y="16">{words}</text>')
    parts.append(f'<text class="tick" x="{WIDTH // 2}" y="{FOOT - 4}">{escape(label)}</text>')
    return _svg(FOOT, parts)


def _svg(height: int, parts: Sequence[str], text: str = "") -> str:
    """A strip of the picture, with what it shows in words."""
    words = f'role="img" aria-label="{text}"' if text else 'aria-hidden="true"'
    return f'<svg viewBox="0 0 {WIDTH} {height}" {words}>{"".join(parts)}</svg>'


def _scale(rows: Sequence[ResultRow], stat: str) -> tuple[Callable[[float], float], list[float]]:
    """The place of a value across the picture, held to its edges, and the ticks."""
    factor = axis_factor(stat)
    ends = [factor * no_effect(stat)]
    for row in rows:
        ends += [factor * end for end in (row["ci_low"], row["ci_high"]) if end is not None]
        ends.append(factor * present(row["stat_value"]))
    log_scale = stat in RATIOS
    least, most = (1 / WIDEST_RATIO, WIDEST_RATIO) if log_scale else (-float("inf"), float("inf"))
    finite = [end for end in ends if least < end < most]
    if log_scale:
        low, high = min(finite) / 1.15, max(finite) * 1.15
        ticks = [tick for tick in RATIO_TICKS if low <= tick <= high]
    else:
        low, high, ticks = _round_ends(min(finite), max(finite))

    def place(value: float) -> float:
        if value <= low:
            return LEFT
        if value >= high:
            return RIGHT
        share = log(value / low) / log(high / low) if log_scale else (value - low) / (high - low)
        return round(LEFT + share * (RIGHT - LEFT), 1)

    return place, ticks


def _round_ends(low: float, high: float) -> tuple[float, float, list[float]]:
    """Ends of a linear axis at round numbers, and at most some seven ticks between."""
    span = (high - low) or 1.0
    power = 10.0 ** floor(log10(span))
    steps = (power * factor for factor in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0))
    step = next(each for each in steps if span / each <= MOST_TICKS - 1)
    first, last = floor(low / step), ceil(high / step)
    ticks = [round(step * n, 12) for n in range(first, last + 1)]
    return ticks[0], ticks[-1], ticks


# Without scripts the field would do nothing, so that the script shows it.
_SEARCH = (
    '<div id="search" hidden role="search">\n<label for="query">Search numbers, text, tables, '
    'published claims and configuration of all trials</label>\n<input id="query" type="search" '
    'autocomplete="off" spellcheck="false" placeholder="0.72, 12/40, fractures, F(3, 63) …">\n'
    '<p id="hits" class="quiet" role="status"></p>\n<ol id="found"></ol>\n</div>\n'
)


def start_page(materials: Iterable[Material], links: Iterable[tuple[str, str]]) -> str:
    """The page of all trials; `links` are (file, words) of the pages over all trials."""
    cards = "\n".join(_card(material) for material in materials)
    others = "".join(f'<p><a href="{file}">{escape(words)}</a></p>\n' for file, words in links)
    text = (
        '<a class="skip" href="#trials">To the trials</a>\n<h1>Trials</h1>\n'
        '<p class="quiet">Every number in a report is a link to the rows, the plan and the code '
        f'behind it.</p>\n{others}{_SEARCH}<ul id="trials" class="trials">\n{cards}\n</ul>\n'
    )
    return page("Trials", text, stamp=None, script=SEARCH_SCRIPT)


def _card(material: Material) -> str:
    trial = material.trial
    data = (
        f'<p class="synthetic">{escape(trial.stamp.sentence)}</p>'
        if trial.stamp
        else "<p class='kind'>Patients' data, as exported</p>"
    )
    report = f"{trial.name}/report.html"
    every = ((one, text) for one in primary(material) for text in held_in_words(material, one))
    held = [f"{one.label}: {text}." for one, text in every]
    found = [*primary(material)]
    lines = [
        f"{one.label}. {without_links(' '.join(result(material, one)))}"
        for one in found
        if [*compared(material, one)]
    ]
    sentences = map(tight_percent, [*held, *lines])
    known = (text for a in primary(material) for text in known_in_short(material, a))
    told = [*sentences, *known, *filter(None, [other_readings(material)])]
    results = "".join(f"<p>{escape(text)}</p>" for text in told)
    return (
        f'<li>{data}<h2><a href="{trial.name}/{SUMMARY_PAGE}">{escape(trial.title)}</a></h2>'
        f'<p class="quiet">{_design(material)}</p>{_warnings(material, report)}'
        f"<p>{escape(trial.question)}</p>{_picture(material)}{results}{_verdicts(material)}"
        f'<p class="quiet">{_links(material, report)}</p></li>'
    )


def _design(material: Material) -> str:
    """ "Parallel: Indomethacin (n = 295), Placebo (n = 307)"; whole patients within a patient."""
    trial, frames = material.trial, material.tracer.frames
    kind = trial.design.kind.replace("_", " ").capitalize()
    if trial.design.kind in OWN_TREATMENT:
        arms = " and ".join(arm.label for arm in trial.design.arms.values())
        text = f"{kind}: {arms} (n = {frames.table('adsl').num_rows} patients)"
    elif trial.pooled:
        text = f"{kind}: n = {frames.table('adsl').num_rows} subjects, all arms together"
    else:
        text = f"{kind}: " + ", ".join(
            f"{arm.label} (n = {frames.select('adsl', {'TRT01P': {'is': name}}).n})"
            for name, arm in trial.design.arms.items()
        )
    return escape(text)


def _warnings(material: Material, report: str) -> str:
    path = material.folder / "report" / WARNINGS
    many = len(json.loads(path.read_text(encoding="utf-8")))
    words = "1 warning" if many == 1 else f"{many} warnings"
    return f'<p class="lost"><a href="{report}">{words}</a></p>' if many else ""


def _picture(material: Material) -> str:
    """The primary estimates with their intervals, those of each statistic on one axis."""
    kinds: dict[tuple[str, str | None], list[tuple[str, ResultRow]]] = {}
    for analysis in primary(material):
        # Beside shares that are held against a threshold a comparison of the arms is secondary.
        for one in () if shares_held(material, analysis) else compared(material, analysis):
            row = at_look(material, analysis, one.estimate)
            name = analysis.label + one.lead.removesuffix(":")
            kinds.setdefault((row["stat_name"], row["unit"]), []).append((name, row))
    return "".join(interval_picture(lines, material.trial.stamp) for lines in kinds.values())


def _verdicts(material: Material) -> str:
    """How many published numbers have which verdict: against the data, and on print."""
    if not material.claims:
        return '<p class="quiet">No published numbers</p>'
    counts = tally(material.claims)
    rows = []
    for column, name in COLUMNS.items():
        parts = [
            f'<span class="verdict{" fails" if word in FAILS else ""}"><b>{n}</b> '
            f"{escape(words)}</span>"
            for word, words, n in counted(counts, column)
        ]
        if parts:
            rows.append(f"<dt>{name.capitalize()}</dt>\n<dd>{' '.join(parts)}</dd>")
    many = counts["claims"]
    link = f'<a href="{material.trial.name}/{AUDIT_PAGE}">{many} published number'
    return f'<p>{link}{"" if many == 1 else "s"}</a></p><dl class="tally">{"".join(rows)}</dl>'


def _links(material: Material, report: str) -> str:
    name, folder = material.trial.name, material.folder / "report"
    documents = {
        "summary.html": "Summary",
        "supplement.html": "Supplement",
        "report.pdf": "PDF",
        "report.docx": "DOCX",
        "supplement.pdf": "Supplement as PDF",
        "supplement.docx": "Supplement as DOCX",
    }
    links = [f'<a href="{report}">Report</a>']
    links += [
        f'<a href="{name}/{file}">{title}</a>'
        for file, title in documents.items()
        if (folder / file).is_file()
    ]
    # Made where they are asked for, they stay with the tables that they are of.
    for asked in ("multiverse", "simulation"):
        made = f"{asked}/{asked}.html"
        if (material.folder / made).is_file():
            links.append(f'<a href="../results/{name}/{made}">{asked.capitalize()}</a>')
    return " · ".join([*links, escape(name)])


def build_site(trials: list[Trial], settings: Settings, results_root: Path, site_dir: Path) -> None:
    """Write site/index.html and copy every report; the whole folder is made anew."""
    site = Path(site_dir)
    if site.exists():
        shutil.rmtree(site)
    materials = []
    for trial in trials:
        folder = Path(results_root) / trial.name
        copy_report(folder / "report", site / trial.name)
        materials.append(Material(trial, settings, folder, {}))
    links = []
    audited = [material for material in materials if material.claims]
    if audited:
        write_text(site / CLAIMS_PAGE, claims_page(audited))
        links.append((CLAIMS_PAGE, "The published numbers of all trials"))
    # The end of the run writes it anew: what it says differs from run to run.
    write_text(site / CHANGES_PAGE, changes_page(()))
    links.append((CHANGES_PAGE, TITLE))
    write_search(site, materials)
    write_text(site / "index.html", start_page(materials, links))
