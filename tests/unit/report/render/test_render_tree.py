"""What is done to a document between pandoc's reader and its writers, on small ones by hand."""

import json
import subprocess
from pathlib import Path

import pytest

from trialtrace.report.render.pandoc import READER, find_pandoc
from trialtrace.report.render.tree.crossref import cross_refer
from trialtrace.report.render.tree.formats import LINE, LYING, PDF_LINE, PDF_LYING, _held
from trialtrace.report.render.tree.mailed import for_mail
from trialtrace.report.render.tree.nodes import Node, all_of, text_of, walk, word
from trialtrace.report.render.tree.widths import Widths, broken

NBSP = "\N{NO-BREAK SPACE}"


def read(markdown: str) -> Node:
    command = [find_pandoc(), f"--from={READER}", "--to=json"]
    done = subprocess.run(command, input=markdown.encode(), capture_output=True, check=True)
    document: Node = json.loads(done.stdout)
    return document


def table(rows: list[list[str]]) -> Node:
    lines = [f"| {' | '.join(row)} |" for row in [["a", "b"], ["---", "---"], *rows]]
    (found,) = read("\n".join(lines))["blocks"]
    return found


def test_the_words_of_a_text_are_those_that_are_read():
    text = "*A* \"b\" `c`, [d](e.html) ![f](g.png) $h$\ni\\\nj^[Not this.] 'k'"
    expected = "A \u201cb\u201d c, d f h i j \u2018k\u2019"
    assert text_of(read(text)["blocks"]) == expected


def test_a_rule_is_of_inner_elements_first_and_may_give_none_one_or_many():
    tree = read("*a **b*** c")["blocks"]
    seen = []

    def shown(element: Node) -> list[Node]:
        seen.append(text_of([element]))
        return [*element["c"], word("!")]

    walk(tree, {"Emph": shown, "Strong": shown, "Space": lambda _: []})
    assert seen == ["b", "ab!"] and text_of(tree) == "ab!!c"


def test_what_is_wrong_with_a_document_is_told_in_one(tmp_path: Path):
    text = "## A {#sec-a}\n\n## B {#sec-a}\n\nSee @sec-c and [@x-y]. ![](../z.png) ![](no.png)"
    tree = read(f"---\nnumber-sections: true\n---\n\n{text}")
    assert [(what, name) for what, name, _ in cross_refer({"report": tree}, tmp_path)] == [
        ("this image lies outside the document's folder", "../z.png"),
        ("this image is not there", "no.png"),
        ("this label is used twice", "sec-a"),
        ("this reference has no target", "sec-c"),
        ("neither a figure, a table nor a section", "x-y"),
    ]


def test_ways_out_of_a_document_are_closed(tmp_path: Path):
    text = "[a](javascript:x) [b](//c.org) [d](https://e.org){.f g=h} <!-- i --> <b>j</b>"
    tree = read(text)
    assert cross_refer({"report": tree}, tmp_path) == []
    (link,) = all_of(tree, "Link")
    assert link["c"][0] == ["", ["f"], []] and link["c"][2][0] == "https://e.org"
    assert text_of(tree["blocks"]) == "a b d  <b>j</b>" and not [*all_of(tree, "RawInline")]


def test_the_share_of_a_column_is_what_its_words_need_and_more_where_there_is_room():
    """By hand: entries of 18 and 3 letters, each with 3 beside it, so 21 and 6 of 27."""
    shares = Widths(LINE, LYING).shares(table([["intention to treat", "one"]]))
    assert shares == [0.7777, 0.2222]
    # Words of 60 and 9 letters need 63 and 12; the second has the room of 25 that is left.
    shares = Widths(LINE, LYING).shares(table([["9" * 60, "intention " * 20]]))
    assert shares == [0.63, 0.37]


def test_a_table_of_long_words_lies_unless_a_line_may_end_before_a_bracket():
    widths = Widths(LINE, LYING)
    pair = f"{'9' * 40}{NBSP}({'8' * 40})"
    element = table([[pair, pair]])
    assert widths.is_wide(element)
    walk(element["c"], {"Str": broken})
    assert not widths.is_wide(element)
    assert text_of([element]) == f"ab{pair * 2}".replace(NBSP, " ")


def test_a_link_that_is_mailed_leads_into_the_document_or_out_to_the_world():
    text = "[1](trace/x.html#abc/n) [2](trace/x.html#other) [3](audit.html) [4](#here)\n\n"
    text += "[5](trace/x.html#abc) [1](trace/x.html#abc/n)\n\n"
    tree = read(
        text + "Two of 3. [[CSV](figures/a.csv), [SVG](figures/a.svg).]{.figure-files}\n\nEnd."
    )
    assert for_mail(tree, ["abc", "unused"]) == {"#n-abc-n", "#n-abc"}
    links = [(text_of([one]), one["c"][2][0]) for one in all_of(tree, "Link")]
    assert links == [("1", "#n-abc-n"), ("4", "#here"), ("5", "#n-abc"), ("1", "#n-abc-n")]
    told = [text_of([one]) for one in tree["blocks"]]
    assert told == ["1 2 3 4", "5 1", "Two of 3. a.", "End."]
    # Each has its place once, where it stands first.
    assert [one["c"][0][0] for one in all_of(tree, "Span")] == ["n-abc-n", "n-abc"]


@pytest.mark.parametrize(("letters", "whole"), [(20, True), (110, False)])
def test_a_table_that_may_be_longer_than_a_page_is_not_kept_on_one(letters: int, whole: bool):
    """Of 20 rows, those with narrow columns have four lines each."""
    lines = [["a " * (letters // 2)] * 4 for _ in range(20)]
    rows = [f"| {' | '.join(row)} |" for row in [["a"] * 4, ["---"] * 4, *lines]]
    (element,) = read("\n".join(rows))["blocks"]
    Widths(PDF_LINE, PDF_LYING).set_table(element)
    assert (len(_held(element)) > 1) is whole
