"""The people's door of reporting: the coordination's figures, and what is published."""

from fastapi import APIRouter

from services.reporting.web import (
    account,
    account_files,
    advocacy,
    annual,
    closing_reports,
    exports,
    figures,
    funder,
    letters,
    long_exports,
    public,
    report_files,
    waivers,
)

router = APIRouter()
PARTS = (
    figures,
    account,
    account_files,
    funder,
    closing_reports,
    annual,
    advocacy,
    exports,
    report_files,
    public,
    waivers,
    letters,
    long_exports,
)
for part in PARTS:
    router.include_router(part.router)

__all__ = ["router"]
