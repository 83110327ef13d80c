"""{% load campaigns %}: what tables of the people in a campaign show."""

from collections.abc import Mapping

from django import template
from django.utils.functional import Promise

from .. import cadence
from ..models import State, Step

register = template.Library()


@register.filter
def by_state(counts: Mapping[str, int]) -> list[tuple[str, str | Promise, int]]:
    """State, its word, and how many, in the order of the states."""
    return [(state.value, state.label, counts[state]) for state in State]


@register.filter
def title_of(step: Step) -> str:
    """By what a step is called."""
    return cadence.title_of(step)
