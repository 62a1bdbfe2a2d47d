import { listOf, plural } from '../ground/output/phrases.ts';
import { humanDuration } from '../ground/units/duration.ts';
import type { Agent, Budget } from './agent.ts';

/** What can be asked of every agent. */
export const requirements = [
  'owner',
  'checks',
  'kill_bound',
  'kill_drilled',
  'fallback',
  'fallback_drilled',
  'budget',
  'guardrails',
  'tools',
  'protected',
] as const;
export type Requirement = (typeof requirements)[number];

/** A cap of a budget by its key in the manifest. */
export const budgetCaps = {
  per_request: 'perRequestNanos',
  per_hour: 'perHourNanos',
  per_day: 'perDayNanos',
  per_month: 'perMonthNanos',
  tokens_per_request: 'tokensPerRequest',
  steps_per_request: 'stepsPerRequest',
} as const satisfies Readonly<Record<string, keyof Budget>>;
export type BudgetCap = keyof typeof budgetCaps;

/** One rule that agents must satisfy. JSON-safe. */
export interface Policy {
  readonly name: string;
  readonly require: Requirement;
  /** What breaks an `error` fails the check; a `warning` is told. */
  readonly severity: 'error' | 'warning';
  /** Agents it is about; each empty: all of them. */
  readonly tiers: readonly number[];
  readonly envs: readonly string[];
  readonly tags: readonly string[];
  /** kill_drilled, fallback_drilled, guardrails: how far back counts, ms. */
  readonly withinMs: number;
  /** checks: so many; fallback: so many providers. */
  readonly atLeast: number;
  /** budget: the caps that must be set, all of them; empty: any that bounds spending. */
  readonly caps: readonly BudgetCap[];
}

/** What the manifest alone does not say of an agent. Instants are UTC epoch ms. */
export interface PolicyEvidence {
  readonly now: number;
  /** When a drill last killed it and put all back; null: never. */
  readonly killDrilledAt: number | null;
  readonly chain: ChainEvidence;
  /** Requests within a while, and how many of them a guardrail looked at; null: traces were not looked at. */
  readonly guarded: (withinMs: number) => { readonly requests: number; readonly guarded: number } | null;
  readonly protection: Protection;
}

/** What drills have shown of a fallback chain. Instants are UTC epoch ms. */
export interface ChainEvidence {
  /** Of each link, by the name that `fallback` has for it; null: never. A link that no drill asked is absent. */
  readonly links: ReadonlyMap<string, { readonly provenAt: number | null; readonly failedAt: number | null }>;
  /** Whether different providers answered; null: it cannot be told. */
  readonly crosses: boolean | null;
  /** By what that is known, in a sentence. */
  readonly why: string;
}

/** What would stop one request that does not end, seconds after it began. */
export interface Protection {
  /** A limit of the gateway in front of it is in force: `budget push` put it there. */
  readonly isLimitedInline: boolean;
  /** Its gateway could hold such a limit. */
  readonly canBeLimitedInline: boolean;
  /** Its spans are sent to `agentops serve`, which looks at them as they arrive. */
  readonly isServed: boolean;
  /** What tells that nobody listens where it sends them; null: somebody does, or nobody can tell here, as in CI. */
  readonly deaf: string | null;
  /** A rule holds its single requests to a cap. */
  readonly isCapped: boolean;
}

/** What one policy makes of one agent. `unknown`: what it asks about could not be seen. */
export interface PolicyFinding {
  readonly policy: string;
  readonly require: Requirement;
  readonly agent: string;
  readonly severity: Policy['severity'];
  readonly verdict: 'pass' | 'fail' | 'unknown';
  /** One sentence. */
  readonly reason: string;
  /** What to do about it; null where it passes. */
  readonly hint: string | null;
}

type Judged = Pick<PolicyFinding, 'verdict' | 'reason' | 'hint'>;

const dayMs = 86_400_000;
const plain = { severity: 'error', tiers: [], envs: [], tags: [], withinMs: 30 * dayMs, atLeast: 1, caps: [] } as const;

