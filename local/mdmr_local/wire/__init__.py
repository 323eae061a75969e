"""A short way from boto3's clients to the emulator, beside HTTP and on the same port.

A request to AWS is signed, written as HTTP, read as HTTP, and so is its answer: most of what a call
costs here, and nothing that a simulation looks at. Under virtual time clients hand the emulator the
request that boto3 has made of a call, as it is, and are handed the answer. What is above (names and
parameters, validation, errors, retries) and what is below (routing, services) is as shipped.

Where a signature is checked, over TLS, in real time and for other programs it is HTTP as ever.
"""

from mdmr_local.settings import Settings


def offered(settings: Settings) -> bool:
    """Return whether an emulator with these settings takes requests this way."""
    return (
        settings.corrected
        and settings.virtual_start is not None
        and not settings.enforce
        and not settings.certificate
    )
