"""A session of a role is known to conditions by the ARN of its role, as on AWS."""

from ministack.core import iam_evaluator
from ministack.services import iam

from mdmr_local.corrections.registry import Correction, rewrite


def _apply() -> None:
    rewrite(
        iam_evaluator,
        "_resolve_condition_key",
        ("return ctx.principal_arn", "return _mdmr_role_of(ctx.principal_arn)"),
        _mdmr_role_of=_role_of,
    )


def _role_of(arn: str) -> str:
    """Return the ARN of a session's role, and any other as it is."""
    if ":assumed-role/" not in arn:
        return arn
    account, name = arn.split(":")[4], arn.split("/")[1]
    role = iam._roles.get_scoped(account, None, name) or {}
    return str(role.get("Arn") or f"arn:aws:iam::{account}:role/{name}")


CORRECTION = Correction(
    name="iam_principal_arn",
    wrong="aws:PrincipalArn is the ARN of the session, so that a denial to all but a role hits it",
    apply=_apply,
)
