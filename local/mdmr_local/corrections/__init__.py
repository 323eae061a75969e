"""The corrections of the emulator ministack, one module per matter.

Each says what is wrong as shipped, rests on the exact text of the pinned version, and has a test
that fails once upstream has put it right.
"""

from importlib import import_module

from mdmr_local.corrections.registry import Correction, check_version

# In the order in which they are applied: the reaper starts when its module is imported, and
# stepfunctions_metrics and _timeouts wrap what the others have changed.
NAMES = (
    "dynamodb_ttl_reaper",
    "dynamodb_parse_once",
    "dynamodb_copies",
    "dynamodb_expressions",
    "dynamodb_sizes",
    "response_types",
    "lambda_error_type",
    "lambda_error_keeps_worker",
    "lambda_worker_environment",
    "lambda_worker_start",
    "lambda_log_drain",
    "lambda_worker_clock",
    "lambda_worker_queue",
    "lambda_async_retry",
    "event_target_lambda",
    "event_source_poller",
    "sqs_lost_messages",
    "sqs_fifo_lines",
    "sqs_long_poll",
    "sqs_queue_address",
    "stepfunctions_waits",
    "stepfunctions_retry",
    "stepfunctions_task_tokens",
    "stepfunctions_token_limits",
    "stepfunctions_parts",
    "stepfunctions_succeed_output",
    "stepfunctions_start_delay",
    "stepfunctions_start_idempotent",
    "stepfunctions_timeouts",
    "stepfunctions_restart",
    "stepfunctions_metrics",
    "map_batcher",
    "scheduler_time_zones",
    "rule_schedules",
    "event_bus_regions",
    "s3_event_version_id",
    "s3_replica_version_id",
    "s3_replica_event",
    "s3_upload_conditions",
    "s3_xml",
    "iam_actions",
    "iam_policy_variables",
    "iam_principal_arn",
    "cloudformation_schedule",
    "cloudformation_saved_query",
    "cloudformation_table",
    "cloudformation_bucket_replication",
    "cloudformation_object_lock",
)


def apply_all() -> list[Correction]:
    """Check the version of ministack and correct it in this process; the clock must be installed.

    Returns:
        The corrections, in the order applied.

    Raises:
        UpstreamChangedError: the installed ministack is not the one they were written for.
    """
    check_version()
    corrections = []
    for name in NAMES:
        module = import_module(f"{__name__}.{name}")
        correction: Correction = module.CORRECTION
        correction.apply()
        corrections.append(correction)
    return corrections
