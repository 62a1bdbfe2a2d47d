import { describe, expect, onTestFinished, test } from 'vitest';
import email from '../../../src/oversight/notify/channels/email.ts';
import { threadOf } from '../../../src/oversight/notify/mail-thread.ts';
import type { Letter } from '../../../src/oversight/notify/port.ts';
import { mailSinkPrograms, startMailSink } from '../../peers/start-mail-sink.ts';
import { hostileTexts } from '../../support/hostile.ts';
import { closedPort } from '../../support/http-peer.ts';
import { cleanCopy, stderrOf } from '../../support/load-manifest.ts';
import { alertLetter, letterOf } from '../../support/messages.ts';
import { describeWithPeer } from '../../support/peer-or-skip.ts';
import { selfSigned } from '../../support/self-signed.ts';
import { sendLetters } from '../../support/send-letter.ts';
import { ref } from '../../support/world.ts';

type Settings = Readonly<Record<string, unknown>>;

const plain = (port: number, more: Settings = {}): Settings => ({
  url: ref(`smtp://127.0.0.1:${port}`),
  plaintext: true,
  from: 'agentops@example.com',
  to: ['oncall@example.com'],
  ...more,
});
const login = { user: ref('ops'), password: ref('${MAIL_PASSWORD}') };
const send = (settings: Settings, ...letters: readonly [Letter, ...Letter[]]) =>
  sendLetters(email, { settings, env: { MAIL_PASSWORD: 'sink-password' } }, ...letters);

/** The headers of a mail, unfolded (RFC 5322, section 2.2.3), and its decoded body. */
const read = (mail: string) => {
  const [head = '', ...rest] = mail.split('\r\n\r\n');
  const lines = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  );
  const body = rest.join('\r\n\r\n');
  return { headers, body, text: headers['content-transfer-encoding'] === 'base64' ? Buffer.from(body, 'base64').toString('utf8') : body };
};

