"""Waiting for something to become true, with a deadline: the tests sleep for nothing else."""

import time


def until(condition, timeout=10.0, what=None, interval=0.01):
    """Calls `condition` until it returns something true, and returns that.

    An exception counts as "not yet"; the last one is in the failure's text.
    """
    deadline = time.monotonic() + timeout
    last = None
    while True:
        try:
            last = condition()
            if last:
                return last
        except Exception as error:  # noqa: BLE001
            last = error
        if time.monotonic() > deadline:
            name = what or getattr(condition, "__name__", "condition")
            raise AssertionError(f"not within {timeout} s: {name}; last: {last!r}")
        time.sleep(interval)
