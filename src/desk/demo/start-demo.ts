import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Context, Service } from '../../ground/runtime/context.ts';
import { firstAgent, otherAgents, portVariable, type ScriptedAgent, shellFile } from './demo-fleet.ts';

const fixtures = fileURLToPath(new URL('../../../fixtures/demo', import.meta.url));
const maxManifestBytes = 64 * 1024;
const readyMs = 10_000;

/** How this program is run: the path of Node, and that of agentops. */
export interface Program {
  readonly node: string;
  readonly script: string;
}

/** A fleet on loopback, with a manifest that nobody else uses. */
export interface RunningDemo {
  readonly manifest: string;
  /** What the manifest refers to; also in the shell file. */
  readonly variables: Readonly<Record<string, string>>;
  readonly shellFile: string;
  /** What is wrong in the month of traces that `loadHistory` makes. */
  readonly incidents: string;
  /** Ends every agent and removes what was written. */
  stop(): Promise<void>;
}

export interface DemoWish {
  /** Started one after the other, before the others. */
  readonly first: readonly ScriptedAgent[];
  readonly others: readonly ScriptedAgent[];
  /** Makes ready what the agents need, once the manifest is there; answers variables for them. */
  readonly prepare?: (manifest: string, variables: Readonly<Record<string, string>>) => Promise<Readonly<Record<string, string>>>;
}

const wholeFleet: DemoWish = { first: [firstAgent], others: otherAgents };

/** Starts the scripted agents on free ports, with a copy of their manifest in a temporary folder, where all state goes as well. */
export const startDemo = async (ctx: Context, program: Program, wish: DemoWish = wholeFleet): Promise<RunningDemo> => {
  const folder = ctx.files.makeTemporary('agentops-demo-');
  const services: Service[] = [];
  const stop = async () => {
    await Promise.all(services.map((service) => service.stop()));
    ctx.files.removeFolder(folder);
  };
  const variables: Record<string, string> = {
    DEMO_FOLDER: fixtures,
    DEMO_FLAGS: join(folder, 'flags.json'),
    DEMO_TOKEN: token(ctx.random),
    SUPPORT_OTLP_TOKEN: token(ctx.random),
    ORDERS_OTLP_TOKEN: token(ctx.random),
    NO_PROXY: '127.0.0.1',
    no_proxy: '127.0.0.1',
  };
  let prepared: Readonly<Record<string, string>> = {};
  const start = async ({ name, isDown }: ScriptedAgent) => {
    const service = await ctx.process.start(
      {
        argv: [program.node, join(fixtures, 'agents', `${name}.mjs`), '--leashed'],
        env: { ...ctx.process.baseEnv, ...variables, ...prepared },
        ready: /listening on http:\/\/127\.0\.0\.1:(\d+)\n/,
        readyMs,
      },
      ctx.signal,
    );
    services.push(service);
    if (isDown) await service.stop();
    variables[portVariable(name)] = service.match[1] ?? '';
  };
  try {
    const manifest = join(folder, 'agentops.yaml');
    const file = join(folder, 'env.sh');
    for (const name of ['agentops.yaml', 'flags.json'])
      ctx.files.writePrivate(join(folder, name), ctx.files.readText(join(fixtures, name), maxManifestBytes));
    prepared = (await wish.prepare?.(manifest, variables)) ?? {};
    for (const each of wish.first) await start(each);
    const started = await Promise.allSettled(wish.others.map(start));
    for (const each of started) if (each.status === 'rejected') throw each.reason;
    const known = { AGENTOPS_MANIFEST: manifest, ...variables };
    ctx.files.writePrivate(file, shellFile(file, known, [program.node, program.script]));
    return { manifest, variables, shellFile: file, incidents: join(fixtures, 'incidents.yaml'), stop };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
};

const token = (random: () => number): string => Array.from({ length: 24 }, () => Math.floor(random() * 36).toString(36)).join('');
