import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/ground/json.ts';
import { spansOfGroup } from '../../../src/telemetry/traces/attributes.ts';
import { decodeOtlp } from '../../../src/telemetry/traces/otlp.ts';
import type { RawSpan } from '../../../src/telemetry/traces/raw-span.ts';
import type { Span } from '../../../src/telemetry/traces/span.ts';
import { recordedExport } from '../../support/otlp-capture.ts';

const spansIn = (file: string): readonly Span[] => {
  const { body, encoding } = recordedExport(file);
  const decoded = decodeOtlp(body, encoding, 'traces');
  if (!decoded.ok) throw new Error(decoded.reason);
  expect(decoded.batch.rejected).toBe(0);
  return decoded.batch.groups.flatMap(spansOfGroup);
};

/** kind, name, model, input, output, cached, reasoning; the name of the parent, `-` for a root, `?` for one not in the capture. */
const lineOf = (span: Span, all: readonly Span[]): string => {
  const parent = all.find(({ spanId, traceId }) => spanId === span.parentId && traceId === span.traceId);
  const { input, output, cachedRead, reasoning } = span.tokens;
  const counts = [input, output, cachedRead, reasoning].map((count) => count ?? '·').join(' ');
  const above = span.parentId === null ? '-' : (parent?.name ?? '?');
  return `${span.kind} | ${span.name} | ${span.model ?? '·'} | ${counts} | ${above}`;
};
const linesIn = (file: string): readonly string[] => spansIn(file).map((span, _, all) => lineOf(span, all));

const genai = [
  'llm | chat gpt-4o-mini | gpt-4o-mini-2024-07-18 | 12 7 · · | invoke_agent weather',
  'llm | chat gpt-4o-mini | gpt-4o-mini-2024-07-18 | 12 7 · · | invoke_agent weather',
  'llm | chat gpt-4o-mini | gpt-4o-mini-2024-07-18 | 12 7 · · | invoke_agent weather',
  'embedding | embeddings text-embedding-3-small | text-embedding-3-small | 4 · · · | invoke_agent weather',
  'llm | chat gpt-4o-mini | gpt-4o-mini | · · · · | invoke_agent weather',
  'agent | invoke_agent weather | · | · · · · | -',
];

const aiSdk = [
  'llm | ai.generateText.doGenerate | gpt-4o-mini-2024-07-18 | 12 7 · · | ai.generateText',
  'tool | weather | · | · · · · | ai.generateText',
  'llm | ai.generateText.doGenerate | gpt-4o-mini | 12 7 · · | ai.generateText',
  'agent | ai.generateText | gpt-4o-mini | 12 7 · · | -',
  'llm | ai.streamText.doStream | gpt-4o-mini | 12 7 4 2 | ai.streamText',
  'agent | ai.streamText | gpt-4o-mini | 12 7 4 2 | -',
  'llm | ai.generateObject.doGenerate | gpt-4o-mini | 12 7 · · | ai.generateObject',
  'agent | ai.generateObject | gpt-4o-mini | 12 7 · · | -',
  'embedding | ai.embed.doEmbed | text-embedding-3-small | 4 · · · | ai.embed',
  'other | ai.embed | text-embedding-3-small | 4 · · · | -',
  'llm | ai.generateText.doGenerate | gpt-4o-mini | · · · · | ai.generateText',
  'agent | ai.generateText | gpt-4o-mini | · · · · | -',
];

const openInference = [
  'llm | OpenAI Chat Completions | gpt-4o-mini-2024-07-18 | 12 7 4 2 | weather-agent',
  'llm | OpenAI Chat Completions | gpt-4o-mini-2024-07-18 | 12 7 4 2 | weather-agent',
  'llm | OpenAI Chat Completions | gpt-4o-mini | · · · · | weather-agent',
  'embedding | OpenAI Embeddings | text-embedding-3-small | · · · · | weather-agent',
  'agent | weather-agent | · | · · · · | -',
];

