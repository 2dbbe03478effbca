"""Four services that meet only through facts."""
