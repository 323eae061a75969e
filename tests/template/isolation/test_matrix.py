"""Organizations are kept apart: 200 of them, every ordered pair, every operation, every layer."""

from __future__ import annotations

import pytest

from tests.template.isolation import matrix
from tests.template.isolation.matrix import FEW, ORGANIZATIONS, Layer, Matrix
from tests.template.isolation.plants import PLANTS_BY_LAYER
from tests.template.reading import Plant
from tools.policies.operations import OPERATIONS
from tools.sam_template import Json

DEPLOYMENTS = {
    "primary of prod": {"Environment": "prod", "StandbyRegion": "ca-west-1"},
    "standby of prod": {"Environment": "prod", "Role": "standby", "StandbyRegion": "ca-west-1"},
    "sandbox": {"Environment": "sand"},
}
LAYERS = {each.name: each for each in (matrix.DEPLOYED, matrix.OWN_POLICY, matrix.BUCKETS)}


def test_nobody_reaches_another_organizations_prefix(template: Json) -> None:
    found = Matrix(template, matrix.DEPLOYED, ORGANIZATIONS)
    assert found.faults == []
    on_objects = sum(not each.on_bucket for each in OPERATIONS)
    assert len(set(ORGANIZATIONS)) == 200
    assert found.asked > 200 * 200 * 3 * on_objects


@pytest.mark.parametrize("layer", [matrix.OWN_POLICY, matrix.BUCKETS], ids=lambda each: each.name)
def test_each_layer_holds_alone(layer: Layer, template: Json) -> None:
    assert Matrix(template, layer, FEW).faults == []


@pytest.mark.parametrize("parameters", DEPLOYMENTS.values(), ids=DEPLOYMENTS)
def test_it_holds_in_every_deployment(parameters: dict[str, str], template: Json) -> None:
    assert Matrix(template, matrix.DEPLOYED, FEW, **parameters).faults == []


@pytest.mark.parametrize(
    ("layer", "plant"),
    [(layer, plant) for layer, plants in PLANTS_BY_LAYER.items() for plant in plants],
    ids=lambda each: getattr(each, "__name__", each),
)
def test_the_matrix_sees(layer: str, plant: Plant, template: Json) -> None:
    plant(template)
    assert Matrix(template, LAYERS[layer], FEW[:3]).faults != []


def test_every_layer_is_tried_on_faults() -> None:
    assert set(PLANTS_BY_LAYER) == set(LAYERS)
