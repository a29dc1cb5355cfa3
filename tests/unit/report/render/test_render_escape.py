"""A value from data shows exactly its characters, from markdown to the page."""

import html
from html.parser import HTMLParser

import pytest
from render_blocks import blocks_of

from trialtrace.report.render.escape import escape_markdown

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "</td></tr></table><script>alert(1)</script>",
    "<!-- comment -->",
    "<!-- unclosed",
    "&lt;b&gt; &amp; &#60;script&#62;",
    "[click](javascript:alert(1))",
    "![x](http://example.org/x.png)",
    "<javascript:alert(1)>",
    "http://example.org <a@b.org>",
    "*a* _b_ **c** __d__ ~~e~~ ^f^ ~g~ `h`",
    "a | b || c \\| d",
    "# heading",
    "## x {#sec-x}",
    "- item",
    "+ item",
    "1. item",
    "12) item",
    "(1) item",
    "A. item",
    "i) item",
    "#. item",
    "(@) example",
    "> quote",
    "    code",
    "``` {=html}",
    "::: {.callout-note}",
    ":::",
    "| line block",
    "---",
    "***",
    "===",
    "Term\n: definition",
    "% title",
    "@fig-x and -@tbl-x [@x] ?@fig-x",
    "[^1] ^[note]",
    "[^1]: note",
    "$x$ and $$y$$ \\(z\\) \\alpha",
    "\\newline \\",
    "`{python} 1 + 1`",
    "{{< include x >}}",
    '{#id .class onclick="alert(1)"}',
    "'single' \"double\" -- --- ...",
    ":smile: H~2~O",
    "*[abbr]: x",
    "a/b\\c",
    "x" * 300 + " | y",
    "−7.8 % (95 % CI −13.2–−2.4)",
    "ä 漢字 \U0001f600 é",
    '"><script>alert(1)</script>',
]


class _Elements(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def _unsafe(page: str) -> list:
    reader = _Elements()
    reader.feed(page)
    return [
        (tag, attrs)
        for tag, attrs in reader.found
        if tag in {"script", "svg", "iframe", "object", "embed", "form"}
        or (tag == "img" and not attrs.get("src", "").startswith("data:"))
        or any(name.startswith("on") for name in attrs)
        or "javascript:" in (attrs.get("href") or "")
    ]


def _shown(text: str) -> str:
    return " ".join(text.split())


def test_every_payload_is_shown_as_itself_in_paragraphs_and_tables(write, render):
    rows = "\n".join(f"| {escape_markdown(text)} | 1 |" for text in PAYLOADS)
    paragraphs = "\n\n".join(escape_markdown(text) for text in PAYLOADS)
    links = "\n\n".join(f"[{escape_markdown(text)}](trace/x.html)" for text in PAYLOADS)
    page = render(write(f"| a | b |\n|---|--:|\n{rows}\n\n{paragraphs}\n\n{links}\n"))
    assert _unsafe(page) == []
    blocks = blocks_of(page)
    wanted = [_shown(text) for text in PAYLOADS]
    assert [b[4:] for b in blocks if b.startswith("td: ") and b != "td: 1"] == wanted
    assert [b[6:] for b in blocks if b.startswith("text: ")] == wanted * 2


def test_payloads_in_captions_titles_and_cells(write, render):
    text = '<script>alert(1)</script> | *x* @fig-y "q"'
    escaped = escape_markdown(text)
    body = (
        f"```{{python}}\n#| label: tbl-a\n#| tbl-cap: {escaped!r}\n"
        f"from IPython.display import Markdown\nMarkdown('| a |\\n|---|\\n| b |')\n```\n\n"
        f'::: {{.callout-note title="{escaped}"}}\nText.\n:::\n\n`{{python}} {text!r}`\n'
    )
    page = render(write(body), title=text)
    blocks = blocks_of(page)
    assert _unsafe(page) == []
    assert blocks == [
        f"h1: {text}",
        f"caption: Table 1: {text}",
        "th: a",
        "td: b",
        f"text: {text}",
        "text: Text.",
        f"text: {text}",
    ]
    assert f"<title>{html.escape(text, quote=False)}</title>" in page


def test_a_value_that_was_not_escaped_still_makes_no_element(write, render):
    """A mistake of an author must not become a script: raw HTML is shown as text."""
    body = "\n\n".join(p for p in PAYLOADS if p.startswith(("<s", "<i", "</", "[c")))
    assert _unsafe(render(write(body))) == []


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("", ""),
        ("  a \n\t b\u2028c ", "a b c"),
        ("9.2, 3/4; x", "9.2, 3/4; x"),
        ("a\u00a0b", "a\u00a0b"),
        ("a\x00b\u202ec\ud800", "a\ufffdb\ufffdc\ufffd"),
        (12.5, "12.5"),
        ("1. a", "1&#46; a"),
    ],
)
def test_what_is_written(text, escaped):
    assert escape_markdown(text) == escaped
