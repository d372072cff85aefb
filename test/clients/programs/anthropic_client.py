"""The client that is named as the argument, of either major version."""

import sys

import anthropic
from scenarios import PROMPT, TOOL, TOOL_RESULT, serve

Client = getattr(anthropic, sys.argv[1])
MESSAGES = [{"role": "user", "content": PROMPT}]
TOOLS = [
    {
        "name": TOOL["name"],
        "description": TOOL["description"],
        "input_schema": TOOL["schema"],
    }
]
MAX_TOKENS = 300


def usage_of(usage):
    return {"input": usage.input_tokens, "output": usage.output_tokens}


class Messages:
    def plain(self, model, _pieces):
        answer = Client().messages.create(
            model=model, max_tokens=MAX_TOKENS, messages=MESSAGES
        )
        return {"text": answer.content[0].text, "usage": usage_of(answer.usage)}

    def streamed(self, model, pieces):
        options = {"model": model, "max_tokens": MAX_TOKENS, "messages": MESSAGES}
        with Client().messages.stream(**options) as stream:
            for text in stream.text_stream:
                pieces.append(text)
            return {"usage": usage_of(stream.get_final_message().usage)}

    def tools(self, model, _pieces):
        client = Client()
        options = {"model": model, "max_tokens": MAX_TOKENS, "tools": TOOLS}
        first = client.messages.create(**options, messages=MESSAGES)
        use = next(block for block in first.content if block.type == "tool_use")
        result = {"type": "tool_result", "tool_use_id": use.id, "content": TOOL_RESULT}
        said = [block.model_dump(exclude_unset=True) for block in first.content]
        messages = [
            *MESSAGES,
            {"role": "assistant", "content": said},
            {"role": "user", "content": [result]},
        ]
        second = client.messages.create(**options, messages=messages)
        return {"toolInput": use.input, "text": second.content[0].text}


serve(Messages())
