"""Where the numbers of a claim lead: a denominator to its own line, a number made from another one
with the step between."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from test_report_sections import shown

from trialtrace.audit.printed.verdicts import NO_USUAL_INTERVAL, OF_COLUMN
from trialtrace.audit.verdicts.tally import tally, tally_text
from trialtrace.report.audit.audit_page import (
    MEANINGS,
    _data,
    audit_page,
    further,
    glossary,
    meanings,
    tally_list,
)
from trialtrace.report.audit.claims_page import claims_page
from trialtrace.report.audit.published import UNRECORDED, published, typed
from trialtrace.report.links import trace_link

EVENTS = "t/a/count.events@drug"
ROWS = [
    {"component": "count", "recomputed_text": "79", "result_id": EVENTS, "step": ""},
    {"component": "denominator", "recomputed_text": "602", "result_id": EVENTS, "step": ""},
    {
        "component": "percent",
        "recomputed_text": "46%",
        "result_id": "t/a/risk_ratio.log@drug-x",
        "step": "1 − 0.54",
    },
]


def test_the_audit_page_does_the_same():
    text = _data(ROWS)
    assert f'<a href="{trace_link(EVENTS, "out-of")}">602</a>' in text
    assert ">46%</a> (1 − 0.54)" in text


def claim(name, data, *on_print, **more):
    """A row a component; `on_print` their verdicts."""
    return [
        {
            "claim_id": name,
            "component": f"part{k}",
            "paper": "A",
            "place": "b",
            "label": name,
            "quote": "1",
            "recomputed_text": None,
            "result_id": None,
            "step": None,
            "against_data": data,
            "data_finding": "The data give 2.",
            "on_print": verdict,
            "print_finding": f"{verdict}: 13.1 % and P = 0.72.",
            "no_usual_test": False,
            **more,
        }
        for k, verdict in enumerate(on_print)
    ]


def odd(rows):
    """The last component as a p that no usual test gives."""
    return [*rows[:-1], rows[-1] | {"no_usual_test": True}]


def test_counts_are_told_in_words_that_agree_and_with_the_odd_p():
    rows = [
        *claim("a", "differs", "exact"),
        *claim("b", "differs", "exact"),
        *odd(claim("c", "exact", "not_checkable")),
    ]
    data, on_print = tally_list(rows)
    assert "<strong>2</strong> differ</li>" in data
    assert "<strong>1</strong> given by no usual test of the printed numbers</li>" in on_print
    assert "not checkable" not in on_print


def test_readings_of_a_claim_are_listed_with_their_places():
    rows = [
        {**row, "reading": label}
        for label in ("of <visits>", "of both")
        for row in claim("f", "not_checkable", "exact")
    ]
    audit = {"claims": rows, "findings": [], "searches": []}
    readings = {"f": {"of <visits>": "report.html#sec-of-visits", "of both": ""}}
    text = audit_page(audit, "T", synthetic=True, in_report=True, readings=readings)
    assert '<li><a href="report.html#sec-of-visits">of &lt;visits&gt;</a></li>' in text
    assert "<li>of both</li>" in text
    assert "What it may be" not in audit_page(audit, "T", synthetic=True)


def test_the_matrix_counts_each_claim_once_and_hides_what_is_not_ticked():
    rows = [
        *claim("a", "differs", "exact", "inconsistent"),
        *claim("b", "differs", "exact"),
        *claim("c", "exact", "exact"),
        *claim("d", None, "not_checkable"),
    ]
    audit = {"claims": rows, "findings": [], "searches": []}
    text = audit_page(audit, "T")
    table = text[text.index('<fieldset class="matrix">') : text.index("</fieldset>")]
    numbers = [
        re.findall(r'<td class="number">(\d*)</td>', line) for line in table.split("</tr>")[1:-1]
    ]
    assert numbers == [["1", "1", "", "2"], ["", "1", "", "1"], ["1", "2", "1", "4"]]
    boxes = re.findall(r'name="(data|print)" id="([^"]+)"', table)
    assert [name for _, name in boxes] == [
        "print-inconsistent",
        "print-exact",
        "print-not_checkable",
        "data-differs",
        "data-exact",
    ]
    for kind, name in boxes:
        rule = f"body:has([name={kind}]:checked):not(:has(#{name}:checked)) .claims tr.{name}"
        assert rule in text
    assert "body:has([name=data]:checked) .claims tr.data-all" in text
    assert '<tr id="claim-d" class="data-all print-not_checkable">' in text
    assert text.index('id="claim-a"') < text.index('id="claim-b"') < text.index('id="claim-c"')


def test_a_p_that_no_usual_test_gives_has_a_column_apart_from_what_was_not_checked():
    rows = [
        *odd(claim("a", None, "not_checkable")),
        *claim("b", None, "not_checkable"),
        *claim("c", None, "not_checkable"),
    ]
    text = audit_page({"claims": rows, "findings": [], "searches": []}, "T")
    table = text[text.index('<fieldset class="matrix">') : text.index("</fieldset>")]
    assert re.findall(r'<td class="number">(\d*)</td>', table) == ["1", "2", "3"]
    assert '<th><label><input type="checkbox" name="print" id="print-no_usual_test"> ' in table
    assert '<tr id="claim-a" class="data-all print-no_usual_test">' in text
    assert ":not(:has(#print-no_usual_test:checked)) .claims tr.print-no_usual_test" in text


def test_an_interval_that_no_usual_method_gives_is_counted_in_the_matrix_as_in_the_head():
    """Two that contradict another number and one that no method gives, which the head tells apart:
    2 inconsistent and 1, not 3."""
    (unlike,) = claim("c", None, "inconsistent")
    unlike["print_finding"] = f"{NO_USUAL_INTERVAL} (Wald) has the bounds 17 to 41."
    rows = [*claim("a", None, "inconsistent"), *claim("b", None, "inconsistent"), unlike]
    text = audit_page({"claims": rows, "findings": [], "searches": []}, "T")
    table = text[text.index('<fieldset class="matrix">') : text.index("</fieldset>")]
    assert re.findall(r'<td class="number">(\d*)</td>', table) == ["2", "1", "3"]
    assert '<tr id="claim-c" class="data-all print-no_usual_method">' in text
    assert "<strong>2</strong> inconsistent" in text


def test_every_word_of_a_verdict_is_explained_where_it_stands():
    assert {column: tuple(words) for column, words in MEANINGS.items()} == OF_COLUMN
    told = meanings([*claim("a", "differs", "exact"), *claim("b", None, "used")])
    assert "Against the data, <strong>differs</strong>" in told
    assert (
        "Internal consistency, <strong>used in a check</strong>" in told
        and "inconsistent" not in told
    )


def test_what_the_second_line_says_is_not_said_again():
    (row,) = claim("a", None, "inconsistent")
    row |= {"print_finding": "One.", "print_more": "Two."}
    said = [{"claim": row["claim_id"], "finding": "One. Two. Three."}]
    said.append({"claim": "another", "finding": "Four."})
    assert further({"findings": said}, [row]) == "Three."


def test_a_ledger_by_itself_has_one_row_of_the_matrix():
    audit = {"claims": claim("a", None, "exact"), "findings": [], "searches": []}
    text = audit_page(audit, "T")
    table = text[text.index('<fieldset class="matrix">') : text.index("</fieldset>")]
    assert table.count("<tr>") == 2 and "against the data" not in table


def test_a_small_screen_has_each_cell_below_the_other_and_the_stamp_above():
    audit = {"claims": claim("a", "exact", "exact"), "findings": [], "searches": []}
    text = audit_page(audit, "T", synthetic=True)
    assert text.index('class="synthetic held"') < text.index('<div class="claims"><table>')
    assert '<td class="verdict" data-column="Internal consistency">exact</td>' in text
    assert (
        "13.1\N{NO-BREAK SPACE}%" in text and "P\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}0.72" in text
    )
    assert ".claims thead { display: none; }" in text


@pytest.fixture(scope="module")
def site(tmp_path_factory, make_site) -> Path:
    return make_site(tmp_path_factory.mktemp("claims")).at.site / "mini"


def test_the_page_behind_a_denominator_shows_it_at_the_anchor(site):
    from site_pages import broken_links, pages, text_of

    text = (site / "audit.html").read_text()
    link = trace_link("mini/relief_primary/count.events@drug", "out-of")
    anchor = link.partition("#")[2]
    assert f'<a href="{link}">10</a>' in text
    page = text_of(site / "trace/relief_primary.html")
    assert f'<dt id="{anchor}">out of\n<dd>10\n' in page
    assert broken_links(pages(site.parent)) == []


def of_trial(name: str, *claims):
    trial = SimpleNamespace(name=name, title=f"Trial {name}", synthetic=False, stamp=None)
    printed = {"searches_over_data": [], "searches": []}
    return SimpleNamespace(
        trial=trial, claims=[row for one in claims for row in one], printed=printed
    )


def test_the_claims_of_all_trials_are_filtered_by_verdict_and_trial():
    """A claim of the same name in two trials is two claims; the worst stands first."""
    first = of_trial("a", claim("same", "exact", "compatible"), claim("odd", "differs", "exact"))
    second = of_trial("b", claim("same", "exact", "inconsistent"))
    text = claims_page([first, second])
    rows = re.findall(r'<tr class="([^"]*)"><td>(\w+)</td><td><a href="([^"]*)"', text)
    assert [(trial, link) for _, trial, link in rows] == [
        ("a", "a/audit.html#claim-odd"),
        ("b", "b/audit.html#claim-same"),
        ("a", "a/audit.html#claim-same"),
    ]
    assert rows[1][0].split() == ["data-exact", "print-inconsistent", "trial-b"]
    boxes = set(re.findall(r'<input type="checkbox" name="\w+" id="([^"]+)">', text))
    assert {"data-exact", "data-differs", "print-compatible", "trial-a", "trial-b"} <= boxes
    style = text[: text.index("</style>")]
    assert set(re.findall(r":has\(#([\w-]+):checked", style)) <= boxes
    for names, _, _ in rows:
        assert all(f"tr.{name}" in style for name in names.split())
    assert "The data give 2." in text and text.count("13.1") == 1


def test_a_p_that_no_usual_test_gives_is_counted_as_in_the_report_of_its_trial():
    odd = [row | {"no_usual_test": "0.2"} for row in claim("p", "exact", "not_checkable")]
    of = of_trial("a", odd, claim("other", "exact", "not_checkable"))
    counts = tally_text(tally(of.claims))
    assert "1 given by no usual test of the printed numbers, 1 not checkable." in counts
    table = claims_page([of]).partition("<h2>Internal consistency")[2].partition("</table>")[0]
    heads = re.findall(r"<th[^>]*>([^<]*)</th>", table)
    cells = re.findall(r'<td class="number">(\d+)</td>', table)
    told = dict(zip(heads[1:], cells, strict=True))
    assert (told["No usual test gives it"], told["Not checkable"]) == ("1", "1")


def test_who_took_the_printed_numbers_from_where_is_told():
    """A list that stands for a paper has no page, and its mistakes are not those of the paper."""
    claims = {"a": {"place": "table 1"}, "b": {}, "c": {"place": "abstract"}}
    for name, paper in zip(claims, ("other", "main", "main"), strict=True):
        claims[name]["from"] = paper
    papers = {"main": {"citation": "A", "text": "not_at_hand"}, "other": "B"}
    trial = SimpleNamespace(claims_document={"claims": claims, "papers": papers})
    told = shown(typed(SimpleNamespace(trial=trial)))
    # A place that a list names was not looked up: of c the text was not at hand.
    assert " were typed by whoever wrote the configuration of this trial; 1 of 3 were comp" in told
    assert "compared with a text; for 1 the list names a place (abstract). Where a text" in told
    claims["a"]["from"] = "main"
    told = shown(typed(SimpleNamespace(trial=trial)))
    assert "none of 3 was compared with a text; for 2 the list names a place (table 1 and" in told
    claims["a"]["quote"], papers["main"] = "seven of nine", "A"
    told = shown(typed(SimpleNamespace(trial=trial)))
    assert "read from the texts by a program (1) or typed" in told
    assert told.endswith(f"2 of 3 have their place in the text.{UNRECORDED}")
    # What a program has read nobody has typed.
    trial.claims_document["claims"] = {"a": claims["a"]}
    assert shown(typed(SimpleNamespace(trial=trial))).endswith("all have their place in the text.")
    page = audit_page({"claims": [], "findings": [], "searches": []}, "T", typed="By <hand>.")
    assert '</ul><p class="prose">By &lt;hand&gt;.</p>' in page.replace("\n", "")


def test_each_verdict_that_occurs_is_explained_once():
    rows = [*claim("a", "exact", "exact"), *claim("b", "exact", "used")]
    assert glossary(tally(rows)) == (
        "Against the data, exact: the planned analysis of the data gives the printed number. "
        "Internal consistency, exact: it follows from the other printed numbers; used in a check: "
        "it served in the check of another number, which is named."
    )


def test_an_interval_that_no_usual_method_gives_is_explained_apart():
    row = {"claim_id": "c", "component": "ci_low", "against_data": None}
    row |= {"on_print": "inconsistent", "print_finding": f"{NO_USUAL_INTERVAL} has the bounds."}
    told = glossary(tally([row]))
    assert told.startswith("Internal consistency, no usual method gives it: none of the usual ")
    assert "inconsistent" not in told and "contradicts no other printed number" in told
    other = row | {"claim_id": "d", "print_finding": "3 of 29 is 10.3 %."}
    both = glossary(tally([row, other]))
    assert both.startswith("Internal consistency, inconsistent: it contradicts other printed ")
    assert "; no usual method gives it: " in both


def test_a_report_counts_the_claims_and_leads_to_each_of_them():
    rows = [*claim("one", "exact", "exact"), *claim("two", "differs", "inconsistent")]
    text = published(SimpleNamespace(claims=rows))
    assert "(audit.html)" in text and re.findall(r"\b2 claims\b", shown(text))
    assert "one" not in re.findall(r"\w+", text) and "two" not in re.findall(r"\w+", text)
    assert "audit.html" not in published(SimpleNamespace(claims=[]))
