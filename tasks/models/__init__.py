from .call_words import CallWord, ListFull, WordTaken
from .calls import Call
from .reminders import Reminder
from .tasks import Task, TaskClosed, TaskHeld
from .vocabulary import Kind

__all__ = [
    "Call",
    "CallWord",
    "Kind",
    "ListFull",
    "Reminder",
    "Task",
    "TaskClosed",
    "TaskHeld",
    "WordTaken",
]
