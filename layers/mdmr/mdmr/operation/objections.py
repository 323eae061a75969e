"""What a hub has against a document that is right in itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from mdmr.operation.document import Document
from mdmr.operation.faults import Fault
from mdmr.organizations import registry
from mdmr.organizations.entities import Organization, Role
from mdmr.ports.state import StateStore


def objections(state: StateStore, document: Document) -> list[Fault]:
    """Return what contradicts the registry as it would be: identities, parties of rows."""
    parties = {each.org_id: each for each in registry.organizations(state)}
    parties |= {each.org_id: each for each in document.organizations}
    return [*_shared_identities(document, parties), *_strangers(document, parties)]


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
