"""
moto's DynamoDB (https://docs.getmoto.org) on a port of the loopback interface, in memory.

moto reads an item, checks the condition and writes in separate steps, so two requests at once can
both pass. DynamoDB does not: one request at a time answers here, as many as may be connected.
"""

import logging
import sys
import threading

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server


class OneAtATime:
    """A WSGI application whose requests are one step each."""

    def __init__(self, application):
        self._application = application
        self._turn = threading.Lock()

    def __call__(self, environ, start_response):
        with self._turn:
            return list(self._application(environ, start_response))


def port_of(arguments):
    if len(arguments) != 1 or not arguments[0].isdecimal() or int(arguments[0]) > 65535:
        sys.exit("usage: moto-dynamodb PORT (0 takes a free one)")
    return int(arguments[0])


def main():
    # Not a line for every request.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    application = OneAtATime(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", port_of(sys.argv[1:]), application, threaded=True)
    print(f"listening on {server.port}", flush=True)
    server.serve_forever()


main()
