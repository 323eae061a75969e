"""The embedded AWS, which has an evaluator of its own, answers as ours does.

A sample of the isolation matrix and of what each function's role may do, as real requests, signed
by the roles and sent over TLS.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import pytest
from mdmr_local.hub import LocalHub

from tests.enforced.gaps import OF_S3 as GAPS_OF_S3
from tests.enforced.gaps import OF_SERVICES, Difference, Gap
from tests.enforced.questions import questions
from tests.enforced.requests import OF_S3, let_in, list_by
from tests.enforced.roles import EVERYTHING, Roles, Signer
from tools.policies.decisions import Decision, Principal
from tools.policies.documents import read_policy
from tools.policies.operations import OPERATIONS_BY_NAME, Asked, listing
from tools.policies.stack import STRANGERS_ACCOUNT, Stack

OWN, OTHER, ODD = "ORG11111", "ORG11112", "ORG11111/x"
KEYS = (f"{ODD}/file", f"{OTHER}/file")
PREFIXES = (f"{OWN}/", f"{OTHER}/", OWN, None)


class Person(NamedTuple):
    """A role on the embedded AWS, and the same one for our evaluator."""

    name: str
    signer: Signer
    principal: Principal


@pytest.fixture(scope="module")
def people(roles: Roles, stack: Stack) -> list[Person]:
    found = []
    for at, (tag, account, more) in enumerate(
        [
            (OWN, None, False),
            (OWN, None, True),
            (OTHER, None, False),
            (ODD, None, True),
            (None, None, False),
            (OWN, STRANGERS_ACCOUNT, True),
        ]
    ):
        signer = roles.organization(f"asks-{at}", tag, more=more, account=account)
        principal = stack.organization(tag, account=account)
        if more:
            principal = replace(
                principal, statements=principal.statements + read_policy(EVERYTHING)
            )
        name = f"{tag}{' of another account' if account else ''}{', with everything' * more}"
        found.append(Person(name, signer, principal))
    return found


def _of_buckets(stack: Stack, person: Person, s3: Any) -> Iterator[tuple[Difference, bool]]:  # noqa: ANN401 - boto3's
    """Yield what became of each request on the buckets, and whether our evaluator allows it."""
    for bucket in stack.resolver.resources("AWS::S3::Bucket"):
        name = stack.resolver.ref(bucket)
        for operation, request in OF_S3.items():
            asked = Asked(stack, person.principal, OPERATIONS_BY_NAME[operation], bucket)
            for key in ("",) if OPERATIONS_BY_NAME[operation].on_bucket else KEYS:
                came_in = let_in(partial(request, s3, name, key))
                about = f"{bucket}/{key}"
                yield Difference(person.name, operation, about, came_in), asked.allowed(key)
        for prefix in PREFIXES:
            came_in = let_in(partial(list_by(prefix), s3, name, ""))
            allowed = listing(stack, person.principal, bucket, prefix).allowed()
            yield Difference(person.name, "list", f"{bucket} by {prefix}", came_in), allowed


def test_organizations_are_let_in_where_our_evaluator_lets_them(
    people: list[Person], roles: Roles, stack: Stack
) -> None:
    asked, differences = 0, []
    with roles.now():
        for person in people:
            for found, allowed in _of_buckets(stack, person, roles.client(person.signer, "s3")):
                asked += 1
                differences += [found] if found.let_in is not allowed else []
    assert asked > 800
    _are_explained(differences, GAPS_OF_S3)


def test_functions_may_what_our_evaluator_lets_them(
    roles: Roles, stack: Stack, hub: LocalHub
) -> None:
    every = questions(stack, hub)
    differences = []
    for name in sorted(stack.roles):
        signer = roles.of_template(name)
        services = {each.service for each in every}
        clients = {service: roles.client(signer, service) for service in services}
        with roles.now():
            for each in every:
                call = getattr(clients[each.service], each.method)
                came_in = let_in(partial(call, **each.given))
                ours = stack.decide(stack.roles[name], each.action, each.arn, each.context)
                keys = each.context.get("dynamodb:leadingkeys", ())
                found = Difference(name, each.action, " ".join((each.arn, *keys)), came_in)
                differences += [found] if came_in is not (ours is Decision.ALLOWED) else []
    _are_explained(differences, OF_SERVICES)


def _are_explained(differences: Iterable[Difference], gaps: Sequence[Gap]) -> None:
    """Each difference comes from a gap, and each gap still shows."""
    found = list(differences)
    assert [each for each in found if not any(gap.explains(each) for gap in gaps)] == []
    assert [gap.lacks for gap in gaps if not any(map(gap.explains, found))] == []
