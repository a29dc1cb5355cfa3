"""The documentation as a site: every page is in its navigation, every link leads somewhere."""

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from doc_blocks import ROOT, written_pages

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; a page outside the navigation, or a link to nothing, is a warning."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, ROOT / "docs" / "build.py", folder / "html"]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    return folder / "html"


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if tag == "a" and name == "href"]


def test_every_page_is_one_of_the_site(site: Path):
    pages = {path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")}
    pages |= set(map(Path, written_pages()))
    assert [page for page in pages if not (site / page).with_suffix(".html").is_file()] == []


def test_links_between_pages_lead_to_files(site: Path):
    for page in site.rglob("*.html"):
        links = _Links()
        links.feed(page.read_text(encoding="utf-8"))
        for link in links.found:
            path = link.partition("#")[0]
            if path and ":" not in path:
                assert (page.parent / path).is_file(), f"{page.relative_to(site)}: {link}"
