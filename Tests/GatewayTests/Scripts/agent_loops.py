# SPDX-License-Identifier: Apache-2.0
"""Runs agent loops of official SDKs and of frameworks against the gateway at GATEWAY, each onto each provider and model named in the
arguments, streamed and not. Prints one JSON line per loop: what the agent answered in the end. The test that runs it decides what is
right; the provider refuses a loop whose tools did not cross."""

import asyncio
import json
import os
import sys
import time

import anthropic
import llm
import openai
from google import genai
from langchain_anthropic import ChatAnthropic
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.tools import tool as langchain_tool
from langchain_openai import ChatOpenAI
from llm.default_plugins.openai_models import Chat
from pydantic_ai import Agent
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.google import GoogleProvider
from pydantic_ai.providers.openai import OpenAIProvider

GATEWAY, KEY = os.environ["GATEWAY"], os.environ["GATEWAY_KEY"]
SYSTEM = "You are on stage."
QUESTION = "What shall I wear in Paris?"
MOST_TURNS = 6


def get_weather(city: str) -> str:
    """Tells the weather of a city."""
    return f"sunny in {city}"


def get_advice(weather: str) -> str:
    """Tells what to wear in a weather."""
    return f"a hat, as it is {weather}"


TOOLS = {"get_weather": get_weather, "get_advice": get_advice}


def schema(name):
    member = "city" if name == "get_weather" else "weather"
    return {"type": "object", "properties": {member: {"type": "string"}}, "required": [member], "additionalProperties": False}


def call(name, arguments):
    return TOOLS[name](**arguments)


# Official SDKs. Each loop sends back what the SDK gave it, as the provider's guides tell.

openai_client = openai.OpenAI(base_url=GATEWAY + "/v1", api_key=KEY, max_retries=0)
anthropic_client = anthropic.Anthropic(base_url=GATEWAY, api_key=KEY, max_retries=0)
google_client = genai.Client(api_key=KEY, http_options={"base_url": GATEWAY})


def openai_chat(model, streaming):
    messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": QUESTION}]
    tools = [
        {"type": "function", "function": {"name": name, "description": tool.__doc__, "parameters": schema(name)}}
        for name, tool in TOOLS.items()
    ]
    for _ in range(MOST_TURNS):
        ask = {"model": model, "messages": messages, "tools": tools}
        if streaming:
            with openai_client.chat.completions.stream(**ask) as stream:
                message = stream.get_final_completion().choices[0].message
        else:
            message = openai_client.chat.completions.create(**ask).choices[0].message
        if not message.tool_calls:
            return message.content
        messages.append(message.model_dump(exclude_none=True, exclude={"parsed"}))
        for asked in message.tool_calls:
            result = call(asked.function.name, json.loads(asked.function.arguments))
            messages.append({"role": "tool", "tool_call_id": asked.id, "content": result})


def openai_responses(model, streaming):
    items = [{"role": "user", "content": QUESTION}]
    tools = [
        {"type": "function", "name": name, "description": tool.__doc__, "parameters": schema(name), "strict": True}
        for name, tool in TOOLS.items()
    ]
    for _ in range(MOST_TURNS):
        ask = {
            "model": model, "input": items, "tools": tools, "instructions": SYSTEM, "store": False,
            "include": ["reasoning.encrypted_content"],
        }
        if streaming:
            with openai_client.responses.stream(**ask) as stream:
                response = stream.get_final_response()
        else:
            response = openai_client.responses.create(**ask)
        calls = [item for item in response.output if item.type == "function_call"]
        if not calls:
            return response.output_text
        items += [item.model_dump(exclude_none=True, exclude={"parsed_arguments"}) for item in response.output]
        for asked in calls:
            result = call(asked.name, json.loads(asked.arguments))
            items.append({"type": "function_call_output", "call_id": asked.call_id, "output": result})


def anthropic_sdk(model, streaming):
    messages = [{"role": "user", "content": QUESTION}]
    tools = [{"name": name, "description": tool.__doc__, "input_schema": schema(name)} for name, tool in TOOLS.items()]
    for _ in range(MOST_TURNS):
        ask = {
            "model": model, "messages": messages, "tools": tools, "system": SYSTEM, "max_tokens": 4096,
            "thinking": {"type": "enabled", "budget_tokens": 1024},
        }
        if streaming:
            with anthropic_client.messages.stream(**ask) as stream:
                message = stream.get_final_message()
        else:
            message = anthropic_client.messages.create(**ask)
        calls = [block for block in message.content if block.type == "tool_use"]
        if not calls:
            return "".join(block.text for block in message.content if block.type == "text")
        messages.append({"role": "assistant", "content": message.content})
        results = [{"type": "tool_result", "tool_use_id": asked.id, "content": call(asked.name, asked.input)} for asked in calls]
        messages.append({"role": "user", "content": results})


