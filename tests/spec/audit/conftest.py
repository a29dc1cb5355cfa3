"""The verdict on one component of a ledger by hand."""

import pytest
from paper import read

from trialtrace.claims.prints.registry import findings
from trialtrace.claims.verdict import verdicts


@pytest.fixture
def judged():
    """(agreement, finding) of a component of a claim; the claims are given as name=claim(...)."""

    def run(name, component, claims, groups=None):
        whole = read(claims, groups)
        rows = verdicts(whole, findings(whole))
        (row,) = [r for r in rows if (r["claim_id"], r["component"]) == (name, component)]
        return row["agreement"], row["finding"]

    return run
