import { z } from 'zod';
import { secretField, timeoutField, urlField } from '../../../fleet/fields.ts';
import { adapter, type World } from '../../../fleet/slots.ts';
import { digString, parseJson } from '../../../ground/json.ts';
import { aliasOf, onCallAlert, onCallNote } from '../on-call-alert.ts';
import type { Delivery, Letter, Notifier } from '../port.ts';
import { usualTimeoutMs } from '../posting.ts';
import { type PostAnswer, sendPost } from '../send-post.ts';

const config = z.strictObject({
  kind: z.literal('jsm'),
  cloud_id: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/, 'is not the id of a site')
    .describe('The id of the Atlassian site: https://SITE.atlassian.net/_edge/tenant_info tells it.'),
  email: z
    .string()
    .regex(/^[^\s@:]+@[^\s@:]+$/, 'is not an address')
    .describe('The account that the token belongs to.'),
  api_token: secretField().describe('An API token of that account.'),
  team: z.string().min(1).max(100).optional().describe('The id of the team that responds; default as the site says.'),
  url: urlField().optional().describe('Another address than https://api.atlassian.com.'),
  timeout: timeoutField().optional().describe('How long one attempt may take; default 10s.'),
});
type Config = z.infer<typeof config>;

/** Alerts of Jira Service Management, which closes them by an id that it is asked for. */
export default adapter<Config, Notifier>({
  kind: 'jsm',
  summary: 'Jira Service Management: an alert opens, is acknowledged and is closed under one alias.',
  config,
  open: (channel, world) => ({ send: (letter, signal) => send(channel, world, letter, signal) }),
});

/** An alert is made a while after it was accepted, ms: so long, one that cannot be found is believed to come. */
const [settlingMs, lookAgainMs] = [120_000, 10_000];

const send = async (channel: Config, world: World, letter: Letter, signal: AbortSignal): Promise<Delivery> => {
  const ask = asking(channel, world, signal);
  const phase = letter.message.about?.phase ?? 'begins';
  if (phase === 'begins' || phase === 'goes-on') {
    const responders = channel.team === undefined ? {} : { responders: [{ type: 'team', id: channel.team }] };
    const { refused } = await ask('POST', '', JSON.stringify({ ...onCallAlert(letter), ...responders }));
    return refused ?? { result: 'sent', ref: null };
  }
  const found = await ask('GET', `/alias?alias=${encodeURIComponent(aliasOf(letter))}`);
  if (found.refused !== null) {
    if (found.status !== 404) return found.refused;
    const isSettling = world.clock.now() - letter.madeAt < settlingMs;
    return isSettling ? { result: 'retry', afterMs: lookAgainMs, why: 'the alert is not there yet' } : { result: 'sent', ref: null };
  }
  const id = digString(parseJson(found.text), 'id');
  if (id === null) return { result: 'retry', afterMs: null, why: 'Jira Service Management answered without the id of the alert' };
  const verb = phase === 'ends' ? 'close' : 'acknowledge';
  const { refused } = await ask('POST', `/${encodeURIComponent(id)}/${verb}`, JSON.stringify(onCallNote(letter)));
  return refused ?? { result: 'sent', ref: id };
};

const asking =
  (channel: Config, world: World, signal: AbortSignal) =>
  (method: 'GET' | 'POST', path: string, body?: string): Promise<PostAnswer> => {
    const base = channel.url === undefined ? 'https://api.atlassian.com' : world.secrets.reveal(channel.url).replace(/\/+$/, '');
    const credential = Buffer.from(`${channel.email}:${world.secrets.reveal(channel.api_token)}`).toString('base64');
    return sendPost(
      world,
      {
        receiver: 'Jira Service Management',
        method,
        url: `${base}/jsm/ops/api/${channel.cloud_id}/v1/alerts${path}`,
        headers: { accept: 'application/json', authorization: `Basic ${credential}` },
        ...(body === undefined ? {} : { body }),
        timeoutMs: channel.timeout ?? usualTimeoutMs,
      },
      signal,
    );
  };
