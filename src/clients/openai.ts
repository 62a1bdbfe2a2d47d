import type { EmbeddingsEndpoint } from '../fleet/agent.ts';
import type { World } from '../fleet/slots.ts';
import { type JsonApi, openJsonApi } from './json-api.ts';

const usualTimeoutMs = 60_000;

/** An OpenAI-compatible API; paths start behind `/v1`. Source: the OpenAI API reference. */
export const openOpenai = ({ url, api_key: apiKey, headers, timeout }: EmbeddingsEndpoint, world: World): JsonApi =>
  openJsonApi(
    {
      product: 'the embeddings server',
      url: () => world.secrets.reveal(url),
      headers: () => ({
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${world.secrets.reveal(apiKey)}` }),
        ...Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), world.secrets.reveal(value)])),
      }),
      timeoutMs: timeout ?? usualTimeoutMs,
    },
    world,
  );
