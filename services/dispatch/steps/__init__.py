"""What dispatch does, one file per use case."""
