from .campaigns import Campaign, Category
from .enrollments import Enrollment, EnrollmentRefused, Turn
from .launches import Launch, LaunchPerson
from .steps import Step
from .vocabulary import Because, Hitch, Kind, State, Timing

__all__ = [
    "Because",
    "Campaign",
    "Category",
    "Enrollment",
    "EnrollmentRefused",
    "Hitch",
    "Kind",
    "Launch",
    "LaunchPerson",
    "State",
    "Step",
    "Timing",
    "Turn",
]
