"""Where a Struct holds instants, tuples, sets: found once a type, so that only they are visited.

msgspec makes plain data of everything else as a table takes it: of instants it would make texts of
two forms, tuples stay tuples, and sets have no order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from msgspec import Struct, inspect

Plain: TypeAlias = Any
Change: TypeAlias = Callable[[Plain], Plain]
Visitor: TypeAlias = Callable[[Plain, Change], Plain]
"""Returns a value with instants changed and lists for tuples and sets; maps are changed."""


def visitors_of(kind: type[Struct]) -> dict[str, Visitor]:
    """Return the visitor of each field that holds one of them, by the field's name.

    Raises TypeError for a union in which a value does not tell which alternative it is.
    """
    described = inspect.type_info(kind)
    if not isinstance(described, inspect.StructType):
        raise TypeError(kind)
    return _visitors(described.fields)


def _visitors(fields: Iterable[inspect.Field]) -> dict[str, Visitor]:
    found = {field.encode_name: _visitor(field.type) for field in fields}
    return {name: visit for name, visit in found.items() if visit is not None}


def _visitor(kind: inspect.Type) -> Visitor | None:
    """Return the visitor of a type, None when it holds none of them."""
    found: Visitor | None = None
    match kind:
        case inspect.DateTimeType():
            found = _change
        case inspect.StructType():
            found = _of_fields(_visitors(kind.fields))
        case inspect.DictType():
            found = _of_map(_visitor(kind.value_type))
        case inspect.FrozenSetType():
            found = _sorted
        case inspect.VarTupleType():
            found = _of_list(_visitor(kind.item_type)) or _list
        case inspect.CollectionType():
            found = _of_list(_visitor(kind.item_type))
        case inspect.TupleType():
            found = _of_row([_visitor(each) for each in kind.item_types])
        case inspect.NamedTupleType():
            found = _of_row([_visitor(each.type) for each in kind.fields])
        case inspect.UnionType():
            types = [each for each in kind.types if not isinstance(each, inspect.NoneType)]
            found = _of_union(types)
    return found


def _change(value: Plain, change: Change) -> Plain:
    return change(value)


def _list(value: Plain, _change: Change) -> Plain:
    return list(value)


def _sorted(value: Plain, _change: Change) -> Plain:
    return sorted(value)


def _of_fields(visitors: Mapping[str, Visitor]) -> Visitor | None:
    pairs = tuple(visitors.items())

    def visit(value: Plain, change: Change) -> Plain:
        for name, inner in pairs:
            if name in value:
                value[name] = inner(value[name], change)
        return value

    return visit if visitors else None


def _of_map(inner: Visitor | None) -> Visitor | None:
    if inner is None:
        return None
    return lambda value, change: {name: inner(each, change) for name, each in value.items()}


def _of_list(inner: Visitor | None) -> Visitor | None:
    if inner is None:
        return None
    return lambda value, change: [inner(each, change) for each in value]


def _of_row(visitors: Sequence[Visitor | None]) -> Visitor:
    def visit(value: Plain, change: Change) -> Plain:
        pairs = zip(visitors, value, strict=True)
        return [each if inner is None else inner(each, change) for inner, each in pairs]

    return visit if any(visitors) else _list


def _of_union(kinds: Sequence[inspect.Type]) -> Visitor | None:
    """Return the visitor of what is one type or None, or of several Structs told by their tags."""
    visitors = [_visitor(each) for each in kinds]
    if not any(visitors):
        return None
    if len(kinds) == 1:
        return _unless_none(visitors[0])
    structs = [each for each in kinds if isinstance(each, inspect.StructType) and each.tag]
    if len(structs) != len(kinds):
        raise TypeError(f"nothing tells {kinds} apart")
    # Of the Structs of one union all have the same tag field.
    field, tags = structs[0].tag_field, [each.tag for each in structs]
    by_tag = dict(zip(tags, visitors, strict=True))

    def visit(value: Plain, change: Change) -> Plain:
        if value is None:
            return None
        inner = by_tag[value[field]]
        return value if inner is None else inner(value, change)

    return visit


def _unless_none(inner: Visitor | None) -> Visitor | None:
    if inner is None:
        return None
    return lambda value, change: None if value is None else inner(value, change)