/** What is asked of a fleet that names no policies, or that keeps these beside its own. */
export const defaultPolicies: readonly Policy[] = [
  { ...plain, name: 'owner', require: 'owner' },
  { ...plain, name: 'checks', require: 'checks' },
  { ...plain, name: 'kill_bound', require: 'kill_bound', tiers: [1, 2] },
  { ...plain, name: 'kill_drilled', require: 'kill_drilled', tiers: [1], severity: 'warning' },
  { ...plain, name: 'fallback', require: 'fallback', tiers: [1], atLeast: 2, severity: 'warning' },
  { ...plain, name: 'fallback_drilled', require: 'fallback_drilled', tiers: [1], severity: 'warning' },
  { ...plain, name: 'budget', require: 'budget', tiers: [1, 2] },
  { ...plain, name: 'guardrails', require: 'guardrails', withinMs: 7 * dayMs, severity: 'warning' },
  { ...plain, name: 'tools', require: 'tools', severity: 'warning' },
  { ...plain, name: 'protected', require: 'protected', tiers: [1, 2], severity: 'warning' },
];

/** Whether a policy is about an agent. */
export const isAbout = ({ tiers, envs, tags }: Policy, agent: Pick<Agent, 'tier' | 'env' | 'tags'>): boolean =>
  (tiers.length === 0 || tiers.includes(agent.tier)) &&
  (envs.length === 0 || (agent.env !== null && envs.includes(agent.env))) &&
  tags.every((tag) => agent.tags.includes(tag));

/** What every policy makes of every agent that it is about, agents in their order. */
export const judgePolicies = (
  policies: readonly Policy[],
  agents: readonly Agent[],
  evidenceOf: (agent: Agent) => PolicyEvidence,
): readonly PolicyFinding[] =>
  agents.flatMap((agent) => {
    const evidence = evidenceOf(agent);
    return policies
      .filter((policy) => isAbout(policy, agent))
      .map((policy) => ({
        policy: policy.name,
        require: policy.require,
        agent: agent.name,
        severity: policy.severity,
        ...judges[policy.require](agent, policy, evidence),
      }));
  });

const pass = (reason: string): Judged => ({ verdict: 'pass', reason, hint: null });
const fail = (reason: string, hint: string): Judged => ({ verdict: 'fail', reason, hint });

/** `anthropic/claude` and `anthropic` are one provider. */
const providerOf = (link: string): string => (link.split('/')[0] ?? link).toLowerCase();

const budgetOf = ({ name, budget }: Agent, { caps }: Policy): Judged => {
  const isSet = (cap: BudgetCap) => budget[budgetCaps[cap]] !== null;
  const missing = caps.filter((cap) => !isSet(cap));
  if (missing.length > 0) return fail(`its budget does not say ${listOf(missing)}`, `set agents.${name}.budget.${missing[0]}`);
  const spending = (['per_hour', 'per_day', 'per_month'] as const).filter(isSet);
  if (caps.length > 0) return pass(`its budget says ${listOf(caps)}`);
  return spending.length > 0
    ? pass(`its budget says ${listOf(spending)}`)
    : fail('nothing bounds what it spends in an hour, a day or a month', `set agents.${name}.budget.per_day`);
};

const drilled = ({ name }: Agent, { withinMs }: Policy, { killDrilledAt, now }: PolicyEvidence): Judged => {
  const hint = `agentops runbook drill kill --agent ${name}`;
  if (killDrilledAt === null) return fail('no drill has ever killed it', hint);
  const age = humanDuration(Math.max(0, now - killDrilledAt));
  return now - killDrilledAt <= withinMs
    ? pass(`a drill killed it ${age} ago`)
    : fail(`the last drill that killed it is ${age} old, more than ${humanDuration(withinMs)}`, hint);
};

const chainDrilled = ({ name, fallback }: Agent, { withinMs }: Policy, { chain, now }: PolicyEvidence): Judged => {
  const hint = `agentops providers drill ${name}`;
  const [first] = fallback;
  if (first === undefined) return pass('it has no chain to drill');
  const age = (at: number): string => humanDuration(Math.max(0, now - at));
  for (const link of fallback) {
    const { provenAt = null, failedAt = null } = chain.links.get(link) ?? {};
    if (failedAt !== null && failedAt > (provenAt ?? 0)) return fail(`${link} did not answer its last drill, ${age(failedAt)} ago`, hint);
    if (provenAt === null) return fail(`${link} has never answered a drill`, hint);
    if (now - provenAt > withinMs)
      return fail(`${link} last answered a drill ${age(provenAt)} ago, more than ${humanDuration(withinMs)}`, hint);
  }
  if (fallback.length > 1 && chain.crosses === false)
    return fail(`drills show that its chain does not cross providers: ${chain.why}`, `name another provider in agents.${name}.fallback`);
  const oldest = Math.min(...fallback.map((link) => chain.links.get(link)?.provenAt ?? now));
  return pass(`each link of its chain answered a drill, the oldest ${age(oldest)} ago`);
};

