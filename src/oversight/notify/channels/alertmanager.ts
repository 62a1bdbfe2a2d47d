import { z } from 'zod';
import { headersField, periodField, timeoutField, urlField } from '../../../fleet/fields.ts';
import { adapter, type World } from '../../../fleet/slots.ts';
import { digString, type JsonObject } from '../../../ground/json.ts';
import { isoTime } from '../../../ground/output/json.ts';
import type { Delivery, Letter, Notifier } from '../port.ts';
import { usualTimeoutMs } from '../posting.ts';
import { sendPost } from '../send-post.ts';
import { bodyOf, headline } from '../wording.ts';

const minuteMs = 60_000;

const config = z.strictObject({
  kind: z.literal('alertmanager'),
  url: urlField().describe('The address of Alertmanager; /api/v2/alerts is added to it.'),
  headers: headersField().optional().describe('Sent with every request; credentials as references.'),
  labels: z
    .record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'is not the name of a label'), z.string().min(1))
    .optional()
    .describe('Labels of every alert beside those of its own, for its routes.'),
  interval: periodField()
    .optional()
    .describe(
      'How often messages are sent at the least, by tick or serve; default 5m. After four times that an alert that is not told again is over.',
    ),
  timeout: timeoutField().optional().describe('How long one attempt may take; default 10s.'),
});
type Config = z.infer<typeof config>;

/** Alertmanager, which groups and routes by itself. It takes an alert for over unless it is told again that it goes on. */
export default adapter<Config, Notifier>({
  kind: 'alertmanager',
  summary: 'Prometheus Alertmanager (API v2): alerts are told again while they fire, and ended when they end.',
  config,
  open: (channel, world) => ({
    send: (letter, signal) => post(channel, world, [letter], signal),
    sendTogether: (letters, signal) => post(channel, world, letters, signal),
    holdsMs: holdsMs(channel),
  }),
});

/** How many rounds in a row may be missed before an alert that fires would be taken for over. */
const rounds = 4;

const holdsMs = ({ interval = 5 * minuteMs }: Config): number => rounds * interval;

const post = async (channel: Config, world: World, letters: readonly Letter[], signal: AbortSignal): Promise<Delivery> => {
  const until = world.clock.now() + holdsMs(channel);
  const own = Object.entries(channel.headers ?? {}).map(([name, value]) => [name, world.secrets.reveal(value)]);
  const { refused } = await sendPost(
    world,
    {
      receiver: 'Alertmanager',
      url: `${world.secrets.reveal(channel.url).replace(/\/+$/, '')}/api/v2/alerts`,
      headers: Object.fromEntries(own),
      body: JSON.stringify(letters.map((letter) => alertOf(letter, channel.labels ?? {}, until))),
      timeoutMs: channel.timeout ?? usualTimeoutMs,
    },
    signal,
  );
  return refused ?? { result: 'sent', ref: null };
};

const alertOf = (letter: Letter, more: Readonly<Record<string, string>>, until: number): JsonObject => {
  const { message, madeAt } = letter;
  const startsAt = Math.min(message.about?.since ?? madeAt, madeAt);
  return {
    labels: labelsOf(letter, more),
    annotations: { summary: headline(message), description: bodyOf(message) },
    startsAt: isoTime(startsAt),
    endsAt: isoTime(message.about?.phase === 'ends' ? madeAt : until),
  };
};

/** The labels are what an alert is: the same from its beginning to its end, and nothing that changes in between. */
const labelsOf = ({ message, dedupKey }: Letter, more: Readonly<Record<string, string>>): JsonObject => {
  const { facts, agent, fleet, about, event, severity } = message;
  const optional = { agent, category: digString(facts, 'category'), label: digString(facts, 'label') };
  return {
    ...more,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null && value !== '')),
    alertname: digString(facts, 'rule') ?? event,
    fleet,
    severity: digString(facts, 'severity') ?? severity,
    key: about?.key ?? dedupKey,
  };
};
