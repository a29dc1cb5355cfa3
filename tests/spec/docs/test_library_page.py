"""docs/library.md says what the library does."""

import doctest

from doc_blocks import ROOT


def test_what_the_page_shows_is_what_comes_out():
    text = (ROOT / "docs" / "library.md").read_text(encoding="utf-8").replace("```", "")
    test = doctest.DocTestParser().get_doctest(text, {}, "library.md", "docs/library.md", 0)
    said: list[str] = []
    doctest.DocTestRunner().run(test, out=said.append)
    assert test.examples and not said, "".join(said)
