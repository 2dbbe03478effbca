"""The people's door of reporting."""

from fastapi import APIRouter

router = APIRouter()
