"""Writes what stands in the repository and is written from the code: pages of docs/, and the stubs
of the families of statistics.

`python docs/write.py`; tests fail where something is stale. What no file of the repository holds
is written by build.py beside this, with the site.
"""

from pathlib import Path

from written import (
    checks_on_print,
    configuration,
    contracts,
    instruments,
    library,
    r_scripts,
    stubs,
)

from trialtrace.base.paths import project
from trialtrace.base.store import write_text

DOCS = Path(__file__).parent


def pages() -> dict[str, str]:
    """The pages by their paths below docs/."""
    scripts = (DOCS / r_scripts.PAGE).read_text(encoding="utf-8")
    counts = r_scripts.told(scripts) | r_scripts.counts_of_runs(project())
    return {
        **configuration.pages(),
        "data-contracts.md": contracts.reference(),
        "instruments.md": instruments.reference(),
        "audit.md": checks_on_print.page(project()),
        r_scripts.PAGE: r_scripts.written(scripts, counts),
    }


if __name__ == "__main__":
    for name, text in pages().items():
        write_text(DOCS / name, text)
    for family in stubs.families():
        write_text(library.STATS / family / "__init__.pyi", stubs.written(family))
