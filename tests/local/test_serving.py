"""How the embedded AWS answers over HTTP."""

import socket

from mdmr_local.embedded import EmbeddedAws


def test_a_response_comes_in_one_packet(aws: EmbeddedAws) -> None:
    host, port = aws.endpoint.removeprefix("http://").split(":")
    whole = 0
    for _ in range(20):
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(b"GET /_ministack/health HTTP/1.1\r\nHost: x\r\n\r\n")
            whole += not connection.recv(65_536).endswith(b"\r\n\r\n")
    assert whole == 20
