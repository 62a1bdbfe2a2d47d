import type { Cache } from '../../../ground/store/port.ts';
import type { Range } from '../../../ground/units/window.ts';
import { readTrace } from '../../../telemetry/traces/trace.cache.ts';
import { listTraces, readTexts } from '../../../telemetry/traces/trace-list.cache.ts';
import { type RecordedTurn, recordedTurn } from '../recorded-turn.ts';
import { lotOf } from '../sampling.ts';

/** Traces of one window that went to an agent. */
export interface Traffic {
  /** How many there are; our own probes are not. */
  readonly requests: number;
  /** Ids of those that are drawn, newest first, each with its start in epoch µs. */
  readonly drawn: ReadonlyMap<string, number>;
}

/** More requests of a window are not looked at. */
const mostListed = 200_000;
/** What every trace's lot is drawn from: the same trace is drawn or not drawn for ever, and a larger rate draws what a smaller one did. */
const seed = 'online';

/** Draws a share of the traces of a window by their ids alone. A trace that reached the agent several times counts once. */
export const drawTraffic = (cache: Cache, wish: { agent: string; source: string; window: Range; rate: number }): Traffic => {
  const { agent, source, window, rate } = wish;
  const starts = new Map<string, number>();
  for (const line of listTraces(cache, { window, agent, order: 'newest', limit: mostListed }))
    if (line.source === source) starts.set(line.traceId, line.startUs);
  return { requests: starts.size, drawn: new Map([...starts].filter(([traceId]) => lotOf(seed, traceId) < rate)) };
};

/** The request of a drawn trace, or why there is nothing to grade: `failed` has no answer, and counts as an error already. */
export type DrawnRequest = { readonly spanId: string | null; readonly recorded: RecordedTurn } | 'running' | 'failed' | 'without-text';

/** The first request of a trace to an agent, with what was asked and answered. */
export const readDrawn = (cache: Cache, { agent, source, traceId }: { agent: string; source: string; traceId: string }): DrawnRequest => {
  const trace = readTrace(cache, traceId).find((each) => each.source === source);
  const run = trace?.runs.find((each) => each.agent === agent);
  if (trace === undefined || run === undefined) return 'without-text';
  if (run.durationUs === null) return 'running';
  if (run.isError) return 'failed';
  const recorded = recordedTurn(trace, run, readTexts(cache, traceId, source));
  if (recorded === null || recorded.input.trim() === '' || recorded.turn.text.trim() === '') return 'without-text';
  return { spanId: run.runNo === 0 ? null : run.entryId, recorded };
};
