import { resolve } from 'node:path';
import type { Agent, Fleet } from '../fleet/agent.ts';
import { plural } from '../ground/output/phrases.ts';
import { isFiring } from '../oversight/alerts/alert-state.ts';
import { collectJudgements, type Judged, type Judgements } from '../oversight/alerts/collect-judgements.ts';
import { loadRules } from '../oversight/alerts/load-rules.ts';
import { readWatchedQueues } from '../oversight/alerts/read-watched-queues.ts';
import { requireRule, requireSubject } from '../oversight/alerts/require-alert.ts';
import type { Rule } from '../oversight/alerts/rule.ts';
import { rulesOf } from '../oversight/alerts/rules.ts';
import { providersSubject, type Subject, subjectsOf } from '../oversight/alerts/subject.ts';
import { whyUnjudged, wouldFire } from '../oversight/alerts/would-fire.ts';
import { loadSuggestions } from '../response/runbooks/load-suggestions.ts';
import { whyNoTraces } from '../telemetry/traces/metrics-backends.ts';
import { alertCheckFormats } from '../views/alert-check.ts';
import { alertExplainFormats } from '../views/alert-explain.ts';
import type { Outcome, Session } from './command.ts';

/** Which rules are judged, and on which agents; null: all of them. */
export interface CheckWish {
  readonly agent: string | null;
  readonly rule: string | null;
  /** A file of rules in place of those of the manifest. */
  readonly file: string | null;
}

const agentsOf = (fleet: Fleet, name: string | null): readonly Subject[] =>
  name === null ? [...subjectsOf(fleet), providersSubject] : [requireSubject(fleet, name)];

/** Without the fleet as a whole and the providers. */
const agentsAmong = ({ agents }: Fleet, subjects: readonly Subject[]): readonly Agent[] =>
  agents.filter(({ name }) => subjects.some((each) => each.name === name));

/** What would fire now: rules are judged, and nothing is kept or told. */
export const checkAlerts = async ({ ctx, cwd, fleet: load }: Session, { agent, rule, file }: CheckWish): Promise<Outcome> => {
  const { fleet } = await load();
  const agents = agentsOf(fleet, agent);
  const names = fleet.agents.map(({ name }) => name);
  const all = file === null ? rulesOf(fleet) : await loadRules(ctx, { path: resolve(cwd, file), agents: names, cwd });
  const rules = rule === null ? all : [requireRule(all, rule)];
  const { queues, problems } = await readWatchedQueues(ctx, rules, agentsAmong(fleet, agents));
  const judgements = await collectJudgements(ctx, fleet, { rules, agents, goesOn: file === null, queues });
  const suggest = await loadSuggestions(ctx, fleet);
  const withNext = (judged: Judged) => ({ ...judged, next: nextOf(judged, suggest) });
  const { judged } = judgements;
  const firing = judged.filter(({ instance }) => isFiring(instance)).map(withNext);
  const pending = judged.filter(({ instance }) => instance.state === 'pending').map(withNext);
  const unknown = judged.filter(({ judgement }) => judgement.said === 'unknown').length;
  return {
    finding: firing.length > 0 ? 'found' : judged.length === unknown && pending.length === 0 ? 'no_verdict' : 'none',
    formats: alertCheckFormats({
      fleet: fleet.name,
      generatedAt: judgements.at,
      rules: rules.length,
      agents: agentsAmong(fleet, agents).length,
      firing,
      pending,
      unknown,
      problems: [...problemsOf(judgements), ...problems],
    }),
    next: firing[0] === undefined ? [] : [`agentops alerts explain ${firing[0].rule.name} ${firing[0].agent}`],
  };
};

const nextOf = (
  { rule, agent, label, instance }: Judged,
  suggest: (alert: { rule: string; agent: string; label: string }) => string | null,
) => (isFiring(instance) ? suggest({ rule: rule.name, agent, label }) : null) ?? `agentops alerts explain ${rule.name} ${agent}`;

const problemsOf = ({ unjudged }: Judgements): readonly string[] => {
  const unseen = new Set(unjudged.filter(({ isUnseen }) => isUnseen).map(({ agent }) => agent.name));
  return unseen.size === 0
    ? []
    : [
        `no trace of ${plural(unseen.size, 'agent')} was ever read: rules that look at traces say nothing of ${unseen.size === 1 ? 'it' : 'them'}`,
      ];
};

/** The test of a rule, its parameters, and the figures of its decisions now. */
export const explainRule = async ({ ctx, fleet: load }: Session, name: string, agent: string | null): Promise<Outcome> => {
  const { fleet } = await load();
  const rule: Rule = requireRule(rulesOf(fleet), name);
  const agents = agentsOf(fleet, agent);
  const { queues } = await readWatchedQueues(ctx, [rule], agentsAmong(fleet, agents));
  const { at, judged, unjudged } = await collectJudgements(ctx, fleet, { rules: [rule], agents, goesOn: true, queues });
  return {
    finding: 'none',
    formats: alertExplainFormats({
      fleet: fleet.name,
      generatedAt: at,
      rule,
      judged: judged.map((each) => ({ ...each, wouldFire: wouldFire(each) })),
      notJudged: unjudged.map((each) => ({
        agent: each.agent.name,
        why: whyUnjudged(rule, each.agent, each.isUnseen, whyNoTraces(fleet, each.agent.name)?.message),
      })),
    }),
    next: judged.some(({ instance }) => isFiring(instance)) ? [`agentops alerts show ${name}${agent === null ? '' : `/${agent}`}`] : [],
  };
};
