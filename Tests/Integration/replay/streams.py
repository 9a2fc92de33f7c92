"""gRPC calls with streams, driven as a recorded timeline says."""

import queue
import threading

import grpc

import grpc_calls

TIMEOUT_SECONDS = 15


class Stream:
    """A call that is open: what the server does is noted by a thread."""

    def __init__(self, channel, method, metadata):
        self.types = grpc_calls.method_types(method)
        self.is_complete = not grpc_calls.client_streams(method)
        self.requests, self.events = queue.Queue(), queue.Queue()
        pairs = grpc_calls.metadata_pairs(metadata)
        self.call = channel.stream_stream(method)(iter(self.requests.get, None), metadata=pairs)
        threading.Thread(target=self._receive, daemon=True).start()

    def _receive(self):
        try:
            for message in self.call:
                self.events.put({"server": "message"} | self._shown(message))
        except grpc.RpcError:
            pass
        self.events.put({"server": "end"} | grpc_calls.status_of(self.call))

    def _shown(self, message):
        if self.types is None:
            return grpc_calls.raw(message)
        return {"json": grpc_calls.to_json(self.types[1].FromString(message))}

    def send(self, shown):
        """Sends a message, as its JSON or as bytes; if the method takes only one, that is the end of sending."""
        if isinstance(shown, bytes):
            self.requests.put(shown)
        else:
            message = grpc_calls.from_json(self.types[0], shown)
            self.requests.put(message.SerializeToString())
        if self.is_complete:
            self.half_close()

    def byte_count(self, shown):
        """The length of an answer."""
        return grpc_calls.from_json(self.types[1], shown).ByteSize()

    def half_close(self):
        self.requests.put(None)

    def cancel(self):
        self.call.cancel()

    def next(self, seconds=TIMEOUT_SECONDS):
        """The next event of the server; None if nothing happens for so long."""
        try:
            return self.events.get(timeout=seconds)
        except queue.Empty:
            return None
