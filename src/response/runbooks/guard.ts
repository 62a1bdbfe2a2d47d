import type { Freeze } from '../../controls/actions/freezes.journal.ts';
import { listOf, plural } from '../../ground/output/phrases.ts';
import { humanDuration } from '../../ground/units/duration.ts';
import { agentsOf, needsTick, type Plan, stepsOf } from './plan.ts';
import type { Runbook } from './runbook.ts';

/** What is known when a run is about to begin. Instants are UTC epoch ms. */
export interface GuardFacts {
  readonly now: number;
  /** Nobody asked for it: an alert or a schedule did. */
  readonly isAutomatic: boolean;
  /** The agents of the fleet, with where they run. */
  readonly agents: readonly { readonly name: string; readonly env: string | null }[];
  /** Runs that began within the last hour and the runbook's cooldown; drills are not among them. */
  readonly runs: readonly { readonly runbook: string; readonly agents: readonly string[]; readonly startedAt: number }[];
  /** The agents of the mitigations in force, one entry each. */
  readonly mitigated: readonly string[];
  readonly freezes: readonly Freeze[];
  /** When mitigations were last looked through for what is over; null: never. */
  readonly lastTickAt: number | null;
  /** A person takes it on them that nothing may end by itself. */
  readonly ignoresTick: boolean;
}

/** Why a run may not begin. */
export interface Refusal {
  readonly rule:
    | 'frozen'
    | 'runs_per_hour'
    | 'cooldown'
    | 'targets'
    | 'environments'
    | 'mitigations_per_agent'
    | 'reversible_only'
    | 'no_tick';
  readonly message: string;
  readonly hint: string;
}

/** The name that `duty` has for looking whether something is to end. */
export const expireDuty = 'expire';

const hourMs = 3_600_000;
/** A step with a TTL is refused where nobody looked for what is over since. ms */
export const tickFreshMs = 900_000;

type Guarded = Pick<Runbook, 'name' | 'class' | 'guardrails'>;

/**
 * Everything that keeps a run from beginning; empty: it may. A freeze stops what is automatic, but containment of class `safety` only where
 * it says so; a person who runs something is never stopped by a freeze.
 */
export const refusals = (runbook: Guarded, plan: Plan, facts: GuardFacts): readonly Refusal[] => [
  ...frozen(runbook, plan, facts),
  ...tooOften(runbook, plan, facts),
  ...outOfBounds(runbook, plan, facts),
  ...neverEnding(plan, facts),
];

const frozen = (runbook: Guarded, plan: Plan, { freezes, isAutomatic, now }: GuardFacts): readonly Refusal[] => {
  if (!isAutomatic) return [];
  const agents = agentsOf(plan);
  const inForce = freezes.find(
    ({ agent, until, stopsSafety }) =>
      until > now && (agent === null || agents.includes(agent)) && (runbook.class !== 'safety' || stopsSafety),
  );
  if (inForce === undefined) return [];
  const what = inForce.agent ?? 'the fleet';
  return [
    {
      rule: 'frozen',
      message: `${what} is frozen by ${inForce.actor} for ${humanDuration(inForce.until - now)} more: ${inForce.reason}`,
      hint: `agentops unfreeze${inForce.agent === null ? '' : ` ${inForce.agent}`}`,
    },
  ];
};

/** How often bounds what begins by itself; a person who contains something for safety is not made to wait. */
const tooOften = (runbook: Guarded, plan: Plan, { runs, now, isAutomatic }: GuardFacts): readonly Refusal[] => {
  if (runbook.class === 'safety' && !isAutomatic) return [];
  const { name, guardrails } = runbook;
  const own = runs.filter(({ runbook }) => runbook === name);
  const inHour = own.filter(({ startedAt }) => now - startedAt < hourMs);
  const { runsPerHour, cooldownMs } = guardrails;
  const hint = `agentops runbook runs shows them; guardrails of ${name} say how many may be`;
  const found: Refusal[] = [];
  if (runsPerHour !== null && inHour.length >= runsPerHour)
    found.push({
      rule: 'runs_per_hour',
      message: `${name} was run ${plural(inHour.length, 'time')} within an hour, ${runsPerHour} may be`,
      hint,
    });
  const agents = agentsOf(plan);
  for (const agent of agents) {
    const last = Math.max(...own.filter((run) => run.agents.includes(agent)).map(({ startedAt }) => startedAt));
    if (now - last < cooldownMs)
      found.push({
        rule: 'cooldown',
        message: `${name} was run on ${agent} ${humanDuration(now - last)} ago, and waits ${humanDuration(cooldownMs)} in between`,
        hint,
      });
  }
  return found;
};

const outOfBounds = ({ name, guardrails }: Guarded, plan: Plan, facts: GuardFacts): readonly Refusal[] => {
  const { maxTargets, environments, mitigationsPerAgent, reversibleOnly } = guardrails;
  const agents = agentsOf(plan);
  const hint = `guardrails of ${name}: agentops runbook show ${name}`;
  const found: Refusal[] = [];
  if (maxTargets !== null && agents.length > maxTargets)
    found.push({
      rule: 'targets',
      message: `it would act on ${plural(agents.length, 'agent')}, and ${maxTargets} may be: ${listOf(agents)}`,
      hint,
    });
  if (environments !== null)
    for (const { name: agent, env } of facts.agents.filter((each) => agents.includes(each.name) && !environments.includes(each.env ?? '')))
      found.push({
        rule: 'environments',
        message: `${agent} runs in ${env ?? 'no environment'}, and it may act in ${listOf(environments, 'or')}`,
        hint,
      });
  if (mitigationsPerAgent !== null)
    for (const agent of agents) {
      const count = facts.mitigated.filter((each) => each === agent).length;
      if (count >= mitigationsPerAgent)
        found.push({
          rule: 'mitigations_per_agent',
          message: `${plural(count, 'mitigation')} are in force on ${agent}, and ${mitigationsPerAgent} may be`,
          hint: 'agentops mitigations list',
        });
    }
  const lasting = stepsOf(plan).find(({ change, skipped }) => skipped === null && change !== null && !change.reversible);
  if (reversibleOnly && lasting !== undefined)
    found.push({
      rule: 'reversible_only',
      message: `${lasting.id} cannot be undone: ${lasting.change?.lasting ?? 'its control says so'}`,
      hint,
    });
  return found;
};

const neverEnding = (plan: Plan, { now, lastTickAt, ignoresTick }: GuardFacts): readonly Refusal[] => {
  const ending = stepsOf(plan).filter(needsTick);
  if (ignoresTick || ending.length === 0) return [];
  // One that is yet to come was told by a clock that was wrong, and says nothing.
  if (lastTickAt !== null && Math.abs(now - lastTickAt) < tickFreshMs) return [];
  const since =
    lastTickAt === null || lastTickAt > now
      ? 'nothing ever looked for what is over'
      : `nothing looked for what is over since ${humanDuration(now - lastTickAt)}`;
  const acts = ending.map(({ id, change, step: { ttlMs } }) => `${id} (${change?.target}) is for ${humanDuration(ttlMs ?? 0)}`);
  return [
    {
      rule: 'no_tick',
      message: `${listOf(acts)}, and ${since}: ${acts.length === 1 ? 'it' : 'they'} would stay for ever`,
      hint: 'agentops runbook expire, every few minutes by cron; or --no-tick-check, and end it by hand',
    },
  ];
};
