import { basename, dirname, extname, resolve } from 'node:path';
import type {
  Agent,
  AgentTraces,
  Check,
  Connection,
  Controls,
  Fleet,
  JudgeSettings,
  Maintenance,
  Price,
  Scaling,
  Schedule,
} from './agent.ts';
import type { ParsedAgent, ParsedCheck, ParsedManifest } from './schema.ts';
import type { At, Slot } from './slots.ts';

const defaultRetry = { max: 1, on: ['unreachable', 'rate_limited'] } as const;
/** One check that sends no prompt, for an agent that names none: never green by absence. */
const reachable = { id: 'reachable', fail_after: 1, recover_after: 1, safety: false } as const;

/** The fleet of a parsed manifest whose slots have been read. */
export const assembleFleet = (manifest: ParsedManifest, places: Places): Fleet => ({
  name: manifest.fleet,
  path: places.path,
  stateFolder: places.stateFolder,
  database: typeof manifest.state === 'string' ? null : manifest.state,
  defaults: { timeoutMs: manifest.defaults.timeout, windowMs: manifest.defaults.window },
  agents: Object.entries(manifest.agents).map(([name, agent]) => assembleAgent(name, agent, manifest, places)),
  capture: manifest.capture,
  budget: { perDayNanos: manifest.budget?.per_day ?? null, perMonthNanos: manifest.budget?.per_month ?? null },
  backends: (manifest.backends ?? {}) as Readonly<Record<string, Slot>>,
  prices: Object.fromEntries(
    Object.entries(manifest.prices ?? {}).map(([model, price]): [string, Price] => [
      model,
      { input: price.input, output: price.output, cachedInput: price.cached_input ?? null, cacheWrite: price.cache_write ?? null },
    ]),
  ),
  judges: assembleJudges(manifest, places.path),
  connections: Object.fromEntries(
    Object.entries(manifest.connections ?? {}).map(([name, { url, read, write, headers }]): [string, Connection] => [
      name,
      { name, url, read: read ?? null, write: write ?? null, headers: headers ?? {} },
    ]),
  ),
  // A section of a room above: its schema is not part of the core's.
  notify: ((manifest as { readonly notify?: unknown }).notify ?? {}) as Readonly<Record<string, Slot>>,
  watchdog: manifest.watchdog ?? null,
  sections: Object.fromEntries(
    places.sections.flatMap((name) => (name in manifest ? [[name, (manifest as Readonly<Record<string, unknown>>)[name]]] : [])),
  ),
  runbooks: (manifest.runbooks ?? []).map((path) => resolve(dirname(places.path), path)),
});

/** What the section of the judges was read as. */
type ParsedJudges = Readonly<Record<string, Omit<JudgeSettings, 'calibration'> & { readonly calibration?: string | undefined }>>;

const assembleJudges = (manifest: ParsedManifest, path: string): Fleet['judges'] => {
  const { judges = {} } = manifest as { readonly judges?: ParsedJudges };
  return Object.fromEntries(
    Object.entries(judges).map(([name, judge]) => [
      name,
      { ...judge, calibration: judge.calibration === undefined ? null : resolve(dirname(path), judge.calibration) },
    ]),
  );
};

interface Places {
  readonly path: string;
  readonly stateFolder: string;
  /** Names of the sections that rooms above describe. */
  readonly sections: readonly string[];
  at(path: readonly PropertyKey[]): At;
}

