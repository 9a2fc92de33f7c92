"""An HTTP app that remembers what it was asked and answers with it."""

import contextlib
import json
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SUBSCRIPTIONS = [{"pubsubname": "pubsub", "topic": "orders", "route": "/orders"}]


class App:
    def __init__(self):
        self.asked = queue.Queue()
        self.connections = 0
        app = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                app.connections += 1
                super().setup()

            def handle_one_request(self):
                super().handle_one_request()

            def __getattr__(self, name):
                if name.startswith("do_"):
                    return self.answer
                raise AttributeError(name)

            def content(self):
                if self.headers.get("Transfer-Encoding") != "chunked":
                    return self.rfile.read(int(self.headers.get("Content-Length", 0)))
                body = b""
                while size := int(self.rfile.readline(), 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return body

            def answer(self):
                body = self.content()
                asked = {"method": self.command, "path": self.path, "body": body.decode("latin1")}
                app.asked.put(asked | {"headers": dict(self.headers)})
                status, answer = 200, body or json.dumps(asked).encode()
                if self.path == "/dapr/subscribe":
                    answer = json.dumps(SUBSCRIPTIONS).encode()
                elif self.path == "/dapr/config":
                    answer = json.dumps({"entities": ["Cart"]}).encode()
                elif self.path.startswith("/status/"):
                    status = int(self.path.split("/")[2])
                self.send_response(status)
                self.send_header("Content-Type", "application/x-app")
                self.send_header("X-App", "yes")
                if self.path == "/chunked":
                    self.send_header("Transfer-Encoding", "chunked")
                    self.end_headers()
                    for part in (b"one ", b"two"):
                        self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
                    self.wfile.write(b"0\r\n\r\n")
                    return
                if self.path == "/until-the-end":
                    self.send_header("Connection", "close")
                    self.end_headers()
                    self.wfile.write(b"all there is")
                    return
                self.send_header("Content-Length", str(len(answer)))
                if self.path == "/cut-off":
                    self.end_headers()
                    self.wfile.write(answer[:-1])
                    self.close_connection = True
                    return
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(answer)

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]

    def wait_for(self, path):
        """What the app was asked under a path, next."""
        while True:
            asked = self.asked.get(timeout=20)
            if asked["path"] == path:
                return asked


@contextlib.contextmanager
def running():
    app = App()
    threading.Thread(target=app.server.serve_forever).start()
    yield app
    app.server.shutdown()
    app.server.server_close()
