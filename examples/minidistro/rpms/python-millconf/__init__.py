"""Reads lines of "name = value"; empty lines and what follows a # are left out."""

__version__ = "1.0"


def read(text):
    """The settings in a text, in their order. A line without "=" is a ValueError that names it."""
    settings = {}
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.split("#", 1)[0].strip()
        if not line:
            continue
        name, sign, value = line.partition("=")
        if not sign:
            raise ValueError(f"line {number}: {line!r} is no 'name = value'")
        settings[name.strip()] = value.strip()
    return settings
