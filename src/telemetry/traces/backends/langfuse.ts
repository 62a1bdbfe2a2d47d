import { z } from 'zod';
import { secretField, urlField } from '../../../fleet/fields.ts';
import { adapter } from '../../../fleet/slots.ts';
import type { HttpHead } from '../../../ground/runtime/context.ts';
import type { TraceBackend } from '../port.ts';
import { polledBackend } from '../schema.ts';

const config = z.strictObject({
  kind: z.literal('langfuse'),
  url: urlField().describe('The address of Langfuse, without /api.'),
  public_key: secretField().describe('The public key of the project.'),
  secret_key: secretField().describe('The secret key of the project.'),
  ...polledBackend,
});

const limits = { connectMs: 5000, firstByteMs: 10_000, stallMs: 10_000, totalMs: 10_000, maxBytes: 1024 * 1024 };

/** Langfuse, cloud or self-hosted. Source: its public API reference; basic authentication with the project's two keys. */
export default adapter<z.infer<typeof config>, TraceBackend>({
  kind: 'langfuse',
  summary: 'Langfuse, cloud or self-hosted.',
  config,
  open: ({ url, public_key, secret_key }, { http, secrets }) => ({
    async ping(signal) {
      const base = secrets.reveal(url).replace(/\/+$/, '');
      const keys = Buffer.from(`${secrets.reveal(public_key)}:${secrets.reveal(secret_key)}`).toString('base64');
      const { head, failure } = await http.send(
        {
          method: 'GET',
          url: `${base}/api/public/projects`,
          headers: { authorization: `Basic ${keys}`, accept: 'application/json' },
          limits,
        },
        { data: () => 'more' },
        signal,
      );
      const { host } = new URL(base);
      if (failure !== null) return { state: 'failed', detail: failure.message };
      return pingOf(head, host);
    },
  }),
});

const pingOf = (head: HttpHead | null, host: string) => {
  const status = head?.status ?? 0;
  if (status === 401 || status === 403)
    return { state: 'unauthorized', detail: `${host} does not accept the keys (HTTP ${status})` } as const;
  if (status >= 200 && status < 300) return { state: 'ok', detail: `${host} accepts the keys` } as const;
  return { state: 'failed', detail: `${host} answered HTTP ${status}` } as const;
};
