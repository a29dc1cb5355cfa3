"""Images put into a page: each as the bytes of its file, and drawings with links as elements."""

import base64
import re

from trialtrace.report.links import FIELD, UP
from trialtrace.report.render.pandoc import with_images
from trialtrace.report.shown.html_lines import html_lines
from trialtrace.report.shown.lines import picture_of


def test_only_files_beside_the_page_are_put_in(tmp_path):
    (tmp_path / "a b.svg").write_text('<svg><g fill="red"/></svg>')
    (tmp_path / "p.png").write_bytes(b"\x89PNG")
    page = '<p>src="p.png"</p><img alt="1 &gt; 0" src="a%20b.svg" />'
    page += '<img src="p.png"/><img src="data:x">'
    made = with_images(page, tmp_path)
    assert '<p>src="p.png"</p>' in made and 'src="data:x"' in made
    found = re.findall(r'<img[^>]* src="data:([^"]*);base64,([^"]*)"', made)
    assert [(kind, base64.b64decode(data)) for kind, data in found] == [
        ("image/svg+xml", b'<svg><g fill="red"/></svg>'),
        ("image/png", b"\x89PNG"),
    ]


def test_a_drawing_with_links_is_an_element_whose_names_are_those_of_its_place(tmp_path):
    head = '<?xml version="1.0"?>\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN"\n "x.dtd">\n'
    inside = '<metadata><a>b</a></metadata><title>T</title><defs><path id="m1"/></defs>'
    link = f'<a {FIELD} xlink:href="{UP}trace/a.html"><title>L</title><use xlink:href="#m1"/></a>'
    (tmp_path / "a.svg").write_text(f"{head}<svg width='9'>\n{inside}{link}</svg>")
    image = '<img src="a.svg" alt="Two &amp; one"/>'
    made = with_images(image * 2, tmp_path)
    assert made.count('<svg role="group" aria-label="Two &amp; one" ') == 2 and "<img" not in made
    for number in (1, 2):
        assert f'id="f{number}-m1"' in made and f'href="#f{number}-m1"' in made
    assert made.count(' href="trace/a.html"') == 2
    assert not re.search("<title>T|<metadata|<[?!]", made) and made.count("<title>L") == 2


def test_a_page_shows_the_picture_that_is_put_in():
    drawing = b"<svg><g/></svg>"
    source = f"data:image/svg+xml;base64,{base64.b64encode(drawing).decode()}"
    (line,) = html_lines(f'<img src="{source}" alt="A">'.encode())
    assert picture_of(drawing) in line.pieces[0].text