def google_sdk(model, streaming):
    contents = [genai.types.Content(role="user", parts=[genai.types.Part(text=QUESTION)])]
    declarations = [
        genai.types.FunctionDeclaration(name=name, description=tool.__doc__, parameters_json_schema=schema(name))
        for name, tool in TOOLS.items()
    ]
    config = genai.types.GenerateContentConfig(
        system_instruction=SYSTEM, tools=[genai.types.Tool(function_declarations=declarations)],
        automatic_function_calling=genai.types.AutomaticFunctionCallingConfig(disable=True),
    )
    for _ in range(MOST_TURNS):
        if streaming:
            parts = []
            for chunk in google_client.models.generate_content_stream(model=model, contents=contents, config=config):
                parts += chunk.candidates[0].content.parts or [] if chunk.candidates and chunk.candidates[0].content else []
        else:
            reply = google_client.models.generate_content(model=model, contents=contents, config=config)
            parts = reply.candidates[0].content.parts
        calls = [part.function_call for part in parts if part.function_call]
        if not calls:
            return "".join(part.text for part in parts if part.text and not part.thought)
        contents.append(genai.types.Content(role="model", parts=[part for part in parts if part.text != "" or part.thought_signature]))
        results = [
            genai.types.Part(
                function_response=genai.types.FunctionResponse(
                    id=asked.id, name=asked.name, response={"result": call(asked.name, dict(asked.args))}
                )
            )
            for asked in calls
        ]
        contents.append(genai.types.Content(role="user", parts=results))


# Frameworks, which have their own loops.


def pydantic_ai(make):
    async def run(model, streaming):
        agent = Agent(make(model), instructions=SYSTEM, tools=list(TOOLS.values()))

        async def watch(context, events):
            async for _ in events:
                pass

        # `run_stream` takes the first text for the answer; a handler makes every request of the run a stream.
        return (await agent.run(QUESTION, event_stream_handler=watch if streaming else None)).output

    return lambda model, streaming: LOOP.run_until_complete(run(model, streaming))


def langchain(make):
    tools = {name: langchain_tool(tool) for name, tool in TOOLS.items()}

    def run(model, streaming):
        bound = make(model, streaming).bind_tools(list(tools.values()))
        messages = [SystemMessage(SYSTEM), HumanMessage(QUESTION)]
        for _ in range(MOST_TURNS):
            if streaming:
                message = None
                for chunk in bound.stream(messages):
                    message = chunk if message is None else message + chunk
            else:
                message = bound.invoke(messages)
            if not message.tool_calls:
                return message.text if isinstance(message.text, str) else message.text()
            messages.append(message)
            messages += [tools[asked["name"]].invoke(asked) for asked in message.tool_calls]

    return run


def llm_loop(model, streaming):
    chat = Chat(model, model_name=model, api_base=GATEWAY + "/v1", can_stream=True, supports_tools=True)
    chat.key = KEY
    return chat.chain(QUESTION, system=SYSTEM, tools=list(TOOLS.values()), stream=streaming, key=KEY).text()


LOOP = asyncio.new_event_loop()
openai_provider = OpenAIProvider(base_url=GATEWAY + "/v1", api_key=KEY)
anthropic_provider = AnthropicProvider(anthropic_client=anthropic.AsyncAnthropic(base_url=GATEWAY, api_key=KEY, max_retries=0))
google_provider = GoogleProvider(api_key=KEY, base_url=GATEWAY)

LOOPS = {
    "openai chat": openai_chat,
    "openai responses": openai_responses,
    "anthropic": anthropic_sdk,
    "google-genai": google_sdk,
    "pydantic-ai chat": pydantic_ai(lambda model: OpenAIChatModel(model, provider=openai_provider)),
    "pydantic-ai responses": pydantic_ai(
        # By itself it sends thoughts back only to models whose names it knows.
        lambda model: OpenAIResponsesModel(
            model, provider=openai_provider, profile={"openai_supports_encrypted_reasoning_content": True}
        )
    ),
    "pydantic-ai anthropic": pydantic_ai(lambda model: AnthropicModel(model, provider=anthropic_provider)),
    "pydantic-ai google": pydantic_ai(lambda model: GoogleModel(model, provider=google_provider)),
    "langchain-openai chat": langchain(
        lambda model, streaming: ChatOpenAI(model=model, base_url=GATEWAY + "/v1", api_key=KEY, max_retries=0)
    ),
    "langchain-openai responses": langchain(
        lambda model, streaming: ChatOpenAI(
            model=model, base_url=GATEWAY + "/v1", api_key=KEY, max_retries=0, use_responses_api=True, output_version="responses/v1",
            store=False, include=["reasoning.encrypted_content"],
        )
    ),
    "langchain-anthropic": langchain(
        lambda model, streaming: ChatAnthropic(
            model=model, base_url=GATEWAY, api_key=KEY, max_retries=0, max_tokens=4096,
            thinking={"type": "enabled", "budget_tokens": 1024},
        )
    ),
    "llm": llm_loop,
}


def main():
    for model in sys.argv[1:]:
        for name, loop in LOOPS.items():
            for streaming in (False, True):
                start = time.monotonic()
                try:
                    result = {"answer": loop(model, streaming)}
                except Exception as error:
                    result = {"error": f"{type(error).__name__}: {error}"[:600]}
                took = round((time.monotonic() - start) * 1000)
                line = {"client": name, "model": model, "streaming": streaming, "milliseconds": took, **result}
                print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
