import { createHmac } from 'node:crypto';
import { usageError } from '../../ground/errors.ts';

/** Standard Webhooks: a key has 24 to 64 bytes. */
const [leastBytes, mostBytes] = [24, 64];
const base64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** The key behind `whsec_` and base64. Throws a usage error for anything else, which tells nothing of it. */
const keyOf = (secret: string): Buffer => {
  const encoded = secret.trim().replace(/^whsec_/, '');
  const key = base64.test(encoded) ? Buffer.from(encoded, 'base64') : Buffer.alloc(0);
  if (key.length >= leastBytes && key.length <= mostBytes) return key;
  throw usageError({
    code: 'webhook_secret_invalid',
    message: `the secret of a webhook must be whsec_ and the base64 of ${leastBytes} to ${mostBytes} bytes`,
    hint: 'printf whsec_; openssl rand -base64 32',
  });
};

/**
 * The headers that sign a message, as Standard Webhooks has them: HMAC-SHA256 over id, time and body.
 * @param secret `whsec_` and base64
 * @param at UTC epoch ms of this attempt
 */
export const signatureHeaders = (secret: string, id: string, at: number, body: string): Readonly<Record<string, string>> => {
  const timestamp = String(Math.floor(at / 1000));
  const signature = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
};
