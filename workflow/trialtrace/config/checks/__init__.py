"""Cross references between the files of a trial, a module a file. `config.check` runs them."""
