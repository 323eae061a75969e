"""CloudFormation takes saved queries of the logs, which nothing here reads."""

from typing import Any

from ministack.core.responses import new_uuid

from mdmr_local.corrections.cloudformation_after import handlers
from mdmr_local.corrections.registry import Correction, expect

_TYPE = "AWS::Logs::QueryDefinition"


def _apply() -> None:
    expect(_TYPE not in handlers(), "CloudFormation's lack of saved queries")
    handlers()[_TYPE] = {"create": _create, "delete": _delete}


def _create(_name: str, _properties: dict[str, Any], _stack: str) -> tuple[str, dict[str, str]]:
    query = new_uuid()
    return query, {"QueryDefinitionId": query}


def _delete(_physical_id: str, _properties: dict[str, Any]) -> None:
    """Leave nothing behind, as nothing was made."""


CORRECTION = Correction(
    name="cloudformation_saved_query",
    wrong="a stack with a saved query of the logs is refused, as its type is not known",
    apply=_apply,
)
