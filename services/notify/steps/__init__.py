"""What notify does, one file per use case."""
