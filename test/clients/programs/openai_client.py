"""The OpenAI client, by chat completions or by responses as the argument names."""

import json
import sys

from openai import OpenAI
from scenarios import PROMPT, TOOL, TOOL_RESULT, serve

MESSAGES = [{"role": "user", "content": PROMPT}]
FUNCTION = {
    "name": TOOL["name"],
    "description": TOOL["description"],
    "parameters": TOOL["schema"],
}


class Chat:
    def plain(self, model, _pieces):
        answer = OpenAI().chat.completions.create(model=model, messages=MESSAGES)
        return {"text": answer.choices[0].message.content, "usage": self.usage_of(answer.usage)}

    def streamed(self, model, pieces):
        result = {}
        stream = OpenAI().chat.completions.create(
            model=model, messages=MESSAGES, stream=True, stream_options={"include_usage": True}
        )
        for chunk in stream:
            if chunk.choices and chunk.choices[0].delta.content:
                pieces.append(chunk.choices[0].delta.content)
            if chunk.usage:
                result["usage"] = self.usage_of(chunk.usage)
        return result

    def tools(self, model, _pieces):
        options = {"model": model, "tools": [{"type": "function", "function": FUNCTION}]}
        create = OpenAI().chat.completions.create
        message = create(**options, messages=MESSAGES).choices[0].message
        call = message.tool_calls[0]
        result = {"role": "tool", "tool_call_id": call.id, "content": TOOL_RESULT}
        answer = create(**options, messages=[*MESSAGES, message, result])
        text = answer.choices[0].message.content
        return {"toolInput": json.loads(call.function.arguments), "text": text}

    @staticmethod
    def usage_of(usage):
        return {"input": usage.prompt_tokens, "output": usage.completion_tokens}


class Responses:
    def plain(self, model, _pieces):
        answer = OpenAI().responses.create(model=model, input=PROMPT)
        return {"text": answer.output_text, "usage": self.usage_of(answer.usage)}

    def streamed(self, model, pieces):
        result = {}
        for event in OpenAI().responses.create(model=model, input=PROMPT, stream=True):
            if event.type == "response.output_text.delta":
                pieces.append(event.delta)
            if event.type == "response.completed":
                result["usage"] = self.usage_of(event.response.usage)
            if event.type == "response.failed":
                raise RuntimeError(event.response.error.message)
        return result

    def tools(self, model, _pieces):
        options = {"model": model, "tools": [{"type": "function", **FUNCTION}]}
        create = OpenAI().responses.create
        first = create(**options, input=MESSAGES)
        call = next(item for item in first.output if item.type == "function_call")
        result = {"type": "function_call_output", "call_id": call.call_id, "output": TOOL_RESULT}
        answer = create(**options, input=[*MESSAGES, *first.output, result])
        return {"toolInput": json.loads(call.arguments), "text": answer.output_text}

    @staticmethod
    def usage_of(usage):
        return {"input": usage.input_tokens, "output": usage.output_tokens}


serve({"chat": Chat, "responses": Responses}[sys.argv[1]]())
