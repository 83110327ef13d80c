"""Fields in emails: `{{first_name}}`, `{{title | default: "…"}}`, `{{! a prompt }}`.

What others use of it:

- `FIELDS`, `named(name)`, `listed()`: the table of fields, each with name, label, example, group
  and where an empty one is mended, from which pickers, help and errors read; `add(Field(…))` puts
  one more into it, whose value may be HTML of ours, if it is marked safe;
- `About(owner, identity, person, to_address, to_name, email)`, `Values(about)`: what each field
  says in one email;
- `render(source, values, html=…)`: a text with its fields filled in, and what keeps it from being
  sent: the fields that are `missing`, the `prompts` left, or one `problem`;
- `read(source, html=…)`: a text's fields, prompts and problem, without any values.
"""

from . import given as given  # fills the table
from .listing import Listed, listed, unknown_custom
from .problems import Problem
from .rendering import Rendered, read, render
from .table import FIELDS, Field, Group, Mend, add, known, named
from .values import About, Values

__all__ = [
    "FIELDS",
    "About",
    "Field",
    "Group",
    "Listed",
    "Mend",
    "Problem",
    "Rendered",
    "Values",
    "add",
    "known",
    "listed",
    "named",
    "read",
    "render",
    "unknown_custom",
]
