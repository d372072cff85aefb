"""boto3, configured by its environment alone."""

import boto3
from scenarios import PROMPT, TOOL, TOOL_RESULT, serve

MESSAGES = [{"role": "user", "content": [{"text": PROMPT}]}]
TOOL_SPEC = {
    "name": TOOL["name"],
    "description": TOOL["description"],
    "inputSchema": {"json": TOOL["schema"]},
}


def usage_of(usage):
    return {"input": usage["inputTokens"], "output": usage["outputTokens"]}


class Boto3:
    def plain(self, model, _pieces):
        answer = boto3.client("bedrock-runtime").converse(modelId=model, messages=MESSAGES)
        text = answer["output"]["message"]["content"][0]["text"]
        return {"text": text, "usage": usage_of(answer["usage"])}

    def streamed(self, model, pieces):
        client = boto3.client("bedrock-runtime")
        result = {}
        for event in client.converse_stream(modelId=model, messages=MESSAGES)["stream"]:
            if "contentBlockDelta" in event:
                pieces.append(event["contentBlockDelta"]["delta"]["text"])
            if "metadata" in event:
                result["usage"] = usage_of(event["metadata"]["usage"])
        return result

    def tools(self, model, _pieces):
        client = boto3.client("bedrock-runtime")
        tools = {"tools": [{"toolSpec": TOOL_SPEC}]}
        first = client.converse(modelId=model, messages=MESSAGES, toolConfig=tools)
        message = first["output"]["message"]
        use = next(each["toolUse"] for each in message["content"] if "toolUse" in each)
        result = {"toolUseId": use["toolUseId"], "content": [{"text": TOOL_RESULT}]}
        messages = [*MESSAGES, message, {"role": "user", "content": [{"toolResult": result}]}]
        second = client.converse(modelId=model, messages=messages, toolConfig=tools)
        text = second["output"]["message"]["content"][0]["text"]
        return {"toolInput": use["input"], "text": text}


serve(Boto3())
