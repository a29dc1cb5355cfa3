"""Tests that a table's caption, heads or notes name for its p-values."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from trialtrace.audit.reading.characters import MARKS
from trialtrace.audit.reading.item import Item, Left

_COUNTS, _MEANS, _RANKS = "counts", "means", "ranks"
_KINDS = {
    **dict.fromkeys(("count", "count_percent", "percent", "fraction"), _COUNTS),
    **dict.fromkeys(("mean", "mean_sd", "mean_se", "mean_ci"), _MEANS),
    **dict.fromkeys(("median", "median_iqr", "median_range", "median_ci"), _RANKS),
}
# Words, the test as a ledger calls it, and the numbers that it compares.
_TESTS = (
    (r"\bfisher", "fisher", (_COUNTS,)),
    (r"chi[\s-]?squared?\b|\bchi ?2\b|[χΧ]\s?[²2]|\bX2\b", "chi_squared", (_COUNTS,)),
    (r"\bwelch", "welch", (_MEANS,)),
    (r"\bt[\s-]?tests?\b", "t", (_MEANS,)),
    (r"\banova\b|analysis of variance", "anova", (_MEANS,)),
    (r"mann[\s–-]*whitney|rank[\s-]sum", "mann_whitney", (_MEANS, _RANKS)),
)
# Where one of these is named too, which p is whose is not known.
_OTHERS = re.compile(
    r"(?<!un)paired|mcnemar|matched|signed|repeated|two[\s-]way|2[\s-]way|ancova|covariance|"
    r"regression|model|mixed|GEE|generali[sz]ed|mantel|cochran|kruskal|friedman|log[\s-]?rank|\bcox\b|"
    r"adjusted|binomial|poisson|trend|bootstrap|permutation|post[\s-]hoc|exact (?:chi|χ)|one[\s-]"
    r"(?:sided|tailed)|z[\s-]test|likelihood|within[\s-](?:the )?(?:same )?groups?",
    re.IGNORECASE,
)
_CORRECTED = re.compile(r"yates|continuity", re.IGNORECASE)


def named_tests(text: str) -> dict[str, str]:
    """The test of counts, of means and of ranks, where the words name one of each and no other."""
    text = re.sub("[\u2010\u2011]", "-", text)
    if _OTHERS.search(text):
        return {}
    found = {
        numbers: {test for words, test, of in _TESTS if numbers in of and _says(words, text)}
        for numbers in (_COUNTS, _MEANS, _RANKS)
    }
    if "welch" in found[_MEANS]:
        found[_MEANS].discard("t")
    named = {numbers: tests.pop() for numbers, tests in found.items() if len(tests) == 1}
    if named.get(_COUNTS) == "chi_squared" and _CORRECTED.search(text):
        named[_COUNTS] = "chi_squared_corrected"
    return named


_ADJUSTS = re.compile(
    r"\bANCOVA\b|\banalys[ie]s of covariance|\bleast[- ]squares? means?|"
    r"\badjusted (?:mean|change)s?\b|\badjust\w+ for (?:the )?baseline|"
    r"\bbaseline (?:\w+ )?as (?:a )?covariates?",
    re.IGNORECASE,
)


def adjusting(texts: Iterable[str]) -> str | None:
    """The words by which a paper says that its means or changes may be adjusted."""
    return next((match[0] for text in texts if (match := _ADJUSTS.search(text))), None)


def _says(words: str, text: str) -> bool:
    return bool(re.search(words, text, re.IGNORECASE))


_SIGNS = f"{MARKS}€¥£"
_MARKED = re.compile(rf"([{_SIGNS}]+)\s*([^{_SIGNS}]+)")
_OF_RANKS = re.compile(r"wilcoxon|kruskal|friedman", re.IGNORECASE)
_REST = re.compile(r"[^.;]*\b(?:all|the) (?:other|remaining|rest)[^.;]*", re.IGNORECASE)


def _of_marks(text: str) -> dict[str, str]:
    """By mark the test that a note gives it, as "§ Wilcoxon test": of ranks, or the only one."""
    tests: dict[str, set[str]] = {}
    for mark, words in _MARKED.findall(text):
        named = {*named_tests(words).values()} - {"t", "welch", "anova"}
        named = named or ({"other"} if _OF_RANKS.search(words) else named)
        tests.setdefault(mark, set()).update(named)
    return {mark: test for mark, named in tests.items() for test in named if len(named) == 1}


def _mark(one: Item, rows: Sequence[Sequence[str]], marks: Mapping[str, str]) -> str | None:
    """The mark behind a p, or else behind the statistic left of it."""
    near = [(at, column - 1) for at, column in one.cells[-1:]]
    texts = [rows[at][column] for at, column in (*one.cells, *near) if at < len(rows)]
    ends = [re.split(rf"[^{_SIGNS}]", text.strip())[-1] for text in texts]
    return next((end for end in ends if end in marks), None)


def with_tests(
    read: Sequence[Item | Left], text: str, rows: Sequence[Sequence[str]] = ()
) -> Iterator[Item | Left]:
    """What was read of a table, its p with the test that `text` names for numbers such as those
    of the groups in p's row, or in the rows below it, or for the mark beside it in `rows`; "all
    others" are those whose outcomes the words do not name."""
    marks, rest = _of_marks(text), _REST.search(text)
    named = named_tests(rest[0] if rest else text)
    items = [one for one in read if isinstance(one, Item)] if named else []
    if named.get(_MEANS) == "mann_whitney" and any(_KINDS.get(one.kind) == _RANKS for one in items):
        # Beside medians it is theirs.
        del named[_MEANS]
    twice = Counter(map(_compared, items))
    for one in read:
        if not isinstance(one, Item) or "P " not in one.printed:
            yield one
            continue
        test = marks.get(_mark(one, rows, marks) or "")
        told = rest is not None and one.path[-1:] and one.path[-1].lower() in text.lower()
        if test is None and not told and twice[_compared(one)] < 2:
            # Of a model are those that the words name, and no others.
            plain = replace(one, model=one.model and rest is None)
            test = named.get(_numbers(plain, items) or "")
            one = plain if test else one
        name = (test or "").replace("_", " ")
        doubt = f"by the test that the words beside its table name: {name}"
        yield one if test is None else replace(one, test=test).doubted(doubt)


def _compared(one: Item) -> tuple[object, ...]:
    """What an item compares; of two p of the same, one may be of another test."""
    return one.kind, one.path, one.visit, one.change, one.compare, one.arm


def _numbers(p: Item, items: Sequence[Item]) -> str | None:
    """What numbers a p compares; None for other items, and where these are not of one sort."""
    of_risks = p.kind == "effect" and (p.measure or "").startswith("risk_")
    if not (p.kind == "p" or of_risks) or p.model or p.procedure or not p.compare:
        return None
    below = (one for one in items if one.arm and one.path[: len(p.path)] == p.path)
    sorts = {_KINDS.get(one.kind) for one in below if one.visit == p.visit}
    return sorts.pop() if len(sorts) == 1 else None
