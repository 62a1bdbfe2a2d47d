import type { World } from '../fleet/slots.ts';
import type { SecretRef } from '../ground/runtime/context.ts';
import { type JsonApi, openJsonApi } from './json-api.ts';

export interface BraintrustAccess {
  /** The data plane; default: the US cloud. */
  readonly url?: SecretRef | undefined;
  readonly apiKey: SecretRef;
  readonly timeoutMs: number;
}

const cloud = 'https://api.braintrust.dev';

/** Braintrust's API: REST below `/v1`, queries at `/btql`. Source: its OpenAPI and its page on BTQL. */
export const openBraintrust = ({ url, apiKey, timeoutMs }: BraintrustAccess, world: World): JsonApi =>
  openJsonApi(
    {
      product: 'Braintrust',
      url: () => (url === undefined ? cloud : world.secrets.reveal(url).replace(/\/+$/, '').replace(/\/v1$/, '')),
      headers: () => ({ authorization: `Bearer ${world.secrets.reveal(apiKey)}` }),
      timeoutMs,
    },
    world,
  );

/** Braintrust's own cloud, in any region: it limits how often it is asked. */
export const isBraintrustCloud = (host: string): boolean => host.endsWith('.braintrust.dev');
