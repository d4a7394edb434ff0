# SPDX-License-Identifier: Apache-2.0
"""Asks the gateway at GATEWAY with the official SDKs, streaming, for each request named in the arguments: a model, its fallback or `-`,
and what is asked for, joined by commas. Prints one JSON line for each: what the SDK put together. The test that runs it decides what is
right."""

import json
import os
import sys

import anthropic
import openai
from google import genai

GATEWAY, KEY = os.environ["GATEWAY"], os.environ["GATEWAY_KEY"]
QUESTION = "Who is on stage?"
PARAMETERS = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "loud": {"type": "boolean"}},
    "required": ["name", "loud"],
    "additionalProperties": False,
}
SCHEMA = {
    "type": "object",
    "properties": {
        "lead": {"type": "string"},
        "acts": {"type": "array", "items": {"type": "integer"}},
        "line": {"type": "string"},
        "sung": {"type": "boolean"},
    },
    "required": ["lead", "acts", "line", "sung"],
    "additionalProperties": False,
}

openai_client = openai.OpenAI(base_url=GATEWAY + "/v1", api_key=KEY, max_retries=0)
anthropic_client = anthropic.Anthropic(base_url=GATEWAY, api_key=KEY, max_retries=0)
google_client = genai.Client(api_key=KEY, http_options={"base_url": GATEWAY})


def chat(model, content, headers):
    ask = {"model": model, "messages": [{"role": "user", "content": QUESTION}]}
    if content == "call":
        function = {"name": "call_actor", "parameters": PARAMETERS, "strict": True}
        ask["tools"] = [{"type": "function", "function": function}]
    if content == "schema":
        ask["response_format"] = {"type": "json_schema", "json_schema": {"name": "cast", "schema": SCHEMA, "strict": True}}
    if content == "reasoning":
        ask["reasoning_effort"] = "low"
    with openai_client.chat.completions.stream(**ask, extra_headers=headers) as stream:
        return stream.get_final_completion().model_dump(mode="json")


def responses(model, content, headers):
    ask = {"model": model, "input": QUESTION}
    if content == "call":
        ask["tools"] = [{"type": "function", "name": "call_actor", "parameters": PARAMETERS, "strict": True}]
    if content == "schema":
        ask["text"] = {"format": {"type": "json_schema", "name": "cast", "schema": SCHEMA, "strict": True}}
    if content == "reasoning":
        ask["reasoning"] = {"effort": "low", "summary": "auto"}
    with openai_client.responses.stream(**ask, extra_headers=headers) as stream:
        return stream.get_final_response().model_dump(mode="json")


def messages(model, content, headers):
    ask = {"model": model, "max_tokens": 4096, "messages": [{"role": "user", "content": QUESTION}]}
    if content == "call":
        ask["tools"] = [{"name": "call_actor", "input_schema": PARAMETERS}]
    if content == "schema":
        ask["output_config"] = {"format": {"type": "json_schema", "schema": SCHEMA}}
    if content == "reasoning":
        ask["thinking"] = {"type": "enabled", "budget_tokens": 1024}
    with anthropic_client.messages.stream(**ask, extra_headers=headers) as stream:
        return stream.get_final_message().model_dump(mode="json")


def gemini(model, content, headers):
    """This SDK puts nothing together: its pieces are joined here."""
    config = {"http_options": {"headers": headers}}
    if content == "call":
        config["tools"] = [{"function_declarations": [{"name": "call_actor", "parameters_json_schema": PARAMETERS}]}]
    if content == "schema":
        config |= {"response_mime_type": "application/json", "response_json_schema": SCHEMA}
    if content == "reasoning":
        config["thinking_config"] = {"include_thoughts": True}
    text, thoughts, calls, finish, ids = "", "", [], [], set()
    for chunk in google_client.models.generate_content_stream(model=model, contents=QUESTION, config=config):
        ids.add(chunk.response_id)
        for candidate in chunk.candidates or []:
            for part in (candidate.content and candidate.content.parts) or []:
                if part.function_call:
                    calls.append({"name": part.function_call.name, "args": part.function_call.args})
                elif part.thought:
                    thoughts += part.text or ""
                else:
                    text += part.text or ""
            if candidate.finish_reason:
                finish.append(candidate.finish_reason.value)
    return {"text": text, "thoughts": thoughts, "calls": calls, "finish": finish, "ids": sorted(ids)}


CLIENTS = {"chat": chat, "responses": responses, "messages": messages, "gemini": gemini}

for argument in sys.argv[1:]:
    model, fallback, content = argument.split(",")
    headers = {"x-understudy-no-fallback": "true"} if fallback == "-" else {"x-understudy-fallbacks": fallback}
    result = {"asked": argument}
    try:
        result["final"] = CLIENTS[model.split("-")[0]](model, content, headers)
    except Exception as error:  # noqa: BLE001
        result["error"] = f"{type(error).__name__}: {error}"
    print(json.dumps(result), flush=True)
