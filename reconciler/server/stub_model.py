"""A STUB model provider: scripted answers over OpenAI's HTTP protocol. A script; standard library only.

In: --instance DIRECTORY (marks the process as ours) and --port. Out: on 127.0.0.1, /v1/models, /v1/embeddings
and /v1/chat/completions. A user text `CALL:<tool>:{json}` is answered with that tool call; after the tool's
result, and to everything else, comes a short fixed text. It must not be mistaken for a real model: everything
says STUB.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

if __package__:
    from reconciler.server import stub_answers as answers
else:  # run as a script, by path, without the package
    import stub_answers as answers  # type: ignore[import-not-found,no-redef]

MODELS = ("gpt-4o-mini", "gpt-4o", "gpt-4.1-mini", "text-embedding-3-small", "text-embedding-ada-002")


class StubProvider(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    server_version = "STUB-model"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        if self.path == "/health":
            self._send({"stub": True})
        elif self.path.startswith("/v1/models"):
            listed = [{"id": name, "object": "model", "created": 0, "owned_by": "STUB"} for name in MODELS]
            self._send({"object": "list", "data": listed})
        else:
            self._refuse(404, f"the STUB model has no {self.path}")

    def do_POST(self) -> None:
        try:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            if not isinstance(body, dict):
                raise ValueError("not an object")
        except ValueError as error:
            self._refuse(400, f"the STUB model wants a JSON object: {error}")
            return
        if self.path == "/v1/embeddings":
            self._send(answers.embeddings(body))
        elif self.path != "/v1/chat/completions":
            self._refuse(404, f"the STUB model has no {self.path}")
        elif body.get("stream"):
            self._stream(answers.chunks(body))
        else:
            self._send(answers.completion(body))

    def _send(self, answer: dict[str, Any], status: int = 200) -> None:
        text = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def _refuse(self, status: int, message: str) -> None:
        self._send({"error": {"message": message, "type": "stub_error", "code": status}}, status)

    def _stream(self, parts: Iterator[dict[str, Any]]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for part in parts:
            self.wfile.write(f"data: {json.dumps(part)}\n\n".encode())
        self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: request lines would only grow the log."""


def main() -> None:
    parser = argparse.ArgumentParser(description="STUB model provider")
    parser.add_argument("--instance", required=True)
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    with ThreadingHTTPServer(("127.0.0.1", arguments.port), StubProvider) as server:
        print(f"STUB model provider on 127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
