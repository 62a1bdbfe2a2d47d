import { dirname } from 'node:path';
import type { Fleet } from '../../fleet/agent.ts';
import type { Slot } from '../../fleet/slots.ts';
import { actorOf } from '../../ground/audit/actor.ts';
import { usageError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { lookOnly } from './look-only.ts';
import type { Connection, ControlDriver, ControlWorld } from './port.ts';
import { controls } from './registry.ts';
import { agentsSharing } from './shared-target.ts';

/**
 * The driver of a control, ready to look at its target, or with `access: 'write'` to act on it. Sends nothing.
 * @param agent its name; empty where a step acts on none
 */
export const openControl = async (
  ctx: Context,
  fleet: Fleet,
  agent: string,
  slot: Slot,
  access: ControlWorld['access'],
): Promise<ControlDriver> => {
  const { kind, config } = slot;
  const load = controls[kind];
  if (load === undefined) throw new Error(`the manifest was accepted with control ${kind}, which is not registered`);
  const opened = (await load()).default.open(config, controlWorld(ctx, fleet, agent, access));
  const sharing = agentsSharing(fleet.agents, agent, slot).map((name) => `agent ${name}`);
  const driver = sharing.length === 0 ? opened : shared(opened, sharing);
  return access === 'read' ? lookOnly(driver) : driver;
};

/** A driver that also says which agents of the fleet are hit beside the one that is meant: no control plane knows them. */
const shared = (driver: ControlDriver, agents: readonly string[]): ControlDriver => ({
  ...driver,
  async read(action, signal) {
    const observed = await driver.read(action, signal);
    return { ...observed, sharedWith: [...agents, ...observed.sharedWith] };
  },
});

const controlWorld = (ctx: Context, fleet: Fleet, agent: string, access: ControlWorld['access']): ControlWorld => ({
  clock: ctx.clock,
  random: ctx.random,
  http: ctx.http,
  files: ctx.files,
  process: ctx.process,
  secrets: ctx.secrets,
  journal: ctx.journal,
  access,
  connection: (name) => named(fleet.connections, 'connection', name),
  credential: (connection) => credentialOf(ctx, connection, access),
  backend: (name) => named(fleet.backends, 'backend', name),
  folder: dirname(fleet.path),
  agent,
  actor: actorOf(ctx.env, () => ctx.process.owner()),
});

const named = <Thing>(things: Readonly<Record<string, Thing>>, what: string, name: string): Thing => {
  const thing = Object.hasOwn(things, name) ? things[name] : undefined;
  if (thing !== undefined) return thing;
  throw usageError({
    code: `${what}_unknown`,
    message: `there is no ${what} ${name} in the manifest`,
    hint: `add it under ${what}s: agentops explain ${what}s`,
  });
};

const credentialOf = ({ secrets }: Context, { name, read, write }: Connection, access: ControlWorld['access']): string | null => {
  const [wanted, other, may] = access === 'read' ? [read, write, 'look'] : [write, read, 'act'];
  if (wanted !== null) return secrets.reveal(wanted);
  if (other === null) return null;
  throw usageError({
    code: 'credential_missing',
    message: `connection ${name} has no credential that may ${may}`,
    hint: `add ${access}: to connections.${name}`,
  });
};
