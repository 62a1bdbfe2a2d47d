import { shapeTrouble, troubleError } from '../../clients/api-trouble.ts';
import type { Langfuse } from '../../clients/langfuse.ts';
import { OpsError, unableError } from '../../ground/errors.ts';
import { dig, digArray, digNumber } from '../../ground/json.ts';
import { boundedQuery, dailyList } from './langfuse-lists.ts';
import { dailyAggregates, dayUs, hourUs, type MetricsQuestion, metricsQuestions, mostMetricRows } from './langfuse-metrics.ts';
import type { Aggregate, TimeWindow } from './port.ts';

/**
 * The figures Langfuse computed for a window, widened to whole hours (on v2: days). Two requests where no answer is cut off, because
 * metrics are limited to a hundred requests an hour, or a day. Requests, errors, tokens and cost add up over all rows; latency stands on
 * rows of its own.
 */
export async function* readLangfuseAggregates(
  langfuse: Langfuse,
  window: TimeWindow,
  signal: AbortSignal,
): AsyncGenerator<readonly Aggregate[]> {
  const generation = await langfuse.generation(signal);
  if (generation === 'v2') return yield* readDays(langfuse, window, signal);
  const path = generation === 'v3' ? '/metrics' : '/v2/metrics';
  const hours = widened(window, hourUs);
  try {
    for (const index of [0, 1] as const) yield* readHours(langfuse, path, index, hours, signal);
  } catch (thrown) {
    // The first servers of v3 have no metrics yet.
    const isMissing = thrown instanceof OpsError && digNumber(thrown.details, 'status') === 404;
    if (!isMissing || generation !== 'v3') throw thrown;
    yield* readDays(langfuse, window, signal);
  }
}

/** One question over some hours; halved where it is too slow, or where its answer is full and hence perhaps cut off. */
async function* readHours(
  langfuse: Langfuse,
  path: MetricsQuestion['path'],
  index: 0 | 1,
  hours: TimeWindow,
  signal: AbortSignal,
): AsyncGenerator<readonly Aggregate[]> {
  const question = metricsQuestions(path, hours)[index];
  const { answer, trouble } = await langfuse.ask({ path, query: { query: JSON.stringify(question.query) } }, signal);
  if (trouble !== null && trouble.tooMuch === null) throw troubleError(trouble);
  if (answer !== null && !Array.isArray(dig(answer.json, 'data'))) {
    throw troubleError(shapeTrouble(langfuse.host(), `GET ${path}`, 'JSON without figures'));
  }
  const rows = digArray(answer?.json, 'data');
  if (answer !== null && rows.length < mostMetricRows) return yield rows.flatMap((row) => question.read(row) ?? []);
  const middleUs = hours.fromUs + Math.ceil((hours.toUs - hours.fromUs) / hourUs / 2) * hourUs;
  if (middleUs < hours.toUs) {
    yield* readHours(langfuse, path, index, { fromUs: hours.fromUs, toUs: middleUs }, signal);
    yield* readHours(langfuse, path, index, { fromUs: middleUs, toUs: hours.toUs }, signal);
    return;
  }
  throw trouble === null ? tooManyGroups(langfuse.host()) : troubleError(trouble);
}

const tooManyGroups = (host: string): OpsError =>
  unableError({
    code: 'backend_failed',
    message: `${host} has more than ${mostMetricRows} combinations of trace name, environment, model and level in one hour, and sends no more`,
    hint: 'write mode: spans for this backend',
  });

async function* readDays(langfuse: Langfuse, window: TimeWindow, signal: AbortSignal): AsyncGenerator<readonly Aggregate[]> {
  const query = boundedQuery(dailyList, widened(window, dayUs));
  let at: string | null = null;
  do {
    const { page, trouble } = await langfuse.list({ ...dailyList, query, at }, signal);
    if (trouble !== null) throw troubleError(trouble);
    yield page.rows.flatMap(dailyAggregates);
    at = page.next;
  } while (at !== null);
}

const widened = ({ fromUs, toUs }: TimeWindow, widthUs: number): TimeWindow => ({
  fromUs: Math.floor(fromUs / widthUs) * widthUs,
  toUs: Math.ceil(toUs / widthUs) * widthUs,
});
