"""What a hub has against a document that is right in itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from mdmr.operation.document import Document
from mdmr.operation.faults import Fault
from mdmr.organizations import registry
from mdmr.organizations.entities import Organization, Role
from mdmr.organizations.parameter_table import PARAMETERS, Scope
from mdmr.organizations.parameters import EVERYONE, timeline_in, timeline_key
from mdmr.ports.state import StateStore


def objections(
    state: StateStore, document: Document, now: datetime, *, change_past: bool = False
) -> list[Fault]:
    """Return what contradicts the registry as it would be, or what is past.

    That is: identities, parties of authorizations, owners of parameters; and, unless
    `change_past`, values of parameters that would count before now.
    """
    parties = {each.org_id: each for each in registry.organizations(state)}
    parties |= {each.org_id: each for each in document.organizations}
    found = [
        *_shared_identities(document, parties),
        *_strangers(document, parties),
        *_owners(document, parties),
    ]
    return found if change_past else [*found, *_rewritten(state, document, now)]


def _shared_identities(document: Document, parties: dict[str, Organization]) -> Iterator[Fault]:
    """Yield each transport identity of the document that another organization has."""
    holders = defaultdict(set)
    for each in parties.values():
        for text in each.transport_ids:
            holders[text].add(each.org_id)
    for each in document.organizations:
        for text in each.transport_ids:
            for other in sorted(holders[text] - {each.org_id}):
                yield Fault(f"organizations {each.org_id}", f"{text} belongs to {other}")


def _owners(document: Document, parties: dict[str, Organization]) -> Iterator[Fault]:
    """Yield each owner of a parameter that cannot have one of its own."""
    for each in document.settings:
        party = parties.get(each.owner)
        if each.owner == EVERYONE:
            continue
        if party is None:
            yield Fault(each.path, f"{each.owner} is not registered")
        elif PARAMETERS[each.name].scope is Scope.LDC and Role.LDC not in party.roles:
            yield Fault(each.path, f"{each.owner} is not registered as an LDC")


def _rewritten(state: StateStore, document: Document, now: datetime) -> Iterator[Fault]:
    """Yield each value that would count before now and did not."""
    found = state.get_many(timeline_key(each.name, each.owner) for each in document.settings)
    for each in document.settings:
        before = timeline_in(found, each.name, each.owner)
        yield from each.changes_of_the_past(before, now)


def _strangers(document: Document, parties: dict[str, Organization]) -> Iterator[Fault]:
    """Yield each party of an authorization that is not registered as what it is there."""
    ldcs = dict.fromkeys(row.ldc for row in document.authorizations)
    for org_id in ldcs:
        party = parties.get(org_id)
        if party is None or Role.LDC not in party.roles:
            yield Fault("authorizations", f"{org_id} is not registered as an LDC")
    for org_id in dict.fromkeys(row.organization for row in document.authorizations):
        if org_id not in parties:
            yield Fault("authorizations", f"{org_id} is not registered")
