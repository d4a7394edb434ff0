# SPDX-License-Identifier: Apache-2.0
"""Runs loops of official SDKs that go from one provider to another and back: A fails in the second turn, B takes it, A has the third.
Both sign what they think, and refuse what the other signed in the words of the true API. The built gateway is the argument. Prints one
JSON line per loop: the wires of A and B, the client, what it answered, and how often a foreign signature was refused."""

import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading

SIGNATURES = {"a": "c2lnbmF0dXJlLUE=", "b": "c2lnbmF0dXJlLUI="}
CALLS = [("get_weather", {"city": "Paris"}), ("get_advice", {"weather": "sunny in Paris"})]
MODELS = {"anthropic-messages": "claude-sonnet-4-5", "google-generative-ai": "gemini-3-pro"}
# What every sealed text begins with: no provider is to see one.
SEAL = "dW5kZXJzdHVkeTox"
refused = []
sys.dont_write_bytecode = True


class Upstream(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        asked = self.rfile.read(int(self.headers["content-length"])).decode()
        name = self.path.split("/")[1]
        answer = messages if self.path.endswith("/messages") else google
        status, reply = answer(name, asked)
        body = json.dumps(reply).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def is_foreign(name, asked):
    found = SIGNATURES["b" if name == "a" else "a"] in asked or SEAL in asked
    if found:
        refused.append(name)
    return found


def messages(name, asked):
    turn = asked.count('"tool_result"')
    if name == "a" and turn == 1:
        return 529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    if is_foreign(name, asked):
        told = "messages.1.content.0: Invalid `signature` in `thinking` block"
        return 400, {"type": "error", "error": {"type": "invalid_request_error", "message": told}}
    content = [{"type": "text", "text": f"Done by {name}."}]
    if turn < len(CALLS):
        tool, arguments = CALLS[turn]
        content = [
            {"type": "thinking", "thinking": "A tool knows that.", "signature": SIGNATURES[name]},
            {"type": "tool_use", "id": f"toolu_{turn}", "name": tool, "input": arguments},
        ]
    return 200, {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": content, "stop_sequence": None,
        "stop_reason": "tool_use" if turn < len(CALLS) else "end_turn", "usage": {"input_tokens": 1, "output_tokens": 1},
    }


def google(name, asked):
    turn = asked.count('"functionResponse"')
    if name == "a" and turn == 1:
        return 503, {"error": {"code": 503, "message": "The model is overloaded. Please try again later.", "status": "UNAVAILABLE"}}
    if is_foreign(name, asked):
        return 400, {"error": {"code": 400, "message": "Corrupted thought signature.", "status": "INVALID_ARGUMENT"}}
    parts = [{"text": f"Done by {name}."}]
    if turn < len(CALLS):
        tool, arguments = CALLS[turn]
        parts = [{"functionCall": {"name": tool, "args": arguments}, "thoughtSignature": SIGNATURES[name]}]
    candidate = {"content": {"role": "model", "parts": parts}, "finishReason": "STOP", "index": 0}
    counts = {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2}
    return 200, {"candidates": [candidate], "usageMetadata": counts, "modelVersion": "m"}


def play(program, port, wires, home):
    os.makedirs(home + "/.understudy")
    providers, chain = {}, []
    for name, wire in zip("ab", wires):
        version = "/v1" if wire == "anthropic-messages" else "/v1beta"
        providers[name] = {
            "baseUrl": f"http://127.0.0.1:{port}/{name}{version}", "api": wire, "apiKey": "key-" + name, "models": [{"id": MODELS[wire]}],
        }
        chain.append(f"{name}/{MODELS[wire]}")
    settings = {
        "failover": {"blocks": {"transient": [0.01]}}, "models": {"mode": "replace", "providers": providers},
        "agents": {"defaults": {"model": {"primary": chain[0], "fallbacks": chain[1:]}}},
    }
    with open(home + "/.understudy/understudy.json", "w") as file:
        json.dump(settings, file)
    environment = {"HOME": home, "PATH": os.environ.get("PATH", "/usr/bin:/bin")}
    command = [program, "gateway", "run", "--port", "0"]
    gateway = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        line = next(line for line in gateway.stdout if "is ready on http" in line)
        with open(home + "/.understudy/gateway.token") as file:
            token = file.read().strip()
        ask(line.split()[-1], token, wires)
    finally:
        gateway.terminate()
        gateway.communicate()


def ask(url, token, wires):
    os.environ["GATEWAY"], os.environ["GATEWAY_KEY"] = url, token
    sys.modules.pop("agent_loops", None)
    import agent_loops

    for client in ["openai chat", "openai responses", "anthropic", "google-genai"]:
        refused.clear()
        try:
            result = {"answer": agent_loops.LOOPS[client]("default", False)}
        except Exception as error:
            result = {"error": f"{type(error).__name__}: {error}"[:600]}
        print(json.dumps({"a": wires[0], "b": wires[1], "client": client, "refused": len(refused), **result}), flush=True)


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for wires in [(a, b) for a in MODELS for b in MODELS]:
        with tempfile.TemporaryDirectory() as home:
            play(sys.argv[1], server.server_port, wires, home)


main()