describe('recorded emitters', () => {
  test.each([
    ['genai-openai.traces.json', genai],
    ['genai-openai.traces.protobuf.wire.json', genai],
    ['genai-openai.traces.protobuf-gzip.wire.json', genai],
    ['ai-sdk-v5.traces.json', aiSdk],
    ['ai-sdk-v5.traces.protobuf.wire.json', aiSdk],
    ['openinference-openai.traces.json', openInference],
    ['openinference-openai.traces.protobuf.wire.json', openInference],
    [
      'langfuse-otel.traces.json',
      [
        // The total of 19 says that the 4 cached tokens stand in the 12.
        'llm | llm | gpt-4o-mini | 12 7 4 · | weather-agent',
        'tool | weather | · | · · · · | weather-agent',
        'llm | failing-llm | gpt-4o-mini | · · · · | weather-agent',
        'agent | weather-agent | · | · · · · | -',
      ],
    ],
    [
      'traceloop.traces.protobuf.wire.json',
      [
        'tool | weather | · | · · · · | weather_agent.agent',
        'agent | weather_agent.agent | · | · · · · | weather_workflow.workflow',
        'other | weather_workflow.workflow | · | · · · · | -',
        'llm | chat gpt-4o-mini | gpt-4o-mini-2024-07-18 | 12 7 · · | weather_agent.agent',
        'llm | chat gpt-4o-mini | gpt-4o-mini-2024-07-18 | 12 7 · · | weather_agent.agent',
        'llm | chat gpt-4o-mini | gpt-4o-mini-2024-07-18 | 2 1 · · | weather_agent.agent',
      ],
    ],
  ])('%s', (file, lines) => {
    const all = linesIn(file);
    // The AI SDK's flow of five calls was recorded twice; every other one once, in a trace of its own.
    expect(all.slice(0, lines.length)).toEqual(lines);
    expect(all.length % lines.length).toBe(0);
    for (let from = 0; from < all.length; from += lines.length) expect(all.slice(from, from + lines.length)).toEqual(lines);
  });

  test('who, where and which version', () => {
    const told = ({ agentName, provider, user, session, environment, release, serviceName, traceName, tags, metadata }: Span) => ({
      agentName,
      provider,
      user,
      session,
      environment,
      release,
      serviceName,
      traceName,
      tags,
      metadata,
    });
    const first = (file: string, kind: Span['kind']) => told(spansIn(file).find((span) => span.kind === kind) as Span);
    expect(first('genai-openai.traces.json', 'agent')).toMatchObject({
      agentName: 'weather',
      session: 'conv-1',
      environment: 'test',
      release: '1.2.3',
      serviceName: 'genai-semconv-openai',
    });
    expect(first('ai-sdk-v5.traces.json', 'llm')).toMatchObject({
      agentName: 'weather-agent',
      provider: 'openai',
      user: 'user-1',
      session: 'sess-1',
      tags: ['prod'],
    });
    expect(first('openinference-openai.traces.json', 'llm')).toMatchObject({
      user: 'user-1',
      session: 'sess-1',
      tags: ['prod'],
      metadata: { tenant: 'acme' },
    });
    expect(first('openinference-openai.traces.json', 'agent').agentName).toBe('weather-agent');
    expect(first('langfuse-otel.traces.json', 'agent')).toEqual({
      agentName: 'weather-agent',
      provider: null,
      user: 'user-1',
      session: 'sess-1',
      environment: 'test',
      release: 'v1.2.3',
      serviceName: 'unknown_service:node',
      traceName: 'weather',
      tags: ['prod'],
      metadata: { tenant: 'acme' },
    });
    expect(first('traceloop.traces.protobuf.wire.json', 'tool')).toMatchObject({
      agentName: 'weather_agent',
      user: 'user-1',
      session: 'sess-1',
    });
  });

  test('errors, first tokens, costs and what was asked', () => {
    const failed = (file: string) => spansIn(file).filter(({ status }) => status === 'error');
    for (const file of ['genai-openai.traces.json', 'ai-sdk-v5.traces.json', 'langfuse-otel.traces.json']) {
      expect(failed(file).map(({ errorType }) => errorType)).toContain('rate_limit');
      expect(new Set(failed(file).map(({ errorType }) => errorType)).size).toBe(1);
    }
    expect(failed('langfuse-otel.traces.json')[0]).toMatchObject({ name: 'failing-llm', statusMessage: 'Rate limit reached' });
    const [streamed] = spansIn('ai-sdk-v5.traces.json').filter(({ name }) => name === 'ai.streamText.doStream');
    expect(streamed?.ttftUs).toBe(1441);
    const [generation, tool] = spansIn('langfuse-otel.traces.json');
    expect(generation).toMatchObject({ reportedCostNanos: 6000, input: '[{"role":"user","content":"Weather in Oslo?"}]' });
    expect(tool?.input).toBe('{"city":"Oslo"}');
  });
});

const rawSpan: RawSpan = {
  traceId: 'a'.repeat(32),
  spanId: 'b'.repeat(16),
  parentId: null,
  name: 'step',
  startUs: 1_790_000_000_000_000,
  endUs: null,
  attributes: new Map(),
  events: [],
  statusCode: 0,
  statusMessage: '',
};

