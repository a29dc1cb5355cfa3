"""Readers of file formats. A reader is a module with `read(opened) -> Records`.

The modules are named here and imported only when a file of their format is read.
"""

_PACKAGE = "trialtrace.run.sources.readers"

FORMATS = {
    "csv": f"{_PACKAGE}.delimited",
    "tsv": f"{_PACKAGE}.delimited",
    "excel": f"{_PACKAGE}.excel",
    "parquet": f"{_PACKAGE}.parquet",
    "xpt": f"{_PACKAGE}.statistical",
    "sas7bdat": f"{_PACKAGE}.statistical",
    "spss": f"{_PACKAGE}.statistical",
    "stata": f"{_PACKAGE}.statistical",
}
