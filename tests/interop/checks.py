"""What browser/run.mjs is to the Node scripts: named checks, one JSON line, a bounded end."""

import json
import os
import signal
import sys
import traceback
from typing import Any, Callable


class Failed(Exception):
    """A check that did not hold."""


class Checks:
    """The names of the checks that held, in order."""

    def __init__(self) -> None:
        self.held: list[str] = []

    def that(self, name: str, condition: bool, seen: Any = None) -> None:
        """`condition` must be true; `seen` says what was there instead."""
        if not condition:
            raise Failed(f"{name}: {'does not hold' if seen is None else repr(seen)}")
        self.held.append(name)

    def same(self, name: str, actual: Any, expected: Any) -> None:
        """Both must be equal."""
        self.that(name, actual == expected, f"expected {expected!r}, got {actual!r}")

    def refuses(self, name: str, act: Callable[[], Any], *errors: type[Exception], says: str = "") -> None:
        """`act` must raise one of `errors` with `says` in its words: another refusal proves nothing."""
        try:
            act()
        except errors as error:
            self.that(
                name, says in f"{type(error).__name__} {error}", f"refused for another reason: {error!r}"
            )
        else:
            raise Failed(f"{name}: was accepted")


def run(main: Callable[[dict, Checks], dict], seconds: int = 60) -> None:
    """Runs `main(input, checks)`: exit 0 and one JSON line on standard output, or 1 and the reason on standard error."""
    checks = Checks()
    signal.signal(signal.SIGALRM, lambda *_: _late(seconds))
    signal.alarm(seconds)
    try:
        given = sys.argv[1] if len(sys.argv) > 1 else os.environ["SUITE_INPUT"]
        found = main(json.loads(given), checks)
    except Exception as error:
        after = checks.held[-1] if checks.held else "nothing"
        print(f"{type(error).__name__}: {error} (after: {after})", file=sys.stderr)
        if not isinstance(error, Failed):
            traceback.print_exc()
        sys.exit(1)
    print(json.dumps({"ok": True, "checks": checks.held, **found}))


def _late(seconds: int) -> None:
    raise Failed(f"no end within {seconds} s")
