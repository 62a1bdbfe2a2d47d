import type { Fleet } from '../../fleet/agent.ts';
import { unableError, usageError } from '../../ground/errors.ts';
import type { Json } from '../../ground/json.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { toUsd } from '../../ground/units/amount.ts';
import { recordedTurn } from '../../quality/evals/recorded-turn.ts';
import { readTrace } from '../../telemetry/traces/trace.cache.ts';
import { readTexts } from '../../telemetry/traces/trace-list.cache.ts';
import { type Incident, type IncidentCause, traceOf } from './incident.ts';

/** A case of an eval suite that asks what was asked when things went wrong. */
export interface IncidentCase {
  readonly agent: string;
  readonly traceId: string;
  /** What a reader of the suite should know. */
  readonly remarks: readonly string[];
  readonly value: Readonly<Record<string, Json>> & { readonly id: string };
}

/**
 * A case of the request that failed: asked again, it must stay under the cap that it went over. Throws a usage error where texts are not kept
 * or no trace is named, an unable error where the cache does not hold it.
 * @param traceId null: the request that opened the incident
 */
export const collectCase = async (ctx: Context, fleet: Fleet, incident: Incident, traceId: string | null): Promise<IncidentCase> => {
  const { agent, cause, id } = incident;
  const wanted = traceId ?? traceOf(cause);
  if (wanted === null)
    throw usageError({
      code: 'trace_missing',
      message: `${id} names no request: ${cause.kind === 'alert' ? `the alert ${cause.rule} is of many` : 'a person opened it'}`,
      hint: `agentops incident export-case ${id} --trace ID; agentops traces list --errors shows some`,
    });
  if (fleet.capture !== 'io')
    throw usageError({
      code: 'capture_off',
      message: 'prompts and answers are not kept, so that no case can be made of a trace: capture is none',
      hint: 'set capture: io in the manifest; what arrives from then on is kept',
    });
  const cache = await ctx.cache();
  for (const trace of readTrace(cache, wanted)) {
    const run = trace.runs.find((each) => agent === null || each.agent === agent);
    const recorded = run === undefined ? null : recordedTurn(trace, run, readTexts(cache, wanted, trace.source));
    if (run?.agent == null || recorded === null || recorded.input.trim() === '') continue;
    return {
      agent: run.agent,
      traceId: wanted,
      remarks: [`From ${id}, trace ${wanted}. What a right answer says is for a person to add.`],
      value: {
        id,
        severity: incident.severity === 'page' ? 'critical' : 'normal',
        // A plain text of somebody else: nothing in it is a variable.
        input: recorded.input.replaceAll('{{', '\\{{'),
        expect: ['no-loop', ...limitOf(cause)],
      },
    };
  }
  throw unableError({
    code: 'trace_texts_missing',
    message: `the cache holds no text of trace ${wanted}: it came before capture: io, is older than is kept, or its agent does not send texts`,
    hint: `agentops traces show ${wanted}`,
  });
};

const limitOf = (cause: IncidentCause): readonly Json[] => {
  if (cause.kind !== 'cap') return [];
  if (cause.cap === 'steps_per_request') return [{ 'max-steps': cause.limit }];
  return [cause.cap === 'tokens_per_request' ? { 'max-tokens': cause.limit } : { cost: `$${toUsd(cause.limit)}` }];
};
