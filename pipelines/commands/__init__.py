"""What `jiqun` does for a reader: one module or package for each of its commands."""
