"""Numbers of a page, each followed by its link: the value is there, in sight, and back returns."""

import random
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from playwright.sync_api import TimeoutError as Late

from browsed.window import Problem, View, Window

NUMBER = re.compile(r"[\N{MINUS SIGN}<]?\d[\d.]*")
LINKS = """() => [...document.querySelectorAll('main a[href^="trace/"]')].map(
  (at, place) => [place, at.textContent, at.getAttribute('href'),
    at.closest('svg') ? 'drawn' : at.nextSibling?.data ?? ''])"""
# What lies between the value of a result and the number shown of it (run/trace/content.py).
STEP = re.compile(
    r"^ \((?:1 [\N{MINUS SIGN}/] (?P<of>[\d.]+)"
    r"|(?P<from>[\N{MINUS SIGN}\d.]+)(?: with the other sign| days / [\d.]+|, rounded))\)"
)
TO_LINK = """place => {
  document.querySelectorAll('main a[href^="trace/"]')[place].scrollIntoView({block: 'center'});
  return scrollY;
}"""
# What the target of the page says, and whether it lies open in the window.
TARGET = """() => {
  const at = document.querySelector(':target');
  if (!at) return null;
  const box = at.getBoundingClientRect();
  const top = document.elementFromPoint(box.left + 4, box.top + 4);
  const told = at.matches('dt') ? at.nextElementSibling : at.querySelector('h3') ?? at;
  return [told.textContent, at.contains(top) && box.top > -1 && box.top < innerHeight];
}"""
# Beside a claim a number has the digits that the claim has.
DECIMALS = re.compile(r"\d+(?:\.(\d+))?")
RETURNED = "at => Math.abs(scrollY - at) < 40"


def not_followed(tab: Window, path: Path, view: View, count: int, seed: int) -> Iterator[Problem]:
    """What goes wrong with some of the numbers of a page, drawn at random."""
    tab.show(path, view)
    numbers = [one for one in tab.page.evaluate(LINKS) if NUMBER.search(one[1])]
    for place, text, link, after in random.Random(seed).sample(numbers, min(count, len(numbers))):
        step = STEP.match(after)
        shown = NUMBER.findall((step["of"] or step["from"]) if step else text)
        # The words of a mark of a figure have more numbers than that of its result.
        for words in _followed(tab, place, shown if after == "drawn" else shown[:1], link):
            yield Problem(tab.name(path), view, "number", f"{text} ({link}): {words}")


def _prints_as(value: str, shown: str) -> bool:
    """Whether a number is the one shown, perhaps with more digits."""
    told, digits = DECIMALS.fullmatch(value), DECIMALS.fullmatch(shown)
    if not (told and digits):
        return value == shown
    return value == shown or f"{float(value):.{len(digits[1] or '')}f}" == shown


def _followed(tab: Window, place: int, shown: list[str], link: str) -> Iterator[str]:
    page, here = tab.page, tab.page.url
    at = page.evaluate(TO_LINK, place)
    tab.go(here.rpartition("/")[0] + "/" + link)
    found = page.evaluate(TARGET)
    if found is None:
        yield "leads to no place"
    elif shown and not any(_prints_as(*two) for two in product(NUMBER.findall(found[0]), shown)):
        yield f"the place says {found[0]}"
    elif not found[1]:
        yield "its place is out of sight"
    page.go_back()
    if page.url != here:
        yield f"back leads to {page.url}"
    try:
        page.wait_for_function(RETURNED, arg=at, timeout=5_000)
    except Late:
        yield "back leads to another place of the page"
