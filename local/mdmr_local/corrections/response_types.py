"""What type of content a service answers with is looked up once, and in one set of models."""

from functools import lru_cache
from typing import Any

import botocore.session
import ministack.app as emulator
from ministack.core import responses

from mdmr_local.corrections.registry import Correction, expect


def _apply() -> None:
    expect(emulator.fix_success_content_type is responses.fix_success_content_type, "app's types")
    expect(hasattr(responses._service_model, "cache_info"), "responses._service_model")
    responses.expected_success_content_type = lru_cache(1024)(
        responses.expected_success_content_type
    )
    session = botocore.session.get_session()

    @lru_cache(None)
    def service_model(service: str) -> Any:
        try:
            return session.get_service_model(responses._BOTOCORE_NAME.get(service, service))
        except Exception:  # noqa: BLE001 - as shipped: a service without a model has no type
            return None

    responses._service_model = service_model


CORRECTION = Correction(
    name="response_types",
    wrong="each service makes a session of botocore to find its type of content, for 40 ms, and "
    "each answer looks its type up again",
    apply=_apply,
)
