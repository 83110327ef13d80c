from .calls import Call, CallWord
from .tasks import Task, TaskClosed, TaskHeld
from .vocabulary import Kind

__all__ = ["Call", "CallWord", "Kind", "Task", "TaskClosed", "TaskHeld"]
