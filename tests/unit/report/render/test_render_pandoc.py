"""What pandoc is spared, and what is said where it could not do its work."""

import json
import re
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from trialtrace.base.errors import UserError
from trialtrace.report.cells import _of_run
from trialtrace.report.render.pandoc import _BETWEEN, READER, _start, find_pandoc
from trialtrace.report.render.tree.spared import OPEN, linked, put_back, spared, without_links

FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
def test_a_full_disk_is_told_without_places_in_pandoc_s_sources(tmp_path):
    words = [find_pandoc(), "--to=json", f"--output={FULL}"]
    document = SimpleNamespace(name="report.qmd")
    with pytest.raises(UserError) as refused:
        _start(words, tmp_path, stdin=subprocess.PIPE).finish(document, b"text")
    told = str(refused.value)
    assert "pandoc could not write json" in told and "No space left on device" in told
    assert "CallStack" not in told and "GHC" not in told


# Cells of plain words and links of such, and what is neither.
ROWS = r"""

| arm&#40;s&#41; | 27 of 295 | F([3.95](trace/a.b_c.html#x1/n), [2&#37;](trace/a.html)) |
| :--- | ---: | --- |
| e.g. this | it's "so" | two -- three... |
| Mr. X, p. 3 | No 3.5, p = 4.1 | p. 3 |
| `[1 of 2](trace/a.html#c) | x | y` | [4](trace/a.html#d){.of-run} | [4](trace/a.html "x") |
| ![figure](trace/a.png) | ^[note] ^[27](trace/a.html#e) | \[9](trace/a.html#f) |
| [[5](trace/a.html#g)]{.mark} **6** | x_1_ <b>y</b> @z | a  b&#160;c d – −1 |
| [6 of&#32;7](trace/a.html#h) | &#39;a&#39;&#45;&#45;b | [8]: trace/a.html [8](trace/a.html#i)[j] |

| a line, as it stands | with  blanks
| of a poem

+--------+-----+
| a b    | c   |
+========+=====+
| some   | d e |
| words  |     |
+--------+-----+

```
| code with | some words | and [9](trace/a.html#k) |
```

# A heading | words | {#x}

**A model.** Some plain words, e.g. those with **bold words that stand within** others at p. 3 of 4.

It is `code of some plain words here` and *[9](trace/a.html#o) said "of some plain words here" too*.

Not some plain words here of a heading
---

Left some plain words here    Right
----------------------------- -----
all of these words, and those 1 2 3

| words |
|---|
| [1](trace/a.html#l)\ | []{#name}words | a |
"""


def _pandoc(text: str, *told: str) -> str:
    words = [find_pandoc(), "--wrap=none", *told]
    return subprocess.run(words, input=text, capture_output=True, text=True, check=True).stdout


def _read(text: str) -> str:
    """As pandoc reads it. A table has widths by the length of its lines, which no format keeps."""
    return re.sub(
        r'{"t":"ColWidth","c":[^}]*}', "{}", _pandoc(text, f"--from={READER}", "--to=json")
    )


def test_what_pandoc_is_spared_to_read_is_put_back_as_it_would_have_read_it():
    text, found = spared(ROWS, authored=False)
    assert len(found) > 10 and "[3.95]" not in text and "| 27 of 295 |" not in text
    whole, back = json.loads(_read(ROWS)), json.loads(put_back(_read(text), found))
    assert back == whole
    assert spared(f"{ROWS}{OPEN}", authored=False) == (f"{ROWS}{OPEN}", [])


def test_of_what_somebody_wrote_pandoc_is_spared_what_the_run_gave_alone():
    own = "# Some plain words of mine\n\nSee [some plain words of mine] for [1](trace/a.html)."
    table = "::: {#tbl-a}\n\n| 27 of 295 |\n| --- |\n\n:::"
    given = _of_run(f"{ROWS}\n\n{table}")._repr_markdown_()
    whole = f"{own}\n\n{given}\n\n{own}\n"
    text, found = spared(whole, authored=True)
    assert text.count(own) == 2 and len(found) > 10 and "[3.95]" not in text
    assert json.loads(put_back(_read(text), found)) == json.loads(_read(whole))


@pytest.mark.parametrize("kind", ["html5", "typst"])
def test_words_that_are_given_to_pandoc_as_one_string_are_written_alike(kind: str):
    text = r"""1\. first of a line\
2\. and \+ third, / four: five

\- a dash of two words

\= no heading \
"""
    tree = _pandoc(text, f"--from={READER}", "--to=json")
    joined = _BETWEEN.sub(" ", tree)
    assert len(joined) < len(tree)
    assert _pandoc(joined, "--from=json", f"--to={kind}") == _pandoc(
        tree, "--from=json", f"--to={kind}"
    )


def test_links_to_numbers_that_pandoc_is_spared_are_on_the_page_as_it_writes_them():
    text = ROWS.replace("# A heading", "# A [1](trace/a.html#n) of a heading")
    tree = _BETWEEN.sub(" ", _pandoc(text, f"--from={READER}", "--to=json"))
    short, links = without_links(tree)
    assert '<a href="trace/a.html#h">6 of 7</a>' in links

    def page(tree: str) -> str:
        told = ["--standalone", "--toc", "--metadata=title:a"]
        return _pandoc(tree, "--from=json", "--to=html5", *told)

    assert linked(page(short), links) == page(tree)
    assert without_links(tree.replace("note", OPEN))[1] == []
