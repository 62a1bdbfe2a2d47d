import { bucketOf, widthUs } from '../../../ground/units/window.ts';
import { chanceOf, hexOf, oneOf } from './chance.ts';
import type { Incident } from './incident.ts';
import { courseOf, requestSpans, type SentSpan } from './request.ts';
import { startsOfDay } from './season.ts';
import { fleetTraffic, type Traffic } from './traffic.ts';

const days = 30;
/** Of a request that nobody stops: as many model calls, each with a tool call that changes nothing. */
const loopTurns = 90;

/**
 * The last thirty days of the demo's fleet up to now, trace by trace, oldest day first. The same for the same day: a later hour adds what
 * happened since.
 */
export function* monthOf(nowUs: number, incidents: readonly Incident[]): Generator<readonly SentSpan[]> {
  const today = bucketOf('day', nowUs);
  for (let day = today - days + 1; day <= today; day++) {
    const traces = [
      ...fleetTraffic.flatMap((traffic) => tracesOfDay(traffic, day, today, incidents)),
      ...incidents
        .filter(({ kind, fromUs }) => kind === 'runaway-loop' && bucketOf('day', fromUs) === day)
        .flatMap((loop) => loopOf(loop, today)),
    ];
    const ended = traces.filter((spans) => spans.every(({ endUs }) => endUs <= nowUs));
    yield* ended.sort((a, b) => (a[0]?.startUs ?? 0) - (b[0]?.startUs ?? 0));
  }
}

const tracesOfDay = (traffic: Traffic, day: number, today: number, incidents: readonly Incident[]): readonly (readonly SentSpan[])[] => {
  const chance = chanceOf(`${day} ${traffic.agent}`);
  return startsOfDay(chance, traffic, day).map((sinceMidnight) =>
    requestSpans(
      { chance, incidents, today },
      {
        traffic,
        startUs: day * widthUs.day + sinceMidnight,
        course: courseOf(chance, traffic),
        subject: `A-${1000 + Math.floor(chance() * 400)}`,
        // Squared: few ask much, and most ask little.
        user: `u-${1 + Math.floor(chance() ** 2 * traffic.users)}`,
        task: oneOf(chance, traffic.tasks),
        traceId: hexOf(chance, 32),
        parentId: null,
      },
    ),
  );
};

/** One request that calls the same tool with the same arguments again and again. */
const loopOf = ({ agent, fromUs }: Incident, today: number): readonly (readonly SentSpan[])[] => {
  const traffic = fleetTraffic.find((each) => each.agent === agent);
  if (traffic === undefined) return [];
  const chance = chanceOf(`${bucketOf('day', fromUs)} ${agent} loop`);
  const looping: Traffic = { ...traffic, tools: traffic.tools.slice(1, 2), errorRate: 0 };
  const call = { startUs: fromUs, course: 'mt'.repeat(loopTurns), subject: 'A-1042', user: 'u-1', task: traffic.tasks[0], parentId: null };
  return [requestSpans({ chance, incidents: [], today }, { ...call, traffic: looping, traceId: hexOf(chance, 32) })];
};
