"""A person with a browser: drives interop/browse.mjs, one JSON line a request."""

import json
import subprocess
from pathlib import Path


class Person:
    """Signs in where she is sent, and says where the browser ended."""

    def __init__(self, given: dict) -> None:
        script = Path(__file__).with_name("browse.mjs")
        settings = {"chromium": given["chromium"]} if "chromium" in given else {}
        self._process = subprocess.Popen(
            ["node", str(script), json.dumps(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.origin = self._line()["origin"]

    def __enter__(self) -> "Person":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def visit(self, browser: str, url: str, until: str, person: dict) -> str:
        """Opens `url` in the named browser and answers pages until the path `until` of the app is reached."""
        asked = {"browser": browser, "open": url, "until": until, "person": person}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        answer = self._line()
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["url"]

    def _line(self) -> dict:
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the browser has ended")
        return json.loads(line)
