"""The documentation as a site: the pages of this folder, and those that are written from the code.

`python docs/build.py FOLDER` puts the site into FOLDER, from a copy of the pages in FOLDER/pages.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from written import checks_on_print, configuration, contracts, instruments
from written.gallery import draw
from written.library import reference as methods
from written.plan_methods import PAGE, reference

from trialtrace.base.paths import project

DOCS = Path(__file__).parent
# Files next to docs/ that its pages take in or link to; links to files of config/ work too.
BESIDE = ("CHANGELOG.md", "CONTRIBUTING.md", "README.md", "LICENSE")


def written_pages() -> dict[str, str]:
    """What no file of the repository holds: text by its path below docs/."""
    return {
        **configuration.pages(),
        **configuration.of_endpoints_and_steps(project()),
        "data-contracts.md": contracts.reference(),
        "instruments.md": instruments.reference(),
        checks_on_print.PAGE: checks_on_print.reference(),
        **methods(),
        PAGE: reference(),
    }


def build_site(folder: Path) -> int:
    """The exit code of Sphinx, for which a link to nothing is a fault."""
    source = folder / "pages" / DOCS.name
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(DOCS, source, ignore=shutil.ignore_patterns("_site", "__pycache__"))
    for name in BESIDE:
        shutil.copy(DOCS.parent / name, source.parent)
    (source.parent / "config").symlink_to(DOCS.parent / "config")
    for name, text in written_pages().items():
        (source / name).parent.mkdir(exist_ok=True)
        (source / name).write_text(text, encoding="utf-8")
    for page in sorted((source / "gallery").glob("*.md")):
        draw(page)
    sphinx = [sys.executable, "-m", "sphinx", "-qnW", "--keep-going", "-b", "html"]
    cache = ["-d", str(folder / "pages" / "doctrees")]
    return subprocess.run([*sphinx, *cache, source, folder], check=False).returncode


if __name__ == "__main__":
    sys.exit(build_site(Path(sys.argv[1])))
