"""What a file, or a document given with it, declares of its columns."""
