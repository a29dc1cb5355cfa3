"""A window of Chromium without a network, and what is wrong with a page that it shows."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
# A phone, a tablet upright, a laptop.
WIDTHS = (390, 768, 1280)
HEIGHT = 800
# Findings of axe that are told; those below ("moderate", "minor") are advice.
IMPACTS = {"serious", "critical"}
# What stands beyond the right edge of the page without a box of its own to scroll in.
OVERFLOW = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return null;
  const held = at => {
    for (let up = at.parentElement; up && up !== document.body; up = up.parentElement)
      if (getComputedStyle(up).overflowX !== 'visible') return true;
    return false;
  };
  const out = [...document.body.querySelectorAll('*')].find(
    at => at.getBoundingClientRect().right > wide + 1 && !held(at));
  return document.documentElement.scrollWidth + ' px' +
    (out ? ': ' + out.tagName.toLowerCase() + ' ' + out.textContent.trim().slice(0, 40) : '');
}"""
# Rows of a long table and sections of a long page beyond the first are made like these, and axe
# takes a minute for ten thousand cells.
SHORTEN = """() => document
  .querySelectorAll('tbody tr:nth-of-type(n+31), body > main > section:nth-of-type(n+9)')
  .forEach(one => one.remove())"""
AXE = """async () => (await axe.run(document,
  {preload: false, resultTypes: ["violations"]})).violations.map(
  one => [one.impact, one.id, one.nodes.length, String(one.nodes[0].target)])"""


class View(NamedTuple):
    """A width, light or dark; with `axe` also what bars readers who hear a page or see badly."""

    width: int
    dark: bool = False
    axe: bool = True

    def __str__(self) -> str:
        return f"{self.width} px, {'dark' if self.dark else 'light'}"


@dataclass(frozen=True)
class Problem:
    """What is wrong with a page in a view."""

    page: str
    view: View
    kind: str
    words: str

    def __str__(self) -> str:
        return f"{self.page} at {self.view}: {self.kind}: {self.words}"


class Window:
    """One tab. It refuses and notes every request that is for no file of the site."""

    def __init__(self, page: Page, site: Path) -> None:
        self.page = page
        self._site = site
        self._heard: list[tuple[str, str]] = []
        page.on("console", lambda said: self._hear("console", said.type, said.text))
        page.on("pageerror", lambda error: self._heard.append(("script", str(error))))
        page.on("request", lambda asked: self._request(asked.url))

    def _hear(self, kind: str, level: str, words: str) -> None:
        if level in ("error", "warning"):
            self._heard.append((kind, words))

    def _request(self, url: str) -> None:
        if not url.startswith((self._site.as_uri() + "/", "data:")):
            self._heard.append(("request", url))

    def name(self, path: Path) -> str:
        """A page by its path within the site."""
        return path.relative_to(self._site).as_posix()

    def show(self, path: Path, view: View) -> None:
        """Open a page of the site."""
        self._heard.clear()
        self._view(view)
        self.go(path.as_uri())

    def go(self, address: str) -> None:
        """Open a page; one that stands packed is there when its script has unpacked it."""
        self.page.goto(address)
        self.page.wait_for_function("() => !document.querySelector('main[data-page]')")

    def _view(self, view: View) -> None:
        self.page.set_viewport_size({"width": view.width, "height": HEIGHT})
        self.page.emulate_media(color_scheme="dark" if view.dark else "light")

    def problems(self, path: Path, views: Sequence[View]) -> Iterator[Problem]:
        """All of a page, which is loaded once, seen in each view, and then held against axe."""
        name = self.name(path)
        self.show(path, views[0])
        for view in views:
            self._view(view)
            if out := self.page.evaluate(OVERFLOW):
                self._heard.append(("overflow", str(out)))
            yield from self._told(name, view)
        self.page.evaluate(SHORTEN)
        self.page.evaluate(AXE_SCRIPT)
        for view in (view for view in views if view.axe):
            self._view(view)
            for impact, rule, count, first in self.page.evaluate(AXE):
                if impact in IMPACTS:
                    self._heard.append((f"axe {rule}", f"{count} times, first {first}"))
            yield from self._told(name, view)

    def _told(self, name: str, view: View) -> Iterator[Problem]:
        for kind, words in dict.fromkeys(self._heard):
            yield Problem(name, view, kind, words)
        self._heard.clear()


@contextmanager
def window(site: Path) -> Iterator[Window]:
    """A tab for the pages of a site, offline."""
    with sync_playwright() as playwright:
        browser: Browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(offline=True)
        context.set_default_timeout(60_000)
        yield Window(context.new_page(), site.resolve())
        browser.close()
