"""Listening sockets of the local stack."""

import socket


def listening(port: int) -> socket.socket:
    """A socket on the loopback interface; 0 for a free port."""
    server = socket.create_server(("127.0.0.1", port))
    # Connections inherit it. asyncio sets it only on sockets that name their protocol, which
    # these do not, and without it an answer's body waits 40 ms for the acknowledgement of its head.
    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return server
