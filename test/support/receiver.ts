import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Receiver, type ServeLimits, serveFleet, usualLimits } from '../../src/desk/serve/serve-fleet.ts';
import type { Context, Env } from '../../src/ground/runtime/context.ts';
import type { Cache, Journal } from '../../src/ground/store/port.ts';
import { openSqliteJournal } from '../../src/ground/store/sqlite.ts';
import { openSqliteCache } from '../../src/ground/store/sqlite-cache.ts';
import type { ServeEvent } from '../../src/views/serve.ts';
import { fakeContext } from './fake-context.ts';
import { load } from './load-manifest.ts';
import { temporaryFolder } from './temporary.ts';
import { openWorld } from './world.ts';

/** One agent with a heartbeat, whose spans say `service.name: weather-agent`. */
export const openManifest = `
version: 1
fleet: tiny
backends:
  local: { kind: otlp }
agents:
  weather:
    traces: { backend: local, match: { service_name: weather-agent } }
    checks: [ { id: nightly, heartbeat: { every: 1d } } ]
`;

/** Two agents, each with a token of its own: `tok-weather` and `tok-billing`. */
export const tokenManifest = `
version: 1
fleet: tiny
backends:
  local: { kind: otlp, tokens: { "\${WEATHER_TOKEN}": weather, "\${BILLING_TOKEN}": billing } }
agents:
  weather:
    traces: { backend: local, match: { agent_name: weather } }
    checks: [ { id: nightly, heartbeat: { every: 1d } } ]
  billing:
    traces: { backend: local, match: { agent_name: billing } }
    checks: [ { id: nightly, heartbeat: { every: 1d } } ]
`;
export const tokens: Env = { WEATHER_TOKEN: 'tok-weather', BILLING_TOKEN: 'tok-billing' };

export interface OpenedReceiver extends Receiver {
  readonly events: readonly ServeEvent[];
  readonly cache: Cache;
  readonly journal: Journal;
  /** Where the manifest is. */
  readonly folder: string;
}

export interface ReceiverParts {
  readonly manifest?: string;
  /** Files beside the manifest. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Env;
  readonly host?: string;
  readonly names?: readonly string[];
  readonly limits?: Partial<ServeLimits>;
  /** What stands between the receiver and its cache. */
  readonly through?: (cache: Cache) => Cache;
  /** What every piece of work on the store waits for. */
  readonly gate?: Promise<void>;
}

/** A receiver with a store of its own, gone after the test. */
export const openReceiver = async (parts: ReceiverParts = {}): Promise<OpenedReceiver> => {
  const {
    manifest = openManifest,
    files = {},
    env = {},
    host = '127.0.0.1',
    names = [],
    limits = {},
    through = (cache) => cache,
    gate,
  } = parts;
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries({ ...files, 'agentops.yaml': manifest })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const { fleet } = await load(folder, { env });
  const cache = await openSqliteCache(join(folder, 'cache.db'));
  const journal = await openSqliteJournal(join(folder, 'journal.db'), () => Date.now());
  const world = openWorld(env);
  const ctx: Context = {
    ...fakeContext(),
    ...world,
    journal: async () => {
      await gate;
      return journal;
    },
    cache: async () => through(cache),
  };
  const events: ServeEvent[] = [];
  const settings = { host, port: 0, names, limits: { ...usualLimits, ...limits } };
  const opened = await serveFleet(ctx, fleet, settings, (event) => events.push(event));
  let closed: Promise<void> | null = null;
  const close = () => {
    closed ??= opened.close();
    return closed;
  };
  onTestFinished(async () => {
    await close();
    cache.close();
    await journal.close();
    await world.http.close();
  });
  return { ...opened, close, events, cache, journal, folder };
};
