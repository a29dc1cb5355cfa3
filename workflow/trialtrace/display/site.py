"""The site over all trials: an index, and each trial's report folder beside it."""

import shutil
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.claims.tally import tally, tally_text
from trialtrace.display.findings import primary_results
from trialtrace.display.material import Material
from trialtrace.display.trace_page import page
from trialtrace.store import write_text

if TYPE_CHECKING:
    from trialtrace.config import Settings, Trial

# What a workflow manager leaves in a folder that it made.
_HIDDEN = shutil.ignore_patterns(".*")


def build_site(
    trials: list["Trial"], settings: "Settings", results_root: Path, site_dir: Path
) -> None:
    """Write site/index.html and copy every report; the whole folder is made anew."""
    site = Path(site_dir)
    if site.exists():
        shutil.rmtree(site)
    entries = []
    for trial in trials:
        folder = Path(results_root) / trial.name
        shutil.copytree(folder / "report", site / trial.name, ignore=_HIDDEN)
        entries.append(_entry(Material(trial, settings, folder, {})))
    items = "\n".join(entries)
    text = (
        "<h1>Trials</h1>\n"
        '<p class="quiet">Every number in a report is a link to the rows, the plan and the code '
        f'behind it.</p>\n<ul class="trials">\n{items}\n</ul>\n'
    )
    write_text(site / "index.html", page("Trials", text, synthetic=False))


def _entry(material: Material) -> str:
    trial = material.trial
    stamp = '<p class="synthetic">Synthetic data: not evidence</p>' if trial.synthetic else ""
    results = "".join(f"<p>{escape(text)}</p>" for text in primary_results(material))
    audit = tally_text(tally(material.claims)) if material.claims else "no published numbers"
    docx = (
        f' · <a href="{trial.name}/report.docx">DOCX</a>'
        if "docx" in material.settings.formats
        else ""
    )
    return (
        f'<li>{stamp}<h2><a href="{trial.name}/report.html">{escape(trial.title)}</a></h2>'
        f"<p>{escape(trial.question)}</p>{results}"
        f'<p class="quiet">{escape(audit)}{docx} · {escape(trial.name)}</p></li>'
    )
