"""The way to a page from the start of the site, as links at its top.

The folder of a report can be mailed alone, so that its pages begin with their trial. A site puts
its own start before that into the copies that it has; without it they are the same bytes.
"""

from collections.abc import Sequence
from html import escape

from trialtrace.report.links import SUMMARY_PAGE

# Title and link of a page that stands above another.
Step = tuple[str, str]
NAME = "Breadcrumb"
_START = f'<nav class="crumbs" aria-label="{NAME}"><ol>'
_SITE = '<li><a href="{}index.html">Trials</a></li>'
OF_SITE: Step = ("Trials", "index.html")
REPORT_PAGE: Step = ("Report", "report.html")
# From a page beside those of a report, and from one of its folders.
_UPS = ("../", "../../")


def of_report(title: str) -> tuple[Step, ...]:
    """What stands above a page of a trial's report: the trial by its summary, then the report."""
    return (title, SUMMARY_PAGE), REPORT_PAGE


def crumbs(above: Sequence[Step], here: str, up: str = "") -> str:
    """The list of a page called `here`; `up` is the way to the folder that holds those above."""
    steps = "".join(
        f'<li><a href="{up}{escape(link)}">{escape(title)}</a></li>' for title, link in above
    )
    return f'{_START}{steps}<li aria-current="page">{escape(here)}</li></ol></nav>\n'


def in_site(page: str, up: str) -> str:
    """A page of a report in a site, whose start is `up` from it."""
    return page.replace(_START, _START + _SITE.format(up), 1)


def alone(page: bytes) -> bytes:
    """A page of a report as its own folder has it, wherever it was copied from."""
    for up in _UPS:
        page = page.replace((_START + _SITE.format(up)).encode(), _START.encode(), 1)
    return page
