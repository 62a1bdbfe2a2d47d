import { z } from 'zod';
import { documentHead, instant } from './document-head.ts';

const usd = z.number().nullable();
const ms = z.number().nullable();
const word = z.string().nullable();
const status = z.enum(['ok', 'error']);
const errorType = z.enum(['llm', 'tool', 'guardrail', 'timeout', 'rate_limit', 'other']).nullable();

const traceHead = {
  window: z.object({ from: instant, to: instant }),
  freshness_s: z
    .number()
    .nullable()
    .describe(
      'Seconds since the source that is longest behind was read, or since spans were last sent where none is read; null: nothing ever came',
    ),
};

const line = z.object({
  trace_id: z.string(),
  source: z.string().describe('The backend of the manifest it came from'),
  agent: word.describe('Null: no agent claims it'),
  user: word,
  release: word,
  start: instant,
  duration_ms: ms.describe('Null while it runs'),
  status,
  error_type: errorType,
  cost_usd: usd,
  steps: z.int(),
});

const traces = z.object({ ...documentHead, ...traceHead, traces: z.array(line) });

const span = z.object({
  span_id: z.string(),
  parent_id: word,
  agent: word,
  kind: z.enum(['agent', 'llm', 'tool', 'retrieval', 'guardrail', 'embedding', 'other']),
  name: z.string().describe('Untrusted'),
  provider: word,
  model: word,
  start: instant,
  duration_ms: ms,
  ttft_ms: ms,
  status: z.enum(['ok', 'error', 'unset']),
  error_type: errorType,
  input_tokens: z.int().nullable(),
  cached_tokens: z.int().nullable(),
  output_tokens: z.int().nullable(),
  reasoning_tokens: z.int().nullable(),
  cost_usd: usd,
  cost_source: z.enum(['reported', 'priced', 'unknown']),
  counted: z.boolean().describe('False for a wrapper, whose usage is counted further down'),
  critical: z.boolean().describe('The end of the trace waited for it'),
  repeat: z.object({ nth: z.int(), of: z.int() }).nullable().describe('The same call with the same arguments, made several times'),
  input: word.describe('Kept only under capture: io'),
  output: word,
});

const shown = line.extend({
  link: word.describe("The trace in the backend's own interface"),
  caused_by: word.describe('The agent in whose part the failure began'),
  repeated_calls: z.array(z.object({ name: z.string(), times: z.int() })),
  agents: z.array(
    z.object({
      agent: word,
      caller: z.int().nullable().describe('Position in this list of the part that handed over'),
      start: instant,
      duration_ms: ms,
      status,
      error_type: errorType,
      cost_usd: usd,
      steps: z.int(),
    }),
  ),
  scores: z.array(
    z.object({ name: z.string(), value: z.number().nullable(), label: word, origin: z.string(), span_id: word, at: instant }),
  ),
  spans: z.array(span).describe('Parents before children'),
});

const trace = z.object({ ...documentHead, traces: z.array(shown).describe('One for each source that has the id') });

const unmatched = z.object({
  ...documentHead,
  ...traceHead,
  groups: z.array(
    z.object({
      source: z.string(),
      trace_name: word,
      service_name: word,
      agent_name: word,
      environment: word,
      requests: z.int(),
      last: instant,
    }),
  ),
});

const topology = z.object({
  ...documentHead,
  ...traceHead,
  edges: z.array(
    z.object({
      caller: word.describe('Null: asked from outside'),
      agent: z.string(),
      requests: z.int(),
      errors: z.int(),
      error_rate: z.number().min(0).max(1).nullable(),
      cost_usd: usd,
      latency_p95_ms: ms,
    }),
  ),
  causes: z.array(
    z.object({
      agent: z.string(),
      caused: z.int().describe('Failed requests whose failure began in its part'),
      passed_on: z.int().describe('Failed requests to it whose failure began in an agent below'),
    }),
  ),
});

/** The documents of `agentops traces`: list and search, show, unmatched, topology. */
export const traceSchemas = { traces, trace, unmatched, topology } as const;
