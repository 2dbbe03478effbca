"""Counts, protects and publishes."""
