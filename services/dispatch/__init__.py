"""Dispatch: the roster, the matching, tasks, consent and outcomes."""
