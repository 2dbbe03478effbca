"""The decisions of reporting. Pure."""
