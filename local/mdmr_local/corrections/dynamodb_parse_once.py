"""A statement of a batch is parsed once: parsing is most of what putting many items takes."""

import ministack.services.dynamodb as tables

from mdmr_local.corrections.registry import Correction, rewrite


def _apply() -> None:
    rewrite(
        tables,
        "_batch_execute_statement",
        (
            'sub = {"Statement": raw_stmt, ',
            'sub = {"mdmr_parsed": parsed, "Statement": raw_stmt, ',
        ),
    )
    rewrite(
        tables,
        "_execute_statement",
        (
            "parsed = _parse_partiql(statement, parameters)",
            'parsed = data.get("mdmr_parsed") or _parse_partiql(statement, parameters)',
        ),
    )


CORRECTION = Correction(
    name="dynamodb_parse_once",
    wrong="each statement of a batch is parsed twice, which takes longer than all else about it",
    apply=_apply,
)
