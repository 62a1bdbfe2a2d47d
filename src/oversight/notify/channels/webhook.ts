import { z } from 'zod';
import { headersField, secretField, timeoutField, urlField } from '../../../fleet/fields.ts';
import { adapter, type World } from '../../../fleet/slots.ts';
import { envelopeOf } from '../envelope.ts';
import type { Delivery, Letter, Notifier } from '../port.ts';
import { usualTimeoutMs } from '../posting.ts';
import { sendPost } from '../send-post.ts';
import { signatureHeaders } from '../webhook-signature.ts';

const config = z.strictObject({
  kind: z.literal('webhook'),
  url: urlField().describe('Where messages are posted, as JSON. A redirect is not followed, a link-local address not reached.'),
  secret: secretField()
    .optional()
    .describe('Signs each message as Standard Webhooks has it: whsec_ and the base64 of 24 to 64 bytes. Without it nothing is signed.'),
  headers: headersField().optional().describe('Sent with every message; credentials as references.'),
  timeout: timeoutField().optional().describe('How long one attempt may take; default 10s.'),
});
type Config = z.infer<typeof config>;

/** An address that takes messages by POST. */
export default adapter<Config, Notifier>({
  kind: 'webhook',
  summary: 'Posts each message as JSON, signed by Standard Webhooks.',
  config,
  open: (channel, world) => ({ send: (letter, signal) => send(channel, world, letter, signal) }),
});

const send = async (channel: Config, world: World, letter: Letter, signal: AbortSignal): Promise<Delivery> => {
  const body = JSON.stringify(envelopeOf(letter));
  const own = Object.entries(channel.headers ?? {}).map(([name, value]) => [name, world.secrets.reveal(value)]);
  const signed =
    channel.secret === undefined ? {} : signatureHeaders(world.secrets.reveal(channel.secret), letter.id, world.clock.now(), body);
  const { refused } = await sendPost(
    world,
    {
      receiver: 'the receiver',
      url: world.secrets.reveal(channel.url),
      headers: { ...Object.fromEntries(own), ...signed },
      body,
      timeoutMs: channel.timeout ?? usualTimeoutMs,
    },
    signal,
  );
  return refused ?? { result: 'sent', ref: null };
};
