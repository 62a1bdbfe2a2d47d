import { describe, expect, it } from 'vitest';
import { plainLook } from '../../src/ground/output/look.ts';
import { whole } from '../../src/ground/output/pieces.ts';
import { healthFormats, healthMetrics, nagiosStatusOf } from '../../src/views/health.ts';
import { documentSchemas } from '../../src/views/schemas.ts';
import { parseXml } from '../support/xml.ts';
import { agent, assertion, check, report, troubled } from './sample.ts';

describe('health as JSON', () => {
  it('is the public document', () => {
    const [first] = JSON.parse(whole(healthFormats.json(troubled))).agents;
    expect(first).toMatchObject({
      agent: 'support',
      tier: 1,
      state: 'red',
      since: '2026-11-01T13:57:00.000Z',
      suppressed_by: null,
      uptime_24h: 0.972,
    });
    expect(first.checks[0]).toMatchObject({
      check: 'refund-window',
      at: '2026-11-01T14:00:00.000Z',
      latency_ms: 1240,
      ttft_ms: null,
      cost_usd: 0.0042,
      streak: 3,
    });
    expect(first.checks[0].assertions[0]).toMatchObject({ assertion: 'contains: 30 days', pass: false, score: 0 });
  });

  it('starts with version, time and fleet', () => {
    expect(Object.keys(JSON.parse(whole(healthFormats.json(troubled)))).slice(0, 3)).toEqual(['schema_version', 'generated_at', 'fleet']);
  });

  it('has every key its schema names, and no other', () => {
    const document = JSON.parse(whole(healthFormats.json(troubled)));
    expect(documentSchemas.health.parse(document)).toEqual(document);
  });
});

describe('health as JUnit XML', () => {
  const casesOf = (xml: string) =>
    parseXml(xml).children.flatMap((suite) =>
      suite.children
        .filter(({ name }) => name === 'testcase')
        .map((test) => [test.attributes['classname'], test.attributes['name'], test.children[0]?.name ?? 'passed']),
    );

  it('tells bad agents from checks that could not see', () => {
    expect(casesOf(healthFormats.junit(troubled))).toEqual([
      ['support', 'refund-window', 'failure'],
      ['support', 'greeting', 'passed'],
      ['kb-search', 'lookup', 'failure'],
      ['returns-eu-central', 'label', 'system-out'],
      ['billing', 'invoice', 'error'],
      ['chat', 'answer', 'skipped'],
      ['translate', 'german', 'passed'],
      ['search', 'ping', 'passed'],
    ]);
    expect(parseXml(healthFormats.junit(troubled)).attributes).toMatchObject({ tests: '8', failures: '2', errors: '1', skipped: '1' });
  });

  it('fails for an agent that is red for a reason outside its checks', () => {
    const silent = agent({ state: 'red', reasons: ['No heartbeat since 12:00.'] });
    expect(casesOf(healthFormats.junit(report({ agents: [silent] })))).toEqual([
      ['support', 'refund-window', 'passed'],
      ['support', 'state', 'failure'],
    ]);
  });
});

describe('a fleet of which nobody counts', () => {
  const resting = report({
    state: 'unknown',
    agents: [
      agent({ agent: 'kb', state: 'red', inMaintenance: true, checks: [check({ agent: 'kb', status: 'fail', reason: 'It is down.' })] }),
      agent({ agent: 'app', state: 'green', inMaintenance: true }),
    ],
  });
  const verdict = 'acme: nothing was judged, 2 in maintenance of 2 agents';

  it('says so in text, Markdown and for Nagios', () => {
    expect(healthFormats.text(resting, { look: plainLook, verbose: false, zone: 'UTC' })).toContain(verdict);
    expect(healthFormats.markdown(resting).split('\n')[0]).toContain(verdict);
    expect(healthFormats.nagios(resting)).toMatch(new RegExp(`^AGENTOPS UNKNOWN - ${verdict} `));
  });

  it('says so in every suite of JUnit, where its cases are passed or skipped', () => {
    const suites = parseXml(healthFormats.junit(resting)).children;
    for (const { children } of suites) {
      const properties = children.find(({ name }) => name === 'properties')?.children.map(({ attributes }) => attributes);
      expect(properties).toContainEqual({ name: 'excused', value: 'in maintenance' });
      expect(children.at(-1)).toMatchObject({ name: 'system-out', text: verdict });
    }
    expect(suites).toHaveLength(2);
  });

  it('is a warning among annotations', () => {
    expect(healthFormats.github(resting)).toContain(`::warning title=nothing was judged::${verdict}\n`);
  });

  it('is another thing than a fleet of which somebody counts', () => {
    const one = report({ agents: [...resting.agents, agent()] });
    for (const render of Object.values(healthFormats)) {
      expect(whole(render(one, { look: plainLook, verbose: false, zone: 'UTC' }))).not.toContain('nothing was judged');
    }
  });
});

