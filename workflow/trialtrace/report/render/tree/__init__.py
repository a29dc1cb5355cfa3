"""What is done to a document between pandoc's reader and its writers."""
