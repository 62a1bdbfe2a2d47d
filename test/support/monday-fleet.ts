import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadHistory } from '../../src/desk/demo/history/load-history.ts';
import type { Fleet } from '../../src/fleet/agent.ts';
import type { Context } from '../../src/ground/runtime/context.ts';
import { systemFiles } from '../../src/ground/runtime/files.ts';
import type { Write } from '../../src/ground/store/port.ts';
import { openSqliteJournal } from '../../src/ground/store/sqlite.ts';
import { openSqliteCache } from '../../src/ground/store/sqlite-cache.ts';
import type { AlertEvent } from '../../src/oversight/alerts/alert.ts';
import { quietInstance } from '../../src/oversight/alerts/alert-state.ts';
import { alertWrite, eventWrite } from '../../src/oversight/alerts/alerts.journal.ts';
import type { Incident } from '../../src/response/incidents/incident.ts';
import { incidentWrite } from '../../src/response/incidents/incidents.journal.ts';
import { fakeClock, fakeContext } from './fake-context.ts';
import { load } from './load-manifest.ts';
import { scratch } from './run-cli.ts';

const fixtures = resolve(import.meta.dirname, '../../fixtures/demo');
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** A Monday morning, UTC epoch ms. */
export const monday = Date.UTC(2026, 9, 12, 9, 7, 30);

export interface MondayFleet {
  readonly fleet: Fleet;
  readonly ctx: Context;
  close(): Promise<void>;
}

/** The fleet of the demo on a Monday morning: a month of its traces, incidents of which one is open, and alerts of which one fires. */
export const openMondayFleet = async (): Promise<MondayFleet> => {
  const folder = scratch({ 'agentops.yaml': readFileSync(join(fixtures, 'agentops.yaml'), 'utf8') });
  const cache = await openSqliteCache(join(folder.path, 'cache.db'));
  const journal = await openSqliteJournal(join(folder.path, 'journal.db'), () => monday);
  const { fleet } = await load(folder.path);
  const ctx = fakeContext({ clock: fakeClock(monday), files: systemFiles, cache: async () => cache, journal: async () => journal });
  await loadHistory(ctx, fleet, join(fixtures, 'incidents.yaml'));
  await journal.commit([...incidents, ...alerts]);
  const close = async () => {
    cache.close();
    await journal.close();
    folder[Symbol.dispose]();
  };
  return { fleet, ctx, close };
};

const incident = (
  number: number,
  told: Pick<Incident, 'title' | 'agent' | 'class' | 'severity' | 'status'>,
  agoMs: number,
  tookMs: number | null,
): Write =>
  incidentWrite({
    ...told,
    id: `inc-${number}`,
    startedAt: monday - agoMs,
    openedAt: monday - agoMs + 60_000,
    ackedAt: null,
    resolvedAt: tookMs === null ? null : monday - agoMs + tookMs,
    cause: { kind: 'person' },
  });

const incidents = [
  incident(
    1,
    { title: 'Refunds were slow for an afternoon', agent: 'refunds', class: 'latency', severity: 'notify', status: 'resolved' },
    14 * dayMs,
    7 * hourMs,
  ),
  incident(
    2,
    { title: 'stock does not answer, and orders fails with it', agent: 'orders', class: 'outage', severity: 'page', status: 'resolved' },
    2 * dayMs,
    5 * hourMs,
  ),
  incident(
    3,
    { title: 'One laptop was ordered ninety times', agent: 'onboarding', class: 'loop', severity: 'page', status: 'open' },
    18 * hourMs,
    null,
  ),
];

const event = (rule: string, agent: string, kind: AlertEvent['kind'], agoMs: number, detail = ''): Write =>
  eventWrite({ rule, agent, label: '', kind, eventAt: monday - agoMs, at: monday - agoMs, isLate: false, detail });

const firedAt = monday - 5 * dayMs;
const reason = 'a request costs $0.014, 2.3 times the usual $0.0061, for 30 m';
const alerts = [
  event('error-rate', 'orders', 'firing', 2 * dayMs, '31 of 80 requests failed in 15 m (39%, at least 27%), promised 5.0%'),
  event('error-rate', 'orders', 'told', 2 * dayMs - 1000, 'oncall'),
  event('error-rate', 'orders', 'resolved', 2 * dayMs - 5 * hourMs),
  event('cost-per-request', 'summarizer', 'firing', 5 * dayMs, reason),
  alertWrite({
    ...{ rule: 'cost-per-request', agent: 'summarizer', label: '', severity: 'notify', category: 'cost' },
    instance: { ...quietInstance, state: 'firing', since: firedAt, breachedSince: firedAt, judgedAt: monday, firedAt },
    judgement: { said: 'breach', value: 14e6, threshold: 1.5, baseline: 6.1e6, unit: 'nanos', n: 31, reason, numbers: {} },
    ...{ exemplar: null, told: null, quiet: null, ack: null },
  }),
];