const raw = (attributes: Readonly<Record<string, Json>>, parts: Partial<RawSpan> = {}): Span => {
  const span: RawSpan = { ...rawSpan, attributes: new Map(Object.entries(attributes)), ...parts };
  return spansOfGroup({ resource: new Map(), spans: [span], logs: [] })[0] as Span;
};

describe('texts in the events of a span', () => {
  const event = (name: string, attributes: Readonly<Record<string, Json>>) => ({
    name,
    atUs: null,
    attributes: new Map(Object.entries(attributes)),
  });
  const of = (...events: RawSpan['events']) => raw({ 'gen_ai.operation.name': 'chat' }, { events });

  test('message by message', () => {
    const span = of(
      event('gen_ai.system.message', { content: 'Be kind.' }),
      event('gen_ai.user.message', { content: 'Hi' }),
      event('gen_ai.choice', { message: 'Hello' }),
    );
    expect(JSON.parse(span.input ?? '')).toEqual([
      { 'gen_ai.system.message': { content: 'Be kind.' } },
      { 'gen_ai.user.message': { content: 'Hi' } },
    ]);
    expect(JSON.parse(span.output ?? '')).toEqual([{ 'gen_ai.choice': { message: 'Hello' } }]);
  });

  test('all at once', () => {
    const messages = [{ role: 'user', parts: [{ type: 'text', content: 'Hi' }] }];
    const span = of(
      event('gen_ai.client.inference.operation.details', { 'gen_ai.input.messages': messages, 'gen_ai.output.messages': 'x' }),
    );
    expect([span.input, span.output]).toEqual([JSON.stringify(messages), 'x']);
    expect(of(event('gen_ai.content.prompt', { 'gen_ai.prompt': 'Hi' })).input).toContain('Hi');
  });

  test('come after what the span itself says; other events hold none', () => {
    const events = [event('gen_ai.user.message', { content: 'Hi' })];
    expect(raw({ 'gen_ai.input.messages': 'asked' }, { events }).input).toBe('asked');
    expect(of(event('retry', { content: 'Hi' })).input).toBeNull();
  });
});

