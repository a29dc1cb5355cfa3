"""Two hundred numbers drawn from the reports of the real trials, each followed to raw cells."""

from collections import Counter

from followed_numbers import failures
from linked_numbers import unlinked_counts

EACH = 67


def test_numbers_of_reports_reach_raw_cells(site, real):
    found: Counter[str] = Counter()
    for seed, trial in enumerate(real.values()):
        found += failures(trial.tracer, trial.run.folder, EACH, seed)
    assert found == Counter()


def test_counts_in_sentences_are_links_too(site, real):
    """ "27 of 295 Indomethacin", "295 of 295": events and those analysed, in every sentence."""
    for name in real:
        for page in ("report.html", "supplement.html"):
            assert unlinked_counts((site / name / page).read_bytes()) == []
