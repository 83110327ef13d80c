from .bulk import BulkForm
from .compose import ComposeForm
from .files import FilesForm
from .window import BulkWindowForm, WindowForm

__all__ = ["BulkForm", "BulkWindowForm", "ComposeForm", "FilesForm", "WindowForm"]
