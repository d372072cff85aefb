"""LangChain's ChatBedrockConverse, on top of boto3."""

from langchain_aws import ChatBedrockConverse
from langchain_core.messages import HumanMessage, ToolMessage
from scenarios import PROMPT, TOOL, TOOL_RESULT, serve


def text_of(message):
    if isinstance(message.content, str):
        return message.content
    return "".join(each.get("text", "") for each in message.content)


def usage_of(message):
    usage = message.usage_metadata
    return {"input": usage["input_tokens"], "output": usage["output_tokens"]}


class LangChain:
    def plain(self, model, _pieces):
        answer = ChatBedrockConverse(model=model, provider="anthropic").invoke(PROMPT)
        return {"text": text_of(answer), "usage": usage_of(answer)}

    def streamed(self, model, pieces):
        whole = None
        for chunk in ChatBedrockConverse(model=model, provider="anthropic").stream(PROMPT):
            if text_of(chunk):
                pieces.append(text_of(chunk))
            whole = chunk if whole is None else whole + chunk
        return {"usage": usage_of(whole)}

    def tools(self, model, _pieces):
        tool = {
            "name": TOOL["name"],
            "description": TOOL["description"],
            "input_schema": TOOL["schema"],
        }
        chat = ChatBedrockConverse(model=model, provider="anthropic").bind_tools([tool])
        first = chat.invoke([HumanMessage(PROMPT)])
        (call,) = first.tool_calls
        result = ToolMessage(TOOL_RESULT, tool_call_id=call["id"])
        second = chat.invoke([HumanMessage(PROMPT), first, result])
        return {"toolInput": call["args"], "text": text_of(second)}


serve(LangChain())
