from .campaigns import Campaign
from .categories import Category
from .enrollments import Enrollment, EnrollmentRefused, Turn
from .keeping import InUse, NameTaken, TooMany
from .launches import Launch, LaunchPerson, LaunchStarted, LeftOut
from .placing import Overtaken, StepRefused
from .steps import Step
from .vocabulary import Because, Hitch, Kind, State, Timing

__all__ = [
    "Because",
    "Campaign",
    "Category",
    "Enrollment",
    "EnrollmentRefused",
    "Hitch",
    "InUse",
    "Kind",
    "Launch",
    "LaunchPerson",
    "LaunchStarted",
    "LeftOut",
    "NameTaken",
    "Overtaken",
    "State",
    "Step",
    "StepRefused",
    "Timing",
    "TooMany",
    "Turn",
]
