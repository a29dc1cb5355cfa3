"""The lines that statcheck reads: true ones, altered ones, and the table of who objects."""

import stat

import statcheck as campaign
from made_papers.paper import paper


def test_true_lines_raise_no_alarm_and_altered_ones_are_altered():
    found = list(campaign.lines(range(20, 24)))
    true = [one for one in found if one.kind is None]
    assert len(true) == 16 and not any(one.here or one.trace for one in true)
    assert {one.claim for one in found} == set(campaign.CLAIMS)
    wrong = [one for one in found if one.kind]
    assert len(wrong) > 8 and not {one.text for one in wrong} & {one.text for one in true}
    assert all(one.here for one in wrong if one.trace)


def test_a_line_stands_alone():
    made = campaign.alone(paper(20), "t")
    assert list(made.claims) == ["t"] and [link.kind for link in made.links] == ["statistic"]


def test_what_statcheck_says_is_read_and_counted(tmp_path):
    found = [
        campaign.Line("t", None, "t(10) = 2.2, p = 0.05", False, False),
        campaign.Line("t", "a digit of p", "t(10) = 2.2, p = 0.15", True, True),
        campaign.Line("t", "a digit of p", "t(10) = 2.2, p = 0.25", True, True),
    ]
    fake = tmp_path / "Rscript"
    fake.write_text(
        '#!/bin/sh\ntest $(wc -l < "$2") = 3 || exit 1\n'
        'printf \'"source","error","version"\\n"1",FALSE,"1.4.0"\\n"2",TRUE,"1.4.0"\\n\' > "$3"\n'
    )
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    assert campaign.read_by_statcheck(str(fake), found) == "1.4.0"
    assert [one.there for one in found] == [False, True, None]
    row = next(line for line in campaign.rates(found).splitlines() if line.startswith("| t |"))
    assert "0 of 1" in row and "1 of 2, 50.0 %" in row and "2 of 2, 100.0 %" in row
