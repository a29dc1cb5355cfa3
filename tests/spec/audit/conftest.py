"""The verdict on one component of a ledger by hand."""

import pytest
from paper import read, told

from trialtrace.audit.prints.registry import findings
from trialtrace.audit.verdicts.audit import verdicts


@pytest.fixture
def judged():
    """(agreement, finding) of a component of a claim; the claims are given as name=claim(...)."""

    def run(name, component, claims, groups=None):
        whole = read(claims, groups)
        found = list(findings(whole))
        return told(verdicts(whole, found), found)[name, component]

    return run
