"""Writes what stands in the repository and is written from the code: the registry of cards, the
schemas, pages of docs/, stubs of the families of statistics, the DOCX files whose styles reports
take.

`python docs/write.py`; tests fail where something is stale. What no file of the repository holds
is written by build.py beside this, with the site.
"""

import subprocess
import sys
from pathlib import Path

from written import card_registry

from trialtrace.base.paths import project
from trialtrace.base.store import write_bytes, write_text
from trialtrace.report.render.house import assets

DOCS = Path(__file__).parent


def pages() -> dict[str, str]:
    """The pages by their paths below docs/."""
    from written import checks_on_print, configuration, contracts, instruments, r_scripts

    scripts = (DOCS / r_scripts.PAGE).read_text(encoding="utf-8")
    counts = r_scripts.told(scripts) | r_scripts.counts_of_runs(project())
    return {
        **configuration.pages(),
        "data-contracts.md": contracts.reference(),
        "instruments.md": instruments.reference(),
        "audit.md": checks_on_print.page(project()),
        r_scripts.PAGE: r_scripts.written(scripts, counts),
    }


def write() -> None:
    """All but the registry of cards, which this process has read."""
    from written import docx_styles, library, stubs

    # In a process of its own: of two equal choices in different orders `typing` gives the one that
    # it has met first, so what else was imported would count.
    subprocess.run([sys.executable, "-m", "written.schemas"], cwd=DOCS, check=True)
    for name, text in pages().items():
        write_text(DOCS / name, text)
    for family in stubs.families():
        write_text(library.STATS / family / "__init__.pyi", stubs.written(family))
    for name, synthetic in (("reference", False), ("reference-synthetic", True)):
        write_bytes(assets() / f"{name}.docx", docx_styles.reference_bytes(synthetic))


if __name__ == "__main__":
    if card_registry.FILE.read_text(encoding="utf-8") != card_registry.text():
        write_text(card_registry.FILE, card_registry.text())
        sys.exit(subprocess.run([sys.executable, __file__], check=False).returncode)
    write()
