# SPDX-License-Identifier: Apache-2.0
"""Drives the official OpenAI SDK against the gateway at OPENAI_BASE_URL. Prints one JSON line per check: what the SDK made of each
answer. The test that runs it decides what is right."""

import json
import sys

import openai

IMAGE = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
ASK = [{"role": "user", "content": "Who is on stage?"}]
TOOL = {
    "type": "function",
    "function": {
        "name": "call_actor",
        "description": "Calls an actor on stage",
        "parameters": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
    },
}
SCHEMA = {
    "type": "json_schema",
    "json_schema": {
        "name": "cast",
        "strict": True,
        "schema": {
            "type": "object",
            "properties": {"lead": {"type": "string"}},
            "required": ["lead"],
            "additionalProperties": False,
        },
    },
}

client = openai.OpenAI()


def plain():
    reply = client.chat.completions.with_raw_response.create(model="default", messages=ASK)
    completion = reply.parse()
    return {
        "content": completion.choices[0].message.content,
        "finish": completion.choices[0].finish_reason,
        "tokens": completion.usage.total_tokens,
        "model": reply.headers["x-understudy-model"],
        "attempts": reply.headers["x-understudy-attempts"],
        "request": reply.headers["x-request-id"] == reply.headers["x-understudy-request-id"],
    }


def streaming():
    chunks = list(client.chat.completions.create(model="default", messages=ASK, stream=True))
    return {
        "content": "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices),
        "chunks": len(chunks),
        "finish": [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1],
    }


def tools():
    completion = client.chat.completions.create(model="stage/tools", messages=ASK, tools=[TOOL], tool_choice="auto")
    call = completion.choices[0].message.tool_calls[0]
    return {"name": call.function.name, "arguments": json.loads(call.function.arguments), "finish": completion.choices[0].finish_reason}


def tools_streaming():
    name, arguments = "", ""
    for chunk in client.chat.completions.create(model="stage/tools", messages=ASK, tools=[TOOL], stream=True):
        for call in chunk.choices[0].delta.tool_calls or []:
            name += call.function.name or ""
            arguments += call.function.arguments or ""
    return {"name": name, "arguments": json.loads(arguments)}


def image():
    content = [{"type": "text", "text": "Who is this?"}, {"type": "image_url", "image_url": {"url": IMAGE}}]
    completion = client.chat.completions.create(model="stage/image", messages=[{"role": "user", "content": content}])
    return {"content": completion.choices[0].message.content}


def schema():
    completion = client.chat.completions.create(model="stage/schema", messages=ASK, response_format=SCHEMA)
    return {"content": json.loads(completion.choices[0].message.content)}


def list_models():
    return {"ids": [model.id for model in client.models.list()]}


def retrieve_model():
    model = client.models.retrieve("default")
    return {"id": model.id, "object": model.object}


def retrieve_model_with_slash():
    return {"id": client.models.retrieve("stage/tools").id}


def wrong_token():
    client.with_options(api_key="not-the-token").chat.completions.create(model="default", messages=ASK)


def unknown_model():
    client.chat.completions.create(model="stag/tools", messages=ASK)


def unknown_model_retrieved():
    client.models.retrieve("stag/tools")


def bad_request():
    client.chat.completions.create(model="stage/bad", messages=ASK, temperature=9)


def bad_type():
    client.chat.completions.create(model="default", messages=ASK, temperature="warm")


def broken_stream():
    text = ""
    try:
        given_up = {"x-understudy-mid-stream": "error"}
        for chunk in client.chat.completions.create(model="stage/breaks", messages=ASK, stream=True, extra_headers=given_up):
            text += chunk.choices[0].delta.content or ""
    except openai.APIError as error:
        return {"error": type(error).__name__, "message": error.message, "body": error.body, "content": text}
    return {"error": None, "content": text}


def final_refusal():
    """The SDK repeats a 429 or 503 on its own, unless it is told not to."""
    alone = {"x-understudy-no-fallback": "true"}
    client.with_options(max_retries=2).chat.completions.create(model="stage/limited", messages=ASK, extra_headers=alone)


CHECKS = [
    plain, streaming, tools, tools_streaming, image, schema, list_models, retrieve_model, retrieve_model_with_slash, wrong_token,
    unknown_model, unknown_model_retrieved, bad_request, bad_type, broken_stream, final_refusal,
]

for check in CHECKS:
    try:
        result = check() or {}
    except openai.APIStatusError as error:
        result = {"error": type(error).__name__, "status": error.status_code, "message": error.message, "body": error.body}
    except Exception as error:
        result = {"unexpected": f"{type(error).__name__}: {error}"}
    print(json.dumps({"check": check.__name__, **result}), flush=True)
sys.exit(0)
