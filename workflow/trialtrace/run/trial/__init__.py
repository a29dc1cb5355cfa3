"""What can be said of a trial: a folder a YAML file, a module a concept."""
