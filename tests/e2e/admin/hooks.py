"""What schemathesis must be told: how newline-delimited JSON is written."""

import json

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def ndjson(ctx, value):
    """A value as the one line of a body."""
    return json.dumps(value).encode()
