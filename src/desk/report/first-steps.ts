import { listOf, plural } from '../../ground/output/phrases.ts';
import { formatMoney, formatShare } from '../../ground/units/amount.ts';
import { humanDuration } from '../../ground/units/duration.ts';
import { agentNamed } from '../../oversight/alerts/subject.ts';
import type { Incident } from '../../response/incidents/incident.ts';
import type { BudgetUse } from '../../telemetry/cost/budget.ts';
import type { Episode } from './alert-episodes.ts';
import type { ReportedAgent, ReportedMonth } from './report.ts';

/** One thing to do, with what to type for it. Texts are untrusted. */
export interface FirstStep {
  readonly kind: 'incident' | 'agent' | 'alert' | 'budget' | 'promise' | 'unseen' | 'price';
  /** Null: it concerns no single agent. */
  readonly agent: string | null;
  readonly what: string;
  readonly why: string;
  readonly command: string;
}

/** An alert that fires now, with the next thing to type. */
export interface FiringAlert extends Episode {
  readonly next: string;
}

/** What steps are chosen by. */
export interface StepFacts {
  /** In the order of the report. */
  readonly agents: readonly ReportedAgent[];
  readonly incidents: readonly Incident[];
  readonly firing: readonly FiringAlert[];
  readonly budgets: readonly BudgetUse[];
  readonly month: ReportedMonth;
  /** Spans with usage whose cost is not known. */
  readonly unpriced: number;
  /** `30d`, as a command takes it. */
  readonly window: string;
}

/** An agent of the manifest that counts: neither suppressed nor in maintenance. */
const counts = ({ standing }: ReportedAgent): boolean => standing !== null && standing.suppressedBy === null && !standing.inMaintenance;

/**
 * What to do, most urgent first, each agent once: what people look after already, what is down, what fires, what is spent, what is promised
 * and not kept, what nobody sees.
 */
export const firstSteps = (facts: StepFacts): readonly FirstStep[] => {
  const named = new Set<string>();
  return [
    ...incidentSteps(facts, 'page'),
    ...agentSteps(facts, 'red'),
    ...alertSteps(facts, 'page'),
    ...budgetSteps(facts),
    ...incidentSteps(facts, 'notify'),
    ...alertSteps(facts, 'notify'),
    ...promiseSteps(facts),
    ...agentSteps(facts, 'yellow'),
    ...unseenSteps(facts),
    ...priceSteps(facts),
  ].filter(({ agent, kind }) => {
    if (agent === null) return true;
    // Money is another matter than health.
    const key = JSON.stringify([agent, kind === 'budget']);
    const isNew = !named.has(key);
    named.add(key);
    return isNew;
  });
};

const incidentSteps = ({ incidents }: StepFacts, severity: Incident['severity']): readonly FirstStep[] =>
  incidents
    .filter((incident) => incident.status !== 'resolved' && incident.severity === severity)
    .map(({ id, title, agent, status }) => ({
      ...{ kind: 'incident' as const, agent },
      what: `Look after ${id}: ${title}`,
      why: status === 'open' ? 'It is open, and nobody has taken it on.' : 'Somebody has taken it on; it is not resolved.',
      command: `agentops incident show ${id}`,
    }));

const agentSteps = ({ agents }: StepFacts, state: 'red' | 'yellow'): readonly FirstStep[] =>
  agents
    .filter((agent) => counts(agent) && agent.standing?.state === state)
    .sort((a, b) => (a.standing?.tier ?? 0) - (b.standing?.tier ?? 0))
    .map(({ name, standing }) => ({
      ...{ kind: 'agent' as const, agent: name },
      what: state === 'red' ? `Get ${name} well again` : `Look at ${name}`,
      why: standing?.reasons[0] ?? `It is ${state}.`,
      command: `agentops health ${name} --verbose`,
    }));

const alertSteps = ({ firing }: StepFacts, severity: FiringAlert['severity']): readonly FirstStep[] =>
  firing
    .filter((alert) => alert.severity === severity && !alert.acked)
    .map(({ rule, agent, reason, next }) => ({
      ...{ kind: 'alert' as const, agent: agentNamed(agent) },
      what: `Answer the alert ${rule} of ${agentNamed(agent) ?? 'the fleet'}`,
      why: reason,
      command: next,
    }));

