"""Types of single settings, with their limits: names, shares, amounts; and the base of all.

A setting that a file may leave out is `Maybe[X]`, where it matters whether it was written: what was
written, and nothing else, is digested. `written` tells it apart from its default.
"""

from typing import Annotated, Any, Literal, TypeAlias, TypeVar, dataclass_transform

import msgspec
from msgspec import UNSET as UNSET
from msgspec import Meta as Meta
from msgspec import Struct
from msgspec import UnsetType as UnsetType

T = TypeVar("T")
D = TypeVar("D")

Maybe: TypeAlias = T | UnsetType
"""Of a setting that may be left out, where it matters whether it was written."""

PATTERN = "^[A-Za-z0-9][A-Za-z0-9._-]*$"
"""Of names that become names of files and columns."""

Name = Annotated[str, Meta(pattern=PATTERN)]
Text = Annotated[str, Meta(min_length=1, pattern=r"\S")]
Count = Annotated[int, Meta(ge=1)]
Share = Annotated[int, Meta(ge=0, le=1)] | Annotated[float, Meta(ge=0, le=1)]
Part = Annotated[int, Meta(gt=0, le=1)] | Annotated[float, Meta(gt=0, le=1)]
Inside = Annotated[int, Meta(gt=0, lt=1)] | Annotated[float, Meta(gt=0, lt=1)]
Signed = Annotated[int, Meta(ge=-1, le=1)] | Annotated[float, Meta(ge=-1, le=1)]
Amount = Annotated[int, Meta(ge=0)] | Annotated[float, Meta(ge=0)]
Positive = Annotated[int, Meta(gt=0)] | Annotated[float, Meta(gt=0)]
Labels = dict[str, str | int | float | None]


def about(text: str, **limits: Any) -> Meta:
    """What a key is for, as its errors and the schema say it, and the limits of its value."""
    return Meta(description=text, **limits)


UNIQUE = {"uniqueItems": True}
"""For `extra_json_schema` of a list that names nothing twice."""

SECRET = {"writeOnly": True}
"""For `extra_json_schema` of a value that may be a key typed in the wrong place: never shown."""

Shared = Annotated[
    tuple[Literal["alpha", "cost", "lapse"], ...],
    Meta(
        description="Parameters that all goals of a speaker have in common.",
        extra_json_schema=UNIQUE,
    ),
]


@dataclass_transform(frozen_default=True)
class _Strict(msgspec.StructMeta):
    """Every type of settings is frozen, knows its keys, and is made from keywords.

    mypy has to be told of `kw_only=True` where a key without a default follows one with it.
    """

    def __new__(
        cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **config: Any
    ) -> Any:
        config |= {"frozen": True, "kw_only": True, "forbid_unknown_fields": True}
        return super().__new__(cls, name, bases, namespace, **config)


class Settings(Struct, metaclass=_Strict):
    """A mapping of a file that users write, with the keys that are known in it."""


def written(value: T | UnsetType, otherwise: D) -> T | D:
    """A setting as it was written, or its default."""
    return otherwise if value is UNSET else value


def plain(settings: Any) -> Any:
    """Settings as JSON has them: what was left out is not there, lists are lists."""
    return msgspec.to_builtins(settings, builtin_types=())


def read(data: Any, kind: type[T]) -> T:
    """Settings of this type, from data that was validated."""
    return msgspec.convert(data, kind)
