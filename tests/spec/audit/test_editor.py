"""One page for an editor: what flips a decision first, questions."""

import html
import re

import pytest

from trialtrace.audit.editor.letter import FLIPS, MOST_LINES
from trialtrace.cli import main

LEDGER = """\
papers: {main: "A paper"}
groups:
  a: {label: "A <b>bold</b>", randomised: "295"}
  b: {label: B, randomised: "307", control: true}
outcomes: {o: {label: O}, q: {label: Q}}
claims:
  share: {from: main, place: table 2, label: "Share", printed: "27 of 295 (9.8%)", about: {outcome: o, group: a}}
  other: {from: main, place: table 2, label: "Other", printed: "52 of 307 (16.9%)", about: {outcome: o, group: b}}
  p: {from: main, place: abstract, label: "P of all", printed: "P=0.06", about: {outcome: o, compare: [a, b], test: chi_squared}}
  q: {from: main, place: table 3, label: "Q in A", printed: "20 (6.8%)", about: {outcome: q, group: a}}
"""  # noqa: E501


DINERS = """\
papers: {main: "A paper"}
groups:
  a: {label: Low}
  b: {label: High}
outcomes:
  o: {label: O, whole: true, scale: {from: "1", to: "9"}}
  c: {label: C}
  men: {label: Men}
populations: {main: {label: Diners, sizes: {a: "62", b: "60"}}}
claims:
"""
CLAIM = (
    '  {name}: {{from: main, place: {place}, label: "{label}", printed: "{printed}", '
    "about: {{{about}}}}}\n"
)


def ledger(*claims):
    """The ledger of diners with claims of (label, place, printed, about)."""
    rows = enumerate(claims)
    return DINERS + "".join(
        CLAIM.format(name=f"c{k}", label=label, place=place, printed=printed, about=about)
        for k, (label, place, printed, about) in rows
    )


def asked(page):
    """The questions to the authors with the numbers of each below it, as text."""
    part = plain(page).partition("Questions to the authors")[2].partition("</ol>")[0]
    every = re.findall(r"(?s)<li>(.*?)</li>", re.sub(r"<ul>(.*?)</ul>", _line, part))
    return [html.unescape(one) for one in every]


def _line(found):
    return "".join(f"\n{one}" for one in re.findall("<li>(.*?)</li>", found[1]))


def plain(page):
    return page.replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture
def told(tmp_path, capsys):
    def run(form, text=LEDGER):
        path = tmp_path / "ledger.yaml"
        path.write_text(text, encoding="utf-8")
        code = main(["audit", str(path), "--format", form])
        return code, capsys.readouterr().out

    return run


def test_a_decision_that_flips_stands_first(told):
    """27 of 295 against 52 of 307 has P = 0.0047 by χ²: the printed 0.06 lies on the other side."""
    code, page = told("editor")
    lines = re.findall(r'<td class="effect">(.*?)</td><td>(.*?)<br>', page)
    assert code == 1
    assert lines == [(FLIPS, "P=0.06"), ("a number", "27 of 295 (9.8%)")]
    assert "“27 of 295 (9.8%)” (O: Share, A &lt;b&gt;bold&lt;/b&gt;, table 2)" in plain(page)
    assert "<script" not in page and "http" not in page.replace("http-equiv", "")


def test_a_p_that_rounds_to_the_level_itself_flips_nothing(told):
    """P=0.05 may be 0.049 or 0.054: it does not hold, and what it says of 0.05 is open."""
    code, page = told("editor", LEDGER.replace("P=0.06", "P=0.05"))
    assert code == 1
    assert f">{FLIPS}<" not in page and "P=0.05" in page


def test_more_than_ten_lines_are_counted(told):
    more = "".join(
        f'  m{k}: {{from: main, place: table 1{k}, label: M{k}, printed: "{k + 3} of 295 (5{k}%)", '
        f'about: {{outcome: q, group: a, category: "{k}"}}}}\n'
        for k in range(10)
    )
    _, page = told("editor", LEDGER + more)
    assert page.count('<td class="effect">') == MOST_LINES
    assert "2 more by: <code>trialtrace audit ledger.yaml --format html" in page.replace(
        "<wbr>", ""
    )


