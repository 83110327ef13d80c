from .compose import ComposeForm
from .files import FilesForm
from .window import WindowForm

__all__ = ["ComposeForm", "FilesForm", "WindowForm"]
