import { parseJson } from '../../ground/json.ts';
import type { Journal, Write } from '../../ground/store/port.ts';
import type { LateMark } from '../../telemetry/traces/late.cache.ts';
import type { AlertKey } from './alert.ts';
import type { AlertInstance, Observation, Timing } from './alert-state.ts';
import type { Announcing, Quieting, Told } from './announcement.ts';
import type { QueueFacts } from './evaluation.ts';
import type { Severity } from './rule.ts';

/** What one evaluation saw of one alert: all that its state and its announcements were made of. */
export interface SeenAlert extends AlertKey {
  readonly severity: Severity;
  readonly timing: Timing;
  readonly remind: Announcing['remind'];
  /** Oldest first; none where its source told nothing new, several where missed moments were caught up on. */
  readonly observations: readonly Observation[];
  readonly quiet: Quieting | null;
  readonly route: readonly string[];
}

/** An alert that is not at rest, as it stood before an evaluation. */
export interface StandingAlert extends AlertKey {
  readonly instance: AlertInstance;
  readonly told: Told | null;
}

/** What one evaluation saw. Alerts that were at rest before and after it are not in it. */
export interface EvaluationInput {
  /** When it was made, UTC epoch ms. */
  readonly at: number;
  /** Up to when traces were complete, UTC epoch ms; null: nothing ever came. */
  readonly watermark: number | null;
  /** The newest moment judged, by the source whose word decides (`''`: this machine's own clock); UTC epoch ms. */
  readonly judged: Readonly<Record<string, number>>;
  /** The number of the newest trace that had arrived in the cache; null: not kept by the version that wrote it. */
  readonly arrived: number | null;
  /** What had been noted of spans that came late to traces that were known; null: as above. */
  readonly noted: LateMark | null;
  /** A hash of the rules that were in force: tells when they changed. */
  readonly rules: string;
  readonly seen: readonly SeenAlert[];
  /** What waited in queues, by agent: nothing else keeps it. */
  readonly queues: Readonly<Record<string, QueueFacts>>;
  /** How every alert stood before, once a day, so that older inputs can go; null: as the evaluation before left it. */
  readonly standing: readonly StandingAlert[] | null;
}

interface Row {
  readonly at: number;
  readonly watermark: number;
  readonly rules: string;
  readonly body: string;
}

const inputOf = ({ at, watermark, rules, body }: Row): EvaluationInput => {
  const { judged, arrived, noted, seen, standing, queues } = parseJson(body) as unknown as Pick<
    EvaluationInput,
    'judged' | 'seen' | 'standing'
  > &
    Partial<Pick<EvaluationInput, 'arrived' | 'noted' | 'queues'>>;
  return {
    at,
    watermark: watermark === nothingKnown ? null : watermark,
    rules,
    judged,
    arrived: arrived ?? null,
    noted: noted ?? null,
    seen,
    queues: queues ?? {},
    standing,
  };
};

const nothingKnown = -1;

/** The last evaluation; null: there was none. */
export const readLastInput = async (journal: Journal): Promise<EvaluationInput | null> => {
  const [row] = await journal.all<Row>('SELECT at, watermark, rules, body FROM alert_input ORDER BY at DESC LIMIT 1');
  return row === undefined ? null : inputOf(row);
};

/** The last evaluation that was made at or before an instant, UTC epoch ms; null: there was none. */
export const readInputBefore = async (journal: Journal, instant: number): Promise<EvaluationInput | null> => {
  const sql = 'SELECT at, watermark, rules, body FROM alert_input WHERE at <= ? ORDER BY at DESC LIMIT 1';
  const [row] = await journal.all<Row>(sql, instant);
  return row === undefined ? null : inputOf(row);
};

/** The evaluations of a while, UTC epoch ms, oldest first. */
export const readInputs = async (
  journal: Journal,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<readonly EvaluationInput[]> => {
  const rows = await journal.all<Row>('SELECT at, watermark, rules, body FROM alert_input WHERE at >= ? AND at < ? ORDER BY at', from, to);
  return rows.map(inputOf);
};

/** What waited when an evaluation was made, UTC epoch ms. */
export interface KeptQueues {
  readonly at: number;
  readonly queues: EvaluationInput['queues'];
}

/** What evaluations of a while read of queues, UTC epoch ms, oldest first; those that read none are not among them. */
export const readKeptQueues = async (
  journal: Journal,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<readonly KeptQueues[]> => {
  const inputs = await readInputs(journal, { from, to });
  return inputs.filter(({ queues }) => Object.keys(queues).length > 0).map(({ at, queues }) => ({ at, queues }));
};

/**
 * The write that keeps what an evaluation saw. It fails (`Conflict`) where another evaluation came after `previous` (UTC epoch ms, null:
 * none): of two at once that began from the same state, one is thrown away whole.
 */
export const inputWrite = ({ at, watermark, rules, ...body }: EvaluationInput, previous: number | null): Write => ({
  sql: `INSERT INTO alert_input (at, watermark, rules, body) SELECT ?, ?, ?, ?
    WHERE COALESCE((SELECT MAX(at) FROM alert_input), -1) = ? AND CAST(? AS BIGINT) > ?`,
  params: [at, watermark ?? nothingKnown, rules, JSON.stringify(body), previous ?? -1, at, previous ?? -1],
  rows: 1,
});

/** The write that forgets evaluations before an instant (UTC epoch ms). */
export const forgetInputsWrite = (before: number): Write => ({ sql: 'DELETE FROM alert_input WHERE at < ?', params: [before] });
