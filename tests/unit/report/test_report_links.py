"""Numbers of results in tables lead to their traces."""

import mini_trial
from linked_numbers import unlinked


def test_every_number_of_a_result_is_a_link(tmp_path, make_site):
    """Adverse events, other displays and every kind of analysis of the mini trial."""
    run = make_site(tmp_path, plan=mini_trial.PLAN + mini_trial.MORE_DISPLAYS)
    for page in ("report.html", "supplement.html"):
        assert unlinked((run.folder / "report" / page).read_bytes()) == []
