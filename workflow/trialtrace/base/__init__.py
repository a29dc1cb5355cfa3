"""What all wings stand on: errors, words, paths, the engine of the configuration."""
