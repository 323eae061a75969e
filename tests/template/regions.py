"""Checks of the two regions; each looks at a deployment of the template and returns its faults.

A region is the template as one deployment fills it in: `Region(template, role)`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.template.reading import listed, mentions, of_type, properties
from tools.policies.resolving import Resolver
from tools.sam_template import Json

PRIMARY, STANDBY = "ca-central-1", "ca-west-1"
REGIONS = {"primary": PRIMARY, "standby": STANDBY}
BUCKETS = ("InboundBucket", "OutboundBucket", "DataBucket")
REPLICATES = {"s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"}
# What exists for the sake of a second region, and the condition that it exists under.
OF_TWO_REGIONS = {
    "LeaseNotRenewedAlarm": "HasStandby",
    "RenewLeaseFunction": "HasStandby",
    "RenewLeaseFunctionEveryMinute": "HasStandby",
    "RenewLeaseLogs": "HasStandby",
    "RenewLeaseRole": "HasStandby",
    "RenewLeaseScheduleRole": "HasStandby",
    "ReplicationRole": "Replicates",
    "SeeTheOtherLease": "HasStandby",
    "SeeTheOtherRegion": "HasStandby",
}


@dataclass(frozen=True)
class Region:
    """The template deployed as `role` of prod, `replicate` or not, with a second region or not."""

    template: Json
    role: str
    replicate: str = "true"
    second: str = STANDBY

    @property
    def resolver(self) -> Resolver:
        """What fills the template in."""
        given = {"Environment": "prod", "Role": self.role, "StandbyRegion": self.second}
        return Resolver(self.template, {**given, "Replicate": self.replicate}, REGIONS[self.role])

    @property
    def other(self) -> Region:
        """The other region of the hub."""
        return Region(self.template, "standby" if self.role == "primary" else "primary")

    def bucket(self, name: str) -> dict[str, Any]:
        """Return the properties of a bucket, filled in; key and role stand by their ARNs."""
        found: dict[str, Any] = self.resolver.value(properties(self.template, name))
        return found

    def arn(self, name: str) -> str:
        """Return the ARN of a resource."""
        return self.resolver.arn(name)


def both(template: Json) -> Iterator[Region]:
    """Yield both regions."""
    yield Region(template, "primary")
    yield Region(template, "standby")


def every_bucket_is_copied_into_its_like(template: Json) -> list[str]:
    """Each bucket of a region replicates everything into the same bucket of the other."""
    faults = []
    for region in both(template):
        for name in BUCKETS:
            rules = region.bucket(name).get("ReplicationConfiguration", {}).get("Rules", [])
            targets = [each["Destination"]["Bucket"] for each in rules]
            whole = [(each["Status"], each["Filter"]) for each in rules]
            if targets != [region.other.arn(name)] or whole != [("Enabled", {"Prefix": ""})]:
                faults.append(f"{region.role}: {name} is copied into {targets}")
    return faults


def copies_are_encrypted_with_the_other_regions_key(template: Json) -> list[str]:
    """Objects under KMS are taken along, and the key of the copy is the other region's own."""
    faults = []
    for region in both(template):
        there = region.other.resolver
        alias = there.value(properties(template, "HubKeyAlias"))
        wanted = f"arn:aws:kms:{there.region}:{there.account}:{alias['AliasName']}"
        if alias["TargetKeyId"] != there.ref("HubKey"):
            faults.append(f"{region.role}: the alias is not the hub key's")
        for name in BUCKETS:
            for rule in _rules(region, name):
                taken = rule.get("SourceSelectionCriteria", {}).get("SseKmsEncryptedObjects")
                key = rule["Destination"].get("EncryptionConfiguration", {}).get("ReplicaKmsKeyID")
                if taken != {"Status": "Enabled"} or key != wanted:
                    faults.append(f"{region.role}: {name} is copied under {key}")
    return faults


def copies_come_in_time_and_stay(template: Json) -> list[str]:
    """Replication has its 15 minutes by contract and is measured; no deletion is passed on."""
    in_time = {"Status": "Enabled", "Time": {"Minutes": 15}}
    measured = {"Status": "Enabled", "EventThreshold": {"Minutes": 15}}
    return [
        f"{region.role}: {name}"
        for region in both(template)
        for name in BUCKETS
        for rule in _rules(region, name)
        if rule["Destination"].get("ReplicationTime") != in_time
        or rule["Destination"].get("Metrics") != measured
        or rule.get("DeleteMarkerReplication") != {"Status": "Disabled"}
    ]


