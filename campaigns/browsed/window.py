"""A window of Chromium without a network, and what is wrong with a page that it shows."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

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
AXE = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations.map(
  one => [one.impact, one.id, one.nodes.length, String(one.nodes[0].target)])"""


@dataclass(frozen=True)
class Problem:
    """What is wrong with a page at a width, in light or in dark."""

    page: str
    width: int
    scheme: str
    kind: str
    words: str

    def __str__(self) -> str:
        return f"{self.page} at {self.width} px, {self.scheme}: {self.kind}: {self.words}"


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

    def show(self, path: Path, width: int, scheme: str = "light", anchor: str = "") -> None:
        """Open a page of the site."""
        self._heard.clear()
        self.page.set_viewport_size({"width": width, "height": HEIGHT})
        self.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        self.page.goto(path.as_uri() + (f"#{anchor}" if anchor else ""))

    def problems(
        self, path: Path, width: int, scheme: str = "light", *, axe: bool = True
    ) -> Iterator[Problem]:
        """All of a page; with `axe` also what bars readers with a screen reader or weak sight."""
        self.show(path, width, scheme)
        told = list(self._heard)
        if out := self.page.evaluate(OVERFLOW):
            told.append(("overflow", str(out)))
        if axe:
            self.page.evaluate(AXE_SCRIPT)
            told += [
                (f"axe {rule}", f"{count} times, first {first}")
                for impact, rule, count, first in self.page.evaluate(AXE)
                if impact in IMPACTS
            ]
        name = path.relative_to(self._site).as_posix()
        for kind, words in dict.fromkeys(told):
            yield Problem(name, width, scheme, kind, words)


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


def problems(
    site: Path, pages: Iterable[Path], *, views: Iterable[tuple[int, str, bool]]
) -> Iterator[Problem]:
    """Of pages of a site in each view: a width, light or dark, and whether by axe too."""
    wanted = list(views)
    with window(site) as tab:
        for path in pages:
            for width, scheme, axe in wanted:
                yield from tab.problems(path.resolve(), width, scheme, axe=axe)
