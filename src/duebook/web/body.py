"""The body of a request: bytes to structs, strictly, or every fault at once.

The good path is msgspec, and then a glance (`glance.py`) or else a second parse, for keys said twice and for the dashes
and years that msgspec lets pass. Whatever it refuses is read again slowly (`syntax.py`) and explained by the struct's
own schema (`complaints.py`). The law: what is refused yields at least one fault, and a fault names its place. Nothing
here knows a dialect or an HTTP status; how large a body may be is decided before it comes here.
"""

from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Generic, Literal, NamedTuple, TypeVar

import jiter
import jsonschema_rs
import msgspec

from duebook.web.complaints import complain, confession, object_to
from duebook.web.faults import Fault, Findings, FormRefused, Path
from duebook.web.glance import glance_of
from duebook.web.plain import is_list, is_object
from duebook.web.shapes import schema_of, shape_of
from duebook.web.syntax import read_slowly, too_deep

T = TypeVar("T", bound=msgspec.Struct)
Item = TypeVar("Item", bound=msgspec.Struct)
Unknown = Literal["refuse", "ignore"]

_ESCAPED_NUL = b"\\u0000"


class Batch(NamedTuple, Generic[Item]):
    """A batch as far as it can be read: the well-formed items with their positions, and the faults of all the others
    and of what is around them.
    """

    items: list[tuple[int, Item]]
    faults: list[Fault]
    truncated: bool
    # A fault lies in no item, so that nothing of the batch can be taken; true also where that fault is one too many to be
    # told.
    outside: bool


class Form(Generic[T]):
    """One request struct and how its bodies are read. Build it with `decoder_for`."""

    def __init__(self, struct: type[T], *, unknown: Unknown) -> None:
        self._struct = struct
        self._unknown: Unknown = unknown
        self._shape = shape_of(struct)
        for shape in self._shape.structs:
            if unknown == "refuse" and shape.fields is not None and not shape.closed_struct:
                raise TypeError(f"{shape.noun}, part of {struct.__name__}, must be declared with forbid_unknown_fields")
        self._open = any(shape.open for shape in self._shape.structs)
        self._exact = any(shape.exact or shape.free for shape in self._shape.everything)
        # The hook is for values of any type, such as free properties; typed fields read their numbers themselves.
        self._decode = msgspec.json.Decoder(struct, float_hook=Decimal if self._exact else None).decode
        self._glance = glance_of(self._shape)
        self._schema = schema_of(struct)
        self._validator = _validator(self._schema)
        self._shells: dict[str, jsonschema_rs.Draft202012Validator] = {}

    def read(self, raw: bytes) -> T:
        """The body as the struct. Raises `FormRefused` with every fault."""
        document = self._quickly(raw)
        if document is not None:
            return document
        reading = read_slowly(raw, exact=self._exact)
        if reading.legible:
            document = self._judged(self._relevant(reading.tree), prefix=(), findings=reading.findings)
        if document is None:
            raise FormRefused(reading.findings.faults, truncated=reading.findings.truncated)
        return document

    def read_items(self, raw: bytes, *, field: str, item: type[Item]) -> Batch[Item]:
        """The body of a batch: the items under `field`, each a struct `item`, that are well-formed, beside every
        fault of the others.
        """
        document = self._quickly(raw)
        if document is not None:
            taken: list[Item] = getattr(document, field)
            return Batch(list(enumerate(taken)), [], truncated=False, outside=False)
        reading = read_slowly(raw, exact=self._exact)
        findings = reading.findings
        items: list[tuple[int, Item]] = []
        if reading.legible:
            tree = self._relevant(reading.tree)
            complain(tree, validator=self._shell(field), shape=self._shape, prefix=(), findings=findings)
            rows = tree.get(field) if is_object(tree) else None
            form = decoder_for(item, unknown=self._unknown)
            for place, row in enumerate(rows if is_list(rows) else ()):
                if findings.full and findings.within((field,)):
                    # Nothing of it will be taken, and nobody would be told more.
                    findings.truncated = True
                    break
                struct = form._judged(row, prefix=(field, place), findings=findings)
                if struct is not None:
                    items.append((place, struct))
        faults = [fault._replace(item=_item_of(fault.path, field=field)) for fault in findings.faults]
        outside = any(_item_of(place, field=field) is None for place in findings.places)
        return Batch(items, faults, truncated=findings.truncated, outside=outside)

    def _quickly(self, raw: bytes) -> T | None:
        """The struct where nothing needs a second look, else None."""
        if _ESCAPED_NUL in raw:
            return None
        try:
            document = self._decode(raw)
            if self._glance is not None and self._glance.proves(raw, document):
                return document
            mode = "decimal" if self._exact else "float"
            tree = jiter.from_json(raw, catch_duplicate_keys=True, cache_mode="keys", float_mode=mode)
        except (ValueError, RecursionError, InvalidOperation):
            return None
        if not self._shape.sound(tree) or (self._open and too_deep(tree)):
            return None
        return document

    def _relevant(self, tree: Any) -> Any:
        if self._unknown == "ignore":
            self._shape.without_unknown(tree)
        return tree

    def _judged(self, value: Any, *, prefix: Path, findings: Findings) -> T | None:
        """The struct of a plain value, or None with its faults among the findings."""
        trouble: msgspec.ValidationError | None = None
        if not findings.within(prefix):
            try:
                document = msgspec.convert(value, self._struct)
                if self._shape.sound(value):
                    return document
            except msgspec.ValidationError as error:
                trouble = error
        if findings.full:
            # It is refused, and nobody would be told why: spare the work.
            findings.truncated = True
            return None
        complain(value, validator=self._validator, shape=self._shape, prefix=prefix, findings=findings)
        object_to(value, shape=self._shape, prefix=prefix, findings=findings)
        if not findings.within(prefix):
            # The decoder refuses what the schema lets pass; no refusal without a reason.
            error = trouble or msgspec.ValidationError("Invalid value")
            findings.add(confession(error, shape=self._shape, prefix=prefix))
        return None

    def _shell(self, field: str) -> jsonschema_rs.Draft202012Validator:
        """The validator of what is around the items: it asks how many there are and not what they hold."""
        if field not in self._shells:
            name = self._struct.__name__
            batch = self._schema["$defs"][name]
            rows = {key: demand for key, demand in batch["properties"][field].items() if key != "items"}
            shell = {**batch, "properties": {**batch["properties"], field: rows}}
            self._shells[field] = _validator({**self._schema, "$defs": {**self._schema["$defs"], name: shell}})
        return self._shells[field]


def decoder_for(struct: type[T], *, unknown: Unknown = "refuse") -> Form[T]:
    """The form of a request struct, built once. `unknown="ignore"` drops fields that no struct names instead of
    refusing them.
    """
    return _form(struct, unknown)


@cache
def _form(struct: type[T], unknown: Unknown) -> Form[T]:
    return Form(struct, unknown=unknown)


def _validator(schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    # Masked, because its own messages, which nobody reads, would copy the values of the body.
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True, mask="value")


def _item_of(path: Path, *, field: str) -> int | None:
    place = path[1] if len(path) > 1 and path[0] == field else None
    return place if isinstance(place, int) else None
