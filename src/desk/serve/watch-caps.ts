import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Alert } from '../../oversight/alerts/alert.ts';
import { isFiring } from '../../oversight/alerts/alert-state.ts';
import { readOpenAlerts } from '../../oversight/alerts/alerts.journal.ts';
import { agentNamed } from '../../oversight/alerts/subject.ts';
import { channels } from '../../oversight/notify/registry.ts';
import { type PostEvent, sendOutbox } from '../../oversight/notify/send-outbox.ts';
import { type Arrival, detectRunaway, isCapped } from '../../response/incidents/detect-runaway.ts';
import type { Incident } from '../../response/incidents/incident.ts';
import type { Verifiers } from '../../response/runbooks/open-run-aids.ts';
import type { CalledRun } from '../../response/tick/called-run.ts';
import type { Ownership } from '../../telemetry/traces/ownership.ts';

/** Milliseconds between two looks at what has arrived, and at what people were not told yet. */
const [lookMs, tellMs] = [1000, 2000];
/** Milliseconds between two looks whether a runbook that was held back, or waits for approval, may begin by now. */
const againMs = 5000;
/** Requests of one agent that one look takes; more wait for the next. */
const mostTraces = 500;
/** Requests of one agent that may wait for a look. The longest waiting are let go: one that goes round in a circle comes again with its next span. */
const mostWaiting = 20_000;

export interface CapWatch {
  /** Spans of these requests have just been stored. */
  note(arrival: Arrival): void;
  /** Looks, and tells, until the signal fires. */
  run(signal: AbortSignal): Promise<void>;
}

export interface CapTelling {
  opened(incident: Incident): void;
  fired(alert: Alert): void;
  called(run: CalledRun): void;
  posted(event: PostEvent): void;
  trouble(thrown: unknown): void;
}

/**
 * Looks at each request a moment after its spans came; where it went over a cap, the alert fires, an incident is opened, and the runbook that
 * may start by itself does, at once or when nothing holds it back any more. Tells people what is due.
 */
export const openCapWatch = (ctx: Context, fleet: Fleet, ownership: Ownership, verifiers: Verifiers, on: CapTelling): CapWatch => {
  const capped = new Set(fleet.agents.filter((agent) => isCapped(fleet, agent)).map(({ name }) => name));
  const answers = new Set<Promise<void>>();
  /** How each runbook stands that was called for and has not begun. */
  const pending = new Map<string, CalledRun['status']>();
  const fresh = new Map<string, { readonly source: string; readonly agent: string; readonly traceIds: Set<string> }>();
  const note = ({ source, agent, traceIds }: Arrival): void => {
    if (!capped.has(agent)) return;
    const key = JSON.stringify([source, agent]);
    const known = fresh.get(key) ?? { source, agent, traceIds: new Set<string>() };
    for (const id of traceIds) known.traceIds.add(id);
    for (const id of known.traceIds) {
      if (known.traceIds.size <= mostWaiting) break;
      known.traceIds.delete(id);
    }
    fresh.set(key, known);
  };
  /** Beside the looking: a run may look for minutes whether it helped. */
  const answer = (fired: readonly Alert[]): void => {
    const begun = async (): Promise<void> => {
      const { runCalled } = await import('../../response/tick/run-called.ts');
      const { settled } = await runCalled(ctx, fleet, fired, verifiers);
      for (const run of await settled) {
        const before = pending.get(callKey(run));
        // A step that waits for a person goes on by their word alone.
        if (run.status === 'held' || run.status === 'waiting') pending.set(callKey(run), run.status);
        else pending.delete(callKey(run));
        if (before !== run.status) on.called(run);
      }
    };
    const done = begun()
      .catch(on.trouble)
      .finally(() => answers.delete(done));
    answers.add(done);
  };
  const look = async (): Promise<void> => {
    for (const [key, { source, agent, traceIds }] of [...fresh]) {
      const arrival = { source, agent, traceIds: [...traceIds].slice(0, mostTraces) };
      for (const id of arrival.traceIds) traceIds.delete(id);
      if (traceIds.size === 0) fresh.delete(key);
      try {
        const { incident, fired } = await detectRunaway(ctx, fleet, ownership, arrival);
        for (const alert of fired) on.fired(alert);
        if (incident !== null) on.opened(incident);
        if (fired.length > 0) answer(fired);
      } catch (thrown) {
        note(arrival);
        throw thrown;
      }
    }
  };
  const again = async (): Promise<void> => {
    if (pending.size === 0) return;
    const isPending = ({ rule, agent }: Alert) => [...pending.keys()].some((key) => key.startsWith(alertKey(rule, agentNamed(agent))));
    const firing = (await readOpenAlerts(await ctx.journal())).filter((alert) => isFiring(alert.instance) && isPending(alert));
    // What ended is held no longer; what waits for approval is looked after by itself.
    for (const [key, status] of pending)
      if (status === 'held' && !firing.some(({ rule, agent }) => key.startsWith(alertKey(rule, agentNamed(agent))))) pending.delete(key);
    if (pending.size > 0) answer(firing);
  };
  const tell = async (signal: AbortSignal): Promise<void> => {
    if (Object.keys(fleet.notify).length > 0) await sendOutbox({ ...ctx, signal }, fleet, channels, on.posted);
  };
  const rounds = async (everyMs: number, signal: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<void> => {
    for (;;) {
      // Rejects when the signal fires: that is how this ends.
      await ctx.clock.sleep(everyMs, signal).catch(() => undefined);
      if (signal.aborted) return;
      await work(signal).catch(on.trouble);
    }
  };
  return {
    note,
    // Each by itself: a channel that hangs must not keep the next loop from being seen.
    run: async (signal) => {
      await Promise.all([rounds(lookMs, signal, look), rounds(tellMs, signal, tell), rounds(againMs, signal, again)]);
      await Promise.all(answers);
    },
  };
};

const alertKey = (rule: string, agent: string | null): string => `${JSON.stringify([rule, agent])} `;
const callKey = ({ rule, agent, runbook }: CalledRun): string => `${alertKey(rule, agent)}${runbook}`;
