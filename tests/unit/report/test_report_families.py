"""A family of p-values is listed once, where the report has it first; later it is a link there."""

import re

import pytest
from mini_trial import settings_of

from trialtrace.report.material import Material
from trialtrace.report.sections.analysis_section import families
from trialtrace.run.trial.reported import in_main_report, in_order


@pytest.fixture(scope="module")
def material(restricted):
    settings = settings_of("mini", "restricted")
    return Material(restricted.trial, settings, restricted.folder, {})


def test_the_order_is_that_of_the_report(material):
    found = in_order(material.trial)
    assert sorted(one.name for one in found) == sorted(material.trial.plan.analyses)
    main = [in_main_report(material.trial, one) for one in found]
    assert main == sorted(main, reverse=True)


def test_the_first_analysis_lists_the_p_values_and_the_other_leads_there(material):
    (first,), (later,) = (
        list(families(material, name)) for name in ("relief_primary", "pain_each")
    )
    assert first.count("trace/") == 3
    head = re.escape(first.partition(": ")[0])
    assert re.fullmatch(rf"{head}: listed under \[.+\]\(#sec-of-relief-primary\)\.", later)
