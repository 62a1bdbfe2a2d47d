import type { Fleet } from '../../fleet/agent.ts';
import { suggestion } from '../../fleet/problems.ts';
import type { At } from '../../fleet/slots.ts';
import { unableError, usageError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Cache } from '../../ground/store/port.ts';
import { readTrace } from '../../telemetry/traces/trace.cache.ts';
import { listTraces, readTexts, type TraceLine } from '../../telemetry/traces/trace-list.cache.ts';
import type { ReadCase } from './raw-case.ts';
import { recordedTurn } from './recorded-turn.ts';
import { openLottery } from './sampling.ts';
import type { TraceSource } from './source-schema.ts';

export interface TraceWish {
  /** The agent of the suite; null: the source must name one. */
  readonly agent: string | null;
  /** The end of the window, UTC epoch ms. */
  readonly now: number;
  /** Where the suite names the source. */
  readonly at: At;
}

/** More requests of a window are not looked at. */
const mostListed = 200_000;

/**
 * Requests of production as cases, newest first: the sample is drawn from all that fit, and those whose texts are not kept are passed
 * over. Throws a usage error where none can be kept, and an unable error where none is there.
 */
export async function* readTraceCases(ctx: Context, fleet: Fleet, source: TraceSource, wish: TraceWish): AsyncGenerator<ReadCase> {
  const agent = agentOf(fleet, source, wish);
  if (fleet.capture !== 'io')
    throw usageError({
      code: 'capture_off',
      message: 'prompts and answers are not kept, so that no case can be made of a trace: capture is none',
      hint: 'set capture: io in the manifest; what arrives from then on is kept',
    });
  const cache = await ctx.cache();
  const lines = drawn(listTraces(cache, queryOf(source, agent, wish.now)), source);
  let made = 0;
  for (const line of lines) {
    const found = caseOf(cache, line, agent, source.mode, wish.at);
    if (found === null) continue;
    made += 1;
    yield found;
  }
  if (made > 0) return;
  throw unableError({
    code: 'no_traces',
    message:
      lines.length === 0
        ? `the cache holds no request to ${agent} that this source asks for`
        : `none of the ${lines.length} requests to ${agent} has texts: they came before capture: io, or their backend does not send them`,
    hint: lines.length === 0 ? 'agentops sync, or a longer window' : 'add include: [io] to the backend, then agentops sync',
  });
}

const agentOf = ({ agents }: Fleet, source: TraceSource, { agent, at }: TraceWish): string => {
  const name = source.agent ?? agent;
  const names = agents.map((each) => each.name);
  if (name !== null && names.includes(name)) return name;
  const found = name === null ? 'from traces needs an agent' : `from traces names no agent of this fleet (found ${JSON.stringify(name)})`;
  const hint = name === null ? 'add agent: to the suite, or to traces:' : (suggestion(name, names) ?? 'agentops status shows the agents');
  throw usageError({ code: 'suite_invalid', message: `${at.file}:${at.line}:${at.column}: ${found}`, hint });
};

const queryOf = (source: TraceSource, agent: string, now: number) => ({
  window: { fromUs: (now - source.window) * 1000, toUs: now * 1000 },
  agent,
  ...told('user', source.user),
  ...told('session', source.session),
  ...told('release', source.release),
  ...told('task', source.task),
  ...told('model', source.model),
  ...told('tool', source.tool),
  ...told('text', source.text),
  ...told('minCostNanos', source.min_cost),
  ...told('minDurationUs', source.min_duration === undefined ? undefined : source.min_duration * 1000),
  ...told('minSteps', source.min_steps),
  errorsOnly: source.errors,
  order: 'newest' as const,
  limit: mostListed,
});

const told = <Name extends string, Value>(name: Name, value: Value | undefined): { readonly [key in Name]?: Value } =>
  value === undefined ? {} : ({ [name]: value } as { readonly [key in Name]: Value });

const drawn = (lines: readonly TraceLine[], { sample, seed, strata }: TraceSource): readonly TraceLine[] => {
  const lottery = openLottery(sample ?? { count: 100 }, String(seed));
  const stratumOf = (line: TraceLine) => strata.map((name) => facets[name](line)).join('\u0000');
  for (const line of lines) lottery.see(line.traceId, stratumOf(line));
  const isDrawn = lottery.draw();
  return lines.filter((line) => isDrawn(line.traceId, stratumOf(line)));
};

const facets: Readonly<Record<TraceSource['strata'][number], (line: TraceLine) => string>> = {
  user: ({ user }) => user ?? '',
  release: ({ release }) => release ?? '',
  status: ({ isError }) => (isError ? 'error' : 'ok'),
  day: ({ startUs }) => String(Math.floor(startUs / 86_400_000_000)),
};

const caseOf = (cache: Cache, line: TraceLine, agent: string, mode: TraceSource['mode'], at: At): ReadCase | null => {
  const trace = readTrace(cache, line.traceId).find(({ source }) => source === line.source);
  const run = trace?.runs.find((each) => each.agent === agent && each.startUs === line.startUs);
  const recorded = trace === undefined || run === undefined ? null : recordedTurn(trace, run, readTexts(cache, line.traceId, line.source));
  if (recorded === null || recorded.input.trim() === '') return null;
  return {
    raw: {
      value: { id: `${line.traceId}${run === undefined || run.runNo === 0 ? '' : `/${run.runNo}`}`, input: recorded.input },
      at,
      place: ({ message, hint }) => ({ at, message: `the case of trace ${line.traceId} ${message}`, hint }),
      isForeign: true,
      recorded: mode === 'replay' ? [recorded.turn] : null,
    },
  };
};
