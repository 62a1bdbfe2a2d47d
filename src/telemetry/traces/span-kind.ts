import type { Attributes } from './raw-span.ts';
import type { SpanKind } from './span.ts';

type Kinds = Readonly<Record<string, SpanKind>>;

/**
 * Words of each vocabulary for what a span is. `other` are the wrappers: chains, workflows, steps, whose usage is that of the model calls
 * inside them once more.
 */
const vocabularies: readonly (readonly [attribute: string, kinds: Kinds])[] = [
  [
    'gen_ai.operation.name',
    {
      chat: 'llm',
      generate_content: 'llm',
      text_completion: 'llm',
      completion: 'llm',
      generate: 'llm',
      embeddings: 'embedding',
      embedding: 'embedding',
      invoke_agent: 'agent',
      execute_tool: 'tool',
      retrieval: 'retrieval',
      search_memory: 'retrieval',
      rerank: 'retrieval',
      guardrail: 'guardrail',
      apply_guardrail: 'guardrail',
    },
  ],
  [
    'openinference.span.kind',
    {
      llm: 'llm',
      embedding: 'embedding',
      agent: 'agent',
      tool: 'tool',
      retriever: 'retrieval',
      reranker: 'retrieval',
      guardrail: 'guardrail',
    },
  ],
  ['traceloop.span.kind', { agent: 'agent', tool: 'tool' }],
  ['llm.request.type', { chat: 'llm', completion: 'llm', embedding: 'embedding', rerank: 'retrieval' }],
  [
    'langfuse.observation.type',
    {
      generation: 'llm',
      embedding: 'embedding',
      agent: 'agent',
      tool: 'tool',
      retriever: 'retrieval',
      guardrail: 'guardrail',
    },
  ],
];

/** The AI SDK puts the call into one attribute: `ai.generateText` wraps `ai.generateText.doGenerate` and `ai.toolCall`. */
const aiSdkAttributes = ['ai.operationId', 'operation.name'];
const aiSdkCalls: readonly (readonly [RegExp, SpanKind])[] = [
  [/^ai\.\w+\.do(Generate|Stream)\b/, 'llm'],
  [/^ai\.\w+\.doEmbed\b/, 'embedding'],
  [/^ai\.\w+\.doRerank\b/, 'retrieval'],
  [/^ai\.toolCall\b/, 'tool'],
  [/^ai\.(generate|stream)(Text|Object)\b/, 'agent'],
  [/^ai\./, 'other'],
];

/** What the span says it is; `other` for a word nobody knows, null where it says nothing. A word that tells more beats one that tells less. */
export const kindTold = (attributes: Attributes): SpanKind | null => {
  let told: SpanKind | null = null;
  for (const [attribute, kinds] of vocabularies) {
    const word = attributes.get(attribute);
    if (typeof word !== 'string') continue;
    const key = word.toLowerCase();
    if (Object.hasOwn(kinds, key)) return kinds[key] ?? null;
    told = 'other';
  }
  for (const attribute of aiSdkAttributes) {
    const call = attributes.get(attribute);
    const kind = typeof call === 'string' ? aiSdkCalls.find(([pattern]) => pattern.test(call))?.[1] : undefined;
    if (kind !== undefined) return kind;
  }
  return told;
};
