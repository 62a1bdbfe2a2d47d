import type { Ask, Turn } from '../agents/protocols/port.ts';
import { protocols } from '../agents/protocols/registry.ts';
import { newSpanId, newTraceId } from '../agents/protocols/trace-context.ts';
import type { Agent, Fleet } from '../fleet/agent.ts';
import type { Slot } from '../fleet/slots.ts';
import { OpsError } from '../ground/errors.ts';
import { plural } from '../ground/output/phrases.ts';
import type { Context } from '../ground/runtime/context.ts';
import { runBounded } from '../ground/runtime/pool.ts';
import { humanDuration } from '../ground/units/duration.ts';
import type { Ping } from '../telemetry/traces/port.ts';
import { backends } from '../telemetry/traces/registry.ts';
import { type Diagnosed, findingsIn } from './diagnosed.ts';

export interface NetworkOptions {
  /** Milliseconds for one endpoint or backend. */
  readonly timeoutMs: number;
  readonly offline: boolean;
  /** Called as each one has answered. */
  on(done: number, total: number): void;
}

const atOnce = { total: 16, perKey: 4 };
/** A certificate that ends sooner is worth a word. */
const certificateDays = 14;

const endpoints = findingsIn('endpoints');
const traces = findingsIn('backends');

/** Whether each agent and each trace backend can be reached and lets us in. No prompt is sent. In the order of the manifest. */
export const diagnoseNetwork = async (ctx: Context, fleet: Fleet, options: NetworkOptions): Promise<readonly Diagnosed[]> => {
  const jobs = [
    ...fleet.agents.map((agent) => ({ key: hostOf(agent.endpoint), run: () => endpointFinding(ctx, agent, options) })),
    ...Object.entries(fleet.backends).map(([name, slot]) => ({ key: hostOf(slot), run: () => backendFinding(ctx, name, slot, options) })),
  ];
  const found = new Map<(typeof jobs)[number], Diagnosed>();
  await runBounded(jobs, { ...atOnce, keyOf: ({ key }) => key, signal: ctx.signal }, async (job) => {
    found.set(job, await job.run());
    options.on(found.size, jobs.length);
  });
  return jobs.flatMap((job) => found.get(job) ?? []);
};

/** References are left as they are: equal text is the same host. */
const hostOf = (slot: Slot | null): string => {
  const url = (slot?.config as { url?: { secret?: string } } | undefined)?.url?.secret ?? '';
  return URL.canParse(url) ? new URL(url).host : url;
};

const endpointFinding = async (ctx: Context, { name, endpoint }: Agent, { offline, timeoutMs }: NetworkOptions): Promise<Diagnosed> => {
  if (endpoint === null) return endpoints.skipped(name, 'has no endpoint: it is not talked to');
  const entry = protocols[endpoint.kind];
  if (offline || entry === undefined) return endpoints.skipped(name, 'not asked, because of --offline');
  const limits = { connectMs: timeoutMs, firstByteMs: timeoutMs, stallMs: timeoutMs, totalMs: timeoutMs };
  const ask: Ask = { input: '', thread: null, traceId: newTraceId(ctx.random), spanId: newSpanId(ctx.random), limits };
  try {
    const { default: adapter } = await entry();
    return probedFinding(name, endpoint.kind, await adapter.open(endpoint.config, ctx).probe(ask, ctx.signal));
  } catch (thrown) {
    return unaskable(endpoints, name, thrown);
  }
};

/** A missing secret is a finding of its own; here it only keeps the question from being asked. */
const unaskable = (group: ReturnType<typeof findingsIn>, name: string, thrown: unknown): Diagnosed => {
  if (!(thrown instanceof OpsError)) throw thrown;
  if (thrown.code === 'secret_missing' || thrown.code === 'file_missing') return group.skipped(name, `not asked: ${thrown.message}`);
  return group.fail(name, thrown.message, thrown.hint);
};

const probedFinding = (name: string, protocol: string, turn: Turn): Diagnosed => {
  if (turn.outcome !== 'ok') {
    const said = [turn.outcome, turn.cause].filter((part) => part !== null).join(', ');
    const isOurs = turn.outcome === 'checker_error';
    return endpoints.fail(name, `${turn.detail || said} (${protocol}, ${said})`, fixOf(turn, name), isOurs ? 'checker' : 'target');
  }
  const facts = [protocol, `answers in ${humanDuration(turn.timings.totalMs)}`, ...cardFacts(turn)];
  const days = turn.certificateDays;
  return days !== null && days < certificateDays
    ? endpoints.warn(name, [...facts, `its certificate ends in ${plural(days, 'day')}`].join(', '), 'renew the certificate')
    : endpoints.ok(name, facts.join(', '));
};

const cardFacts = ({ card }: Turn): readonly string[] =>
  card === null
    ? []
    : [
        ...(card.models.length > 0 ? [plural(card.models.length, 'model')] : []),
        ...(card.tools.length > 0 ? [plural(card.tools.length, 'tool')] : []),
        ...(card.skills.length > 0 ? [plural(card.skills.length, 'skill')] : []),
      ];

const fixOf = ({ outcome }: Turn, name: string): string => {
  const endpoint = `agents.${name}.endpoint`;
  if (outcome === 'unauthorized') return `check the credential in ${endpoint}: the variable may hold an old one`;
  if (outcome === 'timeout') return 'see whether it runs; --timeout 30s waits longer';
  if (outcome === 'malformed') return `check ${endpoint}: is the url right, and does it speak this protocol?`;
  if (outcome === 'checker_error') return 'check the network and the proxy of this machine';
  return outcome === 'unreachable' ? `start it, or mend ${endpoint}.url` : `agentops health ${name} --verbose`;
};

const backendFinding = async (ctx: Context, name: string, slot: Slot, { offline, timeoutMs }: NetworkOptions): Promise<Diagnosed> => {
  const entry = backends[slot.kind];
  if (offline || entry === undefined) return traces.skipped(name, 'not asked, because of --offline');
  const deadline = AbortSignal.any([ctx.signal, AbortSignal.timeout(timeoutMs)]);
  try {
    const { default: adapter } = await entry();
    return pingedFinding(name, slot.kind, await adapter.open(slot.config, ctx).ping(deadline));
  } catch (thrown) {
    return unaskable(traces, name, thrown);
  }
};

const pingedFinding = (name: string, kind: string, { state, detail }: Ping): Diagnosed => {
  if (state === 'ok') return traces.ok(name, `${kind}: ${detail}`);
  const fix = state === 'unauthorized' ? `check the keys in backends.${name}` : `check backends.${name}.url, and whether it runs`;
  return traces.fail(name, `${kind}: ${detail}`, fix);
};
