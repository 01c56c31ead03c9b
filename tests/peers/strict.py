"""Talks to the fake vendor with the vendors' own libraries, and believes it nothing.

    strict.py ADDRESS CASE...

ADDRESS is the fake's (http://127.0.0.1:port); each request names its case in the header x-case, and the fake behaves as
that case wants. Every case runs on both APIs, with a stream and without. Prints what is wrong, a line for each fault, and
ends with 3 where something is. A case that stands here or there alone is a fault too.
"""

import json
import sys

import anthropic
import openai
from anthropic.types import Message, RawMessageStreamEvent
from anthropic.types.shared import ErrorResponse
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from pydantic import BaseModel, TypeAdapter

MESSAGE, EVENT, ERROR = TypeAdapter(Message), TypeAdapter(RawMessageStreamEvent), TypeAdapter(ErrorResponse)
COMPLETION, CHUNK = TypeAdapter(ChatCompletion), TypeAdapter(ChatCompletionChunk)

# The usage that the fake is told to give: 5 tokens of input beside 1000 read from the cache and 200 written to it.
COUNTED = {"input": 5, "read": 1000, "write": 200, "output": 30, "thinking": 10}
# case: (text, thinking, Anthropic's stop reason, OpenAI's finish reason)
ANSWERS = {
    "text": ("ünd λ \U0001f980", None, "end_turn", "stop"),
    "bytes": ("ünd λ \U0001f980", None, "end_turn", "stop"),
    "thinking": ("text", "thought", "end_turn", "stop"),
    "only-thinking": ("", "thought", "end_turn", "stop"),
    "empty": ("", None, "end_turn", "stop"),
    "refusal": ("no", None, "refusal", "content_filter"),
    "length": ("tex", None, "max_tokens", "length"),
    "window": ("tex", None, "model_context_window_exceeded", "length"),
}
# case: (Anthropic's exception, OpenAI's exception), each by the name in its library, with what the error tells of itself
ERRORS = {
    "400": ("BadRequestError invalid_request_error", "BadRequestError None"),
    "401": ("AuthenticationError authentication_error", "AuthenticationError invalid_api_key"),
    "402": ("PaymentRequiredError billing_error", "APIStatusError insufficient_quota"),
    "403": ("PermissionDeniedError permission_error", "PermissionDeniedError None"),
    "404": ("NotFoundError not_found_error", "NotFoundError model_not_found"),
    "408": ("RequestTimeoutError invalid_request_error", "APIStatusError None"),
    "409": ("ConflictError conflict_error", "ConflictError None"),
    "413": ("ContentTooLargeError request_too_large", "APIStatusError None"),
    "429": ("RateLimitError rate_limit_error", "RateLimitError rate_limit_exceeded"),
    "500": ("InternalServerError api_error", "InternalServerError None"),
    "502": ("InternalServerError api_error", "InternalServerError None"),
    "503": ("ServiceUnavailableError api_error", "InternalServerError None"),
    "504": ("GatewayTimeoutError timeout_error", "InternalServerError None"),
    "529": ("OverloadedError overloaded_error", "InternalServerError None"),
    "spend-limit": ("EnforcedSpendLimitReachedError rate_limit_error", "RateLimitError insufficient_quota"),
    "too-long": ("BadRequestError invalid_request_error", "BadRequestError context_length_exceeded"),
    "parameter": ("BadRequestError invalid_request_error", "BadRequestError unsupported_parameter"),
    "reset": ("APIConnectionError", "APIConnectionError"),
    "garbage": ("APIConnectionError", "APIConnectionError"),
}
# Errors within a stream that had begun with 200: the exceptions of the two libraries, which go by that status.
WITHIN = {"within": ("APIStatusError", "APIError")}
# The documentation names these types, the library's union of error bodies does not have them.
UNTYPED = {"conflict_error", "request_too_large"}
# Fields that no type has: thinking as local servers give it, and the details of an error, which the library's exceptions
# read all the same.
UNKNOWN = {"reasoning_content", "details"}

FAULTS = []


def same(where, what, found, wanted):
    if found != wanted:
        FAULTS.append(f"{where}: {what} is {found!r}, not {wanted!r}")


def unknown_fields(value, path=""):
    """Where a model has fields that its type does not know."""
    if isinstance(value, BaseModel):
        for name in value.__pydantic_extra__ or {}:
            if name not in UNKNOWN:
                yield f"{path}.{name}"
        for name in type(value).model_fields:
            yield from unknown_fields(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, list):
        for one in value:
            yield from unknown_fields(one, f"{path}[]")


def valid(where, adapter, text):
    """Reads JSON as a type of the library's, with no value taken for another type."""
    try:
        value = adapter.validate_json(text, strict=True)
    except ValueError as error:
        FAULTS.append(f"{where}: {error}")
        return
    FAULTS.extend(f"{where}: {name} is not known to the library" for name in unknown_fields(value))