const guarded = (_agent: Agent, { withinMs }: Policy, evidence: PolicyEvidence): Judged => {
  const seen = evidence.guarded(withinMs);
  const within = `in the last ${humanDuration(withinMs)}`;
  if (seen === null || seen.requests === 0)
    return { verdict: 'unknown', reason: `no request to it was seen ${within}`, hint: 'agentops sync reads its traces' };
  return seen.guarded > 0
    ? pass(`a guardrail looked at ${seen.guarded} of ${plural(seen.requests, 'request')} ${within}`)
    : fail(`no guardrail span stands in ${plural(seen.requests, 'request')} ${within}`, 'let its guardrails emit spans of kind guardrail');
};

const shielded = ({ name }: Agent, _policy: Policy, { protection }: PolicyEvidence): Judged => {
  const { isLimitedInline, canBeLimitedInline, isServed, deaf, isCapped } = protection;
  if (isLimitedInline) return pass('its gateway holds a limit of its own');
  if (isServed && deaf === null && isCapped) return pass('agentops serve holds its requests to caps while they are under way');
  const why = [
    canBeLimitedInline ? 'its gateway holds no limit' : 'no gateway in front of it can hold a limit',
    ...(isServed ? (deaf === null ? [] : [deaf]) : ['its spans do not arrive at agentops serve']),
    ...(isCapped ? [] : ['no rule caps its single requests']),
  ];
  const hint = canBeLimitedInline
    ? `agentops budget push ${name}`
    : isServed
      ? isCapped
        ? 'agentops serve'
        : `set agents.${name}.budget.steps_per_request`
      : 'let it send its spans to agentops serve, and set budget.steps_per_request';
  return fail(`not protected from a request that does not end: ${listOf(why)}`, hint);
};

const judges: Readonly<Record<Requirement, (agent: Agent, policy: Policy, evidence: PolicyEvidence) => Judged>> = {
  owner: ({ name, owner }) => (owner === null ? fail('nobody owns it', `set agents.${name}.owner`) : pass(`${owner} owns it`)),
  checks: ({ name, checks }, { atLeast }) => {
    // The one that stands in where the manifest names none looks whether the endpoint answers, and at no answer.
    const real = checks.filter(({ kind }) => kind !== 'probe');
    return real.length >= atLeast
      ? pass(`${plural(real.length, 'check')} look at its answers`)
      : fail(
          `${plural(real.length, 'check')} of it ${real.length === 1 ? 'asks' : 'ask'} anything, ${atLeast} wanted`,
          `add agents.${name}.checks`,
        );
  },
  kill_bound: ({ name, controls }) =>
    controls.kill.length > 0
      ? pass(`kill is bound to ${listOf(controls.kill.map(({ kind }) => kind))}`)
      : fail('nothing could kill it', `bind agents.${name}.controls.kill`),
  kill_drilled: drilled,
  fallback: ({ name, fallback }, { atLeast }) => {
    const providers = [...new Set(fallback.map(providerOf))];
    return providers.length >= atLeast
      ? pass(`falls back along ${listOf(providers)}`)
      : fail(
          providers.length === 0 ? 'it falls back on nothing' : `it falls back within ${providers[0]} alone`,
          `name ${atLeast} providers in agents.${name}.fallback`,
        );
  },
  fallback_drilled: chainDrilled,
  budget: budgetOf,
  guardrails: guarded,
  tools: ({ name, tools }) =>
    tools.allow === null
      ? fail('the tools it may call are not listed', `set agents.${name}.tools.allow`)
      : pass(tools.allow.length === 0 ? 'it may call no tool' : `it may call ${plural(tools.allow.length, 'tool')} and no other`),
  protected: shielded,
};
