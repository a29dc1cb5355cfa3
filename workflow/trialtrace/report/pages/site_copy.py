"""Pages of a report as the site has them, and back.

A site puts its own start before the way to a page. What stands behind numbers, their pages, rows
and raw cells, is most of a site: there it is packed, in a fifth of the bytes, and unpacked by a
script. The folder of the report has it as it is.
"""

import base64
import re
import shutil
import zlib
from pathlib import Path

from trialtrace.base.store import write_text
from trialtrace.report.links import CRUMBS
from trialtrace.report.render.house import assets

SCRIPT = "unpack.js"
PACKED = ("trace", "rows", "data")
# Figures as pixels are for DOCX alone: pages hold the drawings, and lead to them.
LEFT_OUT = ".png"
_STEP = '<li><a href="{}index.html">Trials</a></li>'
# From a page beside those of a report, and from one of its folders.
_UPS = ("../", "../../")
_MAIN = re.compile(r"<main>.*</main>", re.DOTALL)
_SCRIPT = re.compile(r'<script src="[^"]*" defer></script>\n')
_POLICY = "default-src 'none';"
_SCRIPTED = f"{_POLICY} script-src 'self' file:;"
_CONTENT = re.compile(rb'<main data-page="([^"]*)">')
_TOLD = (
    "<p>This page is packed, and a script unpacks it. Where none runs it is read in the folder of "
    "the report, results/TRIAL/report.</p>"
)


def copy_report(report: Path, site: Path) -> None:
    """Copy the folder of a report to that of its trial in a site.

    What a workflow manager leaves there stays.
    """
    shutil.copytree(report, site, ignore=shutil.ignore_patterns(".*", f"*{LEFT_OUT}"))
    shutil.copyfile(assets() / SCRIPT, site.parent / SCRIPT)
    for file in sorted(site.rglob("*.html")):
        folders = file.relative_to(site.parent).parts[:-1]
        page = in_site(file.read_text(encoding="utf-8"), "../" * len(folders))
        write_text(file, packed(page) if file.parent.name in PACKED else page)


def in_site(page: str, up: str) -> str:
    """A page of a report in a site, whose start is `up` from it."""
    return page.replace(CRUMBS, CRUMBS + _STEP.format(up), 1)


def packed(page: str) -> str:
    """A page of a folder of a report, with its content packed."""
    content = base64.b64encode(zlib.compress(page.encode("utf-8"), 9)).decode("ascii")
    frame = _SCRIPT.sub("", _MAIN.sub(f'<main data-page="{content}">\n{_TOLD}\n</main>', page))
    if _SCRIPTED not in frame:
        frame = frame.replace(_POLICY, _SCRIPTED, 1)
    return frame.replace("</head>", f'<script src="../../{SCRIPT}" defer></script>\n</head>', 1)


def alone(page: bytes) -> bytes:
    """A page of a report as its own folder has it, wherever it was copied from."""
    page = _unpacked(page)
    for up in _UPS:
        page = page.replace((CRUMBS + _STEP.format(up)).encode(), CRUMBS.encode(), 1)
    return page


def _unpacked(page: bytes) -> bytes:
    """The page that was packed; one that anybody changed since as it stands."""
    content = _CONTENT.search(page)
    try:
        whole = zlib.decompress(base64.b64decode(content[1], validate=True)) if content else page
        return whole if packed(whole.decode("utf-8")).encode() == page else page
    except (ValueError, zlib.error):
        return page
