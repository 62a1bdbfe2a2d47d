import type { Ask, Turn } from '../agents/protocols/port.ts';
import { protocols } from '../agents/protocols/registry.ts';
import { newSpanId, newTraceId } from '../agents/protocols/trace-context.ts';
import { openOpenai } from '../clients/openai.ts';
import type { Agent, EmbeddingsEndpoint, Fleet, JudgeSettings } from '../fleet/agent.ts';
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
const judges = findingsIn('judges');

/** Whether each agent, trace backend and judge can be reached and lets us in. No prompt is sent. In the order of the manifest. */
export const diagnoseNetwork = async (ctx: Context, fleet: Fleet, options: NetworkOptions): Promise<readonly Diagnosed[]> => {
  const jobs = [
    ...fleet.agents.map((agent) => ({ key: hostOf(agent.endpoint), run: () => endpointFinding(ctx, agent, options) })),
    ...Object.entries(fleet.backends).map(([name, slot]) => ({ key: hostOf(slot), run: () => backendFinding(ctx, name, slot, options) })),
    ...Object.entries(fleet.judges).flatMap(([name, judge]) => judgeJobs(ctx, name, judge, options)),
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

const endpointFinding = async (ctx: Context, { name, endpoint }: Agent, options: NetworkOptions): Promise<Diagnosed> =>
  endpoint === null
    ? endpoints.skipped(name, 'has no endpoint: it is not talked to')
    : slotFinding(ctx, { name, endpoint, group: endpoints, key: `agents.${name}.endpoint` }, options);

/** Something behind an agent protocol, to be probed. */
interface Probed {
  readonly name: string;
  readonly endpoint: Slot;
  readonly group: ReturnType<typeof findingsIn>;
  /** Where it stands in the manifest. */
  readonly key: string;
}

const slotFinding = async (ctx: Context, probed: Probed, { offline, timeoutMs }: NetworkOptions): Promise<Diagnosed> => {
  const { name, endpoint, group } = probed;
  const entry = protocols[endpoint.kind];
  if (offline || entry === undefined) return group.skipped(name, 'not asked, because of --offline');
  const limits = { connectMs: timeoutMs, firstByteMs: timeoutMs, stallMs: timeoutMs, totalMs: timeoutMs };
  const ask: Ask = { input: '', thread: null, traceId: newTraceId(ctx.random), spanId: newSpanId(ctx.random), limits };
  try {
    const { default: adapter } = await entry();
    return probedFinding(probed, await adapter.open(endpoint.config, ctx).probe(ask, ctx.signal));
  } catch (thrown) {
    return unaskable(group, name, thrown);
  }
};

/** A missing secret is a finding of its own; here it only keeps the question from being asked. */
const unaskable = (group: ReturnType<typeof findingsIn>, name: string, thrown: unknown): Diagnosed => {
  if (!(thrown instanceof OpsError)) throw thrown;
  if (thrown.code === 'secret_missing' || thrown.code === 'file_missing') return group.skipped(name, `not asked: ${thrown.message}`);
  return group.fail(name, thrown.message, thrown.hint);
};

const probedFinding = ({ name, endpoint: { kind: protocol }, group, key }: Probed, turn: Turn): Diagnosed => {
  if (turn.outcome !== 'ok') {
    const said = [turn.outcome, turn.cause].filter((part) => part !== null).join(', ');
    const isOurs = turn.outcome === 'checker_error';
    // A judge is our own instrument; an agent is what is looked after.
    const fault = isOurs || group === judges ? 'checker' : 'target';
    return group.fail(name, `${turn.detail || said} (${protocol}, ${said})`, fixOf(turn, name, key), fault);
  }
  const facts = [protocol, `answers in ${humanDuration(turn.timings.totalMs)}`, ...cardFacts(turn)];
  const days = turn.certificateDays;
  return days !== null && days < certificateDays
    ? group.warn(name, [...facts, `its certificate ends in ${plural(days, 'day')}`].join(', '), 'renew the certificate')
    : group.ok(name, facts.join(', '));
};

const cardFacts = ({ card }: Turn): readonly string[] =>
  card === null
    ? []
    : [
        ...(card.models.length > 0 ? [plural(card.models.length, 'model')] : []),
        ...(card.tools.length > 0 ? [plural(card.tools.length, 'tool')] : []),
        ...(card.skills.length > 0 ? [plural(card.skills.length, 'skill')] : []),
      ];

const fixOf = ({ outcome }: Turn, name: string, endpoint: string): string => {
  if (outcome === 'unauthorized') return `check the credential in ${endpoint}: the variable may hold an old one`;
  if (outcome === 'timeout') return 'see whether it runs; --timeout 30s waits longer';
  if (outcome === 'malformed') return `check ${endpoint}: is the url right, and does it speak this protocol?`;
  if (outcome === 'checker_error') return 'check the network and the proxy of this machine';
  return outcome === 'unreachable' ? `start it, or mend ${endpoint}.url` : `agentops health ${name} --verbose`;
};

/** A panel is as reachable as its members; embeddings tell by their list of models. */
const judgeJobs = (ctx: Context, name: string, { endpoint, embeddings }: JudgeSettings, options: NetworkOptions) => {
  const key = `judges.${name}.${endpoint === undefined ? 'embeddings' : 'endpoint'}`;
  if (endpoint !== undefined) {
    return [{ key: hostOf(endpoint), run: () => slotFinding(ctx, { name, endpoint, group: judges, key }, options) }];
  }
  if (embeddings === undefined) return [];
  return [{ key: embeddings.url.secret, run: () => embeddingsFinding(ctx, { name, embeddings, key }, options) }];
};

const embeddingsFinding = async (
  ctx: Context,
  { name, embeddings, key }: { readonly name: string; readonly embeddings: EmbeddingsEndpoint; readonly key: string },
  { offline, timeoutMs }: NetworkOptions,
): Promise<Diagnosed> => {
  if (offline) return judges.skipped(name, 'not asked, because of --offline');
  try {
    const api = openOpenai({ ...embeddings, timeout: timeoutMs }, ctx);
    const { trouble } = await api.ask({ path: '/models', attempts: 1 }, ctx.signal);
    return trouble === null
      ? judges.ok(name, 'embeddings: lets us in')
      : judges.fail(name, `embeddings: ${trouble.message}`, `check ${key}`);
  } catch (thrown) {
    return unaskable(judges, name, thrown);
  }
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
