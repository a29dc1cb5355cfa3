"""`trialtrace plan --schema`: the JSON Schemas of the configuration, for editors."""

from trialtrace.base.config.schema import referred, schema_text
from trialtrace.base.config.schema_files import schema_folder
from trialtrace.base.errors import UserError, did_you_mean, one_of
from trialtrace.base.paths import Project
from trialtrace.base.store import write_text

SUFFIX = ".schema.json"
# Of a trial's folder; config.yaml lies above these, a ledger anywhere.
HEAD = "# yaml-language-server: $schema=../../schemas/{name}.schema.json"


def give_schemas(at: Project, file: str) -> None:
    """Write the schema of a file, such as plan.yaml, and those that it refers to, into
    config/schemas; without a name those of all files. Raises UserError for an unknown file."""
    folder, target = schema_folder(), at.config / "schemas"
    known = sorted(path.name.removesuffix(SUFFIX) for path in folder.glob(f"*{SUFFIX}"))
    name = file.removesuffix(".yaml")
    if name and name not in known:
        raise UserError(
            "--schema",
            found=f'"{file}"',
            expected=f"a file of the configuration: {one_of(known, len(known))}",
            do=did_you_mean(name, known),
        )
    for each in [name, *sorted(referred(folder, name))] if name else known:
        write_text(target / f"{each}{SUFFIX}", schema_text(folder, each))
    print(f"Written into {at.shown(target)}. First line of a trial's file, for an editor:")
    print(HEAD.format(name=name or "plan"))
