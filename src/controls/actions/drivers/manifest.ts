import { opener } from '../../../fleet/slots.ts';
import { usageError } from '../../../ground/errors.ts';
import type { Json } from '../../../ground/json.ts';
import { Conflict } from '../../../ground/store/conflict.ts';
import { applyChecked } from '../apply-checked.ts';
import { reversed, seenOf, standsAs } from '../compare.ts';
import type { Config } from '../configs/manifest.ts';
import { applied, conflict } from '../effect.ts';
import { overrideWrite, readOverrides } from '../overrides.journal.ts';
import type { Change, ControlDriver, ControlWorld, Effect } from '../port.ts';

/** A setting of our own, overridden in the journal until it is restored: the share of an agent's traffic that `eval online` grades. */
export default opener<Config, ControlDriver, ControlWorld>({
  kind: 'manifest',
  open: (_control, { agent, journal }) => {
    const read = async () => ({ share: (await readOverrides(await journal(), 'sampling')).get(agent) ?? null });
    return {
      traits: { actions: ['sampling'], readable: true, idempotent: true, stopsInFlight: false, effectMs: 0, expiresNatively: false },
      healthy: () => ({ share: null }),
      async read() {
        const target = `share of ${agent} that eval online grades`;
        return { exists: true, target, touched: await read(), version: null, sharedWith: [], keepsRunning: null };
      },
      plan({ action, params }, { target, touched }) {
        const to = { share: shareOf(params['share']) };
        if (standsAs(to, touched)) return null;
        return { action, target, from: { share: touched['share'] ?? null }, to, version: null, reversible: true, lasting: null };
      },
      apply: (change) => applyChecked(change, { read, set: () => write(agent, journal, change) }),
      confirm: async (change) => seenOf(change, await read()),
      mayAct: async () => 'yes',
      undo: (change) => applyChecked(reversed(change), { read, set: () => write(agent, journal, reversed(change)) }),
    };
  },
});

const shareOf = (given: Json | undefined): number => {
  if (typeof given === 'number' && given >= 0 && given <= 1) return given;
  throw usageError({
    code: 'wish_not_understood',
    message: `${JSON.stringify(given ?? null)} is not a share of traffic`,
    hint: 'give share: 100%, or another from 0% on',
  });
};

const write = async (agent: string, journal: ControlWorld['journal'], { from, to, target }: Change): Promise<Effect> => {
  try {
    await (await journal()).commit([overrideWrite(agent, 'sampling', from['share'] ?? null, to['share'] ?? null)]);
    return applied(`${target} is set`);
  } catch (thrown) {
    if (!(thrown instanceof Conflict)) throw thrown;
    return conflict(`${target} was changed by somebody else`);
  }
};
