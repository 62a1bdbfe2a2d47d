import { type UnleashState, unleashAdmin, unleashSeen } from '../../../clients/unleash.ts';
import { opener } from '../../../fleet/slots.ts';
import { usageError } from '../../../ground/errors.ts';
import { hindrance, reversed, seenOf, standsAs } from '../compare.ts';
import type { Config } from '../configs/unleash.ts';
import { afterPart, applied, effectOfBlindness, effectOfTrouble, rejected } from '../effect.ts';
import { openControlApi } from '../open-control-api.ts';
import type { Change, ControlDriver, ControlWorld, Effect, Touched } from '../port.ts';

/** A flag of an Unleash server, switched in one environment. Its strategies stay as they are. */
export default opener<Config, ControlDriver, ControlWorld>({
  kind: 'unleash',
  open(control, world) {
    const { connection, flag, environment, client_token: clientToken } = control;
    const plain = (token: string) => ({ authorization: token });
    const api = openControlApi(world, connection, 'Unleash', plain);
    const admin = unleashAdmin(api, control);

    const write = async (change: Change, signal: AbortSignal): Promise<Effect> => {
      try {
        const now = await admin.state(signal);
        if (now === null) return rejected(`${change.target} is not there`);
        const hindered = hindrance(change, touchedOf(now));
        if (hindered !== null) return hindered;
        const trouble = await admin.turn(change.to['enabled'] === true, signal);
        if (trouble !== null) return effectOfTrouble(trouble);
        const done = `${change.target} is switched ${change.to['enabled'] === true ? 'on' : 'off'}`;
        // Switching it on had added the one that is too many.
        for (const id of change.to['strategies'] === 0 ? now.strategies : []) {
          const left = await admin.removeStrategy(id, signal);
          if (left !== null) return afterPart(done, effectOfTrouble(left));
        }
        return applied(done);
      } catch (thrown) {
        return effectOfBlindness(thrown);
      }
    };

    return {
      traits: {
        actions: ['disable', 'enable', 'kill'],
        readable: true,
        idempotent: true,
        stopsInFlight: false,
        effectMs: control.effect,
        expiresNatively: false,
      },
      healthy: (action) => ({ enabled: action !== 'enable', strategies: 1 }),
      async read(action, signal) {
        const now = await admin.state(signal);
        return {
          exists: now !== null,
          target: `flag ${flag} in ${environment} at ${api.host()}`,
          touched: now === null ? { enabled: null, strategies: null } : touchedOf(now),
          version: null,
          sharedWith: [],
          keepsRunning: action === 'enable' ? null : 'runs that have read the flag already go on',
        };
      },
      plan({ action }, { target, touched }) {
        const enabled = action === 'enable';
        if (standsAs({ enabled }, touched)) return null;
        const strategies = touched['strategies'] ?? null;
        const to = { enabled, strategies: enabled && strategies === 0 ? 1 : strategies };
        const from = { enabled: touched['enabled'] ?? null, strategies };
        return { action, target, from, to, version: null, reversible: true, lasting: null };
      },
      apply: (change, _key, signal) => write(change, signal),
      async confirm(change, signal) {
        const now = await admin.state(signal);
        const seen = now === null ? 'contradicted' : seenOf(change, touchedOf(now));
        if (seen !== 'seen' || clientToken === undefined) return seen;
        const token = world.secrets.reveal(clientToken);
        const told = await unleashSeen(openControlApi({ ...world, credential: () => token }, connection, 'Unleash', plain), flag, signal);
        if (told.environment !== null && told.environment !== environment) throw otherEnvironment(flag, environment, told.environment);
        return told.enabled === change.to['enabled'] ? 'seen' : 'not-yet';
      },
      undo: (change, _key, signal) => write(reversed(change), signal),
    };
  },
});

const touchedOf = ({ enabled, strategies }: UnleashState): Touched => ({ enabled, strategies: strategies.length });

const otherEnvironment = (flag: string, wanted: string, told: string) =>
  usageError({
    code: 'client_token_elsewhere',
    message: `the client token for flag ${flag} is of environment ${told}, so that it cannot confirm what happens in ${wanted}`,
    hint: `make a client token of ${wanted} and give it as client_token`,
  });