describe('a mail server', () => {
  test('that is not there is tried again', async () => {
    expect(await send(plain(await closedPort()), alertLetter('begins'))).toMatchObject({
      result: 'retry',
      why: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test.each([
    [{ to: ['ops@example.com, other@example.com'] }, 'is not an address'],
    [{ from: 'ops' }, 'is not an address'],
    [{ ...login }, 'would send the password in the clear'],
    [{ plaintext: false, user: ref('ops') }, 'user and password go together'],
    [{ url: ref('smtps://mail.example.com') }, 'contradicts smtps'],
    [{ url: ref('https://mail.example.com') }, 'is not a URL that starts with smtp:// or smtps://'],
  ])('is refused where it could not be meant %#', (more, message) => {
    const { error } = email.config.safeParse({ kind: 'email', ...plain(25, more) });
    expect(error?.message).toContain(message);
  });
});

test('a stranger does not choose the mail server', async () => {
  const server = 'notify: { mail: { kind: email, url: "smtp://mail.evil.example", from: a@example.com, to: [b@example.com] } }';
  const agents = 'agents: { support: { checks: [ { id: beat, heartbeat: { every: 1d } } ] } }';
  const folder = cleanCopy('small', { 'agentops.yaml': `version: 1\nfleet: shop\n${agents}\n${server}\n` });
  expect(await stderrOf(folder)).toBe('');
  expect(await stderrOf(folder, { allowance: { variables: [], hosts: [] } })).toContain(
    'the host mail.evil.example is refused under --untrusted',
  );
});

describe('a thread of mails', () => {
  const thread = (...letters: readonly Letter[]) => threadOf(letters, 'example.com');
  const ofFiring = (phase: 'begins' | 'ends', since: number) => alertLetter(phase, { about: { key: 'alert/cost/support', phase, since } });

  test('begins with a mail that each later one names, and is another one the next time', () => {
    const first = thread(ofFiring('begins', 1));
    expect(thread(ofFiring('begins', 1)).id).toBe(first.id);
    expect(thread(ofFiring('ends', 1))).toMatchObject({ inReplyTo: first.id, references: [first.id] });
    expect(thread(ofFiring('begins', 2)).id).not.toBe(first.id);
    expect(thread(ofFiring('begins', 1), ofFiring('begins', 2)).references).toEqual([first.id, thread(ofFiring('begins', 2)).id]);
    expect(thread(letterOf())).toMatchObject({ inReplyTo: null, references: [] });
  });
});

describeWithPeer('a real mail server', { programs: mailSinkPrograms }, () => {
  const start = async (mode?: 'tls' | 'starttls') => {
    const signed = mode === undefined ? null : selfSigned(2);
    const tls =
      signed === null || mode === undefined
        ? undefined
        : { mode, certFile: signed.certFile, keyFile: signed.certFile.replace('cert.pem', 'key.pem') };
    const sink = await startMailSink(tls);
    onTestFinished(() => sink.stop());
    return { sink, ca: signed?.certFile ?? '' };
  };

  test('gets what begins and what ends as one thread, which no machine answers', async () => {
    const { sink } = await start();
    for (const phase of ['begins', 'ends'] as const)
      expect(await send(plain(sink.port), alertLetter(phase))).toEqual({ result: 'sent', ref: null });
    const [first, last] = sink.mails().map(read);
    expect(first?.headers).toMatchObject({
      from: 'agentops@example.com',
      'x-sink-rcpt': 'oncall@example.com',
      subject: '[FIRING] support: cost: $0.031 a request, usually $0.012',
      'auto-submitted': 'auto-generated',
    });
    expect(first?.text).toContain('Next: agentops alerts explain cost support');
    expect(last?.headers['subject']).toBe('[RESOLVED] support: cost is over after 1m');
    expect(last?.headers['in-reply-to']).toBe(first?.headers['message-id']);
    expect(last?.headers['references']).toBe(first?.headers['message-id']);
    expect(last?.headers['message-id']).not.toBe(first?.headers['message-id']);
  });

  test('gets several of a group as one mail', async () => {
    const { sink } = await start();
    await send(
      plain(sink.port),
      alertLetter('begins'),
      alertLetter('ends', { about: { key: 'alert/cost/other', phase: 'ends' }, title: 'other: cost is over' }),
    );
    const [mail, ...more] = sink.mails().map(read);
    expect(more).toEqual([]);
    expect(mail?.headers['subject']).toContain('(and 1 more)');
    expect(mail?.text).toContain('[RESOLVED] other: cost is over');
    expect(mail?.headers['references']?.split(' ')).toHaveLength(2);
  });

  test('is tried again or not as it says', async () => {
    const { sink } = await start();
    expect(await send(plain(sink.port, { to: ['nobody@example.com'] }), alertLetter('begins'))).toMatchObject({
      result: 'rejected',
      why: expect.stringContaining('no such mailbox'),
    });
    expect(await send(plain(sink.port, { to: ['busy@example.com'] }), alertLetter('begins'))).toMatchObject({ result: 'retry' });
    // Some were told: telling them again helps nobody.
    expect(await send(plain(sink.port, { to: ['nobody@example.com', 'oncall@example.com'] }), alertLetter('begins'))).toMatchObject({
      result: 'rejected',
    });
    expect(sink.mails()).toHaveLength(1);
    // It does not encrypt, so it gets nothing, and no password.
    expect(await send(plain(sink.port, { plaintext: false, ...login }), alertLetter('begins'))).toMatchObject({ result: 'retry' });
    expect(sink.mails()).toHaveLength(1);
  });

  test.each(['tls', 'starttls'] as const)('that encrypts (%s) is trusted by its certificate only', async (security) => {
    const { sink, ca } = await start(security);
    const url = ref(`${security === 'tls' ? 'smtps' : 'smtp'}://127.0.0.1:${sink.port}`);
    const settings = plain(sink.port, { url, plaintext: false, ...(security === 'starttls' ? login : {}) });
    expect(await send(settings, alertLetter('begins'))).toMatchObject({ result: 'retry', why: expect.stringContaining('self-signed') });
    expect(await send({ ...settings, ca }, alertLetter('begins'))).toEqual({ result: 'sent', ref: null });
    expect(sink.mails()).toHaveLength(1);
    if (security === 'starttls') {
      expect(read(sink.mails()[0] ?? '').headers['x-sink-tls']).toBe('yes');
      const wrong = await sendLetters(
        email,
        { settings: { ...settings, ca }, env: { MAIL_PASSWORD: 'wrong-password' } },
        alertLetter('begins'),
      );
      expect(wrong).toMatchObject({ result: 'retry', why: expect.not.stringContaining('wrong-password') });
    }
  });

  test('gets any text as text, with no header of its own making', async () => {
    const { sink } = await start();
    const texts = [
      ...Object.values(hostileTexts),
      'x\r\nBcc: thief@example.com\r\n\r\nbody',
      '=?utf-8?B?Zm9v?=',
      '\r\n.\r\nMAIL FROM:<evil@example.com>\r\n',
    ];
    for (const text of texts) expect((await send(plain(sink.port), alertLetter('begins', { title: text, text }))).result).toBe('sent');
    const mails = sink.mails();
    expect(mails).toHaveLength(texts.length);
    for (const mail of mails) {
      const { headers } = read(mail);
      expect(Object.keys(headers).toSorted()).toEqual(expectedHeaders);
      expect(headers['x-sink-rcpt']).toBe('oncall@example.com');
      expect(headers['content-type']).toBe('text/plain; charset=utf-8');
      expect(Math.max(...mail.split('\r\n').map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(998);
    }
  });
});

const expectedHeaders = [
  'auto-submitted',
  'content-transfer-encoding',
  'content-type',
  'date',
  'from',
  'message-id',
  'mime-version',
  'subject',
  'to',
  'x-auto-response-suppress',
  'x-sink-rcpt',
  'x-sink-tls',
];
