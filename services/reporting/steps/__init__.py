"""What reporting does, one file per use case."""
