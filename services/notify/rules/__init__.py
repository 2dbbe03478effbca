"""The decisions of notify. Pure."""