describe('vocabularies not recorded', () => {
  test.each<[string, Record<string, Json>, Partial<Span>]>([
    [
      'AI SDK 7: root and step repeat the usage of the call',
      {
        'gen_ai.operation.name': 'agent_step',
        'gen_ai.request.model': 'gpt-5',
        'gen_ai.usage.input_tokens': 5,
        'gen_ai.provider.name': 'openai',
      },
      { kind: 'other' },
    ],
    [
      'OpenInference chain',
      { 'openinference.span.kind': 'CHAIN', 'llm.model_name': 'gpt-5', 'llm.token_count.prompt': 5 },
      { kind: 'other' },
    ],
    [
      'OpenLLMetry 0.4',
      { 'llm.request.type': 'chat', 'gen_ai.system': 'Anthropic', 'gen_ai.usage.prompt_tokens': 9 },
      { kind: 'llm', provider: 'anthropic' },
    ],
    ['before operations were named', { 'gen_ai.system': 'openai', 'gen_ai.request.model': 'gpt-4' }, { kind: 'llm', model: 'gpt-4' }],
    ['a tool by its name alone', { 'gen_ai.tool.name': 'search_kb' }, { kind: 'tool', name: 'search_kb' }],
    ['a type told as span beside an operation', { 'langfuse.observation.type': 'span', 'gen_ai.operation.name': 'chat' }, { kind: 'llm' }],
    ['a name that is no word of ours', { 'gen_ai.operation.name': 'constructor' }, { kind: 'other' }],
    [
      'error.type without a status',
      { 'gen_ai.operation.name': 'execute_tool', 'error.type': 'ValueError' },
      { status: 'error', errorType: 'tool' },
    ],
    ['a timeout', { 'gen_ai.operation.name': 'chat', 'error.type': 'APITimeoutError' }, { errorType: 'timeout' }],
    ['time to first chunk', { 'gen_ai.response.time_to_first_chunk': 0.25 }, { ttftUs: 250_000 }],
    ['service tier', { 'openai.response.service_tier': 'FLEX' }, { serviceTier: 'flex' }],
    [
      'a prompt',
      { 'langfuse.observation.prompt.name': 'sys', 'langfuse.observation.prompt.version': 3 },
      { promptName: 'sys', promptVersion: '3' },
    ],
    ['a number as text', { 'gen_ai.usage.input_tokens': '12' }, { tokens: expect.objectContaining({ input: 12 }) }],
    [
      'a negative number is none',
      { 'gen_ai.usage.input_tokens': -1, 'gen_ai.usage.prompt_tokens': 4 },
      { tokens: expect.objectContaining({ input: 4 }) },
    ],
    ['costs in parts', { 'llm.cost.prompt': 0.001, 'llm.cost.completion': 0.002 }, { reportedCostNanos: 3_000_000 }],
    [
      'Langfuse costs without a total',
      { 'langfuse.observation.cost_details': '{"input":0.1,"output":0.2}' },
      { reportedCostNanos: 300_000_000 },
    ],
    ['Langfuse without any cost', { 'langfuse.observation.cost_details': '{}' }, { reportedCostNanos: null }],
    [
      'messages one by one',
      { 'gen_ai.prompt.0.content': 'Hi', 'gen_ai.prompt.name': 'x' },
      { input: '[{"gen_ai.prompt.0.content":"Hi"}]' },
    ],
    ['metadata under a dangerous name', { 'ai.telemetry.metadata.__proto__': 'x' }, { metadata: Object.fromEntries([['__proto__', 'x']]) }],
  ])('%s', (_, attributes, wanted) => expect(raw(attributes)).toMatchObject(wanted));

  test.each<[string, Record<string, Json>, number, number]>([
    ['Anthropic passed through: more cached than input', { input_tokens: 10, output_tokens: 5, cache_read_input_tokens: 900 }, 910, 5],
    ['cached inside', { input_tokens: 1000, output_tokens: 5, cache_read_input_tokens: 900 }, 1000, 5],
    ['the total says beside', { input_tokens: 1000, output_tokens: 5, cache_read_input_tokens: 900, total_tokens: 1905 }, 1900, 5],
    ['the total says that reasoning is beside', { input_tokens: 10, output_tokens: 50, reasoning_tokens: 20, total_tokens: 80 }, 10, 70],
    ['more reasoning than output', { input_tokens: 10, output_tokens: 5, reasoning_tokens: 20 }, 10, 25],
  ])('%s', (_, usage, input, output) => {
    const attributes = Object.fromEntries(Object.entries(usage).map(([name, count]) => [`gen_ai.usage.${name}`, count]));
    expect(raw(attributes).tokens).toMatchObject({ input, output });
  });

  test.each<[Record<string, number>, number, number]>([
    [{ input: 100, input_cached_tokens: 900, output: 5, total: 1005 }, 1000, 5],
    [{ input: 1000, input_cached_tokens: 900, output: 5 }, 1900, 5],
    [{ input: 100, output: 5, output_reasoning_tokens: 7, input_audio_tokens: 3 }, 103, 12],
    [{ prompt_tokens: 1000, completion_tokens: 5, cached_tokens: 900 }, 1000, 5],
  ])('Langfuse buckets %j', (details, input, output) =>
    expect(raw({ 'langfuse.observation.usage_details': JSON.stringify(details) }).tokens).toMatchObject({ input, output }),
  );

  test('tokens written to the cache for an hour are told apart', () => {
    const usage = { input_tokens: 10, cache_creation_input_tokens: 300, cache_creation: { ephemeral_1h_input_tokens: 100 } };
    const span = raw({ 'ai.usage.inputTokens': 10, 'ai.response.providerMetadata': JSON.stringify({ anthropic: { usage } }) });
    expect(span.tokens).toMatchObject({ input: 310, cachedWrite: 200, cachedWrite1h: 100 });
  });

  test('an exception names the error', () => {
    const attributes = new Map<string, Json>([
      ['exception.type', 'ThrottlingException'],
      ['exception.message', 'slow down'],
    ]);
    const span = raw({}, { statusCode: 2, events: [{ name: 'exception', atUs: null, attributes }] });
    expect(span).toMatchObject({ status: 'error', errorType: 'rate_limit', statusMessage: 'slow down' });
  });

  test('the first name of a field wins wherever it stands', () => {
    const [new_, old] = [
      ['gen_ai.provider.name', 'aws.bedrock'],
      ['gen_ai.system', 'openai'],
    ] as const;
    expect(raw(Object.fromEntries([new_, old])).provider).toBe('aws');
    expect(raw(Object.fromEntries([old, new_])).provider).toBe('aws');
  });

  test('a span tells more than its resource', () => {
    const resource = new Map<string, Json>([
      ['deployment.environment', 'prod'],
      ['service.version', '1'],
      ['k8s.deployment.name', 'support'],
    ]);
    const span = { ...rawSpan, attributes: new Map([['langfuse.environment', 'test']]) };
    const [found] = spansOfGroup({ resource, spans: [span], logs: [] });
    expect(found).toMatchObject({ environment: 'test', release: '1', metadata: { 'k8s.deployment.name': 'support' } });
  });
});