def test_a_paper_without_errors_has_no_line(told):
    sound = LEDGER.replace("9.8%", "9.2%").replace("P=0.06", "P=0.005")
    code, page = told("editor", sound)
    assert code == 0 and "No contradiction was found" in page


def test_a_question_names_whose_size_it_is_and_no_key(told):
    """No count of 62 prints as 57.4 %: 35 are 56.5 %, 36 are 58.1 %."""
    _, page = told("editor", ledger(("Men", "table 1", "57.4%", "outcome: men, group: a")))
    (question,) = asked(page)
    assert "“57.4%” (Men, Low, table 1)" in question and "62" in question and "`" not in question


def test_means_that_cannot_be_of_one_table_are_one_question(told):
    """62 · 6.62 is 410.4 and 60 · 6.64 is 398.4; that they are whole is asked."""
    _, page = told(
        "editor",
        ledger(
            ("O then", "table 1", "mean 6.62", 'outcome: o, group: a, patients: "62"'),
            ("Table 1, row 2", "table 1", "mean 6.64", 'outcome: o, group: b, patients: "60"'),
        ),
    )
    (question,) = asked(page)
    lead, *cells = question.splitlines()
    assert lead.endswith("?")
    assert [cell.partition(":")[0] for cell in sorted(cells)] == [
        "“mean 6.62” (O then, Low, table 1)",
        "“mean 6.64” (Table 1, row 2, High)",
    ]


def test_categories_that_do_not_add_up_are_all_asked_for(told):
    """17, 19 and 10 are 46; without the 10 nothing could be said of 52. One label, two groups."""
    high = [
        ("Pieces", "table 2", printed, f'outcome: c, group: b, category: "{k}"')
        for k, printed in enumerate(("17/52", "19/52", "10/52"))
    ]
    low = ("Pieces", "table 2", "18/43", 'outcome: c, group: a, category: "0"')
    _, page = told("editor", ledger(*high, low).replace('"60"', '"52"').replace('"62"', '"43"'))
    (question,) = (one for one in asked(page) if "categories" in one)
    assert "(Pieces, High, table 2)" in question and "46" in question


def test_t_is_told_with_the_sign_that_is_printed(told):
    """By scipy.stats.ttest_ind_from_stats(178.02, 7.72, 40, 181.11, 7.32, 20): t = −1.488."""
    _, page = told(
        "editor",
        ledger(
            ("Low", "table 1", "mean (SD) 178.02 (7.72)", 'outcome: c, group: a, patients: "40"'),
            ("High", "table 1", "mean (SD) 181.11 (7.32)", 'outcome: c, group: b, patients: "20"'),
            ("Test", "table 1", "t(58) = 1.59", "outcome: c, compare: [a, b]"),
        ),
    )
    (question,) = asked(page)
    assert "“t(58) = 1.59” (C: Test, table 1)" in question and "1.48" in question


def test_what_nothing_decides_is_told_and_agreement_is_called_no_proof(told):
    _, page = told("editor", ledger(("Median", "abstract", "median 3.5", "outcome: c, group: a")))
    assert "This does not prove that all are right" in page
    assert (
        "<h2>What could not be checked</h2>\n<p>“median 3.5” (C: Median, Low, abstract).</p>"
        in page
    )


OUTCOMES = """\
outcomes:
  o: {label: O}
  base: {label: Height, baseline: true}
  c: {label: C}
"""
TWO = "compare: [a, b]"


def of_groups(name, first, second):
    return [
        (f"{name} low", "table 2", first, f'outcome: {name}, group: a, patients: "18"'),
        (f"{name} high", "table 2", second, f'outcome: {name}, group: b, patients: "21"'),
    ]


def typed(*claims):
    """A ledger of these claims with an outcome from before the treatment."""
    return re.sub(r"(?s)outcomes:.*?(?=populations:)", OUTCOMES, ledger(*claims))


