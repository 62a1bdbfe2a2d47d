import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { plainLook } from '../../../src/ground/output/look.ts';
import type { Cache } from '../../../src/ground/store/port.ts';
import { widthUs } from '../../../src/ground/units/window.ts';
import { collectAdvice } from '../../../src/telemetry/advice/collect-advice.ts';
import { collectBudgets } from '../../../src/telemetry/advice/collect-budgets.ts';
import { adviceFormats } from '../../../src/views/advice.ts';
import { budgetAdviceFormats } from '../../../src/views/budget-advice.ts';
import { documentSchemas } from '../../../src/views/schemas.ts';
import { type AdvisedHistory, keepAdvised } from '../../support/advised-fleet.ts';
import { temporaryCache } from '../../support/cache.ts';
import { noon } from '../../support/facts.ts';
import { fakeContext } from '../../support/fake-context.ts';
import { load, stderrOf } from '../../support/load-manifest.ts';
import { scratch } from '../../support/run-cli.ts';

const manifest = `version: 1
fleet: acme
backends: { prod: { kind: otlp } }
agents:
  support:
    traces: { backend: prod, match: { trace_name: support } }
    endpoint: { protocol: openai-chat, url: "http://127.0.0.1:9/v1", model: gpt-4o }
    evals: [suites/support.yaml]
  quiet: { traces: { backend: prod, match: { trace_name: quiet } } }
`;

const opened: Cache[] = [];
afterEach(() => {
  for (const cache of opened.splice(0)) cache.close();
});

const view = { look: plainLook, verbose: true, zone: 'UTC' };

const adviceOn = async (history: Partial<AdvisedHistory> = {}, since = 30) => {
  using folder = scratch({ 'agentops.yaml': manifest });
  const { fleet } = await load(folder.path);
  const cache = await temporaryCache();
  opened.push(cache);
  keepAdvised(cache, fleet, { days: 20, perDay: 60, untilMs: noon, ...history });
  const ctx = fakeContext({ cache: async () => cache });
  const window = { fromUs: noon * 1000 - since * widthUs.day, toUs: noon * 1000 };
  return { ctx, fleet, window, report: await collectAdvice(ctx, fleet, { agents: [], window }) };
};

/** The manifest with a piece of advice pasted behind it, in the environment that it asks for. */
const complaintsAbout = async (piece: string): Promise<string> => {
  const [own = '', ...rest] = piece.split('\n').filter((line) => !line.startsWith('#'));
  expect(own).toBe('agents:');
  const name = /^ {2}(\S+):$/.exec(rest[0] ?? '')?.[1] ?? '';
  const merged =
    name === 'support' ? manifest.replace(/^ {4}evals:/m, `${rest.slice(1).join('\n')}\n    evals:`) : manifest + rest.join('\n');
  using folder = scratch({ 'agentops.yaml': merged });
  return await stderrOf(folder.path, {
    env: { SUPPORT_CACHED_URL: 'http://h/v1', SUPPORT_CHEAPER_URL: 'http://h/v1', SUPPORT_PREFIXED_URL: 'http://h/v1' },
  });
};

describe('advice on an agent', () => {
  test('has each strategy that its calls give reason for, with traces to look at and a next step that is valid', async () => {
    const { report } = await adviceOn();
    const found = new Map(report.findings.map((finding) => [finding.strategy, finding]));
    expect([...found.keys()].sort()).toEqual(['budget', 'prompt-cache', 'response-cache', 'routing']);
    expect(found.get('routing')?.grade).toBe('measured');
    for (const { saving, exemplars, next } of found.values()) {
      expect(saving.low).toBeLessThanOrEqual(saving.mid);
      expect(saving.mid).toBeLessThanOrEqual(saving.high);
      for (const id of exemplars) expect(id).toMatch(/^[0-9a-f]{32}$/);
      expect(exemplars.length).toBeGreaterThan(0);
      expect(await complaintsAbout(next.manifest ?? '')).toBe('');
    }
    expect(found.get('routing')?.next.commands).toEqual([
      `agentops eval run ${join('suites', 'support.yaml')} --agent support-cheaper --against support`,
    ]);
    expect(report.problems).toContainEqual({ agent: 'quiet', strategy: null, missing: 'nothing is known of what it asked models' });
    expect(report.sampled).toBe(1);
  });

  test('is never the sum of its findings, nor more than is spent', async () => {
    const { report } = await adviceOn();
    const sum = report.findings.filter(({ strategy }) => strategy !== 'budget').reduce((total, { saving }) => total + saving.mid, 0);
    expect(report.combined.mid).toBeLessThan(sum);
    expect(report.combined.high).toBeLessThanOrEqual(report.spent);
  });

  test('says what is missing where prompts were not sent', async () => {
    const { report } = await adviceOn({ withPrompts: false });
    const silent = report.problems.filter(
      ({ agent, strategy }) => agent === 'support' && (strategy === 'response-cache' || strategy === 'prompt-cache'),
    );
    expect(silent).toHaveLength(2);
    expect(report.findings.every(({ strategy }) => !strategy.endsWith('cache'))).toBe(true);
  });

  test('measures nothing by a week, and says nothing by two days', async () => {
    const week = await adviceOn({ days: 7 });
    expect(week.report.findings.length).toBeGreaterThan(0);
    expect(new Set(week.report.findings.map(({ grade }) => grade))).toEqual(new Set(['speculative']));
    const days = await adviceOn({ days: 2 });
    expect(days.report.findings).toEqual([]);
    expect(days.report.problems.map(({ missing }) => missing)).toContainEqual(expect.stringContaining('fewer than 3 say nothing'));
  });

  test('is printed as its schema says, in every format', async () => {
    const { report } = await adviceOn();
    const document: unknown = JSON.parse(adviceFormats.json(report));
    expect(documentSchemas.advise.parse(document)).toEqual(document);
    expect(adviceFormats.text(report, view)).toContain('--against support');
    expect(adviceFormats.markdown(report, view)).toContain('```yaml');
  });
});

test('a budget is above what requests usually cost, and says whom it would have stopped', async () => {
  const { ctx, fleet, window } = await adviceOn();
  const report = await collectBudgets(ctx, fleet, { agents: ['support'], window });
  const [proposal] = report.proposals;
  expect(proposal).toMatchObject({ agent: 'support', nowNanos: null, requests: 1200, stoppedSucceeded: 0 });
  // Of thirteen that ran away, those of the dear model: the cheap one stays below the limit.
  expect(proposal?.stopped).toBe(7);
  const advice = { report, diff: '', applied: false, left: [] };
  const document: unknown = JSON.parse(budgetAdviceFormats.json(advice));
  expect(documentSchemas['advise budgets'].parse(document)).toEqual(document);
  expect(budgetAdviceFormats.text(advice, view)).toContain('7 of 1,200, 0 good');
});
