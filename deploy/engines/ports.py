"""Free TCP ports on loopback, chosen by the operating system."""

import socket

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """Return a free port that nobody else will be offered for the next minute.

    A connection through the port is opened and closed once. What remains of it (TIME_WAIT) keeps
    the system from handing the port out again, while a server that asks for it by number gets it.
    """
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, 0))
        listener.listen(1)
        port: int = listener.getsockname()[1]
        with socket.create_connection((LOOPBACK, port)):
            listener.accept()[0].close()
    return port
