"""The site over all trials: an index, the audit of all, and each trial's report folder."""

import json
import shutil
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.claims.tally import tally, tally_text
from trialtrace.ground.store import write_text
from trialtrace.report.audit.claims_page import claims_page
from trialtrace.report.links import CHANGES_PAGE, CLAIMS_PAGE, WARNINGS
from trialtrace.report.material import Material
from trialtrace.report.pages.changes_page import TITLE, changes_page
from trialtrace.report.pages.shell import page
from trialtrace.report.sections.findings import primary_results

if TYPE_CHECKING:
    from trialtrace.trial.load import Trial
    from trialtrace.trial.settings import Settings

# What a workflow manager leaves in a folder that it made.
_HIDDEN = shutil.ignore_patterns(".*")


def build_site(
    trials: list["Trial"], settings: "Settings", results_root: Path, site_dir: Path
) -> None:
    """Write site/index.html and copy every report; the whole folder is made anew."""
    site = Path(site_dir)
    if site.exists():
        shutil.rmtree(site)
    materials = []
    for trial in trials:
        folder = Path(results_root) / trial.name
        shutil.copytree(folder / "report", site / trial.name, ignore=_HIDDEN)
        materials.append(Material(trial, settings, folder, {}))
    items = "\n".join(_entry(material) for material in materials)
    audited = [material for material in materials if material.claims]
    link = ""
    if audited:
        write_text(site / CLAIMS_PAGE, claims_page(audited))
        link = f'<p><a href="{CLAIMS_PAGE}">The published numbers of all trials</a></p>\n'
    # The end of the run writes it anew: what it says differs from run to run.
    write_text(site / CHANGES_PAGE, changes_page(()))
    link += f'<p><a href="{CHANGES_PAGE}">{TITLE}</a></p>\n'
    text = (
        "<h1>Trials</h1>\n"
        '<p class="quiet">Every number in a report is a link to the rows, the plan and the code '
        f'behind it.</p>\n{link}<ul class="trials">\n{items}\n</ul>\n'
    )
    write_text(site / "index.html", page("Trials", text, synthetic=False))


def _entry(material: Material) -> str:
    trial = material.trial
    stamps = ["Synthetic data: not evidence" if trial.synthetic else "", escape(trial.draft)]
    stamp = "".join(f'<p class="synthetic">{text}</p>' for text in stamps if text)
    many = len(json.loads((material.folder / "report" / WARNINGS).read_text(encoding="utf-8")))
    lost = f'<p class="lost"><a href="{trial.name}/report.html">{_warnings(many)}</a></p>'
    results = "".join(f"<p>{escape(text)}</p>" for text in primary_results(material))
    audit = tally_text(tally(material.claims)) if material.claims else "no published numbers"
    docx = (
        f' · <a href="{trial.name}/report.docx">DOCX</a>'
        if "docx" in material.settings.report.formats
        else ""
    )
    return (
        f'<li>{stamp}<h2><a href="{trial.name}/report.html">{escape(trial.title)}</a></h2>'
        f"{lost if many else ''}<p>{escape(trial.question)}</p>{results}"
        f'<p class="quiet">{escape(audit)}{docx} · {escape(trial.name)}</p></li>'
    )


def _warnings(many: int) -> str:
    return "1 warning" if many == 1 else f"{many} warnings"
