import type { Agent } from '../../../fleet/agent.ts';
import type { Cache } from '../../../ground/store/port.ts';
import { isOneOf } from '../../../telemetry/stats/filter.cache.ts';
import { failed, guarded } from '../../../telemetry/stats/safety.cache.ts';
import { errorCodes, kind, stateSql } from '../../../telemetry/traces/codes.ts';
import { type Dim, dictionaryOf } from '../../../telemetry/traces/dictionary.cache.ts';
import { type StoredId, unpackId } from '../../../telemetry/traces/identifier.ts';
import type { RuleTest } from '../rule.ts';
import { wholeFleet } from '../subject.ts';

/** So many traces are shown with an alert. */
const shown = 3;

/** What makes a request an example of what a rule looks for: a condition, and what comes first. */
const exampleOf = (cache: Cache, test: RuleTest, agent: Judged | null): { readonly where: string; readonly order: string } | null => {
  switch (test.type) {
    case 'error_rate': {
      const code = errorCodes.indexOf(test.errorType);
      return { where: test.errorType === null ? 'is_error = 1' : `is_error = 1 AND error_type = ${code}`, order: 'start_us DESC' };
    }
    case 'burn_rate':
      return { where: 'is_error = 1', order: 'start_us DESC' };
    case 'latency':
      return { where: 'dur_us IS NOT NULL', order: 'dur_us DESC' };
    case 'cost_per_request':
    case 'spend':
      return { where: 'cost_nanos > 0', order: 'cost_nanos DESC' };
    case 'quality':
      return { where: 'quality_n > 0', order: 'quality_micro * 1.0 / quality_n' };
    case 'safety':
      return agent === null ? null : { where: isUnsafe(cache, agent), order: 'start_us DESC' };
    case 'loop_depth':
      return { where: '1', order: 'steps DESC' };
    default:
      return null;
  }
};

type Judged = Pick<Agent, 'tools' | 'safetyScores'>;

/** That a guardrail ended a request, that it called a tool that its agent may not call, or that a score of its safety failed. */
const isUnsafe = (cache: Cache, { tools: { allow, deny }, safetyScores }: Judged): string => {
  const words = dictionaryOf(cache);
  // A word without a number was never seen.
  const oneOf = (dim: Dim, names: readonly string[]): string =>
    isOneOf('s.name', { numbers: names.map((name) => words.find(dim, name)).filter((number) => number !== null) });
  const forbidden = [oneOf('name', deny), ...(allow === null ? [] : [`NOT ${oneOf('name', allow)}`])].join(' OR ');
  const ofRun = 's.trace_no = run.trace_no AND s.run_no = run.run_no';
  return `(EXISTS (SELECT 1 FROM span s WHERE ${ofRun} AND (${guarded} OR ${stateSql('kind')} = ${kind.tool} AND (${forbidden})))
    OR EXISTS (SELECT 1 FROM score s WHERE ${ofRun} AND ${oneOf('score', safetyScores)} AND ${failed}))`;
};

/** Whose requests are looked through, of a range (UTC epoch ms). */
export interface ExemplarQuery {
  /** Or `@fleet`: those of everybody. */
  readonly agent: string;
  /** What its safety is held against; null: nothing. */
  readonly judged: Judged | null;
  readonly from: number;
  readonly to: number;
}

/** The traces that show best why a rule fires on an agent, of requests that began in a range (UTC epoch ms); empty where a rule has none to show. */
export const readExemplars = (cache: Cache, test: RuleTest, { agent, judged, from, to }: ExemplarQuery): readonly string[] => {
  const example = exampleOf(cache, test, judged);
  const number = agent === wholeFleet ? null : dictionaryOf(cache).find('agent', agent);
  if (example === null || (number === null && agent !== wholeFleet)) return [];
  const rows = cache.all<{ id: StoredId }>(
    `SELECT t.trace_id AS id FROM (
       SELECT trace_no FROM run WHERE start_us >= ? AND start_us < ? AND synthetic = 0 AND (? IS NULL OR agent = ?) AND ${example.where}
       ORDER BY ${example.order}, trace_no DESC LIMIT ${shown}
     ) AS best JOIN trace t ON t.no = best.trace_no`,
    ...[from * 1000, to * 1000, number, number],
  );
  return rows.map(({ id }) => unpackId(id));
};
