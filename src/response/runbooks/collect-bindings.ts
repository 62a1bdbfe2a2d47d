import { bindableActions, boundControls } from '../../controls/actions/bound.ts';
import { openControl } from '../../controls/actions/open-control.ts';
import type { Agent, Fleet } from '../../fleet/agent.ts';
import type { Slot } from '../../fleet/slots.ts';
import { OpsError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Binding, Bindings } from './lint-binding.ts';

/** What the manifest binds. Drivers are opened for kills alone, since nothing but they know what they stop; nothing is sent. */
export const collectBindings = async (ctx: Context, fleet: Fleet, isAboutKills: boolean): Promise<Bindings> => ({
  agents: await Promise.all(
    fleet.agents.map(async (agent) => ({
      name: agent.name,
      checks: agent.checks.map(({ id }) => id),
      controls: new Map(
        (
          await Promise.all(
            bindableActions.map(async (action) => {
              const slots = boundControls(agent.controls, action);
              const opens = action === 'kill' && isAboutKills;
              return [action, await Promise.all(slots.map((slot) => bindingOf(ctx, fleet, agent, slot, opens)))] as const;
            }),
          )
        ).filter(([, bindings]) => bindings.length > 0),
      ),
    })),
  ),
  connections: Object.keys(fleet.connections),
  channels: Object.keys(fleet.notify),
});

const bindingOf = async (ctx: Context, fleet: Fleet, { name }: Agent, slot: Slot, opens: boolean): Promise<Binding> => {
  const bare = { kind: slot.kind, at: slot.at };
  if (!opens) return { ...bare, traits: null };
  try {
    return { ...bare, traits: (await openControl(ctx, fleet, name, slot, 'read')).traits };
  } catch (thrown) {
    // Without its credential it cannot be opened here; `doctor --runbooks` tells that, and in a pipeline it is as it should be.
    if (thrown instanceof OpsError) return { ...bare, traits: null };
    throw thrown;
  }
};
