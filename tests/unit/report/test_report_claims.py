"""Where the numbers of a claim lead: a denominator to its own line, a number made from another one
with the step between."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from test_report_sections import shown

from trialtrace.audit.printed.verdicts import OF_COLUMN
from trialtrace.report.audit.audit_page import (
    MEANINGS,
    _data,
    audit_page,
    further,
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
            **more,
        }
        for k, verdict in enumerate(on_print)
    ]


def test_counts_are_told_in_words_that_agree():
    rows = [
        *claim("a", "differs", "holds"),
        *claim("b", "differs", "holds"),
        *claim("c", "equals", "not_checked"),
    ]
    data, on_print = tally_list(rows)
    assert "<strong>2</strong> differ</li>" in data
    assert "<strong>2</strong> hold</li>" in on_print
    assert "<strong>1</strong> not checked</li>" in on_print


def test_readings_of_a_claim_are_listed_with_their_places():
    rows = [
        {**row, "reading": label}
        for label in ("of <visits>", "of both")
        for row in claim("f", "no_result", "holds")
    ]
    audit = {"claims": rows, "judgements": []}
    readings = {"f": {"of <visits>": "report.html#sec-of-visits", "of both": ""}}
    text = audit_page(audit, "T", synthetic=True, in_report=True, readings=readings)
    assert '<li><a href="report.html#sec-of-visits">of &lt;visits&gt;</a></li>' in text
    assert "<li>of both</li>" in text
    assert "What it may be" not in audit_page(audit, "T", synthetic=True)


def test_the_page_begins_with_what_does_not_hold():
    rows = [*claim("good", "equals", "holds")]
    for k in range(12):
        rows += claim(f"bad{k}", "equals", "contradicts")
    text = audit_page({"claims": rows, "judgements": []}, "T")
    first, _, rest = text.partition("<h2>Counts</h2>")
    assert re.findall('href="(#claim-[^"]+)"', first) == [f"#claim-bad{k}" for k in range(10)]
    assert "2 more" in first and "<strong>12</strong> contradict" in rest
    sound = audit_page({"claims": rows[:1], "judgements": []}, "T").partition("<h2>Counts</h2>")
    assert "#claim-" not in sound[0] and "No published number contradicts" in sound[0]


def test_the_matrix_counts_each_claim_once_and_hides_what_is_not_ticked():
    rows = [
        *claim("a", "differs", "holds", "contradicts"),
        *claim("b", "differs", "holds"),
        *claim("c", "equals", "holds"),
        *claim("d", None, "not_checked"),
    ]
    audit = {"claims": rows, "judgements": []}
    text = audit_page(audit, "T")
    table = text[text.index('<fieldset class="matrix">') : text.index("</fieldset>")]
    numbers = [
        re.findall(r'<td class="number">(\d*)</td>', line) for line in table.split("</tr>")[1:-1]
    ]
    assert numbers == [["1", "1", "", "2"], ["", "1", "", "1"], ["1", "2", "1", "4"]]
    boxes = re.findall(r'name="(data|print)" id="([^"]+)"', table)
    assert [name for _, name in boxes] == [
        "print-contradicts",
        "print-holds",
        "print-not_checked",
        "data-differs",
        "data-equals",
    ]
    for kind, name in boxes:
        rule = f"body:has([name={kind}]:checked):not(:has(#{name}:checked)) .claims tr.{name}"
        assert rule in text
    assert "body:has([name=data]:checked) .claims tr.data-all" in text
    assert '<tr id="claim-d" class="data-all print-not_checked">' in text
    assert text.index('id="claim-a"') < text.index('id="claim-b"') < text.index('id="claim-c"')


def test_every_word_of_a_verdict_is_explained_where_it_stands():
    assert {column: tuple(words) for column, words in MEANINGS.items()} == OF_COLUMN
    told = meanings([*claim("a", "differs", "holds"), *claim("b", None, "holds")])
    assert "Against the data, <strong>differs</strong>" in told
    assert "Internal consistency, <strong>holds</strong>" in told and "contradicts" not in told


def test_what_the_second_line_says_is_not_said_again():
    (row,) = claim("a", None, "contradicts")
    row |= {"print_finding": "One.", "print_more": "Two."}
    said = [{"claim": row["claim_id"], "finding": "One. Two. Three."}]
    said.append({"claim": "another", "finding": "Four."})
    assert further({"judgements": said}, [row]) == "Three."


def test_a_ledger_by_itself_has_one_row_of_the_matrix():
    audit = {"claims": claim("a", None, "holds"), "judgements": []}
    text = audit_page(audit, "T")
    table = text[text.index('<fieldset class="matrix">') : text.index("</fieldset>")]
    assert table.count("<tr>") == 2 and "against the data" not in table


def test_a_small_screen_has_each_cell_below_the_other_and_the_stamp_above():
    audit = {"claims": claim("a", "equals", "holds"), "judgements": []}
    text = audit_page(audit, "T", synthetic=True)
    assert text.index('class="synthetic held"') < text.index('<div class="claims"><table>')
    assert '<td class="verdict" data-column="Internal consistency">holds</td>' in text
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
    printed = {"searches_over_data": []}
    return SimpleNamespace(
        trial=trial, claims=[row for one in claims for row in one], printed=printed
    )


def test_the_claims_of_all_trials_are_filtered_by_verdict_and_trial():
    """A claim of the same name in two trials is two claims; the worst stands first."""
    first = of_trial("a", claim("same", "equals", "holds"), claim("odd", "differs", "holds"))
    second = of_trial("b", claim("same", "equals", "contradicts"))
    text = claims_page([first, second])
    head, _ = text.split("3 of 3 published numbers can be checked: 1 contradicts, 0 questions.")
    links = re.findall('href="(./audit.html#claim-[^"]+)"', head)
    assert links == ["a/audit.html#claim-odd", "b/audit.html#claim-same"]
    lines = re.findall(r'">Trial (.)</a></td>((?:<td class="number">[0-9]+</td>)+)', text)
    assert [(name, re.findall("[0-9]+", cells)) for name, cells in lines] == [
        ("a", ["0", "0", "1", "2", "2", "2"]),
        ("b", ["1", "0", "0", "1", "1", "1"]),
    ]
    rows = re.findall(r'<tr class="([^"]*)"><td>(\w+)</td><td><a href="([^"]*)"', text)
    assert [(trial, link) for _, trial, link in rows] == [
        ("a", "a/audit.html#claim-odd"),
        ("b", "b/audit.html#claim-same"),
        ("a", "a/audit.html#claim-same"),
    ]
    assert rows[1][0].split() == ["data-equals", "print-contradicts", "trial-b"]
    boxes = set(re.findall(r'<input type="checkbox" name="\w+" id="([^"]+)">', text))
    assert {"data-equals", "data-differs", "print-holds", "trial-a", "trial-b"} <= boxes
    style = text[: text.index("</style>")]
    assert set(re.findall(r":has\(#([\w-]+):checked", style)) <= boxes
    for names, _, _ in rows:
        assert all(f"tr.{name}" in style for name in names.split())
    assert "The data give 2." in text and text.count("13.1") == 2


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
    page = audit_page({"claims": [], "judgements": []}, "T", typed="By <hand>.")
    assert '</ul><p class="prose">By &lt;hand&gt;.</p>' in page.replace("\n", "")


def test_a_report_counts_the_claims_and_leads_to_each_of_them():
    rows = [*claim("one", "equals", "holds"), *claim("two", "differs", "contradicts")]
    text = published(SimpleNamespace(claims=rows))
    assert "(audit.html)" in text and re.findall(r"\b2 claims\b", shown(text))
    assert "one" not in re.findall(r"\w+", text) and "two" not in re.findall(r"\w+", text)
    assert "audit.html" not in published(SimpleNamespace(claims=[]))
