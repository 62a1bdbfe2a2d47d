import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { placeIncidents } from '../../../../src/desk/demo/history/incident.ts';
import { monthOf } from '../../../../src/desk/demo/history/month.ts';
import type { SentSpan } from '../../../../src/desk/demo/history/request.ts';
import { incidentsFile } from '../../../../src/desk/demo/history/schema.ts';
import { fleetTraffic } from '../../../../src/desk/demo/history/traffic.ts';
import { parseYaml, plainValue } from '../../../../src/fleet/yaml.ts';

const path = resolve(import.meta.dirname, '../../../../fixtures/demo/incidents.yaml');
const { root } = parseYaml(readFileSync(path, 'utf8'), path);
const { incidents: told } = incidentsFile.parse(root === null ? null : plainValue(root));

const dayUs = 86_400_000_000;
/** A Thursday, noon UTC. */
const noonUs = Date.UTC(2026, 9, 15, 12) * 1000;
const dump = (nowUs: number) => [...monthOf(nowUs, placeIncidents(told, nowUs))];
const hashOf = (traces: readonly (readonly SentSpan[])[]) => createHash('sha256').update(JSON.stringify(traces)).digest('hex');
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

describe('the month of the demo', () => {
  const traces = dump(noonUs);
  const spans = traces.flat();

  test('is the same for the same moment, down to the byte', () => {
    expect(hashOf(dump(noonUs))).toBe(hashOf(traces));
    expect(hashOf(traces).slice(0, 16)).toBe('44d4177585715961');
  });

  test('only grows while a day goes on', () => {
    const later = new Set(dump(noonUs + 8 * 3_600_000_000).map((trace) => JSON.stringify(trace)));
    expect(later.size).toBeGreaterThan(traces.length);
    expect(traces.filter((trace) => !later.has(JSON.stringify(trace)))).toEqual([]);
  });

  test('covers thirty days up to now and nothing after it', () => {
    const starts = spans.map(({ startUs }) => startUs);
    const today = Math.floor(noonUs / dayUs);
    expect(new Set(starts.map((us) => today - Math.floor(us / dayUs)))).toEqual(new Set(Array.from({ length: 30 }, (_, day) => day)));
    expect(Math.max(...spans.map(({ endUs }) => endUs))).toBeLessThanOrEqual(noonUs);
    expect(spans.length).toBeGreaterThan(15_000);
    expect(spans.length).toBeLessThan(25_000);
  });

  test('has a trace for every agent, children inside their parents, and ids of their own', () => {
    expect(new Set(spans.map(({ service }) => service))).toEqual(new Set(fleetTraffic.map(({ agent }) => agent)));
    const known = new Map(spans.map((span) => [span.spanId, span]));
    expect(known.size).toBe(spans.length);
    for (const { parentId, traceId, startUs, endUs } of spans) {
      const parent = parentId === null ? null : known.get(parentId);
      if (parent === null) continue;
      expect(parent?.traceId).toBe(traceId);
      expect(startUs >= (parent?.startUs ?? Number.POSITIVE_INFINITY) && endUs <= (parent?.endUs ?? 0)).toBe(true);
    }
  });

  test('is quieter at night and on weekends', () => {
    const support = traces.map(([first]) => first).filter((first) => first?.service === 'support');
    const hour = (us: number) => Math.floor(us / 3_600_000_000) % 24;
    const inHours = (from: number, to: number) =>
      support.filter((first) => first !== undefined && hour(first.startUs) >= from && hour(first.startUs) < to);
    expect(inHours(12, 18).length).toBeGreaterThan(5 * inHours(0, 6).length);
    const invoices = traces.map(([first]) => first).filter((first) => first?.service === 'invoices');
    const weekend = invoices.filter((first) => [0, 6].includes(new Date((first?.startUs ?? 0) / 1000).getUTCDay()));
    expect(weekend.length).toBeLessThan(invoices.length / 20);
  });
});

/** Whatever day of the week it is run on. */
describe.each([0, 1, 2, 3, 4, 5, 6])('its incidents, %i days later', (days) => {
  const nowUs = noonUs + days * dayUs;
  const incidents = placeIncidents(told, nowUs);
  const spans = dump(nowUs).flat();
  const windowOf = (id: string) => {
    const found = incidents.find((incident) => incident.id === id);
    if (found === undefined) throw new Error(`there is no incident ${id}`);
    return found;
  };
  const within = ({ fromUs, toUs }: { fromUs: number; toUs: number }, { startUs }: SentSpan) => fromUs <= startUs && startUs < toUs;
  const share = (some: readonly SentSpan[]) => some.filter(({ failure }) => failure !== null).length / some.length;
  const entriesOf = (agent: string) => spans.filter(({ name }) => name === `invoke_agent ${agent}`);

  test('a regression: more tokens, none of them cached, under a new release', () => {
    const window = windowOf('summarizer-cost');
    const calls = spans.filter(
      ({ service, attributes }) => service === 'summarizer' && attributes['gen_ai.usage.input_tokens'] !== undefined,
    );
    const uncached = (some: readonly SentSpan[]) =>
      sum(
        some.map(({ attributes: of }) => Number(of['gen_ai.usage.input_tokens']) - Number(of['gen_ai.usage.cache_read.input_tokens'] ?? 0)),
      ) / some.length;
    const [after, before] = [calls.filter((call) => within(window, call)), calls.filter((call) => !within(window, call))];
    expect(uncached(after) / uncached(before)).toBeGreaterThan(3);
    expect(new Set(after.map(({ release, attributes }) => `${release} ${attributes['gen_ai.prompt.version']}`))).toEqual(
      new Set(['2.4.0 8']),
    );
    expect(before.map(({ release }) => release)).not.toContain('2.4.0');
  });

  test('a spike: orders fails because stock does', () => {
    const window = windowOf('orders-errors');
    for (const agent of ['orders', 'stock']) {
      const entries = entriesOf(agent);
      expect(share(entries.filter((entry) => within(window, entry)))).toBeGreaterThan(0.35);
      expect(share(entries.filter((entry) => !within(window, entry)))).toBeLessThan(0.05);
    }
  });

  test('a loop: one request with the same call again and again', () => {
    const window = windowOf('onboarding-loop');
    const entries = entriesOf('onboarding');
    const steps = new Map<string | null, number>();
    for (const { parentId } of spans) steps.set(parentId, (steps.get(parentId) ?? 0) + 1);
    const stepsOf = ({ spanId }: SentSpan) => steps.get(spanId) ?? 0;
    const [loop, ...others] = entries.toSorted((a, b) => stepsOf(b) - stepsOf(a));
    if (loop === undefined) throw new Error('there is no request');
    expect(within(window, loop) && loop.endUs <= window.toUs).toBe(true);
    expect(stepsOf(loop)).toBe(180);
    expect(Math.max(...others.map(stepsOf))).toBeLessThan(10);
    const repeated = spans.filter(({ parentId, attributes }) => parentId === loop.spanId && attributes['gen_ai.tool.name'] !== undefined);
    expect(new Set(repeated.map(({ name, attributes }) => `${name} ${attributes['gen_ai.tool.call.arguments']}`)).size).toBe(1);
  });
});
