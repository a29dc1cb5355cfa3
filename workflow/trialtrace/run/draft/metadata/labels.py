"""Labels, value labels and missing values that SAS, SPSS and Stata keep in their files."""

import re
from typing import TYPE_CHECKING

from trialtrace.run.draft.metadata.declared import Declared
from trialtrace.run.sources.readers.statistical import variables
from trialtrace.run.tables.missing_markers import PACKAGES

if TYPE_CHECKING:
    from trialtrace.run.sources.files import Opened
    from trialtrace.run.sources.raw import Records
    from trialtrace.run.trial.study.source import StatisticalFile

FORMATS = ("xpt", "sas7bdat", "spss", "stata")


def of_file(opened: "Opened[StatisticalFile]", records: "Records") -> dict[str, Declared]:
    """The declaration of each column by its name; codes that the file itself marks as missing,
    such as `.a` of Stata, are missing here too."""
    found = records.notes.get("missing", {})
    made = {}
    for name, variable in variables(opened).items():
        special = [code for code in variable.labels if re.fullmatch(PACKAGES.pattern, code)]
        codes = dict.fromkeys((*found.get(name, ()), *variable.missing, *special))
        made[name] = Declared(
            label=variable.label,
            choices={code: said for code, said in variable.labels.items() if code not in codes},
            missing={code: variable.labels.get(code, "") for code in codes},
        )
    return made
