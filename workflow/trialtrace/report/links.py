"""Names of the pages and places that numbers link to, and the way to a page as links at its top.

The page of an analysis has all its numbers, each at an anchor; over a list of endpoints or
variables a page has one of them.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape

from trialtrace.run.trace.short_id import short_id

LONGEST = 45
# Each is asked for some ten times while a report is written.
LINKS_KEPT = 1 << 16
_PARAMETER = re.compile(r";parameter=([^;]*)")
_PLAIN = re.compile(r"[a-z0-9_.-]+")


def file_name(text: str) -> str:
    """A short name of a page that every file system and mail program takes.

    Two texts never share a name, also where a file system ignores case: what is not plain, or
    too long, ends in a part of its sha256.
    """
    if _PLAIN.fullmatch(text) and len(text) <= LONGEST:
        return f"{text}.html"
    plain = re.sub(r"[^a-z0-9_.-]+", "_", text.lower())[: LONGEST - 1]
    return f"{plain}-{hashlib.sha256(text.encode()).hexdigest()[:8]}.html"


@lru_cache(LINKS_KEPT)
def number_page(result_id: str) -> str:
    """The file name of the page that has a result."""
    analysis, _, rest = result_id.partition("/")[2].partition("/")
    parameter = _PARAMETER.search(rest)
    return file_name(f"{analysis}.{parameter[1]}" if parameter else analysis)


def trace_link(result_id: str, text: str = "") -> str:
    """The link from a trial's report to a result on its page, or to a line of it ("n")."""
    end = f"/{text}" if text else ""
    return f"trace/{number_page(result_id)}#{short_id(result_id)}{end}"


# How a link to a result begins in a drawing, which stands in a folder of a report; within a text
# these marks are escaped.
FIELD, UP = '<a class="field" href="', "../"


def bookmark_link(place: str) -> str:
    """The link to a number in a DOCX: where it stands first; `place` is its anchor, or that and a
    line of it ("abcdefgh/n"). As mailed.py makes it."""
    return f"#n-{place.replace('/', '-')}"


def component_link(result_id: str, component: str) -> str:
    """The link from a claim's component to its number: a denominator stands in a line of the
    count or share that it belongs to."""
    return trace_link(result_id, "out-of" if component == "denominator" else "")


def data_page(table: str) -> str:
    """The page of a raw table's cells, from a trial's report folder."""
    return f"data/{table}.html"


def figure_page(name: str) -> str:
    """The page of the numbers at risk of a figure, from a trial's report folder."""
    return f"at-risk/{name}.html"


# Files of a trial's configuration beside its dictionary; a report has a page of each.
CONFIGURATION = ("trial", "cleaning", "endpoints", "plan", "claims")


def config_page(name: str) -> str:
    """The page of a file of the configuration, each line an anchor, from a trial's report."""
    return f"config/{name}.html"


def code_anchor(file: str, function: str) -> str:
    """The place of a function on the page of the code: its folder, file and name."""
    return ".".join([*file.removesuffix(".py").split("/")[-2:], function])


STYLE = "style.css"
# In trace/; no analysis has a name that begins so.
FAMILIES_PAGE = "_families.html"
CARD_SCRIPT, CARDS = "card.js", "cards.js"
CODE_PAGE = "code.html"
SUMMARY = "summary"
SUMMARY_PAGE = f"{SUMMARY}.html"
AUDIT_PAGE = "audit.html"
COVERAGE_PAGE = "coverage.html"
PLAN_PAGE, PLAN_TABLE = "plan.html", "plan-coverage.xlsx"
NUMBERS_TABLE = "numbers.csv"
# The sentences in red on page 1, for the site.
WARNINGS = "warnings.json"
CLAIMS_PAGE = "claims.html"
CHANGES_PAGE = "changes.html"


def place_link(place: str, pages: Mapping[str, str]) -> str:
    """The link to a section from the report's folder, where `pages` has the page of each; "" where
    no page has it."""
    return f"{pages[place]}#{place}" if place in pages else ""


def analysis_place(name: str) -> str:
    """The anchor of an analysis's section in the report."""
    return f"sec-of-{name.replace('_', '-')}"


def tables_place(name: str) -> str:
    """The anchor of the tables of an analysis whose section is in the main report."""
    return f"sec-tables-of-{name.replace('_', '-')}"


def role_place(role: str) -> str:
    """The anchor of the analyses of a role; the sections of a report have names without `role`."""
    return f"sec-role-{role}"


def choices_place(name: str) -> str:
    """The anchor of the table of an analysis and those made of it."""
    return f"tbl-{name.replace('_', '-')}-choices"


def endpoint_place(entry: str) -> str:
    """The anchor of an entry of endpoints.yaml in the report's table of endpoints."""
    return f"endpoint-{entry.replace('_', '-')}"


def listing_place(number: int) -> str:
    """The anchor of a listing of single patients, by its number in the plan."""
    return f"sec-listing-{number}"


def listed_place(place: str, line: int, page: str) -> str:
    """The anchor of a row of a listing, by the line of the export that it is, and where several
    files are one table by the number of its page."""
    file = page.partition("-")[2]
    return "-".join(filter(None, (place.removeprefix("sec-"), file, str(line))))


def claim_anchor(claim_id: str) -> str:
    return f"claim-{claim_id}"


# The way to a page from the start of the site. The folder of a report can be mailed alone, so that
# its pages begin with their trial; a site puts its own start before that (pages/site_copy.py).

# Title and link of a page that stands above another.
Step = tuple[str, str]
NAME = "Breadcrumb"
CRUMBS = f'<nav class="crumbs" aria-label="{NAME}"><ol>'
OF_SITE: Step = ("Trials", "index.html")
REPORT_PAGE: Step = ("Report", "report.html")


def of_report(title: str) -> tuple[Step, ...]:
    """What stands above a page of a trial's report: the trial by its summary, then the report."""
    return (title, SUMMARY_PAGE), REPORT_PAGE


def crumbs(above: Sequence[Step], here: str, up: str = "") -> str:
    """The list of a page called `here`; `up` is the way to the folder that holds those above."""
    steps = "".join(
        f'<li><a href="{up}{escape(link)}">{escape(title)}</a></li>' for title, link in above
    )
    return f'{CRUMBS}{steps}<li aria-current="page">{escape(here)}</li></ol></nav>\n'
