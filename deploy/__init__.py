"""Starts everything: engines, streams, schemas, services. The only room that knows all four."""
