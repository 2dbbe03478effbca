"""The decisions of dispatch: pure functions and frozen dataclasses."""
