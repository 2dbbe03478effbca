"""The demonstration's own page, under `/demo`: what happens, the figures, ways in, the mailbox."""

from deploy.stage.app import Show, stage_app

__all__ = ["Show", "stage_app"]
