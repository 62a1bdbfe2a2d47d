import type { Alert } from './alert.ts';
import type { Observation, Timing } from './alert-state.ts';
import type { SamplesOf } from './collect-samples.ts';
import { keyText } from './fold.ts';
import { judgeRule, type Labelled } from './judge-rule.ts';
import type { Rule, RuleType } from './rule.ts';
import { concerns } from './rules.ts';
import type { Samples } from './samples.ts';
import type { Subject } from './subject.ts';

/** Whose word decides a rule: the source of an agent's traces, known up to a watermark; or this machine's own records, known up to now. */
export type Word = 'traces' | 'own';

const ownTypes: ReadonlySet<RuleType> = new Set([
  'agent_red',
  'heartbeat',
  'drift',
  'mitigation_overdue',
  'queue_depth',
  'provider_outage',
]);

/** Whether a source has a word in a rule. Safety events are told of by both: a check that fails is not to wait for traces that are late. */
export const decidesOn = (word: Word, { test: { type } }: Rule): boolean => type === 'safety' || ownTypes.has(type) === (word === 'own');

/** The label of what checks tell of safety, beside that of traces, which has none. */
const ownSafety = 'check';

/** What a source's samples say of an agent by a rule, labelled as alerts are. */
export const labelledBy = (word: Word, rule: Rule, agent: Subject, samples: Samples): readonly Labelled[] =>
  judgeRule(rule, agent, samples).map((each) => (isCheckOf(word, rule) ? { ...each, label: ownSafety } : each));

/** An alert that is not at rest, or whose condition holds: what was seen of it at the moments of an evaluation, oldest first. */
export interface Tracked {
  readonly rule: Rule;
  readonly agent: string;
  readonly label: string;
  readonly observations: Observation[];
  /** The last judgement; null: its source did not tell. */
  latest: Labelled | null;
}

interface Observed {
  readonly seen: Labelled | null;
  readonly label: string;
  readonly moment: number;
  readonly isLate: boolean;
}

/** What an evaluation keeps an eye on. Everything else is at rest and stays so: of a big fleet nearly all. */
export interface Tracker {
  /**
   * Judges some agents, or the fleet as a whole, by what one source tells of a moment (UTC epoch ms).
   * @param lateOf what happened before the windows of the moment and has arrived only now; it counts for rules about single events
   */
  judge(word: Word, agents: readonly Subject[], samplesOf: SamplesOf, moment: number, lateOf?: SamplesOf): void;
  readonly tracked: ReadonlyMap<string, Tracked>;
}

/** @param standing the alerts that are not at rest */
export const trackerOf = (rules: readonly Rule[], standing: readonly Alert[]): Tracker => {
  const tracked = new Map<string, Tracked>();
  const open = new Map<string, string[]>();
  for (const { rule, agent, label } of standing) {
    const labels = open.get(pairText(rule, agent));
    if (labels === undefined) open.set(pairText(rule, agent), [label]);
    else labels.push(label);
  }
  const observe = (rule: Rule, agent: string, { seen, label, moment, isLate }: Observed): void => {
    const key = keyText({ rule: rule.name, agent, label });
    const known = tracked.get(key) ?? { rule, agent, label, observations: [], latest: null };
    known.observations.push({ at: moment, said: seen?.judgement.said ?? 'unknown', ...(isLate ? { late: true } : {}) });
    known.latest = seen ?? known.latest;
    tracked.set(key, known);
  };
  const judge: Tracker['judge'] = (word, agents, samplesOf, moment, lateOf) => {
    const asked = rules.filter((rule) => decidesOn(word, rule));
    for (const agent of agents) {
      const samples = samplesOf(agent.name);
      for (const rule of asked) {
        if (!concerns(rule, agent)) continue;
        const labels = open.get(pairText(rule.name, agent.name)) ?? [];
        const seen = labelledBy(word, rule, agent, samples);
        const late = lateOf === undefined || !isAboutEvents(rule) ? [] : labelledBy(word, rule, agent, lateOf(agent.name)).filter(breaches);
        for (const inTime of seen) {
          const arrived = breaches(inTime) ? undefined : late.find(({ label }) => label === inTime.label);
          const each = arrived ?? inTime;
          const isTracked = labels.includes(each.label) || tracked.has(keyText({ rule: rule.name, agent: agent.name, label: each.label }));
          if (isTracked || begins(each, rule.timing))
            observe(rule, agent.name, { seen: each, label: each.label, moment, isLate: arrived !== undefined });
        }
        for (const label of labels)
          if (isLabelOf(word, rule, label) && !seen.some((each) => each.label === label))
            observe(rule, agent.name, { seen: null, label, moment, isLate: false });
      }
    }
  };
  return { judge, tracked };
};

const pairText = (rule: string, agent: string): string => `${rule} ${agent}`;
const isCheckOf = (word: Word, { test }: Rule): boolean => word === 'own' && test.type === 'safety';
const isLabelOf = (word: Word, rule: Rule, label: string): boolean =>
  rule.test.type !== 'safety' || isCheckOf(word, rule) === (label === ownSafety);

/** Whether a rule tells of single events: each is to be known of however late, where of rates only those of now are. */
const isAboutEvents = ({ test: { type } }: Rule): boolean => type === 'safety' || type === 'per_trace';
const breaches = ({ judgement: { said } }: Labelled): boolean => said === 'breach';

/** Whether an alert at rest leaves it. */
const begins = ({ judgement: { said } }: Labelled, { onNoData }: Timing): boolean =>
  said === 'breach' || (said === 'unknown' && onNoData === 'alert');
