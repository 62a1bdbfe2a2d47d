import type { Cache } from '../../../ground/store/port.ts';
import { errorCodes } from '../../../telemetry/traces/codes.ts';
import { dictionaryOf } from '../../../telemetry/traces/dictionary.cache.ts';
import { type StoredId, unpackId } from '../../../telemetry/traces/identifier.ts';
import type { RuleTest } from '../rule.ts';

/** So many traces are shown with an alert. */
const shown = 3;

/** What makes a request an example of what a rule looks for: a condition, and what comes first. */
const exampleOf = (test: RuleTest): { readonly where: string; readonly order: string } | null => {
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
    case 'loop_depth':
      return { where: '1', order: 'steps DESC' };
    default:
      return null;
  }
};

/** The traces that show best why a rule fires on an agent, of requests that began in a range (UTC epoch ms); empty where a rule has none to show. */
export const readExemplars = (
  cache: Cache,
  test: RuleTest,
  { agent, from, to }: { readonly agent: string; readonly from: number; readonly to: number },
): readonly string[] => {
  const example = exampleOf(test);
  const number = dictionaryOf(cache).find('agent', agent);
  if (example === null || number === null) return [];
  const rows = cache.all<{ id: StoredId }>(
    `SELECT t.trace_id AS id FROM (
       SELECT trace_no FROM run WHERE start_us >= ? AND start_us < ? AND synthetic = 0 AND agent = ? AND ${example.where}
       ORDER BY ${example.order}, trace_no DESC LIMIT ${shown}
     ) AS best JOIN trace t ON t.no = best.trace_no`,
    ...[from * 1000, to * 1000, number],
  );
  return rows.map(({ id }) => unpackId(id));
};
