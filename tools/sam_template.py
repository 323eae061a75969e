"""The SAM template as CloudFormation sees it: transformed, with the state machines in it."""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path
from typing import Any

import boto3
import yaml
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parent.parent
REGION = "ca-central-1"

# A template is JSON by nature; what a value is, is known only where it is looked at.
Json = dict[str, Any]

_LIMIT = "TimeoutSeconds"
_CODE = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}


def read_template(path: Path = ROOT / "template.yaml") -> Json:
    """Return the SAM template with its short tags spelled out (`!Ref X` is `{"Ref": "X"}`)."""
    return parsed(path.read_text(encoding="utf-8"))


def parsed(text: str) -> Json:
    """Return a SAM template of its text, as `read_template` does.

    What the text says once and repeats by an alias becomes a copy at each place: a change of one
    place changes no other.
    """
    template: Json = json.loads(json.dumps(yaml_parse(text)))
    return template


def read_machine(path: Path) -> Json:
    """Return one state machine in the States Language, its `${...}` substitutions in place."""
    machine: Json = yaml.safe_load(path.read_text(encoding="utf-8"))
    return machine


def transformed(template: Json, root: Path = ROOT) -> Json:
    """Return the CloudFormation template that AWS would make of a SAM template.

    Code stays where it is; only state machine definitions, files under `root`, are read and put
    in, as checks look into them there. The template given is left as it was. Raises
    samtranslator's InvalidDocumentException.
    """
    source = copy.deepcopy(template)
    machines: dict[str, Json] = {}
    for name, resource in source["Resources"].items():
        properties = resource.get("Properties", {})
        if resource["Type"] in _CODE:
            properties[_CODE[resource["Type"]]] = "s3://not-uploaded/code.zip"
        if resource["Type"] == "AWS::Serverless::StateMachine":
            machines[name] = read_machine(root / properties["DefinitionUri"])
            properties["DefinitionUri"] = "s3://not-uploaded/machine"
    # No map of AWS's managed policies: the template names none of them.
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name=REGION))
    result: Json = translator.translate(source, parameter_values={})
    for name, machine in machines.items():
        properties = result["Resources"][name]["Properties"]
        del properties["DefinitionS3Location"]
        properties["Definition"] = machine
    return result


def for_the_linter(each: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a template with a number for each time limit that is an expression.

    AWS takes both; cfn-lint only knows of the number.
    """
    if isinstance(each, list):
        return [for_the_linter(one) for one in each]
    if not isinstance(each, dict):
        return each
    computed = str(each.get(_LIMIT, "")).startswith("{%")
    return {
        name: 1 if computed and name == _LIMIT else for_the_linter(one)
        for name, one in each.items()
    }


def main(arguments: list[str]) -> int:
    """Write the transformed template for the linter to the path given."""
    target = Path(arguments[0])
    target.parent.mkdir(parents=True, exist_ok=True)
    template = for_the_linter(transformed(read_template()))
    target.write_text(json.dumps(template, indent=1, default=str), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
