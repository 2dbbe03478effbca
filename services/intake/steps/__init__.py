"""What intake does, one file per use case."""
