"""Tells people, and alone keeps how to reach them."""
