"""The coordination's desk: invites, judges, declares, targets."""
