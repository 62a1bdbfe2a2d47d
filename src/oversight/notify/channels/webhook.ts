import { z } from 'zod';
import { headersField, secretField, timeoutField, urlField } from '../../../fleet/fields.ts';
import { adapter, type World } from '../../../fleet/slots.ts';
import type { HttpHead } from '../../../ground/runtime/context.ts';
import { excerpt, retryAfter } from '../../../ground/runtime/http-answer.ts';
import { envelopeOf } from '../envelope.ts';
import type { Delivery, Letter, Notifier } from '../port.ts';
import { usualTimeoutMs } from '../posting.ts';
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

const maxAnswerBytes = 64 * 1024;

/** What no further attempt can make better: the body is refused, or the address is gone for good. */
const lastingStatus = new Set([400, 410, 413, 415, 422]);

const send = async (channel: Config, world: World, letter: Letter, signal: AbortSignal): Promise<Delivery> => {
  const body = JSON.stringify(envelopeOf(letter));
  const totalMs = channel.timeout ?? usualTimeoutMs;
  const reveal = (headers: NonNullable<Config['headers']>) =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, world.secrets.reveal(value)]));
  const signed =
    channel.secret === undefined ? {} : signatureHeaders(world.secrets.reveal(channel.secret), letter.id, world.clock.now(), body);
  const pieces: Uint8Array[] = [];
  const { head, failure } = await world.http.send(
    {
      method: 'POST',
      url: world.secrets.reveal(channel.url),
      headers: { 'content-type': 'application/json', 'user-agent': 'agentops-fleet', ...reveal(channel.headers ?? {}), ...signed },
      body,
      limits: { connectMs: totalMs, firstByteMs: totalMs, stallMs: totalMs, totalMs, maxBytes: maxAnswerBytes },
      guarded: true,
    },
    {
      data(piece) {
        pieces.push(piece);
        return 'more';
      },
    },
    signal,
  );
  // What an accepting receiver says afterwards is of no interest: it has the message.
  if (head !== null && head.status >= 200 && head.status < 300) return { result: 'sent', ref: null };
  if (head === null || failure?.kind === 'redirected') return { result: 'retry', afterMs: null, why: failure?.message ?? 'no answer came' };
  const said = world.secrets.mask(excerpt(Buffer.concat(pieces).toString('utf8')));
  return refusal(head, said === '' ? '' : `: ${said}`, world.clock.now());
};

const refusal = (head: HttpHead, said: string, now: number): Delivery => {
  const why = `the receiver answered HTTP ${head.status}${said}`;
  return lastingStatus.has(head.status) ? { result: 'rejected', why } : { result: 'retry', afterMs: retryAfter(head, now), why };
};
