"""Who may do what with what: every role and every resource of the template, asked one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from tools.policies.actions import ACTIONS, LOG_DELIVERY, TRACES
from tools.policies.decisions import Decision, Principal
from tools.policies.kinds import kinds
from tools.policies.patterns import Context
from tools.policies.stack import STRANGERS_ACCOUNT, Stack

ORG, OTHER_ORG = "ORG11111", "ORG22222"

# Parts of buckets that are told apart, by the bucket's logical id; of others all is one part.
_PARTS = {
    "InboundBucket": (f"{ORG}/file",),
    "OutboundBucket": (f"{ORG}/file",),
    "DataBucket": ("staged/report", "elsewhere/file"),
    "EvidenceBucket": ("operations/record", "elsewhere/file"),
}
_ANY_PART = ("anything",)

_ACCOUNT = "the account"
_SECTIONS = {
    "AWS::S3::Bucket": "Buckets",
    "AWS::KMS::Key": "Keys",
    "AWS::DynamoDB::GlobalTable": "Tables",
    "AWS::SecretsManager::Secret": "Secrets",
    "AWS::SQS::Queue": "Queues",
    "AWS::SNS::Topic": "Topics",
    "AWS::Events::EventBus": "Event buses",
    "AWS::StepFunctions::StateMachine": "State machines",
    "AWS::Lambda::Function": "Functions",
    "AWS::Logs::LogGroup": "Log groups",
    "AWS::IAM::Role": "Roles",
    _ACCOUNT: "What has no resource of its own",
}


class Asker(NamedTuple):
    """Somebody who asks, and what AWS tells the policies of the request besides."""

    principal: Principal
    context: Context


class Thing(NamedTuple):
    """Something asked for.

    Attributes:
        name: for people.
        arn: `*` for what has none of its own.
        actions: all that is asked, with the service.
        context: what the request says of it.
    """

    name: str
    arn: str
    actions: tuple[str, ...]
    context: Context


class Right(NamedTuple):
    """What somebody may do with something."""

    thing: str
    who: str
    actions: tuple[str, ...]


def askers(stack: Stack) -> list[Asker]:
    """Return everybody who is told apart: roles, organizations, strangers, rules of EventBridge."""
    resolver = stack.resolver
    people = [
        *stack.roles.values(),
        stack.organization(ORG),
        stack.organization(OTHER_ORG),
        stack.organization(None),
        stack.organization(ORG, account=STRANGERS_ACCOUNT),
        Principal("anonymous"),
    ]
    named = ["", "", "role without a tag", "organization in another account", "anonymous"]
    people[-5:] = [
        Principal(name or one.name, one.arn, one.account, one.statements, one.tags)
        for one, name in zip(people[-5:], named, strict=True)
    ]
    rules = [
        Asker(
            Principal(f"rule {name}", "events.amazonaws.com"),
            {"aws:sourcearn": resolver.arn(name), "aws:sourceaccount": resolver.account},
        )
        for name in resolver.resources("AWS::Events::Rule")
    ]
    return [Asker(one, {}) for one in people] + rules


def things(stack: Stack, kind: str) -> Iterator[Thing]:
    """Yield what can be asked for of the resources of a type."""
    if kind == _ACCOUNT:
        yield Thing("delivery of logs", "*", _of("logs", LOG_DELIVERY), {})
        yield Thing("traces", "*", _of("xray", TRACES), {})
    for name in stack.resolver.resources(kind):
        arn = stack.resolver.arn(name)
        actions = _of(arn.split(":")[2]) + (_of("sts") if kind == "AWS::IAM::Role" else ())
        for part, arn_of_part, context in _parts(stack, kind, name):
            yield Thing(f"{name}{part}", arn_of_part, actions, context)


def _parts(stack: Stack, kind: str, name: str) -> Iterator[tuple[str, str, Context]]:
    """Yield the parts of a resource that are told apart: what each is called, its ARN, the rest."""
    arn = stack.resolver.arn(name)
    if kind == "AWS::S3::Bucket":
        yield "", arn, {"s3:prefix": f"{ORG}/"}
        yield from ((f"/{key}", f"{arn}/{key}", {}) for key in _PARTS.get(name, _ANY_PART))
    elif kind == "AWS::DynamoDB::GlobalTable":
        for each in kinds():
            if each.table == name:
                yield f": {each.word}", arn, {"dynamodb:leadingkeys": (each.partition,)}
        yield ", an index", f"{arn}/index/any", {}
    elif kind == "AWS::KMS::Key":
        yield ", directly", arn, {}
        for bucket in stack.resolver.resources("AWS::S3::Bucket"):
            yield f", by S3 for {bucket}", arn, stack.by_s3(bucket)
        for topic in stack.resolver.resources("AWS::SNS::Topic"):
            yield f", by SNS for {topic}", arn, stack.by_sns(topic)
    else:
        yield "", arn, {}


def _of(service: str, actions: tuple[str, ...] = ()) -> tuple[str, ...]:
    return tuple(f"{service}:{action}" for action in actions or ACTIONS[service])


def rights(stack: Stack, kind: str) -> Iterator[Right]:
    """Yield who may do what with the resources of a type."""
    everybody = askers(stack)
    for thing in things(stack, kind):
        for asker in everybody:
            may = tuple(each for each in thing.actions if _allowed(stack, asker, each, thing))
            if may:
                yield Right(thing.name, asker.principal.name, may)


def takers(stack: Stack) -> Iterator[tuple[str, str]]:
    """Yield which role is taken by whom."""
    services = [Principal(each, f"{each}.amazonaws.com") for each in ACTIONS]
    services += [Principal(each, f"{each}.amazonaws.com") for each in ("scheduler", "pipes")]
    for role in stack.roles:
        for one in [*services, *(asker.principal for asker in askers(stack))]:
            if stack.may_take(one, role):
                yield role, one.name


def page(stack: Stack) -> list[str]:
    """Return the lines of the page that tells all this."""
    lines = [
        "# Who may do what",
        "",
        "Every role and every resource of the template, asked action by action of the policies as",
        "they are deployed; who is not named may nothing. Asked over TLS from the hub's account.",
        "What is asked of the key is asked by S3 in the caller's name, unless it says directly.",
        "",
        f"{ORG} is an organization that asks for what is its own, {OTHER_ORG} another.",
        "Items of a table are named by the word that their partition key begins with",
        "([all of them](state.md)).",
    ]
    for kind, title in _SECTIONS.items():
        found: dict[tuple[Right, ...], list[str]] = {}
        for thing, group in groupby(rights(stack, kind), key=lambda right: right.thing):
            # A kind of items with partitions of two forms is asked about twice.
            those = tuple(dict.fromkeys(each._replace(thing="") for each in group))
            found.setdefault(those, []).append(thing)
        rows = [row for those, what in found.items() for row in _rows(_named(what), those)]
        table = ["| What | Who | May |", "|---|---|---|", *rows] if rows else ["Nobody may."]
        lines += ["", f"## {title}", "", *table]
    lines += ["", "## Who takes which role", "", "| Role | Taken by |", "|---|---|"]
    lines += [f"| {role} | {who} |" for role, who in takers(stack)]
    return lines


def _named(things_alike: Sequence[str]) -> str:
    """Return one name for things with which everybody may do the same."""
    names = [name.partition(": ") for name in dict.fromkeys(things_alike)]
    if not names[0][1]:
        return ", ".join(things_alike)
    return f"{names[0][0]}: {', '.join(word for _, _, word in names)}"


def _rows(thing: str, found: Sequence[Right]) -> Iterator[str]:
    """Yield the rows of one thing; those who may the same share one."""
    shared: dict[tuple[str, ...], list[str]] = {}
    for right in found:
        shared.setdefault(right.actions, []).append(right.who)
    for actions, who in shared.items():
        short = [action.partition(":")[2] for action in actions]
        yield f"| {thing} | {', '.join(who)} | {', '.join(short)} |"


def _allowed(stack: Stack, asker: Asker, action: str, thing: Thing) -> bool:
    context = {**asker.context, **thing.context}
    return stack.decide(asker.principal, action, thing.arn, context) is Decision.ALLOWED
