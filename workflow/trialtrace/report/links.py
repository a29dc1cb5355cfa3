"""Names of the pages that numbers link to."""

import hashlib

LONGEST = 150


def page_name(result_id: str) -> str:
    """The file name of a result's trace page: the identifier without its trial, made short enough.

    Two results of one trial never share a name, also where a file system ignores case: the end of
    a name that was cut, or that has capitals, is a hash of the whole identifier.
    """
    name = result_id.split("/", 1)[1].replace("/", ".")
    if len(name) > LONGEST or name != name.lower():
        name = f"{name[:LONGEST]}.{hashlib.sha256(result_id.encode()).hexdigest()[:8]}"
    return f"{name}.html"


def trace_link(result_id: str) -> str:
    """The link from a trial's report to a result's trace page."""
    return f"trace/{page_name(result_id)}"


def component_link(result_id: str, component: str) -> str:
    """The link from a claim's component to its number: a denominator stands in a line of the page
    of the count or share that it belongs to."""
    return trace_link(result_id) + ("#out-of" if component == "denominator" else "")


def data_page(table: str) -> str:
    """The page of a raw table's cells, from a trial's report folder."""
    return f"data/{table}.html"


AUDIT_PAGE = "audit.html"
COVERAGE_PAGE = "coverage.html"
# The sentences in red on page 1, for the site.
WARNINGS = "warnings.json"
CLAIMS_PAGE = "claims.html"
CHANGES_PAGE = "changes.html"


def claim_anchor(claim_id: str) -> str:
    return f"claim-{claim_id}"
