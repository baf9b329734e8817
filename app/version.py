"""The version of Holotype, as it was installed."""

from importlib.metadata import version

VERSION = version("holotype")
