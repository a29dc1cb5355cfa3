"""Every digit of a file is in one located number, or in an exclusion with its reason."""

import io
import re
import zipfile
from collections import Counter
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialtrace.audit.locate.numbers import located, numbers_of, sentences_of
from trialtrace.audit.locate.read import _parsed

WORDS = st.text("ab cd.,;:()[]=<>±–−%χ²'’" + "0123456789", min_size=0, max_size=25)
INLINE = st.one_of(
    WORDS.map(escape),
    WORDS.map(lambda text: f"<sup>{escape(text)}</sup>"),
    WORDS.map(lambda text: f'<xref ref-type="bibr">{escape(text)}</xref>'),
    WORDS.map(lambda text: f"<b>{escape(text)}</b>"),
    WORDS.map(lambda text: f"<del>{escape(text)}</del>"),
)
TEXT = st.lists(INLINE, max_size=4).map("".join)


@st.composite
def tables(draw):
    rows = []
    for _ in range(draw(st.integers(1, 4))):
        cells = [
            f'<td colspan="{draw(st.integers(1, 3))}" rowspan="{draw(st.integers(1, 3))}">'
            f"{draw(TEXT)}</td>"
            for _ in range(draw(st.integers(1, 4)))
        ]
        rows.append(f"<tr>{''.join(cells)}</tr>")
    head = f"<thead><tr><th>{draw(TEXT)}</th></tr></thead>" if draw(st.booleans()) else ""
    foot = f"<tfoot><tr><td>{draw(TEXT)}</td></tr></tfoot>" if draw(st.booleans()) else ""
    return f"<table>{head}<tbody>{''.join(rows)}</tbody>{foot}</table>"


@st.composite
def jats(draw):
    parts = [
        f"<table-wrap><label>{draw(TEXT)}</label><caption><p>{draw(TEXT)}</p></caption>"
        f"{draw(tables())}<table-wrap-foot><p>{draw(TEXT)}</p></table-wrap-foot></table-wrap>",
        f"<p>{draw(TEXT)}</p>",
        f"<fig><label>{draw(TEXT)}</label><caption><p>{draw(TEXT)}</p></caption></fig>",
        f"<disp-formula>{draw(TEXT)}</disp-formula>",
    ]
    body = "".join(draw(st.permutations(parts)))
    return (
        f"<article><front><article-title>{draw(TEXT)}</article-title><abstract><p>{draw(TEXT)}</p>"
        f"</abstract></front><body><sec><title>{draw(TEXT)}</title>{body}</sec></body>"
        f"<back><ref-list><ref>{draw(TEXT)}</ref></ref-list></back></article>"
    )


@st.composite
def pages(draw):
    parts = [
        f"<p>Table 1. {draw(TEXT)}</p>",
        draw(tables()),
        f"<p>{draw(TEXT)}</p>",
        f"<div>{draw(TEXT)}<p>{draw(TEXT)}</p>{draw(TEXT)}</div>",
        f"<nav>{draw(TEXT)}</nav>",
        f"<h2>{draw(TEXT)}</h2>",
    ]
    return f"<html><body>{''.join(draw(st.permutations(parts)))}</body></html>"


def runs(texts):
    """Digits, each as often as it stands: markup between two of them makes one run of them."""
    return Counter(digit for text in texts for digit in re.findall(r"[0-9]", text))


def held(content, suffix):
    paper = located(_parsed(content, f"p{suffix}", suffix), "p", "0")
    return runs([one.text for one in paper.numbers]) + runs([one.text for one in paper.excluded])


def in_markup(text):
    bare = re.sub(r"<[^>]*>", "\0", text)
    return runs([bare.replace("&lt;", "<").replace("&gt;", ">").replace("&#x27;", "'")])


@settings(max_examples=150, deadline=None)
@given(jats())
def test_of_jats(text):
    assert held(text.encode(), ".xml") == in_markup(text)


@settings(max_examples=150, deadline=None)
@given(pages())
def test_of_web_pages(text):
    assert held(text.encode(), ".html") == in_markup(text)


@settings(max_examples=60, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=6), st.lists(WORDS, min_size=2, max_size=6))
def test_of_docx(paragraphs, cells):
    def paragraph(text):
        return f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>"

    table = "".join(f"<w:tc>{paragraph(one)}</w:tc>" for one in cells)
    body = "".join(map(paragraph, paragraphs)) + f"<w:tbl><w:tr>{table}</w:tr></w:tbl>"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as whole:
        whole.writestr(
            "word/document.xml", f'<w:document xmlns:w="w"><w:body>{body}</w:body></w:document>'
        )
        whole.writestr("word/footnotes.xml", f'<w:f xmlns:w="w">{paragraph("7 of 9")}</w:f>')
    assert held(packed.getvalue(), ".docx") == runs([*paragraphs, *cells, "7 of 9"])


@given(st.text("ab .,-–−+()=<>0123456789", max_size=40))
def test_numbers_of_a_text_hold_each_of_its_digits_once_and_stand_where_they_say(text):
    found = list(numbers_of("s1", text))
    assert runs([one.text for one in found]) == runs([text])
    assert all(text[one.start : one.start + len(one.text)] == one.text for one in found)
    ends = [one.start + len(one.text) for one in found]
    assert all(one.start >= end for one, end in zip(found[1:], ends, strict=False))


@given(st.text("aB .,()0123456789", max_size=80))
def test_sentences_are_the_words_of_their_text(text):
    assert " ".join(" ".join(sentences_of(text)).split()) == " ".join(text.split())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("t(198) = −2.22, p = -.22", ["198", "−2.22", "-.22"]),
        ("P = 0 . 04 and p<0. 05", ["0 . 04", "0. 05"]),
        ("12–15 of 1,234 (5.1%)", ["12", "15", "1,234", "5.1"]),
        ("difference of -0.7", ["-0.7"]),
        ("COVID-19, 10^-8", ["19", "10", "-8"]),
        ("in 2012. 45 patients", ["2012", "45"]),
    ],
)
def test_signs_and_blanks_of_numbers(text, found):
    assert [one.text for one in numbers_of("s1", text)] == found
