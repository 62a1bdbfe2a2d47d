import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import type { Json, JsonObject } from '../../src/ground/json.ts';
import opsgenie from '../../src/oversight/notify/channels/opsgenie.ts';
import pagerduty from '../../src/oversight/notify/channels/pagerduty.ts';
import slack from '../../src/oversight/notify/channels/slack.ts';
import type { Letter } from '../../src/oversight/notify/port.ts';
import { hostileTexts } from '../support/hostile.ts';
import { openPeer, type Received } from '../support/http-peer.ts';
import { alertLetter, letterOf } from '../support/messages.ts';
import { describeWithPeer } from '../support/peer-or-skip.ts';
import { json } from '../support/replies.ts';
import { selfSigned } from '../support/self-signed.ts';
import { sendLetters } from '../support/send-letter.ts';
import { ref } from '../support/world.ts';
import { peersFolder } from './start-peer.ts';

/** Has a vendor's client send what we did. */
const sentBy = async (client: string, url: string, sent: unknown, env: Readonly<Record<string, string>> = {}): Promise<void> => {
  const child = spawn(process.execPath, [join(peersFolder, 'notify-clients.mjs'), client, url], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: 'pipe',
  });
  const ended = new Promise<number | null>((done) => child.on('close', done));
  child.stdin.end(JSON.stringify(sent));
  const [status, said] = await Promise.all([ended, text(child.stderr)]);
  expect([status, said]).toEqual([0, expect.any(String)]);
};

/** What of a request a receiver goes by. */
const shapeOf = ({ method, path, query, headers, json: body }: Received) => ({
  ...{ method, path: path.replace(/\/$/, ''), query: query.toString(), body },
  type: headers['content-type']?.replace(/;.*/, ''),
  authorization: headers.authorization,
});

/** The API documents who sent an event; the type of its client leaves that out. */
const withoutClient = (event: Json): Json => {
  const { client, ...rest } = event as JsonObject;
  expect(client).toBe('agentops');
  return rest;
};

const compiler = resolve(import.meta.dirname, '../../node_modules/.bin/tsc');

/** What the compiler says of values that are to be of a vendor's type; empty: they are. */
const complaintsOf = async (type: string, from: string, values: readonly Json[]): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'agentops-types-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  symlinkSync(join(peersFolder, 'node_modules'), join(folder, 'node_modules'));
  const lines = values.map((value) => `judged(${JSON.stringify(value)});`);
  writeFileSync(
    join(folder, 'sent.mts'),
    `import type { ${type} as Wanted } from '${from}';\ndeclare const judged: (sent: Wanted) => void;\n${lines.join('\n')}\n`,
  );
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'esnext', '--types', ''];
  const child = spawn(compiler, [...options, 'sent.mts'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  return text(child.stdout);
};

const everyLetter: readonly Letter[] = [
  alertLetter('begins'),
  alertLetter('goes-on'),
  letterOf(),
  letterOf({ agent: null, next: null, text: '' }),
  ...['mentions', 'emoji', 'lone surrogates', 'a million letters'].map((name) =>
    alertLetter('begins', { title: hostileTexts[name] ?? '', text: hostileTexts[name] ?? '' }),
  ),
];

describeWithPeer('the clients of PagerDuty', { packages: ['@pagerduty/pdjs'], programs: ['openssl'] }, () => {
  const routingKey = 'R0123456789abcdef0123456789abcde';
  const ours = async (letter: Letter): Promise<Received> => {
    const peer = await openPeer(json({ status: 'success' }, 202));
    await sendLetters(pagerduty, { settings: { routing_key: ref('${KEY}'), url: ref(peer.url) }, env: { KEY: routingKey } }, letter);
    return peer.received[0] as Received;
  };

  test.each([
    ['an alert that begins', alertLetter('begins')],
    ['one that goes on', alertLetter('goes-on')],
    ['one that somebody takes on', alertLetter('taken-on')],
    ['one that ends', alertLetter('ends')],
    ['a change', letterOf({ severity: 'notify' })],
  ])(
    'sends %s as we do',
    async (_, letter) => {
      const own = await ours(letter);
      const certificate = selfSigned(1);
      const theirs = await openPeer(json({ status: 'success' }, 202), certificate);
      await sentBy('pagerduty', `https://${theirs.host}`, own.json, { NODE_EXTRA_CA_CERTS: certificate.certFile });
      expect(shapeOf(own)).toEqual(shapeOf(theirs.received[0] as Received));
    },
    30_000,
  );

  test('has a type for events, and ours are of it', async () => {
    const events = await Promise.all(everyLetter.map(async (letter) => withoutClient((await ours(letter)).json)));
    expect(await complaintsOf('EventPayloadV2', '@pagerduty/pdjs/build/src/events.js', events)).toBe('');
    expect(
      await complaintsOf('EventPayloadV2', '@pagerduty/pdjs/build/src/events.js', [{ routing_key: 'r', event_action: 'fire' }]),
    ).toContain('TS');
  }, 60_000);
});

describeWithPeer('the clients of Slack', { packages: ['@slack/webhook', '@slack/types'] }, () => {
  const ours = async (first: Letter, ...more: readonly Letter[]): Promise<Received> => {
    const peer = await openPeer((_request, response) => void response.end('ok'));
    await sendLetters(slack, { settings: { url: ref('${HOOK}') }, env: { HOOK: `${peer.url}/services/T0/B0/x` } }, first, ...more);
    return peer.received[0] as Received;
  };

  test('sends a message as we do', async () => {
    const own = await ours(alertLetter('begins'));
    const theirs = await openPeer((_request, response) => void response.end('ok'));
    await sentBy('slack', `${theirs.url}/services/T0/B0/x`, own.json);
    expect(shapeOf(own)).toEqual(shapeOf(theirs.received[0] as Received));
  }, 30_000);

  test('has types for Block Kit, and ours is of them', async () => {
    const messages = await Promise.all(everyLetter.map(async (letter) => (await ours(letter)).json));
    messages.push((await ours(alertLetter('begins'), alertLetter('ends'), letterOf())).json);
    expect(await complaintsOf('IncomingWebhookSendArguments', '@slack/webhook', messages)).toBe('');
    const blocks = messages.flatMap((message) => (message as { blocks: Json[] }).blocks);
    expect(await complaintsOf('KnownBlock', '@slack/types', blocks)).toBe('');
    expect(await complaintsOf('KnownBlock', '@slack/types', [{ type: 'section', txt: 1 }])).toContain('TS');
  }, 60_000);
});

describeWithPeer('the client of Opsgenie', { packages: ['opsgenie-sdk'] }, () => {
  const key = 'genie-key';
  const ours = async (letter: Letter): Promise<Received> => {
    const peer = await openPeer(json({ result: 'Request will be processed' }, 202));
    await sendLetters(opsgenie, { settings: { api_key: ref('${KEY}'), url: ref(peer.url), team: 'ops' }, env: { KEY: key } }, letter);
    return peer.received[0] as Received;
  };
  const alias = 'acme/alert/cost/support';

  test.each([
    ['begins', (body: Json) => ({ key, create: body })],
    ['taken-on', (body: Json) => ({ key, alias, acknowledge: body })],
    ['ends', (body: Json) => ({ key, alias, close: body })],
  ] as const)(
    'sends an alert that %s as we do',
    async (phase, wished) => {
      const own = await ours(alertLetter(phase));
      const theirs = await openPeer(json({ result: 'Request will be processed' }, 202));
      await sentBy('opsgenie', theirs.url, wished(own.json));
      expect(shapeOf(own)).toEqual(shapeOf(theirs.received[0] as Received));
    },
    30_000,
  );
});
