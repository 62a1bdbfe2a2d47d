import { content, dollars, instant, milliseconds, object, type Read, seconds, short, shortList, tokens } from './attribute-values.ts';

const named = <Value>(read: Read<Value>, ...names: readonly string[]) => ({ read, names });

/**
 * What a span may tell, and under which names: OpenTelemetry GenAI (new, then older), OpenInference, OpenLLMetry, Vercel AI SDK, Langfuse.
 * The first name that holds something of the right kind wins. Kinds of spans stand in `span-kind`.
 */
export const spanNames = {
  finishReasons: named(
    shortList,
    'gen_ai.response.finish_reasons',
    'llm.finish_reason',
    'ai.response.finishReason',
    'gen_ai.response.finish_reason',
  ),
  agentName: named(short, 'gen_ai.agent.name', 'agent.name', 'agent_name', 'graph.node.name', 'ai.telemetry.functionId', 'resource.name'),
  workflowName: named(short, 'traceloop.workflow.name'),
  entityName: named(short, 'traceloop.entity.name'),
  provider: named(short, 'gen_ai.provider.name', 'gen_ai.system', 'llm.provider', 'llm.system', 'ai.model.provider'),
  requestModel: named(
    short,
    'gen_ai.request.model',
    'llm.request.model_name',
    'llm.request.model',
    'llm.model_name',
    'embedding.model_name',
    'reranker.model_name',
    'ai.model.id',
  ),
  responseModel: named(
    short,
    'gen_ai.response.model',
    'llm.response.model_name',
    'llm.response.model',
    'ai.response.model',
    'langfuse.observation.model.name',
  ),
  toolName: named(short, 'gen_ai.tool.name', 'tool.name', 'tool_call.function.name', 'ai.toolCall.name'),

  inputTokens: named(
    tokens,
    'gen_ai.usage.input_tokens',
    'gen_ai.usage.prompt_tokens',
    'llm.token_count.prompt',
    'llm.usage.prompt_tokens',
    'ai.usage.inputTokens',
    'ai.usage.promptTokens',
    'ai.usage.tokens',
  ),
  outputTokens: named(
    tokens,
    'gen_ai.usage.output_tokens',
    'gen_ai.usage.completion_tokens',
    'llm.token_count.completion',
    'llm.usage.completion_tokens',
    'ai.usage.outputTokens',
    'ai.usage.completionTokens',
  ),
  cachedRead: named(
    tokens,
    'gen_ai.usage.cache_read.input_tokens',
    'gen_ai.usage.cache_read_input_tokens',
    'llm.token_count.prompt_details.cache_read',
    'llm.usage.cache_read_input_tokens',
    'ai.usage.cachedInputTokens',
    'ai.usage.inputTokenDetails.cacheReadTokens',
  ),
  cachedWrite: named(
    tokens,
    'gen_ai.usage.cache_write.input_tokens',
    'gen_ai.usage.cache_creation.input_tokens',
    'gen_ai.usage.cache_creation_input_tokens',
    'llm.token_count.prompt_details.cache_write',
    'llm.usage.cache_creation_input_tokens',
    'ai.usage.inputTokenDetails.cacheWriteTokens',
  ),
  reasoning: named(
    tokens,
    'gen_ai.usage.reasoning.output_tokens',
    'gen_ai.usage.reasoning_tokens',
    'llm.token_count.completion_details.reasoning',
    'llm.usage.reasoning_tokens',
    'ai.usage.reasoningTokens',
    'ai.usage.outputTokenDetails.reasoningTokens',
  ),
  totalTokens: named(tokens, 'gen_ai.usage.total_tokens', 'llm.token_count.total', 'llm.usage.total_tokens', 'ai.usage.totalTokens'),
  usageDetails: named(object, 'langfuse.observation.usage_details'),
  providerMetadata: named(object, 'ai.response.providerMetadata'),
  serviceTier: named(
    short,
    'openai.response.service_tier',
    'gen_ai.openai.response.service_tier',
    'gen_ai.response.service_tier',
    'openai.request.service_tier',
    'gen_ai.openai.request.service_tier',
  ),

  costNanos: named(dollars, 'gen_ai.usage.cost', 'gen_ai.usage.total_cost', 'llm.cost.total'),
  inputCostNanos: named(dollars, 'llm.cost.prompt'),
  outputCostNanos: named(dollars, 'llm.cost.completion'),
  costDetails: named(object, 'langfuse.observation.cost_details'),

  ttftSeconds: named(
    seconds,
    'gen_ai.response.time_to_first_chunk',
    'gen_ai.client.operation.time_to_first_chunk',
    'gen_ai.server.time_to_first_token',
  ),
  ttftMs: named(milliseconds, 'ai.response.msToFirstChunk', 'ai.stream.msToFirstChunk'),
  firstTokenAt: named(instant, 'langfuse.observation.completion_start_time'),

  errorType: named(short, 'error.type'),
  errorMessage: named(short, 'error.message', 'langfuse.observation.status_message'),
  level: named(short, 'langfuse.observation.level'),
  httpStatus: named(short, 'http.response.status_code', 'http.status_code'),

  user: named(
    short,
    'user.id',
    'enduser.id',
    'langfuse.user.id',
    'traceloop.association.properties.user_id',
    'ai.telemetry.metadata.userId',
  ),
  session: named(
    short,
    'gen_ai.conversation.id',
    'session.id',
    'langfuse.session.id',
    'traceloop.association.properties.session_id',
    'ai.telemetry.metadata.sessionId',
  ),
  task: named(
    short,
    'gen_ai.task.name',
    'task.name',
    'langfuse.trace.metadata.task',
    'traceloop.association.properties.task',
    'ai.telemetry.metadata.task',
  ),
  environment: named(
    short,
    'langfuse.environment',
    'deployment.environment.name',
    'deployment.environment',
    'ai.telemetry.metadata.environment',
  ),
  release: named(
    short,
    'langfuse.release',
    'gen_ai.agent.version',
    'traceloop.entity.version',
    'langfuse.version',
    'ai.telemetry.metadata.release',
  ),
  promptName: named(short, 'langfuse.observation.prompt.name', 'gen_ai.prompt.name', 'traceloop.prompt.key', 'prompt.name'),
  promptVersion: named(
    short,
    'langfuse.observation.prompt.version',
    'gen_ai.prompt.version',
    'traceloop.prompt.version',
    'prompt.version',
    'llm.prompt_template.version',
  ),
  traceName: named(short, 'langfuse.trace.name', 'gen_ai.workflow.name'),
  tags: named(shortList, 'tag.tags', 'langfuse.trace.tags', 'traceloop.association.properties.tags', 'ai.telemetry.metadata.tags'),
  metadata: named(object, 'metadata', 'langfuse.trace.metadata'),

  toolInput: named(content, 'gen_ai.tool.call.arguments', 'ai.toolCall.args', 'ai.toolCall.input'),
  toolOutput: named(content, 'gen_ai.tool.call.result', 'ai.toolCall.result', 'ai.toolCall.output'),
  input: named(
    content,
    'gen_ai.input.messages',
    'gen_ai.prompt',
    'input.value',
    'ai.prompt.messages',
    'ai.prompt',
    'ai.value',
    'ai.values',
    'langfuse.observation.input',
    'traceloop.entity.input',
  ),
  output: named(
    content,
    'gen_ai.output.messages',
    'gen_ai.completion',
    'output.value',
    'ai.response.text',
    'ai.response.object',
    'ai.response.toolCalls',
    'langfuse.observation.output',
    'traceloop.entity.output',
  ),
};

/** What a resource tells for all its spans; a span's own word comes first. */
export const resourceNames = {
  serviceName: named(short, 'service.name'),
  environment: named(short, 'deployment.environment.name', 'deployment.environment', 'langfuse.environment'),
  release: named(short, 'service.version', 'langfuse.release'),
};

/** What follows such a prefix is the name of a fact of its own. */
export const metadataPrefix =
  /^(?:traceloop\.association\.properties|ai\.telemetry\.metadata|ai\.settings\.context|langfuse\.(?:trace|observation)\.metadata)\./;

/** Facts of a resource that say nothing of the agent. */
export const resourceNoise = /^(telemetry\.|process\.|os\.|service\.name$|service\.version$|deployment\.environment)/;

/** Older ways to tell a conversation: one attribute a message, with its place in the name. */
export const numberedInput = /^(gen_ai\.prompt|llm\.input_messages)\.\d/;
export const numberedOutput = /^(gen_ai\.completion|llm\.output_messages)\.\d/;

/** Events at the first piece of an answer. */
export const firstTokenEvents: ReadonlySet<string> = new Set([
  'First Token Stream Event',
  'llm.content.completion.chunk',
  'gen_ai.choice.chunk',
]);
