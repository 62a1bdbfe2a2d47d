import { z } from 'zod';
import { secretField, timeoutField, urlField } from '../../../fleet/fields.ts';
import { adapter, type World } from '../../../fleet/slots.ts';
import { digString, type JsonObject } from '../../../ground/json.ts';
import { isoTime } from '../../../ground/output/json.ts';
import type { About, Delivery, Letter, Notifier } from '../port.ts';
import { usualTimeoutMs } from '../posting.ts';
import { sendPost } from '../send-post.ts';
import { bodyOf, cut, headline, receiverKey } from '../wording.ts';

const config = z.strictObject({
  kind: z.literal('pagerduty'),
  routing_key: secretField().describe('The integration key of an Events API v2 integration.'),
  region: z.enum(['us', 'eu']).default('us').describe('Where the account is kept.'),
  url: urlField().optional().describe('Another address than that of the region, such as a relay; paths are added to it.'),
  timeout: timeoutField().optional().describe('How long one attempt may take; default 10s.'),
});
type Config = z.infer<typeof config>;

/** PagerDuty: alerts by Events API v2, what nobody has to act on as change events. */
export default adapter<Config, Notifier>({
  kind: 'pagerduty',
  summary: 'PagerDuty (Events API v2): an alert opens, is acknowledged and is resolved under one key.',
  config,
  open: (channel, world) => ({ send: (letter, signal) => send(channel, world, letter, signal) }),
});

const addresses = { us: 'https://events.pagerduty.com', eu: 'https://events.eu.pagerduty.com' } as const;

/** Events API v2: code points of a summary and of a key, bytes of an event. */
const [longestSummary, longestKey, largestEvent] = [1024, 255, 512 * 1024];

const actions: Readonly<Record<About['phase'], 'trigger' | 'acknowledge' | 'resolve'>> = {
  begins: 'trigger',
  'goes-on': 'trigger',
  'taken-on': 'acknowledge',
  ends: 'resolve',
};

const send = async (channel: Config, world: World, letter: Letter, signal: AbortSignal): Promise<Delivery> => {
  const base = channel.url === undefined ? addresses[channel.region] : world.secrets.reveal(channel.url).replace(/\/+$/, '');
  const { about, severity } = letter.message;
  const isChange = about === undefined && severity === 'notify';
  const event = isChange ? changeOf(letter) : alertOf(letter);
  const { refused } = await sendPost(
    world,
    {
      receiver: 'PagerDuty',
      url: `${base}${isChange ? '/v2/change/enqueue' : '/v2/enqueue'}`,
      headers: {},
      body: JSON.stringify({ routing_key: world.secrets.reveal(channel.routing_key), ...event }),
      timeoutMs: channel.timeout ?? usualTimeoutMs,
    },
    signal,
  );
  return refused ?? { result: 'sent', ref: null };
};

const alertOf = (letter: Letter): JsonObject => {
  const { message, madeAt } = letter;
  const action = message.about === undefined ? 'trigger' : actions[message.about.phase];
  const head = { event_action: action, dedup_key: receiverKey(letter, longestKey) };
  if (action !== 'trigger') return head;
  const payload = {
    summary: cut(headline(message), longestSummary),
    source: message.agent ?? message.fleet,
    severity: message.severity === 'page' ? 'critical' : 'warning',
    timestamp: isoTime(message.about?.since ?? madeAt),
    ...(message.agent === null ? {} : { component: message.agent }),
    group: message.fleet,
    class: digString(message.facts, 'category') ?? message.event,
  };
  const whole = { ...head, client: 'agentops', payload: { ...payload, custom_details: detailsOf(letter) } };
  return isTooLarge(whole) ? { ...whole, payload } : whole;
};

/** A change event has no key and no end: it stands beside alerts on the time line. */
const changeOf = (letter: Letter): JsonObject => {
  const { message, madeAt } = letter;
  const payload = { summary: cut(headline(message), longestSummary), source: message.agent ?? message.fleet, timestamp: isoTime(madeAt) };
  const whole = { payload: { ...payload, custom_details: detailsOf(letter) } };
  return isTooLarge(whole) ? { payload } : whole;
};

const detailsOf = ({ message }: Letter): JsonObject => ({ ...message.facts, message: bodyOf(message) });

/** Leaves room for the integration key. */
const isTooLarge = (event: JsonObject): boolean => Buffer.byteLength(JSON.stringify(event)) > largestEvent - 1024;
