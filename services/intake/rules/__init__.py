"""Intake's decisions: pure functions and frozen dataclasses."""
