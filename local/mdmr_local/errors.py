"""What may go wrong with the embedded AWS, seen from the process that starts it."""


class EmbeddedAwsError(RuntimeError):
    """The emulator did not start, or stopped by itself."""


class DataFolderError(EmbeddedAwsError):
    """The data folder is in use, damaged, or cannot be written; the message says where."""


class PortInUseError(EmbeddedAwsError):
    """Another process listens on the port; the message names it where it can be seen."""


class StuckError(EmbeddedAwsError):
    """What is in flight does not end.

    Attributes:
        in_flight: descriptions of the pieces of work that are under way.
    """

    def __init__(self, message: str, in_flight: list[str]) -> None:
        super().__init__(message)
        self.in_flight = in_flight