class Claude:
    name, message, event, ending = "anthropic", MESSAGE, EVENT, "message_stop"

    def __init__(self, address, **options):
        self.client = anthropic.Anthropic(base_url=address, api_key="k", max_retries=0, timeout=60, **options)
        self.make = self.client.messages

    def asked(self, case):
        return {
            "model": "m",
            "max_tokens": 50,
            "messages": [{"role": "user", "content": "a"}],
            "extra_headers": {"x-case": case},
        }

    def seen(self, message):
        kinds = {block.type: block for block in message.content}
        text = kinds["text"].text if "text" in kinds else ""
        thinking = kinds["thinking"].thinking if "thinking" in kinds else None
        usage = message.usage
        counted = {
            "input": usage.input_tokens,
            "read": usage.cache_read_input_tokens,
            "write": usage.cache_creation_input_tokens,
            "output": usage.output_tokens,
            "thinking": usage.output_tokens_details.thinking_tokens,
        }
        return text, thinking, message.stop_reason, counted

    def streamed(self, case):
        # The library puts the message together, and fails where an event has no place.
        with self.make.stream(**self.asked(case)) as stream:
            return self.seen(stream.get_final_message())

    def told(self, error):
        return error.type


class Gpt:
    name, message, event, ending = "openai", COMPLETION, CHUNK, "[DONE]"

    def __init__(self, address, **options):
        self.client = openai.OpenAI(base_url=f"{address}/v1", api_key="k", max_retries=0, timeout=60, **options)
        self.make = self.client.chat.completions

    def asked(self, case):
        return {
            "model": "m",
            "max_completion_tokens": 50,
            "messages": [{"role": "user", "content": "a"}],
            "extra_headers": {"x-case": case},
        }

    def counted(self, usage):
        read, write = usage.prompt_tokens_details.cached_tokens, usage.prompt_tokens_details.cache_write_tokens
        return {
            "input": usage.prompt_tokens - read - write,
            "read": read,
            "write": write,
            "output": usage.total_tokens - usage.prompt_tokens,
            "thinking": usage.completion_tokens_details.reasoning_tokens,
        }

    def seen(self, completion):
        choice = completion.choices[0]
        text = choice.message.content or choice.message.refusal or ""
        thinking = getattr(choice.message, "reasoning_content", None)
        return text, thinking, choice.finish_reason, self.counted(completion.usage)

    def streamed(self, case):
        text, thinking, reason, usage = "", None, None, None
        for chunk in self.make.create(**self.asked(case), stream=True, stream_options={"include_usage": True}):
            usage = chunk.usage or usage
            for choice in chunk.choices:
                text += choice.delta.content or choice.delta.refusal or ""
                thinking = getattr(choice.delta, "reasoning_content", None) or thinking
                reason = choice.finish_reason or reason
        return text, thinking, reason, self.counted(usage)

    def told(self, error):
        return str(error.code)


def plain_and_streamed(api, case):
    return (
        (f"{case} {api.name}", lambda: api.seen(api.make.create(**api.asked(case)))),
        (f"{case} {api.name} streamed", lambda: api.streamed(case)),
    )


def answer(api, case, text, thinking, reason):
    for where, ask in plain_and_streamed(api, case):
        try:
            same(where, "the answer", ask(), (text, thinking, reason, COUNTED))
        except Exception as error:  # Whatever a library stumbles over is the fake's fault.
            FAULTS.append(f"{where}: {error!r}")
    with api.make.with_streaming_response.create(**api.asked(case)) as response:
        valid(f"{case} {api.name}", api.message, b"".join(response.iter_bytes()))
    with api.make.with_streaming_response.create(**api.asked(case), stream=True) as response:
        lines = b"".join(response.iter_bytes()).decode().splitlines()
    named, data = None, None
    for line in lines:
        field, _, data = line.partition(": ")
        if field == "event":
            named = data
        elif field == "data":
            if data == api.ending or api.name == "anthropic" and named == "ping":
                continue
            valid(f"{case} {api.name} event", api.event, data)
            if api.name == "anthropic":
                same(f"{case} {api.name}", "the name of an event", named, json.loads(data)["type"])
    ends = [line for line in lines if api.ending in line and line.startswith("data: ")]
    same(f"{case} {api.name}", "the number of ends", len(ends), 1)


def raised(where, ask, base):
    try:
        FAULTS.append(f"{where}: no exception, but {ask()!r}")
    except base as error:
        return error


def failure(api, case, wanted, within=False):
    library = anthropic if api.name == "anthropic" else openai
    for where, ask in plain_and_streamed(api, case)[within:]:
        error = raised(where, ask, library.APIError)
        if error is None:
            continue
        found = type(error).__name__
        if isinstance(error, library.APIStatusError) and not within:
            found = f"{found} {api.told(error)}"
            if error.request_id is None:
                FAULTS.append(f"{where}: the answer has no id")
            if api.name == "anthropic" and api.told(error) not in UNTYPED:
                valid(where, ERROR, error.response.text)
        same(where, "the exception", found, wanted)


def main():
    address, cases = sys.argv[1], sys.argv[2:]
    known = ANSWERS.keys() | ERRORS.keys() | WITHIN.keys()
    for case in sorted(known ^ set(cases)):
        FAULTS.append(f"{case}: the fake and the expectations do not both have it")
    for place, api in enumerate(make(address, _strict_response_validation=True) for make in (Claude, Gpt)):
        for case, (text, thinking, *reasons) in ANSWERS.items():
            answer(api, case, text, thinking, reasons[place])
        for case, wanted in ERRORS.items():
            failure(api, case, wanted[place])
        for case, wanted in WITHIN.items():
            failure(api, case, wanted[place], within=True)
    print("\n".join(FAULTS))
    sys.exit(3 if FAULTS else 0)


main()
