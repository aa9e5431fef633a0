"""The exceptions to the laws of the house. Each key says what is excepted, each value why, in a sentence.

An entry that no longer excepts anything fails its law, so nothing stays here by habit.
"""

SIZES: dict[str, str] = {}
"""`path` for a module over 300 lines, `path::function` for a function over 50."""

NAMES: dict[str, str] = {}
"""`path` of a module that bears one of the empty names."""

POSITIONAL: dict[str, str] = {
    "src/duebook/core/customer.py::added": "a sum is the same whichever comes first",
}
"""`path::function` of a public function of core or actions whose positional arguments could be swapped."""

DIVISIONS: dict[str, str] = {}
"""`path::line's text` of a true division in core or actions; both sides must be Decimal."""

SQL_IN_PYTHON: dict[str, str] = {
    "src/duebook/embedded/cluster.py": "the role and the database are made before there is a schema to prepare against",
    "src/duebook/store/db.py": "asks PostgreSQL about itself and sets the session; no table of ours is named",
}
"""`path` of a module outside the migrations that spells a statement in a string."""
