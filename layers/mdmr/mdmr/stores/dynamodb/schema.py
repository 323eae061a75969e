"""The schema of both tables, as pynamodb models: their keys, indexes, projections, time to live.

The one place of it: the indexes of the memory twin and the tables that tests make are derived from
here, the template is held to it by a test. The models read and write nothing (records go through
the codec and the port), and no handler imports them: they cost more than all the hub's own modules
of a small one. What the adapter has to know of indexes stands in `table`, held to these as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pynamodb.attributes import Attribute, TTLAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from mdmr.ports.state import PARTITION, SORT
from mdmr.stores.limits import Indexes


class MasterDirectory(Model):
    """SDPs, meters, modules and who has which Universal SDP ID: read by key alone."""

    class Meta:
        """The end of the table's name, which begins with that of the environment."""

        table_name = "master-directory"

    partition = UnicodeAttribute(hash_key=True, attr_name=PARTITION)
    sort = UnicodeAttribute(range_key=True, attr_name=SORT)


class Unfinished(GlobalSecondaryIndex["HubState"]):
    """What is open, by when it is due; who finds something there goes on with all of it."""

    class Meta:
        """Name and projection."""

        index_name = "unfinished"
        projection = AllProjection()

    unfinished = UnicodeAttribute(hash_key=True)
    due = UnicodeAttribute(range_key=True)


class ByOrganization(GlobalSecondaryIndex["HubState"]):
    """Files of a sender and deliveries to a recipient, by time; they are listed whole."""

    class Meta:
        """Name and projection."""

        index_name = "by_organization"
        projection = AllProjection()

    organization = UnicodeAttribute(hash_key=True)
    arrived = UnicodeAttribute(range_key=True)


class HubState(Model):
    """Everything else: receipts, sets, runs, deliveries, notices, organizations, lease, gate."""

    class Meta:
        """The end of the table's name, which begins with that of the environment."""

        table_name = "hub-state"

    partition = UnicodeAttribute(hash_key=True, attr_name=PARTITION)
    sort = UnicodeAttribute(range_key=True, attr_name=SORT)
    expires_at = TTLAttribute(null=True)

    unfinished = Unfinished()
    by_organization = ByOrganization()


TABLES: tuple[type[Model], ...] = (MasterDirectory, HubState)


def indexes_of(table: type[Model]) -> Indexes:
    """Return the indexes of a table: by name, the attributes of its partition and its order."""
    return {index.Meta.index_name: _key(index.Meta.attributes) for index in _indexes(table)}


def definition(table: type[Model]) -> dict[str, Any]:
    """Return the properties of a table that both CreateTable and CloudFormation know."""
    key = _key(table.get_attributes())
    indexes = list(_indexes(table))
    names = dict.fromkeys((*key, *(name for pair in indexes_of(table).values() for name in pair)))
    made: dict[str, Any] = {
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": _key_schema(key),
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in names],
    }
    if indexes:
        made["GlobalSecondaryIndexes"] = [
            {
                "IndexName": index.Meta.index_name,
                "KeySchema": _key_schema(_key(index.Meta.attributes)),
                "Projection": {"ProjectionType": index.Meta.projection.projection_type},
            }
            for index in indexes
        ]
    return made


def time_to_live(table: type[Model]) -> str | None:
    """Return the attribute that says when an item of a table may go, None where none goes."""
    attributes = table.get_attributes().values()
    found = (each.attr_name for each in attributes if isinstance(each, TTLAttribute))
    return next(found, None)


def _indexes(table: type[Model]) -> Iterator[GlobalSecondaryIndex[Any]]:
    return (each for each in vars(table).values() if isinstance(each, GlobalSecondaryIndex))


def _key(attributes: dict[str, Attribute[Any]]) -> tuple[str, str]:
    """Return the names of the two attributes that are the key of a table or an index."""
    (partition,) = (each.attr_name for each in attributes.values() if each.is_hash_key)
    (order,) = (each.attr_name for each in attributes.values() if each.is_range_key)
    return partition, order


def _key_schema(key: tuple[str, str]) -> list[dict[str, str]]:
    partition, order = key
    return [
        {"AttributeName": partition, "KeyType": "HASH"},
        {"AttributeName": order, "KeyType": "RANGE"},
    ]
