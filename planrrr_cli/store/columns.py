"""Column types: UTC instants, JSON, words and durations that read the same on SQLite and PostgreSQL; no tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Double, Text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine


def clean(text: str) -> str:
    """``text`` without what PostgreSQL cannot store: NUL, and halves of surrogate pairs.

    Evidence comes from foreign systems; a strange byte in an error message must not cost the record of an outcome.
    """
    if "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text):
        return text
    return "".join("\ufffd" if c == "\x00" or "\ud800" <= c <= "\udfff" else c for c in text)


def plain(value: Any) -> Any:
    """``value`` as JSON knows it: mappings become dicts, tuples and sets lists, texts are cleaned."""
    if isinstance(value, str):
        return clean(str(value))
    if isinstance(value, Mapping):
        return {clean(str(key)): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, set | frozenset):
        return sorted(plain(one) for one in value)
    return value


def dumped(value: Any) -> str:
    return json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def instant_text(value: datetime) -> str:
    """The fixed-width UTC form that sorts as text."""
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: timestamptz on PostgreSQL, sortable ISO 8601 text on SQLite. Naive datetimes are refused."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return TIMESTAMP(timezone=True) if dialect.name == "postgresql" else Text()

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.utcoffset() is None:
            msg = f"a time without its zone cannot be stored: {value!r}"
            raise ValueError(msg)
        return value.astimezone(UTC) if dialect.name == "postgresql" else instant_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        read = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        return read.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """A JSON value: jsonb on PostgreSQL, text on SQLite; read back as dicts and lists."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return JSONB() if dialect.name == "postgresql" else Text()

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return plain(value) if dialect.name == "postgresql" else dumped(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return json.loads(value) if isinstance(value, str) and dialect.name != "postgresql" else value


class Words(TypeDecorator[str]):
    """A text that may come from a foreign system; what cannot be stored is replaced. Takes members of a StrEnum."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else clean(str(value))


class Id(TypeDecorator[str]):
    """A UUID as text, compared byte by byte, so that a range of ids finds a prefix through the primary key."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return Text(collation="C") if dialect.name == "postgresql" else Text()


class Seconds(TypeDecorator[timedelta]):
    """A duration, stored as seconds."""

    impl = Double
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> float | None:
        return None if value is None else value.total_seconds()

    def process_result_value(self, value: float | None, dialect: Dialect) -> timedelta | None:
        return None if value is None else timedelta(seconds=value)
