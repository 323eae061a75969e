"""Deployment of a SAM template to the embedded AWS."""

import shutil
import subprocess
import sys
import zipfile
from importlib.util import cache_from_source
from io import BytesIO
from pathlib import Path

import pytest
from mdmr_local.deploy import DeploymentError, deploy
from mdmr_local.deploy.package import package, zip_of
from mdmr_local.deploy.template import read_template
from mdmr_local.embedded import EmbeddedAws

from tests.local.application import Application
from tests.local.conftest import TEMPLATE


def test_tags_are_read_in_their_long_form(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(
        "Resources:\n"
        "  A: {Type: T, Properties: {a: !Ref B, b: !GetAtt B.Arn, c: !Sub '${B}', d: 2012-10-17,"
        " e: !If [C, [1], !Ref AWS::NoValue], f: !GetAtt [B, Arn], g: {Condition: !Condition C}}}\n"
    )
    assert read_template(path)["Resources"]["A"]["Properties"] == {
        "a": {"Ref": "B"},
        "b": {"Fn::GetAtt": ["B", "Arn"]},
        "c": {"Fn::Sub": "${B}"},
        "d": "2012-10-17",
        "e": {"Fn::If": ["C", [1], {"Ref": "AWS::NoValue"}]},
        "f": {"Fn::GetAtt": ["B", "Arn"]},
        "g": {"Condition": {"Condition": "C"}},
    }
    path.write_text("Outputs: {}\n")
    with pytest.raises(ValueError, match="no Resources"):
        read_template(path)


def test_a_layer_has_its_modules_compiled_from_the_source_that_is_packed(tmp_path: Path) -> None:
    module = tmp_path / "layer" / "own" / "__init__.py"
    module.parent.mkdir(parents=True)
    packed: list[bytes] = []

    def upload(content: bytes) -> dict[str, str]:
        packed.append(content)
        return {"Bucket": "b", "Key": "k"}

    def told(number: int) -> str:
        module.write_text(f"told = '{number}' * {number}")
        layer = {"Type": "AWS::Serverless::LayerVersion", "Properties": {"ContentUri": "layer"}}
        package({"Resources": {"Layer": layer}}, tmp_path, upload)
        folder = tmp_path / f"unpacked-{number}"
        with zipfile.ZipFile(BytesIO(packed[-1])) as archive:
            archive.extractall(folder)
        (folder / "python/own/__init__.py").write_text("told = 'compiled anew'")
        done = subprocess.run(
            [sys.executable, "-c", "import own; print(own.told)"],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONPATH": str(folder / "python")},
        )
        return done.stdout.strip()

    assert told(2) == "22"
    assert told(333) == "333" * 333


def test_functions_layers_and_machines_are_packed_from_source() -> None:
    template = read_template(TEMPLATE)
    packed: list[list[str]] = []

    def upload(content: bytes) -> dict[str, str]:
        packed.append(zipfile.ZipFile(BytesIO(content)).namelist())
        return {"Bucket": "b", "Key": str(len(packed))}

    package(template, TEMPLATE.parent, upload)
    source = "python/shared/__init__.py"
    assert packed == [
        ["python/.layer", source, cache_from_source(source)],
        ["app.py"],
        ["app.py"],
    ]
    resources = template["Resources"]
    assert resources["Consume"]["Properties"]["CodeUri"] == {"Bucket": "b", "Key": "2"}
    assert "DefinitionUri" not in resources["Machine"]["Properties"]
    assert resources["Machine"]["Properties"]["Definition"]["StartAt"] == "What"


def test_the_same_content_gives_the_same_zip() -> None:
    assert zip_of(iter([("a", b"1")])) == zip_of(iter([("a", b"1")]))


def test_a_folder_that_does_not_exist_is_named(application: Application, tmp_path: Path) -> None:
    shutil.copy(TEMPLATE, tmp_path / "template.yaml")
    with pytest.raises(FileNotFoundError, match="layers/shared/"):
        deploy(application.aws, tmp_path / "template.yaml", "incomplete", {})


def test_a_resource_that_fails_is_named(aws: EmbeddedAws, tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text("Resources: {Odd: {Type: 'AWS::Odd::Thing', Properties: {}}}\n")
    with pytest.raises(DeploymentError, match="Odd::Thing"):
        deploy(aws.as_account("300000000001"), path, "odd", {})
    path.write_text(
        "Resources:\n"
        "  First: {Type: 'AWS::S3::Bucket', Properties: {BucketName: taken}}\n"
        "  Second: {Type: 'AWS::S3::Bucket', Properties: {BucketName: taken}, DependsOn: First}\n"
    )
    with pytest.raises(DeploymentError, match=r"Second \(AWS::S3::Bucket\): .*taken"):
        deploy(aws.as_account("300000000001"), path, "failing", {})


def test_a_stack_is_left_alone_or_brought_to_the_template(
    application: Application, tmp_path: Path
) -> None:
    aws = application.aws.as_account("300000000002")
    folder = tmp_path / "application"
    shutil.copytree(TEMPLATE.parent, folder)
    template = folder / "template.yaml"
    own = Application(aws, deploy(aws, template, "application", {}))
    cloudformation = own.client("cloudformation")

    def status() -> str:
        return str(cloudformation.describe_stacks()["Stacks"][0]["StackStatus"])

    assert own.record()["greeting"] == "hello"
    assert deploy(aws, template, "application", {}) == own.outputs
    assert status() == "CREATE_COMPLETE"
    deploy(aws, template, "application", {"Greeting": "good day"})
    assert status() == "UPDATE_COMPLETE"
    assert own.record()["greeting"] == "good day"
    code = folder / "functions" / "record" / "app.py"
    code.write_text(code.read_text().replace('os.environ["GREETING"]', '"changed"'))
    deploy(aws, template, "application", {"Greeting": "good day"})
    assert own.record()["greeting"] == "changed"