def only_the_other_regions_replication_copies_reports(template: Json) -> list[str]:
    """The outbound bucket turns away whoever replicates, but the other region's role."""
    faults = []
    for region in both(template):
        policy = region.resolver.value(properties(template, "OutboundBucketPolicy"))
        wanted = {"ArnNotEquals": {"aws:PrincipalArn": region.other.arn("ReplicationRole")}}
        if not any(
            each["Effect"] == "Deny"
            and each["Principal"] == "*"
            and set(listed(each.get("Action", []))) >= REPLICATES
            and each.get("Condition") == wanted
            for each in policy["PolicyDocument"]["Statement"]
        ):
            faults.append(f"{region.role}: others may replicate into it")
    return faults


def the_replication_role_copies_and_no_more(template: Json) -> list[str]:
    """It reads this region's buckets and writes the other's; S3 alone takes it."""
    faults = []
    for region in both(template):
        role = region.resolver.value(properties(template, "ReplicationRole"))
        here = {region.arn(name) for name in BUCKETS}
        there = {region.other.arn(name) for name in BUCKETS}
        reach = {
            "s3:GetReplicationConfiguration": here,
            "s3:ListBucket": here,
            "s3:GetObjectVersionAcl": {f"{each}/*" for each in here},
            "s3:GetObjectVersionForReplication": {f"{each}/*" for each in here},
            "s3:GetObjectVersionTagging": {f"{each}/*" for each in here},
            "s3:ReplicateObject": {f"{each}/*" for each in there},
            "s3:ReplicateTags": {f"{each}/*" for each in there},
            "kms:Decrypt": {region.arn("HubKey")},
            "kms:Encrypt": {_keys(region.other)},
            "kms:GenerateDataKey": {_keys(region.other)},
        }
        found: dict[str, set[str]] = {}
        for statement in role["Policies"][0]["PolicyDocument"]["Statement"]:
            for action in listed(statement["Action"]):
                found.setdefault(str(action), set()).update(map(str, listed(statement["Resource"])))
            if mentions(statement["Action"], "kms:") and not mentions(
                statement.get("Condition"), "kms:ViaService"
            ):
                faults.append(f"{region.role}: uses a key without S3")
            if mentions(statement["Resource"], "key/*") and not mentions(
                statement.get("Condition"), "kms:ResourceAliases"
            ):
                faults.append(f"{region.role}: uses any key of the other region")
        if found != reach:
            faults.append(f"{region.role}: reaches {found}")
        takers = [each["Principal"] for each in role["AssumeRolePolicyDocument"]["Statement"]]
        if takers != [{"Service": "s3.amazonaws.com"}]:
            faults.append(f"{region.role}: taken by {takers}")
    return faults


def one_region_has_nothing_of_two(template: Json) -> list[str]:
    """Without a second region nothing runs, renews or replicates for its sake."""
    found = template["Resources"]
    faults = [
        f"{name}: {found[name].get('Condition')}"
        for name, condition in OF_TWO_REGIONS.items()
        if found[name].get("Condition") != condition
    ]
    alone = Region(template, "primary", second="")
    first = Region(template, "standby", replicate="false")
    faults += [
        f"{region}: {name} replicates"
        for region in (alone, first)
        for name in BUCKETS
        if "ReplicationConfiguration" in region.bucket(name)
    ]
    faults += [
        f"{name}: knows of another region"
        for name, function in of_type(template, "AWS::Lambda::Function").items()
        if "Condition" not in function
        and mentions(alone.resolver.value(function["Properties"].get("Environment")), "PEER_")
    ]
    return faults


def functions_know_the_other_region(template: Json) -> list[str]:
    """What publishes, renews and orders looks into the region that is not its own."""
    faults = []
    for region in both(template):
        for name in ("PublishFunction", "RenewLeaseFunction", "OperateFunction"):
            given = region.resolver.value(properties(template, name)["Environment"]["Variables"])
            if given.get("PEER_REGION") != REGIONS[region.other.role]:
                faults.append(f"{region.role}: {name} looks into {given.get('PEER_REGION')}")
            for variable, bucket in (("INBOUND", "InboundBucket"), ("DATA", "DataBucket")):
                named = given.get(f"PEER_{variable}_BUCKET")
                wanted = region.other.bucket(bucket)["BucketName"]
                if name == "PublishFunction" and named != wanted:
                    faults.append(f"{region.role}: {name} looks into {named}")
    return faults


def _rules(region: Region, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = region.bucket(name)["ReplicationConfiguration"]["Rules"]
    return found


def _keys(region: Region) -> str:
    return f"arn:aws:kms:{region.resolver.region}:{region.resolver.account}:key/*"
