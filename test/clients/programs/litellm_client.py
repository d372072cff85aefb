"""LiteLLM, which speaks the API that a model's name begins with."""

import json
import os
import sys

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm  # noqa: E402
from scenarios import PROMPT, TOOL, TOOL_RESULT, serve  # noqa: E402

# It prints advice about errors to where the results go.
litellm.suppress_debug_info = True
PROVIDER = sys.argv[1]
MESSAGES = [{"role": "user", "content": PROMPT}]
FUNCTION = {
    "name": TOOL["name"],
    "description": TOOL["description"],
    "parameters": TOOL["schema"],
}


def usage_of(usage):
    return {"input": usage.prompt_tokens, "output": usage.completion_tokens}


class LiteLlm:
    def plain(self, model, _pieces):
        answer = litellm.completion(model=f"{PROVIDER}/{model}", messages=MESSAGES)
        return {"text": answer.choices[0].message.content, "usage": usage_of(answer.usage)}

    def streamed(self, model, pieces):
        result = {}
        stream = litellm.completion(
            model=f"{PROVIDER}/{model}",
            messages=MESSAGES,
            stream=True,
            stream_options={"include_usage": True},
        )
        for chunk in stream:
            if chunk.choices and chunk.choices[0].delta.content:
                pieces.append(chunk.choices[0].delta.content)
            if getattr(chunk, "usage", None):
                result["usage"] = usage_of(chunk.usage)
        return result

    def tools(self, model, _pieces):
        tools = [{"type": "function", "function": FUNCTION}]
        options = {"model": f"{PROVIDER}/{model}", "tools": tools}
        message = litellm.completion(**options, messages=MESSAGES).choices[0].message
        call = message.tool_calls[0]
        result = {"role": "tool", "tool_call_id": call.id, "content": TOOL_RESULT}
        answer = litellm.completion(**options, messages=[*MESSAGES, message, result])
        text = answer.choices[0].message.content
        return {"toolInput": json.loads(call.function.arguments), "text": text}


serve(LiteLlm())
