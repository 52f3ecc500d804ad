"""Settings of a language model, by provider.

`provider_type` says whose settings they are; without it that is the provider the model's handle names, and
`openai` for all others (`kinds/providers.py`). The server drops keys it does not know without a word.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from reconciler.kinds.providers import PROVIDERS
from reconciler.manifest.language.shapes.part import (
    Effort,
    Either,
    Expression,
    Integer,
    Number,
    OrExpression,
    Part,
    Truth,
    chosen,
    one_of,
)
from reconciler.manifest.language.shapes.response_format import ResponseFormat

_LIKE_OTHERS = ("azure", "bedrock", "deepseek", "groq", "openrouter", "together", "xai")
_OF_GOOGLE = ("google_ai", "google_vertex")


def _provider(value: Any) -> str:
    branch = chosen(value, "provider_type", PROVIDERS)
    if branch.strip("<>") in _LIKE_OTHERS:
        return "<others>"
    return "<google>" if branch.strip("<>") in _OF_GOOGLE else branch


Format = Annotated[Annotated[ResponseFormat, Tag("<value>")] | OrExpression, Either]
Amount = Annotated[Annotated[Literal["low", "medium", "high"], Tag("<value>")] | OrExpression, Either]
Spending = Annotated[
    Annotated[Literal["low", "medium", "high", "max"], Tag("<value>")] | OrExpression, Either
]
Switch = Annotated[Annotated[Literal["enabled", "disabled"], Tag("<value>")] | OrExpression, Either]


class Settings(Part):
    """What every provider has."""

    max_output_tokens: Annotated[Integer, Field(description="Tokens of one answer")] = 4096
    parallel_tool_calls: Truth = True
    temperature: Number = 0.7


class OtherSettings(Settings):
    """Settings of providers that are spoken to in the words of OpenAI."""

    whose: ClassVar[str] = "these are the settings of a model of azure, groq, together and the like"
    provider_type: Literal["azure", "bedrock", "deepseek", "groq", "openrouter", "together", "xai"]
    response_format: Format | None = None


class Reasoning(Part):
    """How much a model thinks."""

    reasoning_effort: Effort = "minimal"


ReasoningOrExpression = Annotated[Annotated[Reasoning, Tag("<value>")] | OrExpression, Either]


class SpokenLikeOpenAI(Settings):
    """What OpenAI has, and SGLang as well."""

    reasoning: ReasoningOrExpression = Reasoning()
    response_format: Format | None = None
    strict: Truth = True


class OpenAISettings(SpokenLikeOpenAI):
    """Settings of OpenAI, and of all whose handle names no provider of its own kind."""

    whose: ClassVar[str] = (
        "these are the settings of openai, which count for every handle that names no other known provider; "
        "`provider_type` says another one"
    )
    provider_type: Literal["openai"]


class SGLangSettings(SpokenLikeOpenAI):
    """Settings of SGLang."""

    whose: ClassVar[str] = "these are the settings of sglang"
    provider_type: Literal["sglang"]
    tool_call_parser: str | None = None


class AnthropicThinking(Part):
    """How much a model of Anthropic thinks."""

    type: Switch = "enabled"
    budget_tokens: Integer = 1024


AnthropicThinkingOrExpression = Annotated[Annotated[AnthropicThinking, Tag("<value>")] | OrExpression, Either]


class AnthropicSettings(Settings):
    """Settings of Anthropic."""

    whose: ClassVar[str] = "these are the settings of anthropic"
    provider_type: Literal["anthropic"]
    thinking: AnthropicThinkingOrExpression = AnthropicThinking()
    response_format: Format | None = None
    verbosity: Amount | None = None
    effort: Spending | None = None
    strict: Truth = False


class ThinkingConfig(Part):
    """How much a model of Google thinks."""

    include_thoughts: Truth = True
    thinking_budget: Integer = 1024


ThinkingConfigOrExpression = Annotated[Annotated[ThinkingConfig, Tag("<value>")] | OrExpression, Either]


class GoogleSettings(Settings):
    """Settings of Google AI and Vertex."""

    whose: ClassVar[str] = "these are the settings of google_ai and google_vertex"
    provider_type: Literal["google_ai", "google_vertex"]
    thinking_config: ThinkingConfigOrExpression = ThinkingConfig()
    response_schema: Format | None = None


class ZaiThinking(Part):
    """How much a model of Z.ai thinks."""

    type: Switch = "enabled"
    clear_thinking: Truth = False


ZaiThinkingOrExpression = Annotated[Annotated[ZaiThinking, Tag("<value>")] | OrExpression, Either]


class ZaiSettings(Settings):
    """Settings of Z.ai."""

    whose: ClassVar[str] = "these are the settings of zai"
    provider_type: Literal["zai"]
    thinking: ZaiThinkingOrExpression = ZaiThinking()
    response_format: Format | None = None


class ChatGptReasoning(Part):
    """How much a model behind ChatGPT thinks."""

    reasoning_effort: Annotated[
        Annotated[Literal["none", "low", "medium", "high", "xhigh"], Tag("<value>")] | OrExpression, Either
    ] = "medium"


ChatGptReasoningOrExpression = Annotated[Annotated[ChatGptReasoning, Tag("<value>")] | OrExpression, Either]


class ChatGptSettings(Settings):
    """Settings of a ChatGPT account."""

    whose: ClassVar[str] = "these are the settings of chatgpt_oauth"
    provider_type: Literal["chatgpt_oauth"]
    reasoning: ChatGptReasoningOrExpression = ChatGptReasoning()


class BasetenSettings(Settings):
    """Settings of Baseten."""

    whose: ClassVar[str] = "these are the settings of baseten"
    provider_type: Literal["baseten"]


class AnyThinking(Part):
    """What one provider or another says about thinking."""

    type: Switch = "enabled"
    budget_tokens: Integer = 1024
    clear_thinking: Truth = False


AnyThinkingOrExpression = Annotated[Annotated[AnyThinking, Tag("<value>")] | OrExpression, Either]


class AnySettings(Settings):
    """Settings of whichever provider: the handle of the model says which of them it has."""

    provider_type: Annotated[Expression, BeforeValidator(lambda value: one_of(value, PROVIDERS))] = ""
    reasoning: ReasoningOrExpression = Reasoning()
    thinking: AnyThinkingOrExpression = AnyThinking()
    thinking_config: ThinkingConfigOrExpression = ThinkingConfig()
    response_format: Format | None = None
    response_schema: Format | None = None
    verbosity: Amount | None = None
    effort: Spending | None = None
    strict: Truth = True
    tool_call_parser: str | None = None


ModelSettings = Annotated[
    Annotated[OpenAISettings, Tag("<openai>")]
    | Annotated[SGLangSettings, Tag("<sglang>")]
    | Annotated[AnthropicSettings, Tag("<anthropic>")]
    | Annotated[GoogleSettings, Tag("<google>")]
    | Annotated[ZaiSettings, Tag("<zai>")]
    | Annotated[ChatGptSettings, Tag("<chatgpt_oauth>")]
    | Annotated[BasetenSettings, Tag("<baseten>")]
    | Annotated[OtherSettings, Tag("<others>")]
    | Annotated[AnySettings, Tag("<any>")],
    Discriminator(_provider),
]