describe('a check that failed by its outcome and by an assertion', () => {
  const reason = 'It waits for an approval.';
  const assertions = [assertion({ assertion: 'tool-called: refund', pass: false, saw: 'no tool', message: 'It was not called.' })];
  const waiting = agent({ state: 'red', reasons: ['x'], checks: [check({ status: 'fail', outcome: 'interrupted', reason, assertions })] });

  it.each(['junit', 'github', 'markdown', 'nagios'] as const)('says both in %s, the outcome first', (format) => {
    expect(healthFormats[format](report({ state: 'red', agents: [waiting] }))).toMatch(/It waits for an approval\.[\s\S]*saw no tool/);
  });
});

describe('a warning beside the state', () => {
  const warned = report({ agents: [agent({ warnings: ['its probe budget stops nothing'] })] });

  it.each(Object.entries(healthFormats).filter(([name]) => name !== 'prometheus'))('is told in %s, of a green agent too', (_, render) => {
    expect(whole(render(warned, { look: plainLook, verbose: false, zone: 'UTC' }))).toContain('its probe budget stops nothing');
  });
});

describe('health as GitHub annotations', () => {
  it('has one per problem, weighed, and ends with the verdict', () => {
    const lines = healthFormats.github(troubled).trimEnd().split('\n');
    expect(lines.map((line) => line.split('::').slice(0, 2).join('::'))).toEqual(
      [
        '::error title=support/refund-window fail',
        '::error title=kb-search/lookup fail',
        '::warning title=returns-eu-central/label degraded',
        '::error title=billing/invoice error',
        '::notice title=chat/answer fail',
        '::notice title=nightly is yellow',
        'acme: 2 red, 1 unknown, 1 yellow, 2 green, 1 suppressed, 1 in maintenance of 8 agents',
      ].map((line) => line.split('::').slice(0, 2).join('::')),
    );
    expect(lines[1]).toBe(
      '::error title=kb-search/lookup fail::Connection to kb.acme.io:443 was refused.%0Aunreachable, ECONNREFUSED%0A5 in a row%0A2 attempts',
    );
  });
});

describe('the exit status for monitoring', () => {
  const status = (...agents: Parameters<typeof agent>[0][]) => nagiosStatusOf(report({ agents: agents.map((parts) => agent(parts)) }));

  it('is that of the worst agent, whatever its tier', () => {
    expect(status({})).toBe(0);
    expect(status({}, { state: 'yellow' })).toBe(1);
    expect(status({ state: 'yellow' }, { state: 'unknown' })).toBe(3);
    expect(status({ state: 'unknown' }, { state: 'red', tier: 3 })).toBe(2);
  });

  it('is not changed by agents that do not count', () => {
    expect(status({}, { state: 'red', inMaintenance: true }, { state: 'red', suppressedBy: 'kb-search' })).toBe(0);
  });

  it('is unknown where no agent counts', () => {
    expect(status()).toBe(3);
    expect(status({ inMaintenance: true })).toBe(3);
  });

  it('is the word of the first line', () => {
    expect(healthFormats.nagios(report())).toBe(
      "AGENTOPS OK - acme: 1 agent green | 'agents_green'=1;;;0;1 'agents_yellow'=0;;;0;1 'agents_red'=0;;;0;1 'agents_unknown'=0;;;0;1 " +
        "'support/refund-window latency'=1.24s;;;0\nsupport: green\n",
    );
  });
});

describe('health as Prometheus metrics', () => {
  it('names one state per agent and leaves out what is not known', () => {
    const lines = healthFormats.prometheus(troubled).split('\n');
    expect(lines.filter((line) => line.startsWith('agentops_agent_state{agent="support"') && line.endsWith(' 1'))).toEqual([
      'agentops_agent_state{agent="support",tier="1",state="red"} 1',
    ]);
    expect(lines).toContain('agentops_check_latency_seconds{agent="support",check="refund-window"} 1.24');
    expect(lines).toContain('agentops_check_cost_dollars{agent="support",check="refund-window"} 0.0042');
    expect(lines).toContain('agentops_check_last_run_timestamp_seconds{agent="support",check="refund-window"} 1793541600');
    expect(lines.some((line) => line.startsWith('agentops_agent_uptime_ratio{agent="billing"'))).toBe(false);
  });

  it('documents every metric it prints', () => {
    const full = report({ agents: [agent({ checks: [check({ ttftMs: 300 })] })] });
    const printed = [...healthFormats.prometheus(full).matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    expect(printed).toEqual(healthMetrics.map(({ name }) => name));
  });
});

describe('health as Markdown', () => {
  it('has the table and the failed checks', () => {
    const lines = healthFormats.markdown(troubled).split('\n');
    expect(lines[0]).toBe('### 🔴 acme: 2 red, 1 unknown, 1 yellow, 2 green, 1 suppressed, 1 in maintenance of 8 agents');
    expect(lines).toContain(
      '| 🔴 red | kb-search | 2 | 12 m | \\- | \\- | 99.95% | lookup failed: connection to kb.acme.io:443 was refused. |',
    );
    expect(lines).toContain('- **support/refund-window** fail, 3 in a row, 2 attempts');
  });
});
