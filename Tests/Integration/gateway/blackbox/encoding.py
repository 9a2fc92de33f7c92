"""Percent-encoding of keys, where a test decides what is encoded."""

UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def percent(key, keep=b""):
    """Everything but unreserved characters and `keep`, as %XX."""
    data = key.encode() if isinstance(key, str) else key
    kept = UNRESERVED | set(keep)
    return "".join(chr(b) if b in kept else f"%{b:02X}" for b in data)


def percent_all(key):
    """Every byte as %XX."""
    data = key.encode() if isinstance(key, str) else key
    return "".join(f"%{b:02X}" for b in data)
