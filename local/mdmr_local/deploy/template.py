"""Reads a SAM template with its short intrinsic tags (`!Ref`, `!Sub`, `!GetAtt`, ...)."""

from pathlib import Path
from typing import Any

import yaml

Template = dict[str, Any]


# The parser in C, where PyYAML is built with it, reads the hub's template in a tenth of the time.
QuickLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(QuickLoader):  # type: ignore[misc] # one of the two, which no type can say
    """Leaves dates as they are written and knows CloudFormation's tags."""


def _intrinsic(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    else:
        raise yaml.YAMLError(f"!{suffix} of an unknown node")
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _intrinsic)
# "2012-10-17" is a policy language's name, not a date.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_template(path: Path) -> Template:
    """Return the template with its tags in their long form (`Fn::Sub`, ...).

    Raises:
        ValueError: it is no template.
    """
    read = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a SafeLoader
    if not isinstance(read, dict) or "Resources" not in read:
        raise ValueError(f"{path} has no Resources")
    return read
