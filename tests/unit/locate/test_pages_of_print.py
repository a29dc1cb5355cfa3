"""Words of a PDF's pages: in order, each once, raised marks apart."""

from trialtrace.audit.locate.glyphs import Page, Word, _Glyph, _page
from trialtrace.audit.locate.lines import blocks


def put(rows, size=9.0, step=14.0):
    """Words of rows, each (left, text), as a page has them."""
    words = [
        Word(text, left, left + 0.5 * size * len(text), 50 + step * at, 50 + step * at + size, size)
        for at, row in enumerate(rows)
        for left, text in row
    ]
    return Page(1, 600, 800, tuple(words), False)


def texts(page):
    return [[" ".join(word.text for word in row) for row in block] for block in blocks(page)]


def test_two_columns_of_text_are_read_one_after_the_other():
    rows = [[(50, f"left{at} " + "w" * 40), (330, f"right{at} " + "w" * 40)] for at in range(14)]
    page = put([[(50, "w" * 110)], *rows])
    made = texts(page)
    assert [len(block) for block in made] == [1, 14, 14]
    assert made[1][0].startswith("left0") and made[2][13].startswith("right13")
    assert sum(len(row) for block in blocks(page) for row in block) == len(page.words)


def test_a_page_of_one_column_is_one_block():
    assert len(texts(put([[(50, "w" * 100)]] * 20))) == 1


def letters(text, left, size=10.0, raised=0.0):
    return [
        _Glyph(sign, left + 5 * at, left + 5 * at + 5, 100 - raised, 110 - raised, size)
        for at, sign in enumerate(text)
    ]


def test_a_raised_mark_is_no_part_of_its_number_and_is_kept_apart():
    (word,) = _page(1, 600, 800, [*letters("12.5", 50), *letters("3", 70, 6.0, 4.0)]).words
    assert (word.text, word.mark) == ("12.5", "3")
    (word,) = _page(1, 600, 800, [*letters("10", 50), *letters("-8", 60, 6.0, 4.0)]).words
    assert (word.text, word.mark) == ("10^-8", "")