const budgetSteps = ({ budgets, month }: StepFacts): readonly FirstStep[] => {
  const over = budgets.filter(({ used }) => used >= 1).sort((a, b) => b.spentNanos - b.limitNanos - (a.spentNanos - a.limitNanos));
  const steps = over.map(({ of, per, limitNanos, spentNanos }): FirstStep => {
    const agent = of === 'fleet' ? null : of;
    return {
      ...{ kind: 'budget', agent },
      what: `Bring ${of === 'fleet' ? 'the fleet' : of} back into its budget`,
      why: `${formatMoney(spentNanos)} spent this ${per}, of ${formatMoney(limitNanos)}.`,
      command: agent === null ? 'agentops cost --by agent' : `agentops cost --by model --filter agent=${agent}`,
    };
  });
  const { forecast, limitNanos, spentNanos } = month;
  if (forecast === null || limitNanos === null || spentNanos >= limitNanos || forecast.expected <= limitNanos) return steps;
  const ahead: FirstStep = {
    ...{ kind: 'budget', agent: null },
    what: 'Spend less, or raise the budget of the month',
    why: `The month is expected to come to ${formatMoney(forecast.expected)} (${formatMoney(forecast.low)} to ${formatMoney(forecast.high)}), of a budget of ${formatMoney(limitNanos)}.`,
    command: 'agentops advise',
  };
  return [ahead, ...steps];
};

/** Whole days of what an agent promises and did not keep over the window. */
const promiseSteps = ({ agents, window }: StepFacts): readonly FirstStep[] =>
  agents.filter(counts).flatMap(({ name, figures, promised }): readonly FirstStep[] => {
    const broken = [
      ...(isAbove(figures.errorRate, promised.errorRate)
        ? [{ metric: 'error-rate', why: `${share(figures.errorRate)} of its requests failed; it promises ${share(promised.errorRate)}` }]
        : []),
      ...(isAbove(figures.latencyP95Us, promised.latencyP95Us)
        ? [{ metric: 'p95', why: `its p95 was ${time(figures.latencyP95Us)}; it promises ${time(promised.latencyP95Us)}` }]
        : []),
      ...(isAbove(promised.quality, figures.quality)
        ? [{ metric: 'quality', why: `its quality was ${score(figures.quality)}; it promises ${score(promised.quality)}` }]
        : []),
    ];
    const [first] = broken;
    if (first === undefined) return [];
    return [
      {
        ...{ kind: 'promise', agent: name },
        what: `See why ${name} does not keep its promise`,
        why: `Over the whole time ${listOf(broken.map(({ why }) => why))}.`,
        command: `agentops trend ${first.metric} --agent ${name} --window ${window}`,
      },
    ];
  });

const isAbove = (value: number | null, limit: number | null): boolean => value !== null && limit !== null && value > limit;
const share = (value: number | null): string => formatShare(value ?? 0);
const time = (us: number | null): string => humanDuration((us ?? 0) / 1000);
const score = (value: number | null): string => (value ?? 0).toFixed(2);

const unseenSteps = ({ agents }: StepFacts): readonly FirstStep[] => {
  const unseen = agents.filter((agent) => counts(agent) && agent.standing?.state === 'unknown');
  const [first] = unseen;
  if (first === undefined) return [];
  return [
    {
      ...{ kind: 'unseen', agent: unseen.length === 1 ? first.name : null },
      what: unseen.length === 1 ? `Find out how ${first.name} is` : `Find out how ${plural(unseen.length, 'agent')} are`,
      why: `${unseen.length === 1 ? 'Nothing fresh is known of it' : 'Nothing fresh is known of them'}: ${first.standing?.reasons[0] ?? 'no check, no request'}${unseen.length > 1 ? `, and so on` : ''}.`,
      command: unseen.length === 1 ? `agentops health ${first.name}` : 'agentops health',
    },
  ];
};

const priceSteps = ({ unpriced }: StepFacts): readonly FirstStep[] =>
  unpriced === 0
    ? []
    : [
        {
          ...{ kind: 'price', agent: null },
          what: 'Tell what some models cost',
          why: `${plural(unpriced, 'call')} with usage and no known price are in no sum of this report.`,
          command: 'agentops cost --unpriced',
        },
      ];
