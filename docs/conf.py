"""Settings of the documentation as a site: `make docs` builds it into docs/_site with Sphinx."""

from importlib.metadata import version as version_of

project = "trialtrace"
copyright = "the trialtrace developers"
version = release = version_of("trialtrace")

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_site"]
language = "en-GB"

# Links to a heading have the names that a reader of the plain files has too.
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]

html_theme = "furo"
html_title = "trialtrace"
html_static_path = []
html_copy_source = False
html_show_sphinx = False
html_last_updated_fmt = None
html_theme_options = {"navigation_with_keys": True}

# Pages that stand beside docs/ for who reads the repository, and are pages of the site too.
_BESIDE = {
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "README.md": "index.md",
}


def _within_the_site(app, name, source):
    """Links to pages beside docs/ lead to those of the site."""
    up = "../" * (name.count("/") + 1)
    for beside, page in _BESIDE.items():
        source[0] = source[0].replace(f"]({up}{beside}", f"]({up.removeprefix('../')}{page}")


def setup(app):
    app.connect("source-read", _within_the_site)
