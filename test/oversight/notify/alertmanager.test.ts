import { describe, expect, onTestFinished, test } from 'vitest';
import { digString } from '../../../src/ground/json.ts';
import alertmanager from '../../../src/oversight/notify/channels/alertmanager.ts';
import type { Letter } from '../../../src/oversight/notify/port.ts';
import { alertmanagerPrograms, startAlertmanager } from '../../peers/start-alertmanager.ts';
import { noon } from '../../support/facts.ts';
import { hostileTexts } from '../../support/hostile.ts';
import { openPeer } from '../../support/http-peer.ts';
import { alertLetter } from '../../support/messages.ts';
import { describeWithPeer } from '../../support/peer-or-skip.ts';
import { json } from '../../support/replies.ts';
import { sendLetters } from '../../support/send-letter.ts';
import { until } from '../../support/until.ts';
import { ref } from '../../support/world.ts';

interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
}

const send = (url: string, ...letters: readonly [Letter, ...Letter[]]) =>
  sendLetters(alertmanager, { settings: { url: ref(url), interval: '1m', labels: { team: 'cx' } } }, ...letters);

describe('Alertmanager', () => {
  test('is told the same labels from beginning to end, and how long to believe it', async () => {
    const peer = await openPeer(json({}));
    await send(`${peer.url}/`, alertLetter('begins'), alertLetter('ends'));
    const [first, last] = (peer.received[0]?.json ?? []) as unknown as readonly [Alert, Alert];
    expect(peer.received[0]?.path).toBe('/api/v2/alerts');
    expect(first.labels).toEqual({
      team: 'cx',
      agent: 'support',
      category: 'cost',
      alertname: 'cost',
      fleet: 'acme',
      severity: 'page',
      key: 'alert/cost/support',
    });
    expect(last.labels).toEqual(first.labels);
    expect([first.startsAt, last.startsAt, last.endsAt].map(Date.parse)).toEqual([noon, noon, noon + 60_000]);
    const aheadMs = Date.parse(first.endsAt) - Date.now();
    expect(aheadMs).toBeGreaterThan(3.9 * 60_000);
    expect(aheadMs).toBeLessThanOrEqual(4 * 60_000);
  });

  test('is told again before it would take the alert for over', () => {
    const { holdsMs } = alertmanager.open(alertmanager.config.parse({ kind: 'alertmanager', url: ref('http://127.0.0.1:9') }), {} as never);
    expect(holdsMs).toBe(20 * 60_000);
  });
});

describeWithPeer('a real Alertmanager', { programs: alertmanagerPrograms }, () => {
  const start = async () => {
    const hook = await openPeer(json({}));
    const real = await startAlertmanager(`${hook.url}/hook`);
    onTestFinished(() => real.stop());
    const told = (status: string) =>
      hook.received.filter((request) => digString(request.json, 'status') === status).map((request) => request.json);
    return { url: real.url, told };
  };
  const now = (letter: Letter, since: number): Letter => {
    const { about } = letter.message;
    return {
      ...letter,
      madeAt: Date.now(),
      message: { ...letter.message, ...(about === undefined ? {} : { about: { ...about, since } }) },
    };
  };

  test('tells its receivers that an alert fires, once, and that it is over', async () => {
    const { url, told } = await start();
    const since = Date.now() - 60_000;
    for (const phase of ['begins', 'begins', 'goes-on'] as const)
      expect(await send(url, now(alertLetter(phase), since))).toEqual({ result: 'sent', ref: null });
    await until('the receiver knows that it fires', () => told('firing').length > 0);
    expect(await send(url, now(alertLetter('ends'), since))).toEqual({ result: 'sent', ref: null });
    await until('the receiver knows that it is over', () => told('resolved').length > 0);
    expect([told('firing').length, told('resolved').length]).toEqual([1, 1]);
    expect(told('resolved')[0]).toMatchObject({
      alerts: [{ labels: { alertname: 'cost', agent: 'support' }, annotations: { summary: 'support: cost is over after 1m' } }],
    });
  });

  test('takes any text, and says it as it is', async () => {
    const { url, told } = await start();
    const hostile = Object.values(hostileTexts).map((text, index) => ({
      ...now(alertLetter('begins', { title: text, text, about: { key: `alert/cost/agent-${index}`, phase: 'begins' } }), Date.now()),
    })) as unknown as readonly [Letter, ...Letter[]];
    expect(await send(url, ...hostile)).toEqual({ result: 'sent', ref: null });
    await until('the receiver knows all of them', () => told('firing').length === hostile.length);
  });
});
