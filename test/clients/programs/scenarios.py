"""Runs the scenarios that a test asks for, one line of JSON in and one out, with one client."""

import json
import os
import sys

PROMPT = "What is the weather in Paris?"
TOOL = {
    "name": "get_weather",
    "description": "The weather of a city",
    "schema": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
}
TOOL_RESULT = "It rains."
# Where the clients look for a key.
KEYS = ["AWS_BEARER_TOKEN_BEDROCK", "ANTHROPIC_API_KEY", "OPENAI_API_KEY"]


def serve(client):
    """`client` has `plain`, `streamed` and `tools`: a model's name in, a dictionary out."""
    for line in sys.stdin:
        asked = json.loads(line)
        for name in KEYS:
            os.environ[name] = asked["key"]
        result = {"pieces": []}
        try:
            run = getattr(client, asked["scenario"])
            result.update(run(asked["model"], result["pieces"]) or {})
        except Exception as error:  # what the client raises is what the test is about
            result["error"] = describe(error)
        print(json.dumps(result), flush=True)


def describe(error):
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        name = response.get("Error", {}).get("Code")
    else:
        status = getattr(error, "status_code", None)
        name = type(error).__name__
    return {"name": name, "status": status, "message": str(error)}
