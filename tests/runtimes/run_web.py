"""ONNX Runtime Web in Chromium without a window: WebAssembly on one thread, or WebGPU.

`web/node_modules` must have been installed (`npm ci`), and `chromium` be on the PATH.
"""

import argparse
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading
import urllib.parse

HERE = pathlib.Path(__file__).parent
TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm", ".html": "text/html"}
# A page may not use a GPU that is no hardware unless it is told to.
SWITCHES = {
    "wasm": [],
    "webgpu": ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--enable-features=Vulkan"],
}


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves the page, the library and the models, and takes the results."""

    def do_GET(self):
        root, _, name = urllib.parse.unquote(self.path).partition("?")[0].lstrip("/").partition("/")
        path = {"folder": self.server.folder, "ort": self.server.library}.get(root, HERE / "web") / (name or root)
        if not path.is_file():
            return self.send_error(404)
        self.send_response(200)
        self.send_header("Content-Type", TYPES.get(path.suffix, "application/octet-stream"))
        self.send_header("Content-Length", str(path.stat().st_size))
        self.end_headers()
        with path.open("rb") as file:
            shutil.copyfileobj(file, self.wfile)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/so-far":
            self.server.result = json.loads(body)
        elif self.path == "/end":
            self.server.error = json.loads(body).get("error")
            self.server.ended.set()
        else:
            (self.server.out / pathlib.PurePosixPath(urllib.parse.unquote(self.path)).name).write_bytes(body)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--library", type=pathlib.Path, required=True, help="node_modules/onnxruntime-web/dist")
    parser.add_argument("--provider", choices=SWITCHES, default="wasm")
    parser.add_argument("--runs", type=int, default=1, help="time the fastest of so many runs")
    parser.add_argument("--timeout", type=float, default=300, help="seconds")
    arguments = parser.parse_args()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.folder, server.library = arguments.folder, arguments.library
    server.out = arguments.folder / f"web-{arguments.provider}"
    server.out.mkdir(exist_ok=True)
    server.ended, server.error, server.result = threading.Event(), None, None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    query = f"provider={arguments.provider}&runs={arguments.runs}"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [
            "chromium",
            "--headless=new",
            # The sandbox does not start for root, and the only page is ours.
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            f"--user-data-dir={profile}",
            *SWITCHES[arguments.provider],
            f"http://127.0.0.1:{server.server_port}/page.html?{query}",
        ]
        log = pathlib.Path(profile) / "log"
        with log.open("wb") as stream:
            browser = subprocess.Popen(command, stdout=stream, stderr=stream, env=os.environ | {"HOME": profile})
        try:
            ended = server.ended.wait(arguments.timeout)
        finally:
            browser.terminate()
        try:
            browser.wait(10)
        except subprocess.TimeoutExpired:
            browser.kill()
            browser.wait()
        if server.error or not server.result:
            said = log.read_text(errors="replace")[-3000:]
            reason = server.error or f"no result after {arguments.timeout} s"
            raise SystemExit(f"{reason}; Chromium said:\n{said}")
    if not ended:
        print(f"some models not run after {arguments.timeout} s")
    (server.out / "result.json").write_text(json.dumps(server.result, indent=1))


main()
