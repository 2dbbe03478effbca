"""Free TCP ports on loopback, chosen by the operating system."""

import socket

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """Return a port that was free a moment ago; whoever uses it must be ready to try another."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True
