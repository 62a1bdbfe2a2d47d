import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { documentSchemas } from '../../src/views/schemas.ts';
import { openPeer } from '../support/http-peer.ts';
import { json } from '../support/replies.ts';
import { runCli, scratch } from '../support/run-cli.ts';

const manifest = (capture: 'io' | 'none') => `version: 1
fleet: acme
capture: ${capture}
backends: { local: { kind: otlp-file, path: spans.jsonl } }
notify: { ops: { kind: exec, argv: ["${process.execPath}", "-e", "require('fs').appendFileSync('told.jsonl', require('fs').readFileSync(0))"] } }
agents:
  support: { traces: { backend: local, match: { service_name: support } }, endpoint: { protocol: command, argv: [cat] } }
  refunds: { endpoint: { protocol: command, argv: [cat] } }
`;

const traceId = 'ab'.repeat(16);
const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const said = (content: string) => JSON.stringify([{ role: 'user', parts: [{ type: 'text', content }] }]);
const spans = JSON.stringify({
  resourceSpans: [
    {
      resource: { attributes: [attribute('service.name', 'support')] },
      scopeSpans: [
        {
          spans: [
            {
              traceId,
              spanId: '12'.repeat(8),
              name: 'invoke_agent support',
              startTimeUnixNano: String(BigInt(Date.now() - 60_000) * 1_000_000n),
              endTimeUnixNano: String(BigInt(Date.now() - 59_000) * 1_000_000n),
              attributes: [
                attribute('gen_ai.operation.name', 'invoke_agent'),
                attribute('gen_ai.input.messages', said('Where is {{order}} of ${HOME}? mail maria.lopez@example.com')),
                attribute('gen_ai.output.messages', said('Everywhere.')),
              ],
            },
          ],
        },
      ],
    },
  ],
});

const open = (capture: 'io' | 'none' = 'io') => {
  const folder = scratch({ 'agentops.yaml': manifest(capture), 'spans.jsonl': `${spans}\n` });
  const env = { AGENTOPS_ACTOR: 'maria', LANG: 'C.UTF-8' };
  const run = (...args: readonly string[]) => runCli(args, { cwd: folder.path, env });
  return { ...folder, path: folder.path, run };
};

