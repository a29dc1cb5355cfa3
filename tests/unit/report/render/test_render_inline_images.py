"""Images put into a page: what is seen of a drawing is the same, and no mark of it ends a page."""

import base64
import re
from html import unescape
from urllib.parse import unquote

import pytest

from trialtrace.report.render.pandoc import inline, with_images
from trialtrace.report.render.pandoc import svg_text as as_text
from trialtrace.report.shown.html_lines import html_lines
from trialtrace.report.shown.lines import picture_of

HEAD = '<?xml version="1.0"?>\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN"\n "x.dtd">\n'


def drawn(url):
    return unquote(unescape(url))


@pytest.mark.parametrize(
    "words", ["a < b & c", "50 %", "#1", "it's", 'so "called"', "%3C", "\u2212"]
)
def test_a_drawing_is_read_as_it_was(words):
    shown = words.replace("&", "&amp;").replace("<", "&lt;")
    text = as_text(f'{HEAD}<svg id="a">\n<!-- left\nout -->\n<text x="1">{shown}</text>\n</svg>\n')
    assert not set(text) & set('"<>&#\n')
    told = f'<svg id="a"><text x="1">{shown}</text></svg>'
    quotes = {"'": "'", '"': "'"}
    for mark, other in quotes.items():
        told = told if "'" in words else told.replace(mark, other)
    assert drawn(text) == told


def test_names_that_nothing_refers_to_are_left_out_and_groups_without_any():
    own = '<svg><g id="a"><use xlink:href="#b"/></g><g id="b"><g/><g><path id="c"/></g></g></svg>'
    left = "<svg><use href='#b'/><g id='b'><g/><path id='c'/></g></svg>"
    assert drawn(as_text(own)) == left


def test_names_of_a_drawing_are_those_of_its_place_on_the_page():
    one = '<svg><defs><path id="m1" d="M2 2z"/></defs><use href="#m1"/></svg>'
    first, second = (inline(one, "", number) for number in (1, 2))
    assert 'id="f1-m1"' in first and '"#f1-m1"' in first
    assert 'id="f2-m1"' in second and '"#f2-m1"' in second


def test_entities_and_character_data_keep_what_they_need():
    own = '<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>'
    assert "ENTITY" in drawn(as_text(own))
    assert "<!-- c -->" in drawn(as_text("<svg><![CDATA[<!-- c -->]]></svg>"))


def test_only_files_beside_the_page_are_put_in(tmp_path):
    (tmp_path / "a b.svg").write_text('<svg><g fill="red"/></svg>')
    (tmp_path / "p.png").write_bytes(b"\x89PNG")
    page = '<p>src="p.png"</p><img alt="1 &gt; 0" src="a%20b.svg" />'
    page += '<img src="p.png"/><img src="data:x">'
    made = with_images(page, tmp_path)
    assert '<p>src="p.png"</p>' in made and 'src="data:x"' in made
    found = re.findall(r'<img[^>]* src="([^"]*)"', made)
    assert found[0] == "data:image/svg+xml,%3Csvg%3E%3Cg fill='red'/%3E%3C/svg%3E"
    assert base64.b64decode(found[1].removeprefix("data:image/png;base64,")) == b"\x89PNG"


def test_a_page_shows_the_picture_whatever_way_it_is_put_in(tmp_path):
    drawing = "<svg><g/></svg>"
    as_base64 = base64.b64encode(drawing.encode()).decode()
    for source in (
        f"data:image/svg+xml,{as_text(drawing)}",
        f"data:image/svg+xml;base64,{as_base64}",
    ):
        (line,) = html_lines(f'<img src="{source}" alt="A">'.encode())
        assert picture_of(drawing.encode()) in line.pieces[0].text
