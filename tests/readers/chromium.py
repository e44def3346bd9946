"""Chromium without a screen: pages looked at by a script inside it, all of them in one start of the program.

The pages come from a server of this process on loopback, so Chromium reads no file. A page loads, what looks
at it runs and sends what it found, and the next page follows.
"""

import json
import os
import queue
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

AS_USER = Path(__file__).parents[2] / ".ci" / "as-user"
PAGE_SECONDS = 60
OPTIONS = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1280,900",
)

FRAME = """<!DOCTYPE html><html lang="en"><title>Frame</title>
<style>body { margin: 0 } iframe { border: 0; height: 900px; width: %dpx }</style>
<iframe src="/page/%d"></iframe>%s"""

LOOK = """<script>
addEventListener("load", async () => {
  const view = document.querySelector("iframe")?.contentWindow ?? window;
  let found;
  try { found = await look(view); } catch (error) { found = {failed: String(error)}; }
  await fetch("/found/%d", {method: "POST", body: JSON.stringify(found)});
  location.replace("/look/%d");
});
%s
</script>"""


@dataclass(frozen=True)
class Look:
    """What looks at a page: a script that defines `async look(view)`, whose answer can be JSON.

    `view` is the window of the page. With a `width`, in CSS pixels, that window is as wide.
    """

    script: str
    width: int | None = None


@dataclass(frozen=True)
class Chromium:
    """The program, which an ordinary user runs: it refuses root."""

    program: str

    def look(self, pages: Sequence[str], look: Look) -> list[Any]:
        """What `look` finds in each of the pages, which are whole HTML files."""
        answers: queue.Queue[tuple[int, Any]] = queue.Queue()
        found = []
        with _served(pages, look, answers) as address, self._opened(f"{address}/look/0"):
            for number in range(len(pages)):
                at, answer = answers.get(timeout=PAGE_SECONDS)
                assert at == number
                assert "failed" not in answer, answer["failed"]
                found.append(answer)
        return found

    @contextmanager
    def _opened(self, address: str) -> Iterator[None]:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            # Where root calls, an ordinary user has to write there.
            Path(profile).chmod(0o777)
            command = [str(AS_USER), self.program, *OPTIONS, f"--user-data-dir={profile}/profile", address]
            with subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            ) as process:
                try:
                    yield
                finally:
                    with suppress(ProcessLookupError):
                        os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def _served(pages: Sequence[str], look: Look, answers: "queue.Queue[tuple[int, Any]]") -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, _, number = self.path.strip("/").partition("/")
            if not number.isdigit() or int(number) >= len(pages):
                self._answer("")
            elif kind == "page":
                self._answer(pages[int(number)])
            else:
                script = LOOK % (int(number), int(number) + 1, look.script)
                framed = look.width and FRAME % (look.width, int(number), script)
                self._answer(framed or pages[int(number)].replace("</body>", f"{script}</body>"))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answers.put((int(self.path.rpartition("/")[2]), json.loads(body)))
            self._answer("")

        def log_message(self, format: str, *arguments: object) -> None:
            """Nobody reads it."""

        def _answer(self, text: str) -> None:
            data = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            # The last page asks for one more, and is gone.
            with suppress(BrokenPipeError, ConnectionResetError):
                self.wfile.write(data)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
