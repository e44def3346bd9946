"""Serves the generated API alone, for whoever tries the tool or writes a program of their own against it."""

import json

import click

from reports.errors import ConfigError
from reports.sandbox.server import Sandbox


def serve(*, port: int, latency_seconds: float, per_minute: int | None, api_key: str) -> None:
    """Answers until interrupted; the first line of output is JSON with url, account and api_key.

    Raises ConfigError for a port that cannot be used.
    """
    try:
        server = Sandbox(port=port, latency_seconds=latency_seconds, per_minute=per_minute, api_key=api_key)
    except OSError as error:
        raise ConfigError(f"port {port} cannot be used ({error.strerror}): choose another") from None
    with server:
        # The one place that shows a key: it opens nothing but this process.
        told = {"url": server.url, "account": server.account_data.name, "api_key": server.api_key}
        click.echo(json.dumps(told))
        server.serve_forever()
