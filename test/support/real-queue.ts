import { onTestFinished } from 'vitest';
import type { QueueFacts } from '../../src/controls/queues/port.ts';
import { queueConfigs, queues } from '../../src/controls/queues/registry.ts';
import type { Env } from '../../src/ground/runtime/context.ts';
import { openWorld, ref } from './world.ts';

/** A queue of a manifest, checked by its schema and read by its driver. References of `url` and `credential` are to `env`. */
export const openQueue = async (
  kind: string,
  { url, credential, ...settings }: { readonly url: string; readonly credential?: string; readonly [key: string]: unknown },
  env: Env = {},
): Promise<(signal?: AbortSignal) => Promise<QueueFacts>> => {
  const world = openWorld(env);
  onTestFinished(() => world.http.close());
  const [description, opener] = [(await queueConfigs[kind]?.())?.default, (await queues[kind]?.())?.default];
  const given = { kind, url: ref(url), ...(credential === undefined ? {} : { credential: ref(credential) }), ...settings };
  const reader = opener?.open(description?.config.parse(given), world);
  return (signal = new AbortController().signal) => {
    if (reader === undefined) throw new Error(`there is no queue of kind ${kind}`);
    return reader.read(signal);
  };
};
