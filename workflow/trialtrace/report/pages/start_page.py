"""The start page of the site: each trial by design, primary result, warnings and verdicts."""

import json
from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

from trialtrace.audit.printed.verdicts import COLUMNS, FAILS, PRINT
from trialtrace.audit.verdicts.tally import shown as counted
from trialtrace.audit.verdicts.tally import tally, unmatched_text
from trialtrace.report.links import AUDIT_PAGE, SUMMARY_PAGE, WARNINGS
from trialtrace.report.pages.interval_picture import interval_picture
from trialtrace.report.pages.search_index import SEARCH_SCRIPT
from trialtrace.report.pages.shell import page
from trialtrace.report.sections.findings import compared, primary, primary_results
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.trial.plan.methods import OWN_TREATMENT

if TYPE_CHECKING:
    from trialtrace.report.material import Material

# Without scripts the field would do nothing, so that the script shows it.
_SEARCH = (
    '<div id="search" hidden role="search">\n<label for="query">Search numbers, published claims '
    'and configuration of all trials</label>\n<input id="query" type="search" autocomplete="off" '
    'spellcheck="false" placeholder="0.72, fractures, F(3, 63) …">\n'
    '<p id="hits" class="quiet" role="status"></p>\n<ol id="found"></ol>\n</div>\n'
)


def start_page(materials: Iterable["Material"], links: Iterable[tuple[str, str]]) -> str:
    """The page of all trials; `links` are (file, words) of the pages over all trials."""
    cards = "\n".join(_card(material) for material in materials)
    others = "".join(f'<p><a href="{file}">{escape(words)}</a></p>\n' for file, words in links)
    text = (
        '<a class="skip" href="#trials">To the trials</a>\n<h1>Trials</h1>\n'
        '<p class="quiet">Every number in a report is a link to the rows, the plan and the code '
        f'behind it.</p>\n{others}{_SEARCH}<ul id="trials" class="trials">\n{cards}\n</ul>\n'
    )
    return page("Trials", text, synthetic=False, script=SEARCH_SCRIPT)


def _card(material: "Material") -> str:
    trial = material.trial
    data = (
        '<p class="synthetic">Synthetic data: not evidence</p>'
        if trial.synthetic
        else "<p class='kind'>Patients' data, as exported</p>"
    )
    stamp = f'<p class="synthetic">{escape(trial.draft)}</p>' if trial.draft else ""
    report = f"{trial.name}/report.html"
    results = "".join(f"<p>{escape(text)}</p>" for text in primary_results(material))
    return (
        f'<li>{data}{stamp}<h2><a href="{trial.name}/{SUMMARY_PAGE}">{escape(trial.title)}</a></h2>'
        f'<p class="quiet">{_design(material)}</p>{_warnings(material, report)}'
        f"<p>{escape(trial.question)}</p>{_picture(material)}{results}{_verdicts(material)}"
        f'<p class="quiet">{_links(material, report)}</p></li>'
    )


def _design(material: "Material") -> str:
    """ "Parallel: Indomethacin (n = 295), Placebo (n = 307)"; whole patients within a patient."""
    trial, frames = material.trial, material.tracer.frames
    kind = trial.design.kind.replace("_", " ").capitalize()
    if trial.design.kind in OWN_TREATMENT:
        arms = " and ".join(arm.label for arm in trial.design.arms.values())
        text = f"{kind}: {arms} (n = {frames.table('adsl').num_rows} patients)"
    elif trial.blinded:
        text = f"{kind}: n = {frames.table('adsl').num_rows} subjects, blinded"
    else:
        text = f"{kind}: " + ", ".join(
            f"{arm.label} (n = {frames.select('adsl', {'TRT01P': {'is': name}}).n})"
            for name, arm in trial.design.arms.items()
        )
    return escape(text)


def _warnings(material: "Material", report: str) -> str:
    path = material.folder / "report" / WARNINGS
    many = len(json.loads(path.read_text(encoding="utf-8")))
    words = "1 warning" if many == 1 else f"{many} warnings"
    return f'<p class="lost"><a href="{report}">{words}</a></p>' if many else ""


def _picture(material: "Material") -> str:
    """The primary estimates with their intervals, those of each statistic on one axis."""
    kinds: dict[tuple[str, str | None], list[tuple[str, ResultRow]]] = {}
    for analysis in primary(material):
        for one in compared(material, analysis):
            row = one.estimate
            name = analysis.label + one.lead.removesuffix(":")
            kinds.setdefault((row["stat_name"], row["unit"]), []).append((name, row))
    return "".join(interval_picture(lines, material.trial.synthetic) for lines in kinds.values())


def _verdicts(material: "Material") -> str:
    """How many published numbers have which verdict: against the data, and on print."""
    if not material.claims:
        return '<p class="quiet">No published numbers</p>'
    counts = tally(material.claims)
    rows = []
    for column, name in COLUMNS.items():
        of_p = escape(unmatched_text(counts)) if column == PRINT else ""
        parts = [
            f'<span class="verdict{" fails" if word in FAILS else ""}"><b>{n}</b> '
            f"{escape(counted(word, n))}{of_p if word == 'not_checkable' else ''}</span>"
            for word, n in counts[column].items()
            if n
        ]
        if parts:
            rows.append(f"<dt>{name.capitalize()}</dt>\n<dd>{' '.join(parts)}</dd>")
    many = counts["claims"]
    link = f'<a href="{material.trial.name}/{AUDIT_PAGE}">{many} published number'
    return f'<p>{link}{"" if many == 1 else "s"}</a></p><dl class="tally">{"".join(rows)}</dl>'


def _links(material: "Material", report: str) -> str:
    name, folder = material.trial.name, material.folder / "report"
    documents = {
        "summary.html": "Summary",
        "supplement.html": "Supplement",
        "report.pdf": "PDF",
        "report.docx": "DOCX",
        "supplement.docx": "Supplement as DOCX",
    }
    found = [f'<a href="{report}">Report</a>']
    found += [
        f'<a href="{name}/{file}">{title}</a>'
        for file, title in documents.items()
        if (folder / file).is_file()
    ]
    return " · ".join([*found, escape(name)])
