import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderTimeChart } from '../../../src/desk/report/charts/time-chart.ts';
import { collectReport } from '../../../src/desk/report/collect-report.ts';
import { renderReportMarkdown } from '../../../src/desk/report/markdown.ts';
import { renderReportPage } from '../../../src/desk/report/page.ts';
import type { FleetReport } from '../../../src/desk/report/report.ts';
import { hostileTexts, infested } from '../../support/hostile.ts';
import { type MondayFleet, openMondayFleet } from '../../support/monday-fleet.ts';

let opened: MondayFleet;
let report: FleetReport;
beforeAll(async () => {
  opened = await openMondayFleet();
  report = await collectReport(opened.ctx, opened.fleet, { windowMs: 30 * 86_400_000, agent: null, advice: 'always' });
});
afterAll(() => opened.close());

/** Texts that come from outside in the place of all that do; our own words stay. */
const spoilt = (text: string): FleetReport => ({
  ...report,
  fleet: text,
  agents: report.agents.map((agent) => ({
    ...agent,
    name: text,
    owner: text,
    standing: agent.standing === null ? null : { ...agent.standing, reasons: [text, text] },
  })),
  trend: { ...report.trend, marks: report.trend.marks.map((mark) => ({ ...mark, agent: text, release: text, note: text })) },
  spend: report.spend.map((row) => ({ ...row, agent: text, provider: text, model: text })),
  scores: report.scores.map((spread) => ({ ...spread, score: text, agent: spread.agent === null ? null : text })),
  failures: report.failures.map((failure, at) => ({ ...failure, agent: `${text}${at}`, type: at % 2 === 0 ? text : 'tool' })),
  alerts: report.alerts.map((alert) => ({ ...alert, agent: text, rule: text, reason: text })),
  incidents: report.incidents.map((incident) => ({ ...incident, title: text, agent: text })),
  edges: report.edges.map((edge, at) => ({ ...edge, agent: `${text}${at}`, caller: edge.caller === null ? null : text })),
  advice:
    report.advice === null
      ? null
      : {
          ...report.advice,
          findings: report.advice.findings.map((finding) => ({
            ...infested(finding, text),
            strategy: finding.strategy,
            grade: finding.grade,
          })),
        },
  steps: report.steps.map((step) => ({ ...step, what: text, why: text, command: text })),
});

