"""endpoints.yaml: a module a kind of endpoint."""
