"""The people's door of reporting: the coordination's figures."""

from fastapi import APIRouter

from services.reporting.web import figures

router = APIRouter()
for part in (figures,):
    router.include_router(part.router)

__all__ = ["router"]