def test_an_f_without_p_that_crosses_the_level_stands_first_and_baseline_last(told):
    """scipy.stats.f.sf(1.63, 1, 37) is 0.21, of 14.6 to 15.0 it is 0.0005 to 0.0004."""
    given = typed(
        *of_groups("base", "mean (SD) 4.28 (2.44)", "mean (SD) 2.05 (1.72)"),
        ("base test", "table 2", "F(1, 37) = 20.1", f"outcome: base, {TWO}"),
        *of_groups("c", "mean (SD) 4.28 (2.44)", "mean (SD) 2.05 (1.72)"),
        ("c test", "table 3", "F(1, 37) = 10.36", f"outcome: c, {TWO}"),
        *of_groups("o", "mean (SD) 3.89 (2.59)", "mean (SD) 1.53 (1.02)"),
        ("o test", "table 2", "F(1, 37) = 1.63", f"outcome: o, {TWO}"),
    )
    _, page = told("editor", given)
    found = re.findall(r'<td class="effect">(.*?)</td><td>(F.*?)<br>', page)
    assert found == [
        (FLIPS, "F(1, 37) = 1.63"),
        ("a comparison or a conclusion", "F(1, 37) = 10.36"),
        ("a comparison or a conclusion", "F(1, 37) = 20.1"),
    ]
    assert "That is P of 0.00042 to 0.00049, where the printed statistic has P of 0.21." in plain(
        page
    )


def test_the_larger_difference_stands_before_the_smaller(told):
    small = (*of_groups("c", "mean (SD) 4.28 (2.44)", "mean (SD) 2.05 (1.72)"),)
    large = (*of_groups("o", "mean (SD) 3.89 (2.59)", "mean (SD) 1.53 (1.02)"),)
    given = typed(
        *small,
        ("c test", "table 2", "F(1, 37) = 10.96", f"outcome: c, {TWO}"),
        *large,
        ("o test", "table 3", "F(1, 37) = 7.5", f"outcome: o, {TWO}"),
    )
    printed = re.findall(r"</td><td>(F.*?)<br>", told("editor", given)[1])
    assert printed == ["F(1, 37) = 7.5", "F(1, 37) = 10.96"]


EVERYONE = """\
papers:
  main: {citation: "A paper; by us", text: not_at_hand, told: known from a list}
  news: {citation: "A news digest; no date"}
groups: {a: {label: Training, randomised: "55"}, b: {label: Control, randomised: "53"}}
populations: {itt: {label: intention to treat, everyone: true}}
outcomes: {o: {label: Pain}}
claims:
  a: {from: main, place: text, label: "Pain with training", printed: "30.0 %", about: {outcome: o, population: itt, group: a}}
  b: {from: news, place: page 1, label: "Pain, control", printed: "41.2 %", about: {outcome: o, population: itt, group: b}}
"""  # noqa: E501


def test_the_title_is_the_paper_and_nothing_of_the_project(told):
    _, page = told("editor", EVERYONE)
    assert "<h1>Audit for an editor: A paper; by us</h1>" in page
    assert "A paper; by us; text not available</li>" in page and "known from a list" not in page


def test_what_was_only_not_typed_is_no_question(told):
    """A share of a group without a size is left to who types."""
    bare = ledger(("Men low", "table 1", "21%", "outcome: men, group: a"))
    assert not asked(told("editor", bare.replace(', sizes: {a: "62", b: "60"}', ""))[1])


def test_a_decision_that_turns_stands_above_that_nothing_is_inconsistent(told):
    given = ledger(
        ("Cost one", "table 4", "9218 (SD 2890)", 'outcome: c, group: a, patients: "40"'),
        ("Cost two", "table 4", "10630 (SD 3175)", 'outcome: c, group: b, patients: "40"'),
        ("Costs", "table 4", "P = 0.482", f"outcome: c, {TWO}"),
    )
    _, page = told("editor", given)
    assert page.index("What would turn a decision") < page.index("No contradiction was found")


@pytest.mark.parametrize(("printed", "turns"), [("P = 0.482", True), ("F = 0.5, P = 0.482", False)])
def test_a_p_beside_an_f_that_no_plain_test_gives_turns_nothing(told, printed, turns):
    """Of 40 and 40, t = 2.08 and P = 0.041; an F may be of repeated measures, or post hoc."""
    given = ledger(
        ("Cost one", "table 4", "9218 (SD 2890)", 'outcome: c, group: a, patients: "40"'),
        ("Cost two", "table 4", "10630 (SD 3175)", 'outcome: c, group: b, patients: "40"'),
        ("Costs", "table 4", printed, f"outcome: c, {TWO}"),
    )
    _, page = told("editor", given)
    assert ("<h2>What would turn a decision</h2>" in page) == turns
    assert ("<h2>What is open</h2>" in page) != turns
