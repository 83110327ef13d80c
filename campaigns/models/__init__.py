from .campaigns import Campaign, Category
from .enrollments import Enrollment, EnrollmentRefused, Turn
from .launches import Launch, LaunchPerson, LaunchStarted, LeftOut
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
    "LaunchStarted",
    "LeftOut",
    "State",
    "Step",
    "Timing",
    "Turn",
]
