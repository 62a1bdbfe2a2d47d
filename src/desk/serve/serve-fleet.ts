import type { Fleet } from '../../fleet/agent.ts';
import { messageOf, OpsError, usageError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { isLoopback } from '../../ground/runtime/foreign-caller.ts';
import { type ServerLimits, startServer } from '../../ground/runtime/server.ts';
import type { PostEvent } from '../../oversight/notify/send-outbox.ts';
import type { Verifiers } from '../../response/runbooks/open-run-aids.ts';
import { fleetOwnership } from '../../telemetry/traces/fleet-ownership.ts';
import { type OtlpIntake, openOtlpIntake } from '../../telemetry/traces/ingest-otlp.ts';
import { loadTextKeeper } from '../../telemetry/traces/load-text-keeper.ts';
import { otlpSources } from '../../telemetry/traces/otlp-source.ts';
import type { ServeEvent } from '../../views/serve.ts';
import type { Tally } from '../../views/serve-metrics.ts';
import { openDesiredWorkers } from './desired-workers.ts';
import { openDoors } from './doors.ts';
import { keepFresh } from './keep-fresh.ts';
import { signListening } from './listening-sign.ts';
import type { Tallying } from './post.ts';
import { openTokens } from './tokens.ts';
import { openCapWatch } from './watch-caps.ts';
import { openWorkQueue } from './work-queue.ts';

export interface ServeSettings {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Further names by which this machine is called. */
  readonly names: readonly string[];
  readonly limits: ServeLimits;
  /** What runs that begin by themselves look with; absent: nobody asks agents anything. */
  readonly verifiers?: Verifiers;
}

/** A run that has nobody to ask waits for a person. */
const nobodyAsks: Verifiers = {
  check: async () => ({ verdict: 'inconclusive', evidence: 'this receiver asks agents nothing' }),
  eval: async () => ({ verdict: 'inconclusive', evidence: 'this receiver asks agents nothing' }),
};

export interface ServeLimits extends ServerLimits {
  /** Requests that wait to be stored; more are sent away with 429. */
  readonly waiting: number;
  /** How long requests that have arrived may take to end when it stops, milliseconds. */
  readonly drainMs: number;
}

const MiB = 1_048_576;

/** Bodies as large as the OpenTelemetry Collector takes them by default, packed or not: what is decoded needs thirty times as much. */
export const usualLimits: ServeLimits = {
  headerBytes: 16_384,
  connections: 1000,
  headersMs: 10_000,
  requestMs: 60_000,
  idleMs: 75_000,
  bodyBytes: 20 * MiB,
  unpackedBytes: 20 * MiB,
  heldBytes: 64 * MiB,
  waiting: 512,
  drainMs: 8000,
};

export interface Receiver {
  readonly url: string;
  /** Grows as it goes. */
  readonly tally: Tally;
  /** Takes nothing new, stores and answers what has arrived, and ends. */
  close(): Promise<void>;
}

/**
 * Starts to receive: spans and scores over OTLP, beats, and questions for metrics. Throws a usage error where it could be reached from
 * elsewhere and the manifest has no tokens, an unable error where the store or the address cannot be had.
 */
export const serveFleet = async (
  ctx: Context,
  fleet: Fleet,
  settings: ServeSettings,
  on: (event: ServeEvent) => void,
): Promise<Receiver> => {
  const { host, port, names, limits, verifiers = nobodyAsks } = settings;
  const sources = otlpSources(fleet);
  const tokens = openTokens(fleet, sources, ctx.secrets);
  const isPrivate = isLoopback(host);
  if (!isPrivate && tokens.count === 0) throw tokensRequired(host);

  const cache = await ctx.cache();
  const ownership = fleetOwnership(fleet);
  const keepText = await loadTextKeeper(fleet);
  const intakes = new Map<string, OtlpIntake>();
  for (const { name, trustCost } of sources) {
    intakes.set(name, await openOtlpIntake(ctx, fleet, { cache, ownership, source: name, trustCost, keepText }));
  }
  const queue = openWorkQueue(limits.waiting);
  const intakeOf = (source: string): OtlpIntake => intakes.get(source) as OtlpIntake;
  const tally: Tallying = {
    requests: 0,
    answers: {},
    spans: 0,
    scores: 0,
    rejected: 0,
    beats: 0,
    get waiting() {
      return queue.length;
    },
  };
  const watch = openCapWatch(ctx, fleet, ownership, verifiers, {
    fired: ({ rule, agent, judgement }) => on({ event: 'alert', rule, agent, reason: judgement.reason }),
    called: (run) => on({ event: 'run', ...run }),
    opened: ({ id, title, agent }) => on({ event: 'incident', incident: id, agent, title, next: `agentops incident show ${id}` }),
    posted: (posted) => on(postEvent(posted)),
    trouble: (thrown) => on(troubleOf(thrown)),
  });
  const desired = openDesiredWorkers(ctx, fleet, {
    changed: ({ agent, workers, decision }) =>
      on({ event: 'scale', agent, from: workers.count ?? 0, to: decision.wanted ?? 0, reason: decision.why }),
    trouble: (thrown) => on(troubleOf(thrown)),
  });
  const replyTo = openDoors({ ctx, fleet, tokens, queue, intakeOf, onArrival: watch.note, desired, tally, on });
  const server = await startServer({
    host,
    port,
    names: isPrivate ? names.map((name) => name.toLowerCase()) : null,
    limits,
    async answer(request) {
      tally.requests += 1;
      const reply = await replyTo(request);
      tally.answers[reply.status] = (tally.answers[reply.status] ?? 0) + 1;
      return reply;
    },
    onForeign: (reason) => on({ event: 'foreign', reason }),
    onFault: (thrown) => on(troubleOf(thrown)),
  });
  const resting = new AbortController();
  const watching = watch.run(resting.signal);
  const keeper = keepFresh(ctx, fleet, queue, resting.signal, (thrown) => on(troubleOf(thrown)));
  const scaling = desired.run(resting.signal);
  const signing = signListening(ctx, queue, resting.signal, (thrown) => on(troubleOf(thrown)));
  on({ event: 'listening', url: server.url, tokens: tokens.count, isPrivate });
  return {
    url: server.url,
    tally,
    async close() {
      await server.close(limits.drainMs);
      resting.abort();
      await Promise.all([keeper, watching, scaling, signing]);
      on({ event: 'stopped', tally });
    },
  };
};

const postEvent = (posted: PostEvent): ServeEvent => {
  const { channel, message } = posted.post;
  return { event: 'told', channel, title: message.title, result: posted.event, why: posted.event === 'sent' ? null : posted.why };
};

const troubleOf = (thrown: unknown): ServeEvent =>
  thrown instanceof OpsError
    ? { event: 'trouble', message: thrown.message, hint: thrown.hint }
    : { event: 'trouble', message: `this is a bug in agentops: ${messageOf(thrown)}`, hint: null };

const tokensRequired = (host: string) =>
  usageError({
    code: 'tokens_required',
    message: `at ${host} others can reach it, and no backend of the manifest has tokens`,
    hint: 'add backends: { local: { kind: otlp, tokens: { "${SUPPORT_OTLP_TOKEN}": support } } }, or leave --host out',
  });
