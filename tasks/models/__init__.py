from .calls import Call, CallWord
from .tasks import Task, TaskClosed
from .vocabulary import Kind

__all__ = ["Call", "CallWord", "Kind", "Task", "TaskClosed"]
