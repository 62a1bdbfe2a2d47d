import { Validator } from '@cfworker/json-schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collectReport, type ReportQuery } from '../../../src/desk/report/collect-report.ts';
import { renderReportDocument } from '../../../src/desk/report/document.ts';
import { renderReportMarkdown } from '../../../src/desk/report/markdown.ts';
import { renderReportPage } from '../../../src/desk/report/page.ts';
import { documentSchemaOf } from '../../../src/fleet/json-schema.ts';
import { unableError } from '../../../src/ground/errors.ts';
import { collectFleetStatus } from '../../../src/oversight/status/collect-fleet-status.ts';
import { collectCost } from '../../../src/telemetry/cost/collect-cost.ts';
import { documentSchemas } from '../../../src/views/schemas.ts';
import { type MondayFleet, monday, openMondayFleet } from '../../support/monday-fleet.ts';

const dayMs = 86_400_000;
let opened: MondayFleet;
beforeAll(async () => {
  opened = await openMondayFleet();
});
afterAll(() => opened.close());

const collect = (query: Partial<ReportQuery> = {}) =>
  collectReport(opened.ctx, opened.fleet, { windowMs: 30 * dayMs, agent: null, advice: 'never', ...query });

describe('a report of a month', () => {
  test('has the sums of status, by whatever they are cut: agents, days, models, days of the month', async () => {
    const { totals, agents, trend, spend, failures, window, month } = await collect();
    const status = await collectFleetStatus(opened.ctx, opened.fleet, { windowMs: monday - window.from, by: 'agent', filter: {} });
    expect(totals).toEqual({ ...status.totals, costVsBaseline: null });
    for (const row of status.rows)
      expect(agents.find(({ name }) => name === row.key)?.figures).toEqual({ ...row.figures, costVsBaseline: null });
    expect(agents).toHaveLength(status.rows.length);
    const sum = (values: readonly (number | null)[]) => values.reduce<number>((all, value) => all + (value ?? 0), 0);
    expect(sum(trend.points.map(({ figures }) => figures.costNanos))).toBe(totals.costNanos);
    expect(sum(spend.map(({ costNanos }) => costNanos))).toBe(totals.costNanos);
    expect(sum(agents.flatMap(({ trendNanos }) => trendNanos))).toBe(totals.costNanos);
    expect(sum(failures.map(({ requests }) => requests))).toBe(totals.errors);
    expect(sum(month.dailyNanos)).toBe(month.spentNanos);
  });

  test('begins with a whole day, and holds the month against the budgets as cost does', async () => {
    const { window, trend, month, budgets } = await collect();
    expect(new Date(window.from).toISOString()).toBe('2026-09-12T00:00:00.000Z');
    expect(trend.points).toHaveLength(31);
    const cost = await collectCost(opened.ctx, opened.fleet, { windowMs: 30 * dayMs, by: 'agent', bucket: null, filter: {} });
    expect({ spentNanos: month.spentNanos, forecast: month.forecast }).toEqual(cost.month);
    expect(budgets).toEqual(cost.budgets);
  });

  test('tells what is open and fires, and names that first', async () => {
    const { incidents, alerts, steps, agents } = await collect();
    expect(incidents.map(({ id, status }) => `${id} ${status}`)).toEqual(['inc-3 open', 'inc-2 resolved', 'inc-1 resolved']);
    expect(alerts.map(({ rule, told, resolvedAt }) => [rule, told, resolvedAt === null])).toEqual([
      ['error-rate', true, false],
      ['cost-per-request', false, true],
    ]);
    expect(steps.slice(0, 2).map(({ command }) => command)).toEqual([
      'agentops incident show inc-3',
      expect.stringMatching(/^agentops runbook run .* --agent summarizer$/),
    ]);
    expect(new Set(steps.flatMap(({ agent, kind }) => (agent === null || kind === 'saving' ? [] : [agent]))).size).toBe(
      steps.filter(({ agent, kind }) => agent !== null && kind !== 'saving').length,
    );
    expect(agents.at(-1)?.standing?.state ?? 'unclaimed').not.toBe('red');
  });

  test('of a team whose journal is away tells what this machine knows, and of the rest that it is not known', async () => {
    const trouble = 'the journal at db is not there';
    const journal = async () => {
      throw unableError({ code: 'journal_away', message: trouble, hint: 'start PostgreSQL' });
    };
    const shared = { ...opened.fleet, database: { secret: '${STATE_URL}', base: '' } };
    const query = { windowMs: 30 * dayMs, agent: null, advice: 'never' } as const;
    const report = await collectReport({ ...opened.ctx, journal }, shared, query);
    expect(report.totals).toEqual((await collect()).totals);
    expect(report.agents.some(({ standing }) => standing?.state === 'green')).toBe(false);
    expect(report.steps[0]).toMatchObject({ why: `${trouble}.`, command: 'agentops doctor' });
    const document = JSON.parse(renderReportDocument(report));
    expect(document.journal_trouble).toBe(trouble);
    const schema = documentSchemaOf(documentSchemas.report, 'report') as ConstructorParameters<typeof Validator>[0];
    expect(new Validator(schema).validate(document).errors).toEqual([]);
    for (const text of [renderReportPage(report), renderReportMarkdown(report)]) {
      expect(text).toContain(`Alerts and incidents are not known: ${trouble}`);
      expect(text).not.toMatch(/no (alert fired|incident)/i);
    }
    await expect(collectReport({ ...opened.ctx, journal }, opened.fleet, query)).rejects.toThrow(trouble);
  });

  test('of a part of an hour does not call it 0 hours, and one agent is no many', async () => {
    const report = await collect({ windowMs: 60_000 });
    expect(renderReportMarkdown(report)).toContain('7 m 30 s to Mon 12 Oct 2026, 09:07 UTC');
    const one = { ...report, agents: report.agents.filter(({ standing }) => standing !== null && standing.state !== 'green').slice(0, 1) };
    expect(renderReportMarkdown(one)).toContain('0 of 1 agent is green, 1 ');
  });

  test('says that no alert fired only where somebody judged', async () => {
    const report = { ...(await collect()), alerts: [] };
    expect(report.judgedAt).toBeNull();
    for (const render of [renderReportPage, renderReportMarkdown]) {
      expect(render(report)).not.toMatch(/no alert fired/i);
      expect(render(report)).toMatch(/alerts were not judged in this time, which agentops tick does/i);
      expect(render({ ...report, judgedAt: monday })).toMatch(/no alert fired/i);
      expect(render({ ...report, judgedAt: report.window.from - 1 })).not.toMatch(/no alert fired/i);
    }
  });

  test('of one agent holds nothing of others', async () => {
    const whole = await collect();
    const { agents, totals, spend, failures, edges, alerts, incidents, budgets } = await collect({ agent: 'orders' });
    expect(agents.map(({ name }) => name)).toEqual(['orders']);
    expect(totals.requests).toBe(whole.agents.find(({ name }) => name === 'orders')?.figures.requests);
    expect([...new Set([...spend, ...failures].map(({ agent }) => agent))]).toEqual(['orders']);
    expect(edges.every(({ caller, agent }) => caller === 'orders' || agent === 'orders')).toBe(true);
    expect([...alerts, ...incidents].map(({ agent }) => agent)).toEqual(['orders', 'orders']);
    expect(budgets.every(({ of }) => of === 'orders')).toBe(true);
  });

  test('of days is cut by the hour, and compared with the days before, which are known', async () => {
    const { trend, before, window } = await collect({ windowMs: 2 * dayMs });
    expect([trend.split, trend.points.length]).toEqual(['hour', 49]);
    const { totals } = await collectFleetStatus({ ...opened.ctx, clock: { ...opened.ctx.clock, now: () => window.from } }, opened.fleet, {
      windowMs: window.to - window.from,
      by: 'agent',
      filter: {},
    });
    expect(before).toEqual({ requests: totals.requests, errors: totals.errors, costNanos: totals.costNanos });
  });

  test('is compared with no month before that is not known from its beginning on', async () => {
    const { before, agents } = await collect();
    expect(before).toBeNull();
    expect(agents.every(({ costBeforeNanos }) => costBeforeNanos === null)).toBe(true);
  });
});

test.each([{}, { agent: 'support', windowMs: 2 * dayMs }, { advice: 'always' as const }])(
  'the document of %j is what its schema says',
  async (query) => {
    const document = JSON.parse(renderReportDocument(await collect(query)));
    const schema = documentSchemaOf(documentSchemas.report, 'report') as ConstructorParameters<typeof Validator>[0];
    expect(new Validator(schema, '2020-12', false).validate(document).errors).toEqual([]);
    expect(Object.keys(document).sort()).toEqual(Object.keys(documentSchemas.report.shape).sort());
  },
);
