"""The people's door of dispatch."""

from fastapi import APIRouter

router = APIRouter()
