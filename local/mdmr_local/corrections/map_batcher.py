"""A distributed Map hands its items on in batches and writes its results to a bucket."""

import json
from typing import Any

import ministack.services.stepfunctions as states
from ministack.services import s3

from mdmr_local.corrections.registry import Correction, expect

State = dict[str, Any]


def _apply() -> None:
    expect(hasattr(states, "_read_map_items"), "stepfunctions._read_map_items")
    shipped = states._run_distributed_map

    def run(state: State, raw: Any, effective: Any, iterator: Any, execution: Any, ctx: Any) -> Any:
        writer = state.get("ResultWriter")
        if not (writer or state.get("ItemBatcher")):
            return shipped(state, raw, effective, iterator, execution, ctx)
        items = _batches(state, effective, _items(state, effective, ctx), ctx)
        plain = _without(state, "ItemReader", "ItemBatcher", "ItemSelector", "ResultWriter")
        plain["ItemsPath"] = "$"
        if not writer:
            return shipped(plain, raw, items, iterator, execution, ctx)
        bare = _without(plain, "ResultPath", "ResultSelector", "OutputPath") | {"ResultPath": "$"}
        shipped(bare, raw, items, iterator, execution, ctx)
        return _written(state, raw, effective, execution, ctx)

    states._run_distributed_map = run


def _without(state: State, *fields: str) -> State:
    return {name: value for name, value in state.items() if name not in fields}


def _items(state: State, effective: Any, ctx: Any) -> list[Any]:
    if state.get("ItemReader"):
        items = states._read_map_items(state["ItemReader"], effective, ctx)
    else:
        items = states._resolve_path_or_ctx(state.get("ItemsPath", "$"), effective, ctx)
    selector = state.get("ItemSelector")
    if not selector:
        return list(items)
    return [
        states._resolve_params_obj(
            selector, effective, {**ctx, "Map": {"Item": {"Index": index, "Value": item}}}
        )
        for index, item in enumerate(items)
    ]


def _batches(state: State, effective: Any, items: list[Any], ctx: Any) -> list[Any]:
    batcher = state.get("ItemBatcher")
    if not batcher:
        return items
    size = int(batcher.get("MaxItemsPerBatch") or len(items) or 1)
    common = {}
    if "BatchInput" in batcher:
        common["BatchInput"] = states._resolve_params_obj(batcher["BatchInput"], effective, ctx)
    return [
        {**common, "Items": items[start : start + size]} for start in range(0, len(items), size)
    ]


def _written(state: State, raw: Any, effective: Any, execution: Any, ctx: Any) -> Any:
    """Write the results of the last Map run of an execution and return the state's output."""
    arn = execution["executionArn"]
    run = [run for run in states._map_runs.values() if run["executionArn"] == arn][-1]
    target = states._resolve_params_obj(
        state["ResultWriter"].get("Parameters") or {}, effective, ctx
    )
    name = run["mapRunArn"].split(":")[-1]
    base = f"{target.get('Prefix', '').rstrip('/')}/{name}".lstrip("/")
    files: dict[str, list[Any]] = {"PENDING": [], "FAILED": [], "SUCCEEDED": []}
    for status in ("SUCCEEDED", "FAILED"):
        rows = [_row(child) for child in _children(run) if child["status"] == status]
        if rows:
            body = json.dumps(rows).encode()
            key = f"{base}/{status}_0.json"
            s3._put_object(target["Bucket"], key, body, {})
            files[status] = [{"Key": key, "Size": len(body)}]
    manifest = {
        "DestinationBucket": target["Bucket"],
        "MapRunArn": run["mapRunArn"],
        "ResultFiles": files,
    }
    key = f"{base}/manifest.json"
    s3._put_object(target["Bucket"], key, json.dumps(manifest).encode(), {})
    details = {"Bucket": target["Bucket"], "Key": key}
    result = {"MapRunArn": run["mapRunArn"], "ResultWriterDetails": details}
    output = states._apply_result_path(state, raw, states._apply_result_selector(state, result))
    return states._apply_output_path(state, output, ctx), states._next_or_end(state)


def _children(run: State) -> list[State]:
    return [
        child for child in states._executions.values() if child.get("mapRunArn") == run["mapRunArn"]
    ]


def _row(child: State) -> State:
    return {
        "ExecutionArn": child["executionArn"],
        "Name": child["name"],
        "Input": child["input"],
        "Output": child.get("output"),
        "Status": child["status"],
    }


CORRECTION = Correction(
    name="map_batcher",
    wrong="ItemBatcher and ResultWriter of a distributed Map are ignored",
    apply=_apply,
)
