import { execFileSync } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import type { Session } from '../../src/cli/command.ts';
import { type StoryStage, stageIncident } from '../../src/cli/stage-incident.ts';
import { runaway } from '../../src/desk/demo/incident-story.ts';
import { grafanaDashboard } from '../../src/desk/export/grafana.ts';
import { prometheusRules } from '../../src/desk/export/prometheus-rules.ts';
import { openTerminal } from '../../src/ground/runtime/terminal.ts';
import { fakeContext } from '../support/fake-context.ts';
import { describeWithPeer } from '../support/peer-or-skip.ts';
import { startScrapingPrometheus } from '../support/prometheus-scrape.ts';
import { until } from '../support/until.ts';
import { openWorld } from '../support/world.ts';

/** The agents of the demo's incident and the receiver they send to, gone after the test. */
const openStage = async (): Promise<StoryStage> => {
  const world = openWorld();
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  const terminal = await openTerminal({ env: {}, ...streams, flags: {}, monotonic: world.clock.monotonic });
  const ctx = { ...fakeContext(), ...world, random: Math.random };
  const outer = { ctx, terminal, version: '0', flags: {}, format: 'text', cwd: '/', show: async () => undefined } as const;
  const stage = await stageIncident(outer as unknown as Session);
  onTestFinished(async () => {
    await stage.stop();
    await world.http.close();
  });
  return stage;
};

describeWithPeer('a real Prometheus', { programs: ['prometheus', 'promtool'] }, () => {
  test('scrapes what serve knows of the incident of the demo, and its alert fires by the exported rules', { timeout: 30_000 }, async () => {
    const { session, receiver, ask } = await openStage();
    const { fleet } = await session.fleet();
    const { text } = prometheusRules(fleet, { job: 'agentops' });
    const token = session.ctx.env['ORDERS_OTLP_TOKEN'] ?? '';
    const prometheus = await startScrapingPrometheus({ url: receiver.url, token, rules: text });
    onTestFinished(prometheus.stop);
    const isUp = async () => (await prometheus.query('agentops_request_cap_steps{agent="orders"}')).some(({ value }) => value === 12);
    await until('the first scrape', isUp);
    expect((await prometheus.alerts()).filter(({ labels }) => labels['alertname'] === 'AgentopsRunaway')).toEqual([]);
    await ask(runaway.question);
    const firing = async () =>
      (await prometheus.alerts()).find(({ labels, state }) => labels['alertname'] === 'AgentopsRunaway' && state === 'firing');
    await until('the alert fires', async () => (await firing()) !== undefined, 25_000);
    expect(await firing()).toMatchObject({
      labels: { agent: 'orders', rule: 'runaway', label: 'steps', severity: 'page', category: 'cost', fleet: fleet.name },
      annotations: { next: 'agentops alerts explain runaway orders' },
    });
    // By its own figures, not by what serve thinks of them.
    const [{ value } = { value: 0 }] = await prometheus.query('agentops_rule_steps_max{rule="runaway", agent="orders"}');
    expect(value).toBeGreaterThan(12);
    // And the dashboard shows it: each of its queries is answered, and its states name the agent.
    const dashboard = JSON.parse(grafanaDashboard(fleet)) as {
      readonly panels: readonly { readonly targets?: readonly { readonly expr: string }[] }[];
    };
    const expressions = dashboard.panels.flatMap(({ targets = [] }) =>
      targets.map(({ expr }) => expr.replaceAll('$job', 'agentops').replaceAll('$agent', '.+')),
    );
    const answers = await Promise.all(expressions.map((expr) => prometheus.query(expr)));
    const isOrders = ({ metric }: { readonly metric: Readonly<Record<string, string>> }) => metric['agent'] === 'orders';
    expect(answers.filter((answer) => answer.some(isOrders)).length).toBeGreaterThan(5);
    const exposition = await fetch(`${receiver.url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
    execFileSync('promtool', ['check', 'metrics'], { input: await exposition.text() });
  });
});