describe('agentops incident', () => {
  test('is opened, told, looked after, told of and resolved, each on the chain', async () => {
    using folder = open();
    const { run, path } = folder;
    const opened = await run(
      'incident',
      'open',
      '\u001b[2Jwrong; rm -rf / $(id)',
      '--agent',
      'support',
      '--class',
      'hallucination',
      '--since',
      '20m',
    );
    expect([opened.status, opened.stdout.split('\n')[0]]).toEqual([0, '✖ inc-1 wrong; rm -rf / $(id) (open)']);
    expect(opened.stdout).toContain('agentops runbook run hallucination-spike --agent support --incident inc-1');
    const [told = ''] = readFileSync(join(path, 'told.jsonl'), 'utf8').split('\n');
    expect(JSON.parse(told)).toMatchObject({
      type: 'incident.open',
      data: { agent: 'support', dedup_key: 'inc-1/open', severity: 'page' },
    });

    await run('freeze', '--reason', 'looking', '--for', '2h');
    await run('incident', 'ack', '1');
    await run('incident', 'note', 'inc-1', 'the vendor confirms');
    const shown = await run('incident', 'show', 'inc-1');
    expect(shown.stdout.split('\n').slice(0, 2)).toEqual([
      'Next',
      '  agentops runbook run hallucination-spike --agent support --incident inc-1',
    ]);
    expect(shown.stdout).toContain('the whole fleet until');
    const status = await run('status', '--json');
    expect(documentSchemas.status.parse(JSON.parse(status.stdout)).freezes).toMatchObject([
      { agent: null, stops_safety: false, reason: 'looking' },
    ]);
    expect((await run('status')).stdout).toMatch(/frozen for 2 h more: nothing automatic begins on any agent \(looking\)/);
    const document = documentSchemas['incident show'].parse(JSON.parse((await run('incident', 'show', '1', '--json')).stdout));
    expect(document.next).toHaveLength(3);
    expect(document.incident).toMatchObject({ status: 'acked', class: 'hallucination' });
    expect(Date.parse(document.incident.opened_at) - Date.parse(document.incident.started_at)).toBeGreaterThan(19 * 60_000);

    expect((await run('incident', 'resolve', 'inc-1', '--reason', 'prompt 41 is back')).status).toBe(0);
    const again = await run('incident', 'resolve', 'inc-1');
    expect([again.status, again.stderr]).toEqual([4, expect.stringContaining('inc-1 is resolved already')]);
    const timeline = documentSchemas['incident timeline'].parse(JSON.parse((await run('incident', 'timeline', '1', '--json')).stdout));
    expect(timeline.acts.map(({ kind }) => kind)).toEqual([
      'incident.open',
      'freeze.on',
      'incident.ack',
      'incident.note',
      'incident.resolve',
    ]);
    expect(timeline.acts.every(({ actor }) => actor === 'maria')).toBe(true);
    const review = await run('incident', 'postmortem', 'inc-1');
    expect(review.status).toBe(0);
    for (const words of [
      '# inc-1',
      '_For a person to fill in._',
      'automatic actions of the whole fleet',
      'The audit chain is whole: 5 records',
    ])
      expect(review.stdout).toContain(words);
    expect((await run('audit', 'verify')).status).toBe(0);
    expect((await run('incident', 'list')).stdout).toContain('no incident is open');
    expect((await run('__complete', 'incident', 'show', '')).stdout).toBe('inc-1\n');
    expect((await run('__complete', 'incident', 'note', '--json', 'i')).stdout).toBe('inc-1\n');
  });

  test('makes an eval case of the request that failed, which the suite then asks', async () => {
    using folder = open();
    const { run, path } = folder;
    await run('sync');
    await run('incident', 'open', 'lost orders', '--agent', 'support');
    const missing = await run('incident', 'export-case', 'inc-1');
    expect([missing.status, missing.stderr]).toEqual([2, expect.stringContaining('names no request')]);
    const exported = await run('incident', 'export-case', 'inc-1', '--trace', traceId, '--suite', 'suites/new.yaml', '--json');
    expect(documentSchemas['incident export-case'].parse(JSON.parse(exported.stdout))).toMatchObject({
      is_new: true,
      trace_id: traceId,
      case: { id: 'inc-1', severity: 'critical' },
    });
    writeFileSync(join(path, 'old.yaml'), 'agent: support\ncases:\n- id: first\n  input: hi\n  expect: [contains: hi]\n');
    expect((await run('incident', 'export-case', 'inc-1', '--trace', traceId, '--suite', 'old.yaml')).status).toBe(0);
    for (const suite of ['suites/new.yaml', 'old.yaml']) {
      const { status, stdout, stderr } = await run('eval', 'run', suite, '--json');
      expect(stderr).not.toContain('error:');
      expect([0, 3]).toContain(status);
      expect((JSON.parse(stdout) as { cases: { case: string }[] }).cases.map((each) => each.case)).toContain('inc-1');
    }
    expect(readFileSync(join(path, 'old.yaml'), 'utf8')).not.toContain('maria.lopez');
    const twice = await run('incident', 'export-case', 'inc-1', '--trace', traceId, '--suite', 'old.yaml');
    expect([twice.status, twice.stderr]).toEqual([4, expect.stringContaining('holds a case inc-1 already')]);
  });

  test('says which setting keeps texts where none are kept', async () => {
    using folder = open('none');
    const { run, path } = folder;
    await run('sync');
    await run('incident', 'open', 'lost orders', '--agent', 'support');
    const { status, stderr } = await run('incident', 'export-case', 'inc-1', '--trace', traceId);
    expect([status, stderr]).toEqual([2, expect.stringContaining('capture: io')]);
    expect(existsSync(join(path, 'suites'))).toBe(false);
  });

  test('says of a channel that takes nothing, at once and by doctor', async () => {
    const peer = await openPeer(json({ error: 'gone for good' }, 410));
    const notify = `notify: { ops: { kind: webhook, url: "${peer.url}/hook" } }`;
    using folder = scratch({ 'agentops.yaml': manifest('none').replace(/^notify:.*$/m, notify) });
    const run = (...args: readonly string[]) => runCli(args, { cwd: folder.path });
    const { status, stderr } = await run('incident', 'open', 'broken');
    expect([status, stderr]).toEqual([0, expect.stringMatching(/^ops was not told, and is not tried again: .*HTTP 410: .*gone for good/)]);
    expect((await run('doctor')).stdout).toMatch(/messages +1 message did not reach ops: .*HTTP 410/);
    expect((await run('incident', 'list', '--json')).status).toBe(0);
    expect(peer.received).toHaveLength(1);
  });

  test.each([
    [['incident', 'show', 'inc-9'], 2, 'there is no incident "inc-9"'],
    [['incident', 'open', ' '], 2, 'needs a title'],
    [['incident', 'open', 'x', '--class', 'odd'], 2, '--class "odd" is not known'],
    [['incident', 'open', 'x', '--agent', 'nobody'], 2, 'nobody'],
    [['incident', 'open', 'x', '--since', '2999-01-01T00:00:00Z'], 2, 'lies in the future'],
    [['freeze', '--for', '1h'], 2, 'freeze needs --reason'],
    [['freeze', '--reason', 'x', '--for', '60d'], 2, 'longer than 30 days'],
  ])('%j is refused', async (args, status, message) => {
    using folder = open();
    const result = await folder.run(...args);
    expect([result.status, result.stderr]).toEqual([status, expect.stringContaining(message)]);
  });
});
