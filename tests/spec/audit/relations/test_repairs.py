"""One other value is named where every relation of the number holds with it, and nowhere else."""

from trialtrace.audit.files.make import ledger
from trialtrace.audit.relations.tables import judgements


def cells(*counts):
    about = {"outcome": "site", "group": "a"}
    return ledger(
        {
            "papers": {"main": "A paper"},
            "groups": {"a": {"label": "A", "randomised": "29"}, "b": {"label": "B"}},
            "outcomes": {"site": {"label": "Site", "exhaustive": True}},
            "claims": {
                f"c{k}": {
                    "from": "main",
                    "place": "table 1",
                    "label": "site",
                    "printed": printed,
                    "about": about | {"category": f"site {k}", "patients": "29"},
                }
                for k, printed in enumerate(counts)
            },
        }
    )


def named(whole):
    found = [one for one in judgements(whole) if one.relation == "total.categories"]
    assert [one.state for one in found] == ["contradicts"]
    return found[0].repair


def test_the_count_that_total_and_percentage_ask_for_is_named():
    # 14 + 6 + 2 + 3 = 25, not 29; 7 of 29 is 24.1 %, 14 + 6 + 2 + 7 = 29.
    repair = named(cells("14 (48.3%)", "6 (20.7%)", "2 (6.9%)", "3 (24.1%)"))
    assert repair == ("c3", "count", "7")


def test_none_is_named_where_the_percentage_says_otherwise():
    # 7 in place of 3 makes 29 too, but 3 of 29 is 10.3 % as printed.
    assert named(cells("14 (48.3%)", "6 (20.7%)", "2 (6.9%)", "3 (10.3%)")) is None


def test_none_is_named_where_the_percentage_is_that_of_no_count():
    # 7 of 29 is 24.1 %, and no count of 29 is 24.9 %.
    assert named(cells("14 (48.3%)", "6 (20.7%)", "2 (6.9%)", "3 (24.9%)")) is None
