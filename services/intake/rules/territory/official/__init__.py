"""What official tables mean: each layout knows one kind of table by its header, and reads it."""

from services.intake.rules.territory.official.layouts import LAYOUTS, Layout, recognise
from services.intake.rules.territory.official.reading import Reading, Scope, ZoneDraft

__all__ = ["LAYOUTS", "Layout", "Reading", "Scope", "ZoneDraft", "recognise"]
