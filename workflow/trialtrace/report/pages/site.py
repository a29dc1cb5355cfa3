"""The site over all trials: a start page with a search, the audit of all, the report folders."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.base.store import write_text
from trialtrace.report.audit.claims_page import claims_page
from trialtrace.report.crumbs import in_site
from trialtrace.report.links import CHANGES_PAGE, CLAIMS_PAGE
from trialtrace.report.material import Material
from trialtrace.report.pages.changes_page import TITLE, changes_page
from trialtrace.report.pages.start_page import start_page, write_search

if TYPE_CHECKING:
    from trialtrace.run.trial.load import Trial
    from trialtrace.run.trial.settings import Settings

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
        for file in sorted((site / trial.name).rglob("*.html")):
            up = "../" * (len(file.relative_to(site).parts) - 1)
            write_text(file, in_site(file.read_text(encoding="utf-8"), up))
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
