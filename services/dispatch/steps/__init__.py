"""What dispatch does, one use case per file."""
