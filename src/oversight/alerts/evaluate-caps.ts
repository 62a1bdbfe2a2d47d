import type { Agent, Fleet } from '../../fleet/agent.ts';
import { hashText } from '../../fleet/snapshot.ts';
import { unableError } from '../../ground/errors.ts';
import { Conflict } from '../../ground/store/conflict.ts';
import type { Journal } from '../../ground/store/port.ts';
import type { Alert } from './alert.ts';
import { flapping } from './alert-state.ts';
import { readStandingAlerts } from './alerts.journal.ts';
import { type Evaluating, isNewDay } from './evaluate-alerts.ts';
import type { AlertTransition, EvaluationRequest } from './evaluation.ts';
import { isAtRest, keyText } from './fold.ts';
import { readLastInput } from './inputs.journal.ts';
import { judgeRule } from './judge-rule.ts';
import { outcomeOf } from './outcome.ts';
import { outcomeWrites } from './outcome-writes.ts';
import { makesRed } from './quieting.ts';
import type { Rule } from './rule.ts';
import { concerns, rulesOf } from './rules.ts';
import { type Extreme, type Extremes, nothingSeen, type Samples } from './samples.ts';
import { readSilences } from './silences.journal.ts';
import type { Tracked } from './tracking.ts';

/** What one request has come to so far; money is nano-dollars. */
export interface RequestSoFar {
  readonly traceId: string;
  readonly steps: number;
  readonly tokens: number;
  readonly costNanos: number;
}

/** What came of looking at requests while they are under way. */
export interface CapsEvaluation {
  /** The alerts of caps that fire on the agent now. */
  readonly firing: readonly Alert[];
  /** What has changed just now. */
  readonly transitions: readonly AlertTransition[];
}

/** The rules that hold single requests of an agent to caps, of those that have a cap for it. */
export const capRulesFor = (fleet: Pick<Fleet, 'sections'>, agent: Agent): readonly Rule[] =>
  rulesOf(fleet).filter((rule) => rule.test.type === 'per_trace' && concerns(rule, agent) && judgeRule(rule, agent, untouched).length > 0);

/** Each attempt that fails is an evaluation of somebody else that went through. */
const maxAttempts = 20;

/**
 * Holds requests that are under way to the caps of the rules, so that a runaway need not wait for the next evaluation of everything. What
 * is seen passes through the same states into the same journal, in one commit with the messages to people; where nothing is new, nothing
 * is written.
 * @param loadSuggest asked for only where there may be somebody to tell
 */
export const evaluateCaps = async (
  ctx: Evaluating,
  fleet: Fleet,
  agent: Agent,
  requests: readonly RequestSoFar[],
  loadSuggest: () => Promise<EvaluationRequest['suggest']>,
): Promise<CapsEvaluation> => {
  const [cache, journal] = [await ctx.cache(), await ctx.journal()];
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const last = await readLastInput(journal);
    const at = Math.max(ctx.clock.now(), (last?.at ?? 0) + 1);
    const standing = await readStandingAlerts(journal, at - flapping.windowMs);
    const tracked = breachesOf(fleet, agent, requests, at);
    const own = standing.filter((alert) => tracked.has(keyText(alert)));
    for (const alert of own) if (alert.instance.state === 'firing') tracked.delete(keyText(alert));
    if (tracked.size === 0) return { firing: own, transitions: [] };
    const rules = rulesOf(fleet);
    const red = new Set(standing.filter(makesRed).map((alert) => alert.agent));
    const touched = own.filter((alert) => tracked.has(keyText(alert)));
    const outcome = outcomeOf({
      at,
      fleet,
      rules,
      standing: touched,
      tracked,
      silences: await readSilences(journal, at),
      red,
      calls: new Map(),
    });
    const input = {
      at,
      watermark: last?.watermark ?? null,
      judged: last?.judged ?? {},
      arrived: last === null ? 0 : last.arrived,
      noted: last?.noted ?? null,
      rules: hashText(JSON.stringify(rules)),
      seen: outcome.seen,
      queues: {},
      standing: isNewDay(last?.at ?? null, at) ? standing.filter((alert) => !isAtRest(alert)).map(standingOf) : null,
    };
    const suggest = await loadSuggest();
    const writes = outcomeWrites({ fleet, outcome, input, previous: last?.at ?? null, cache, suggest, mask: ctx.secrets.mask });
    if (!(await committed(journal, writes))) continue;
    const others = own.filter((alert) => !tracked.has(keyText(alert)));
    return {
      firing: [...others, ...outcome.alerts.filter(({ instance }) => instance.state === 'firing')],
      transitions: outcome.transitions,
    };
  }
  throw unableError({
    code: 'journal_contended',
    message: `alerts were evaluated by others under each of ${maxAttempts} attempts to note that ${agent.name} went over a cap`,
    hint: 'let fewer processes evaluate alerts of one state',
  });
};

const standingOf = ({ rule, agent, label, instance, told }: Alert) => ({ rule, agent, label, instance, told });

/** False: another evaluation was made meanwhile. */
const committed = async (journal: Journal, writes: Parameters<Journal['commit']>[0]): Promise<boolean> => {
  try {
    await journal.commit(writes);
    return true;
  } catch (thrown) {
    if (thrown instanceof Conflict) return false;
    throw thrown;
  }
};

/** The caps that some request is above, by alert. */
const breachesOf = (fleet: Fleet, agent: Agent, requests: readonly RequestSoFar[], at: number): Map<string, Tracked> => {
  const extremes: Extremes = {
    steps: greatest(requests, ({ steps }) => steps),
    tokens: greatest(requests, ({ tokens }) => tokens),
    nanos: greatest(requests, ({ costNanos }) => costNanos),
    n: requests.length,
  };
  const samples: Samples = { ...nothingSeen, extremes: () => extremes };
  const tracked = new Map<string, Tracked>();
  for (const rule of capRulesFor(fleet, agent))
    for (const seen of judgeRule(rule, agent, samples)) {
      if (seen.judgement.said !== 'breach') continue;
      const key = { rule: rule.name, agent: agent.name, label: seen.label };
      tracked.set(keyText(key), { rule, agent: agent.name, label: seen.label, observations: [{ at, said: 'breach' }], latest: seen });
    }
  return tracked;
};

const greatest = (requests: readonly RequestSoFar[], figure: (request: RequestSoFar) => number): Extreme | null => {
  const [first, ...rest] = requests.map((request): Extreme => ({ value: figure(request), traceId: request.traceId }));
  return first === undefined ? null : rest.reduce((most, each) => (each.value > most.value ? each : most), first);
};

/** An agent nobody has asked anything. */
const untouched: Samples = { ...nothingSeen, extremes: () => ({ steps: null, tokens: null, nanos: null, n: 0 }) };
