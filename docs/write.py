"""Writes what stands in the repository and is written from the code: pages of docs/, the DOCX files
whose styles reports take.

`python docs/write.py`. What no file of the repository holds is written by build.py beside this,
with the site.
"""

from pathlib import Path

from trialtrace.base.paths import project
from trialtrace.base.store import write_bytes, write_text
from trialtrace.report.render.house import assets

DOCS = Path(__file__).parent


def pages() -> dict[str, str]:
    """The pages by their paths below docs/."""
    from written import r_scripts

    scripts = (DOCS / r_scripts.PAGE).read_text(encoding="utf-8")
    counts = r_scripts.told(scripts) | r_scripts.counts_of_runs(project())
    return {r_scripts.PAGE: r_scripts.written(scripts, counts)}


def write() -> None:
    from written import docx_styles

    for name, text in pages().items():
        write_text(DOCS / name, text)
    for name, synthetic in (("reference", False), ("reference-synthetic", True)):
        write_bytes(assets() / f"{name}.docx", docx_styles.reference_bytes(synthetic))


if __name__ == "__main__":
    write()
