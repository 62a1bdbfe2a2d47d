import { z } from 'zod';
import { secretField, timeoutField, urlField } from '../../../fleet/fields.ts';
import { adapter, type World } from '../../../fleet/slots.ts';
import type { JsonObject } from '../../../ground/json.ts';
import { aliasOf, onCallAlert, onCallNote } from '../on-call-alert.ts';
import type { Delivery, Letter, Notifier } from '../port.ts';
import { usualTimeoutMs } from '../posting.ts';
import { sendPost } from '../send-post.ts';

const config = z.strictObject({
  kind: z.literal('opsgenie'),
  api_key: secretField().describe('The key of an API integration.'),
  region: z.enum(['us', 'eu']).default('us').describe('Where the account is kept.'),
  url: urlField().optional().describe('Another address than that of the region; /v2/alerts is added to it.'),
  team: z.string().min(1).max(100).optional().describe('The team that responds; default as the integration says.'),
  timeout: timeoutField().optional().describe('How long one attempt may take; default 10s.'),
});
type Config = z.infer<typeof config>;

/** Opsgenie, closed by alias. Atlassian ends it on 5 April 2027; its successor is `jsm`. */
export default adapter<Config, Notifier>({
  kind: 'opsgenie',
  summary: 'Opsgenie, which Atlassian ends on 5 April 2027: take jsm for anything new.',
  config,
  open: (channel, world) => ({ send: (letter, signal) => send(channel, world, letter, signal) }),
});

const addresses = { us: 'https://api.opsgenie.com', eu: 'https://api.eu.opsgenie.com' } as const;

const send = async (channel: Config, world: World, letter: Letter, signal: AbortSignal): Promise<Delivery> => {
  const base = channel.url === undefined ? addresses[channel.region] : world.secrets.reveal(channel.url).replace(/\/+$/, '');
  const { path, body } = requestOf(letter, channel.team);
  const { refused } = await sendPost(
    world,
    {
      receiver: 'Opsgenie',
      url: `${base}/v2/alerts${path}`,
      headers: { authorization: `GenieKey ${world.secrets.reveal(channel.api_key)}` },
      body: JSON.stringify(body),
      timeoutMs: channel.timeout ?? usualTimeoutMs,
    },
    signal,
  );
  return refused ?? { result: 'sent', ref: null };
};

const requestOf = (letter: Letter, team: string | undefined): { readonly path: string; readonly body: JsonObject } => {
  const phase = letter.message.about?.phase ?? 'begins';
  const byAlias = (verb: string) => `/${encodeURIComponent(aliasOf(letter))}/${verb}?identifierType=alias`;
  if (phase === 'ends') return { path: byAlias('close'), body: onCallNote(letter) };
  if (phase === 'taken-on') return { path: byAlias('acknowledge'), body: onCallNote(letter) };
  const { extraProperties: details = {}, ...alert } = onCallAlert(letter);
  const responders: JsonObject = team === undefined ? {} : { responders: [{ type: 'team', name: team }] };
  return { path: '', body: { ...alert, details, ...responders } };
};
