"""The text form of a search: campaign:"Q1 rollout" viewed clicked -replied."""

from .parser import parse
from .printer import text_of

__all__ = ["parse", "text_of"]