/** What a page is built of: its tags and their attributes, without what they say. */
const shapeOf = (page: string): string =>
  [...page.replace(/<style>.*?<\/style>/s, '').matchAll(/<[^>]*>/g)].map(([tag]) => tag.replace(/"[^"]*"/g, '""')).join('');

describe('the page', () => {
  test('is the same for the same report, small, and fetches and runs nothing', () => {
    const page = renderReportPage(report);
    expect(renderReportPage(report)).toBe(page);
    expect(page.length).toBeLessThan(300_000);
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(page).not.toMatch(
      /<(?:script|link|img|iframe|object|base|form)|@import|url\(|\bhref="(?!#)|\bsrc=|NaN|undefined|Infinity|\[object/,
    );
  });

  test('has an id once, and every link of its own leads to one', () => {
    const page = renderReportPage(report);
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
    const wanted = [...page.matchAll(/href="#([^"]+)"|aria-labelledby="(\S+) (\S+)"/g)].flatMap(([, ...named]) =>
      named.filter((id) => id !== undefined),
    );
    expect(wanted.filter((id) => !ids.includes(id))).toEqual([]);
  });

  /** Where one text leaves the other, and not the whole of both, which nobody would read; null: nowhere. */
  const firstDifference = (a: string, b: string): string | null => {
    const at = [...a].findIndex((letter, index) => letter !== b[index]);
    return a === b ? null : `${a.slice(Math.max(0, at - 60), at + 30)} | ${b.slice(Math.max(0, at - 60), at + 30)}`;
  };
  const few = Object.entries(hostileTexts).filter(([, text]) => text.length < 10_000);
  test.each(few)('is built alike whatever others say: %s', (_name, text) => {
    const each = spoilt(text);
    const page = renderReportPage(each);
    const harmless = spoilt('word');
    expect(firstDifference(shapeOf(page), shapeOf(renderReportPage(harmless)))).toBeNull();
    expect(renderReportMarkdown(each).split('\n').length).toBe(renderReportMarkdown(harmless).split('\n').length);
    expect(page.search(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/)).toBe(-1);
  });

  test('of a thousand agents with long names and reasons lists some and sums up the others', () => {
    const [first] = report.agents;
    if (first === undefined) throw new Error('the fleet has agents');
    const agents = Array.from({ length: 1000 }, (_, at) => ({ ...first, name: `agent-${at}-${'n'.repeat(80)}` }));
    const spend = agents.flatMap(({ name }) => report.spend.slice(0, 3).map((row) => ({ ...row, agent: name })));
    const failures = agents.map(({ name }) => ({ agent: name, type: 'timeout', requests: 3 }));
    const alerts = agents.flatMap(({ name }) => report.alerts.map((alert) => ({ ...alert, agent: name, reason: 'r'.repeat(2000) })));
    const edges = agents.map(({ name }) => ({ caller: 'a', agent: name, requests: 1, errors: 0, costNanos: 1, latencyP95Us: null }));
    const page = renderReportPage({ ...report, agents, spend, failures, alerts, edges });
    expect(page.length).toBeLessThan(1_500_000);
    expect(page).toContain('960 others');
    expect(page).toContain('2,985 others');
    expect(page).toContain('and 975 that carry less');
  });

  test('says what is not known, where nothing is', () => {
    const nothing: FleetReport = {
      ...report,
      agents: report.agents.map((agent) => ({ ...agent, figures: { ...agent.figures, costNanos: null, quality: null }, trendNanos: [] })),
      trend: {
        ...report.trend,
        points: report.trend.points.map((point) => ({ ...point, figures: { ...point.figures, quality: null, costNanos: null } })),
      },
      totals: { ...report.totals, quality: null, costNanos: null },
      ...{ spend: [], scores: [], failures: [], alerts: [], incidents: [], edges: [], budgets: [], steps: [], advice: null },
      month: { ...report.month, forecast: null, limitNanos: null, spentNanos: 0, dailyNanos: [0] },
    };
    const page = renderReportPage(nothing);
    for (const said of [
      'what that cost is not known',
      'nothing is known',
      'No request failed',
      'No agent calls another',
      'Nothing asks to be done',
      'Nobody graded',
    ])
      expect(page).toContain(said);
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
    expect(renderReportMarkdown(nothing)).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe('a chart over time', () => {
  const chart = (values: readonly (number | null)[], look: 'bars' | 'lines' = 'lines') =>
    renderTimeChart({
      ...{
        id: 'c',
        title: 'Quality',
        unit: 'share',
        description: 'd',
        look,
        now: '',
        happenings: [],
        bucketMs: 10,
        end: values.length * 10,
      },
      starts: values.map((_, at) => at * 10),
      series: [{ name: 'q', values, colour: 0 }],
      write: String,
      nameOf: String,
    }).markup;
  const lineOf = (markup: string): string => /class="l0" d="([^"]*)"/.exec(markup)?.[1] ?? '';

  test('has a gap where nothing is known, and none where there was nothing', () => {
    expect(lineOf(chart([1, 2, null, 3, 4])).match(/M/g)).toHaveLength(2);
    expect(lineOf(chart([1, 2, 0, 3, 4])).match(/M/g)).toHaveLength(1);
    expect(chart([1, null, 2, null, 3])).toMatch(/class="l0 dot" d="(?:M[\d.]+ [\d.]+h0){3}"/);
    expect(chart([null, null])).toContain('nothing is known');
  });

  test('draws what has begun lighter than what is over', () => {
    const begun = renderTimeChart({
      ...{ id: 'c', title: 'Cost', unit: '$', description: 'd', look: 'bars', now: '', happenings: [], bucketMs: 10, end: 15 },
      starts: [0, 10],
      series: [{ name: 'q', values: [1, 1], colour: 0 }],
      write: String,
      nameOf: String,
    }).markup;
    expect(begun.match(/class="b0" d="M/g)).toHaveLength(1);
    expect(begun.match(/class="b0 begun" d="M/g)).toHaveLength(1);
  });
});
