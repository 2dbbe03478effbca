"""The people's door of reporting: the coordination's figures, and what is published."""

from fastapi import APIRouter

from services.reporting.web import (
    account,
    account_files,
    figures,
    funder,
    public,
    report_files,
    waivers,
)

router = APIRouter()
for part in (figures, account, account_files, funder, report_files, public, waivers):
    router.include_router(part.router)

__all__ = ["router"]
