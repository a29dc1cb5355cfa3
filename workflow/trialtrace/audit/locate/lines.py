"""Lines of a page: words of one height, and two columns of text one after the other."""

from collections.abc import Sequence

from trialtrace.audit.locate.glyphs import Page, Word

FEWEST_LINES = 12
"""A page of fewer lines is one column."""


def rows(words: Sequence[Word]) -> list[list[Word]]:
    """The words of each line from left to right, lines from the top down."""
    made: list[list[Word]] = []
    for word in sorted(words, key=lambda item: (item.middle, item.left)):
        near = [
            row
            for row in made[-4:]
            if abs(row[0].middle - word.middle) < 0.45 * max(row[0].size, word.size)
        ]
        if near:
            near[-1].append(word)
        else:
            made.append([word])
    made = [sorted(row, key=lambda word: word.left) for row in made]
    return sorted(made, key=lambda row: min(word.top for word in row))


def _segments(row: Sequence[Word]) -> list[list[Word]]:
    """Words that stand up to three quarters of a letter's height apart."""
    made: list[list[Word]] = []
    size = max(word.size for word in row)
    for word in row:
        if made and word.left - made[-1][-1].right < 0.75 * size:
            made[-1].append(word)
        else:
            made.append([word])
    return made


def gutter(page: Page, lines: Sequence[Sequence[Word]]) -> float | None:
    """Where two columns of text part, None for a page of one."""
    if len(lines) < FEWEST_LINES:
        return None
    spans = [(part[0].left, max(w.right for w in part)) for row in lines for part in _segments(row)]
    # Lines of text; tables across both columns say nothing of where these part.
    long = [span for span in spans if span[1] - span[0] > 0.25 * page.width]

    def crossing(at: float) -> tuple[int, int]:
        over_text = sum(left < at < right for left, right in long)
        return over_text, sum(left < at < right for left, right in spans)

    best = min((page.width * step / 100 for step in range(35, 66)), key=crossing)
    sides = sum(right < best for _, right in long), sum(left > best for left, _ in long)
    return best if min(sides) >= 5 and crossing(best)[0] < 0.6 * len(long) else None


def blocks(page: Page) -> list[list[list[Word]]]:
    """The lines of a page in the order in which they are read, each word once.

    On a page of two columns a line that crosses the gutter is of the whole width; between such
    lines the left column comes before the right one.
    """
    every = rows(page.words)
    at = gutter(page, every)
    if at is None:
        return [every]
    made: list[list[list[Word]]] = []
    left: list[list[Word]] = []
    right: list[list[Word]] = []
    for row in every:
        if any(part[0].left < at < max(w.right for w in part) for part in _segments(row)):
            made += [side for side in (left, right) if side]
            left, right = [], []
            made.append([row])
            continue
        for side, words in (
            (left, [word for word in row if word.left < at]),
            (right, [word for word in row if word.left >= at]),
        ):
            if words:
                side.append(words)
    return made + [side for side in (left, right) if side]