const assembleAgent = (name: string, agent: ParsedAgent, { defaults }: ParsedManifest, { path, at }: Places): Agent => {
  const endpoint = (agent.endpoint ?? null) as Slot | null;
  const checks: readonly ParsedCheck[] = agent.checks ?? (endpoint === null ? [] : [reachable]);
  return {
    name,
    description: agent.description ?? null,
    owner: agent.owner ?? null,
    tier: agent.tier ?? defaults.tier,
    env: agent.env ?? null,
    tags: agent.tags ?? [],
    endpoint,
    checks: checks.map((check) => assembleCheck(check, defaults.every, dirname(path))),
    dependsOn: agent.depends_on ?? [],
    maintenance: (agent.maintenance ?? []).map(
      (window): Maintenance => ({ cron: window.cron, zone: window.tz ?? 'UTC', forMs: window.for }),
    ),
    probeBudgetNanos: agent.probe_budget?.per_day ?? null,
    traces: (agent.traces as AgentTraces | undefined) ?? null,
    sla: {
      latencyP95Ms: agent.sla?.latency_p95 ?? null,
      errorRate: agent.sla?.error_rate ?? null,
      quality: agent.sla?.quality ?? null,
      availability: agent.sla?.availability ?? null,
    },
    budget: {
      perRequestNanos: agent.budget?.per_request ?? null,
      perHourNanos: agent.budget?.per_hour ?? null,
      perDayNanos: agent.budget?.per_day ?? null,
      perMonthNanos: agent.budget?.per_month ?? null,
      tokensPerRequest: agent.budget?.tokens_per_request ?? null,
      stepsPerRequest: agent.budget?.steps_per_request ?? null,
    },
    evals: (agent.evals ?? []).map((suite) => resolve(dirname(path), suite)),
    qualityScore: agent.quality?.score ?? null,
    controls: assembleControls(agent.controls ?? {}),
    fallback: agent.fallback ?? [],
    tools: { allow: agent.tools?.allow ?? null, deny: agent.tools?.deny ?? [] },
    safetyScores: agent.safety ?? [],
    queue: (agent.queue as Slot | undefined) ?? null,
    scale: agent.scale === undefined ? null : assembleScaling(agent.scale),
    at: at(['agents', name]),
  };
};

const assembleScaling = (scale: NonNullable<ParsedAgent['scale']>): Scaling => ({
  upAt: scale.up_at,
  downAt: scale.down_at,
  forMs: scale.for,
  waitMs: scale.wait ?? null,
  coolDownMs: scale.cool_down,
  step: scale.step,
  consumers: scale.consumers,
  min: scale.min ?? null,
  max: scale.max ?? null,
  workerHourNanos: scale.worker_cost ?? null,
  auto: scale.auto,
});

const assembleControls = (controls: NonNullable<ParsedAgent['controls']>): Controls => {
  const slot = (value: unknown) => (value ?? null) as Slot | null;
  const { kill, rollback } = controls;
  return {
    throttle: slot(controls.throttle),
    disable: slot(controls.disable),
    kill: (kill === undefined ? [] : Array.isArray(kill) ? kill : [kill]) as readonly Slot[],
    rollback: { prompt: slot(rollback?.prompt), model: slot(rollback?.model), deploy: slot(rollback?.deploy) },
    failover: slot(controls.failover),
    route_model: slot(controls.route_model),
    scale: slot(controls.scale),
    queue: slot(controls.queue),
    sampling: slot(controls.sampling),
  };
};

const assembleCheck = (check: ParsedCheck, everyMs: number, folder: string): Check => {
  const { heartbeat, suite } = check;
  const turns = check.turns ?? (check.input === undefined ? [] : [{ input: check.input }]);
  return {
    id: check.id ?? suiteId(suite ?? ''),
    kind: heartbeat !== undefined ? 'heartbeat' : suite !== undefined ? 'suite' : turns.length > 0 ? 'prompt' : 'probe',
    schedule: scheduleOf(check, everyMs),
    heartbeat: heartbeat === undefined ? null : { everyMs: heartbeat.every, graceMs: heartbeat.grace ?? Math.round(heartbeat.every / 10) },
    suite: suite === undefined ? null : { path: resolve(folder, suite), sample: check.sample ?? usualSample },
    turns: turns.map((turn) => ({ input: turn.input, expect: ('expect' in turn ? (turn.expect ?? []) : []) as readonly Slot[] })),
    expect: (check.expect ?? []) as readonly Slot[],
    degraded: { latencyMs: check.degraded?.latency ?? null, ttftMs: check.degraded?.ttft ?? null, costNanos: check.degraded?.cost ?? null },
    retry: check.retry === undefined ? defaultRetry : { max: check.retry.max, on: check.retry.on ?? defaultRetry.on },
    failAfter: check.fail_after,
    recoverAfter: check.recover_after,
    safety: check.safety,
    timeoutMs: check.timeout ?? null,
  };
};

/** What a check is called that only names its suite: the file, without its ending. */
export const suiteId = (path: string): string => basename(path, extname(path)).replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9._-]+/g, '') || 'suite';

const usualSample = 3;

const scheduleOf = (check: ParsedCheck, everyMs: number): Schedule =>
  check.cron === undefined
    ? { kind: 'every', everyMs: check.every ?? everyMs }
    : { kind: 'cron', cron: check.cron, zone: check.tz ?? 'UTC' };
