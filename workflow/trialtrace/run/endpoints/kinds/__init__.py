"""The kinds of endpoint: a module each, with `derive(endpoint, study) -> Records`."""
