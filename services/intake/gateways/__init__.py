"""Intake's outside world: alert feeds."""
