import { listOf, plural } from '../../ground/output/phrases.ts';
import { formatMoney, formatShare } from '../../ground/units/amount.ts';
import { humanDuration } from '../../ground/units/duration.ts';
import { agentNamed } from '../../oversight/alerts/subject.ts';
import type { Incident } from '../../response/incidents/incident.ts';
import type { Finding } from '../../telemetry/advice/saving.ts';
import type { BudgetUse } from '../../telemetry/cost/budget.ts';
import { rangeText } from '../../views/advice-facts.ts';
import type { Episode } from './alert-episodes.ts';
import type { ReportedAgent, ReportedMonth } from './report.ts';

/** One thing to do, with what to type for it. Texts are untrusted. */
export interface FirstStep {
  readonly kind: 'incident' | 'agent' | 'alert' | 'budget' | 'promise' | 'saving' | 'unseen' | 'price';
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
  /** Why the journal could not be asked; null: it was. */
  readonly journalTrouble: string | null;
  readonly budgets: readonly BudgetUse[];
  readonly month: ReportedMonth;
  /** What would save most comes first. */
  readonly findings: readonly Finding[];
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
    ...journalSteps(facts),
    ...incidentSteps(facts, 'page'),
    ...agentSteps(facts, 'red'),
    ...alertSteps(facts, 'page'),
    ...budgetSteps(facts),
    ...incidentSteps(facts, 'notify'),
    ...alertSteps(facts, 'notify'),
    ...promiseSteps(facts),
    ...savingSteps(facts),
    ...agentSteps(facts, 'yellow'),
    ...unseenSteps(facts),
    ...priceSteps(facts),
  ].filter(({ agent, kind }) => {
    if (agent === null) return true;
    // Money is another matter than health.
    const key = JSON.stringify([agent, kind === 'budget' || kind === 'saving']);
    const isNew = !named.has(key);
    named.add(key);
    return isNew;
  });
};

/** Before that nobody can tell what is urgent. */
const journalSteps = ({ journalTrouble }: StepFacts): readonly FirstStep[] =>
  journalTrouble === null
    ? []
    : [{ kind: 'unseen', agent: null, what: 'Get the journal back', why: `${journalTrouble}.`, command: 'agentops doctor' }];

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

/** So far beyond what is promised is worth a look: shares of the promise. */
const beyond = 1.05;
/** More agents than that are told of together. */
const mostApart = 2;

interface Broken {
  readonly agent: string;
  readonly metric: string;
  readonly why: string;
  /** How many times what is promised. */
  readonly times: number;
}

/** What agents promise and did not keep over the whole window, the worst first. */
const promiseSteps = ({ agents, window }: StepFacts): readonly FirstStep[] => {
  const broken = agents
    .filter(counts)
    .flatMap(worstBroken)
    .sort((a, b) => b.times - a.times);
  const stepOf = ({ agent, metric, why }: Broken): FirstStep => ({
    ...{ kind: 'promise', agent },
    what: `See why ${agent} does not keep its promise`,
    why: `Over the whole time ${why}.`,
    command: `agentops trend ${metric} --agent ${agent} --window ${window}`,
  });
  const [worst] = broken;
  if (worst === undefined || broken.length <= mostApart) return broken.map(stepOf);
  const { agent, metric, why } = worst;
  return [
    {
      ...{ kind: 'promise', agent: null },
      what: `See why ${plural(broken.length, 'agent')} do not keep what they promise`,
      why: `The worst is ${agent}: over the whole time ${why}.`,
      command: `agentops trend ${metric} --agent ${agent} --window ${window}`,
    },
  ];
};

const worstBroken = ({ name, figures, promised }: ReportedAgent): readonly Broken[] => {
  const held = [
    {
      metric: 'error-rate',
      times: ratio(figures.errorRate, promised.errorRate),
      why: `${share(figures.errorRate)} of its requests failed, of ${share(promised.errorRate)} promised`,
    },
    {
      metric: 'p95',
      times: ratio(figures.latencyP95Us, promised.latencyP95Us),
      why: `its p95 was ${time(figures.latencyP95Us)}, of ${time(promised.latencyP95Us)} promised`,
    },
    {
      metric: 'quality',
      times: ratio(promised.quality, figures.quality),
      why: `its quality was ${score(figures.quality)}, of ${score(promised.quality)} promised`,
    },
  ];
  const worst = held.filter(({ times }) => times >= beyond).sort((a, b) => b.times - a.times)[0];
  return worst === undefined ? [] : [{ agent: name, ...worst }];
};

const ratio = (value: number | null, limit: number | null): number => (value === null || limit === null || limit === 0 ? 0 : value / limit);
const share = (value: number | null): string => formatShare(value ?? 0);
const time = (us: number | null): string => humanDuration((us ?? 0) / 1000);
const score = (value: number | null): string => (value ?? 0).toFixed(2);

/** What saves less a month, in dollars, or may save nothing, is no matter for a Monday. */
const leastSaving = 1;

const savingSteps = ({ findings }: StepFacts): readonly FirstStep[] =>
  findings
    .filter(({ saving, grade }) => saving.mid >= leastSaving && saving.low > 0 && grade !== 'speculative')
    .slice(0, 1)
    .map(({ strategy, agent, task, saving, grade, next }) => ({
      ...{ kind: 'saving' as const, agent },
      what: `Save ${rangeText(saving)} a month on ${agent}`,
      why: `By ${strategy.replace('-', ' ')}${task === null ? '' : ` of ${task}`}; the figure is ${grade}.`,
      command: next.commands[0] ?? `agentops advise ${agent} --verbose`,
    }));

/** So many names are told. */
const mostNames = 3;

const unseenSteps = ({ agents, journalTrouble }: StepFacts): readonly FirstStep[] => {
  if (journalTrouble !== null) return [];
  const unseen = agents.filter((agent) => counts(agent) && agent.standing?.state === 'unknown');
  const [first] = unseen;
  if (first === undefined) return [];
  if (unseen.length === 1)
    return [
      {
        ...{ kind: 'unseen', agent: first.name },
        what: `Find out how ${first.name} is`,
        why: first.standing?.reasons[0] ?? 'Nothing fresh is known of it.',
        command: `agentops health ${first.name}`,
      },
    ];
  const others = unseen.length - mostNames;
  const names = [...unseen.slice(0, mostNames).map(({ name }) => name), ...(others > 0 ? [plural(others, 'other')] : [])];
  return [
    {
      ...{ kind: 'unseen', agent: null },
      what: `Find out how ${plural(unseen.length, 'agent')} are`,
      why: `Nothing fresh is known of ${listOf(names)}.`,
      command: 'agentops health',
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
