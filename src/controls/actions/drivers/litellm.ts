import { openLiteLlm } from '../../../clients/litellm.ts';
import { opener } from '../../../fleet/slots.ts';
import { usageError } from '../../../ground/errors.ts';
import { applyChecked } from '../apply-checked.ts';
import { reversed, seenOf, standsAs } from '../compare.ts';
import type { Config } from '../configs/litellm.ts';
import { openActiveRequests } from '../litellm/open-active-requests.ts';
import { openFallback } from '../litellm/open-fallback.ts';
import { openBlock, openHolder, openLimits, openRoute } from '../litellm/open-key.ts';
import type { Aspect } from '../litellm/port.ts';
import { bearer, openControlApi } from '../open-control-api.ts';
import type { Action, Change, ControlDriver, ControlWorld, Effect } from '../port.ts';

/**
 * A LiteLLM proxy: limits and block of the key an agent calls with, the models its requests go to, and what is in flight. The proxy takes
 * what it does not know without a word, so that everything is read back.
 */
export default opener<Config, ControlDriver, ControlWorld>({
  kind: 'litellm',
  open: (control, world) => {
    const aspectOf = openAspects(control, world);
    const isCancelling = control.action === 'cancel';
    const apply = (change: Change, signal: AbortSignal): Promise<Effect> => {
      const aspect = aspectOf(change.action);
      const read = async () => (await aspect.read(change.action, signal)).touched;
      return applyChecked(change, { read, set: () => aspect.set(change, signal) });
    };
    return {
      traits: {
        actions: actionsOf(control),
        readable: true,
        idempotent: true,
        stopsInFlight: isCancelling,
        effectMs: isCancelling ? 5000 : control.effect,
        expiresNatively: false,
      },
      healthy: (action) => aspectOf(action).healthy(action),
      read: (action, signal) => aspectOf(action).read(action, signal),
      plan({ action, params }, { target, touched, exists }) {
        const aspect = aspectOf(action);
        if (!exists) throw missing(target);
        const to = aspect.wish(action, params, touched);
        if (standsAs(to, touched)) return null;
        const from = Object.fromEntries(Object.keys(to).map((field) => [field, touched[field] ?? null]));
        return { action, target, from, to, version: null, reversible: aspect.lasting === null, lasting: aspect.lasting };
      },
      apply: (change, _key, signal) => apply(change, signal),
      async confirm(change, signal) {
        const aspect = aspectOf(change.action);
        const seen = seenOf(change, (await aspect.read(change.action, signal)).touched);
        return seen === 'seen' && (await aspect.shows?.(change, signal)) === false ? 'not-yet' : seen;
      },
      undo: (change, _key, signal) => apply(reversed(change), signal),
    };
  },
});

const missing = (target: string) =>
  usageError({ code: 'target_missing', message: `there is no ${target}`, hint: 'check the names in controls: against those of the proxy' });

const isHeld = ({ key_alias, key, team }: Config): boolean => (key_alias ?? key ?? team) !== undefined;

const actionsOf = (control: Config): readonly Action[] => {
  if (control.action === 'cancel') return ['kill'];
  return [
    ...(isHeld(control) ? (['throttle', 'disable', 'enable', 'kill'] as const) : []),
    ...(control.model_group === undefined ? [] : (['failover'] as const)),
    ...(control.model_group === undefined || !isHeld(control) || control.team !== undefined
      ? []
      : (['route_model', 'rollback_model'] as const)),
  ];
};

/** What an action changes. Throws a usage error for one that this control does not name a target of. */
const openAspects = (control: Config, world: ControlWorld): ((action: Action) => Aspect) => {
  const api = openLiteLlm(
    // Who acts is kept by the proxy in its own audit rows.
    openControlApi(world, control.connection, 'LiteLLM', (credential) => ({
      ...bearer(credential),
      'litellm-changed-by': printable(world.actor),
    })),
  );
  const { key_alias, key, team, model_group } = control;
  const holder = openHolder(api, {
    ...(key_alias === undefined ? {} : { alias: key_alias }),
    ...(key === undefined ? {} : { hash: key }),
    ...(team === undefined ? {} : { team }),
  });
  return (action) => {
    if (!actionsOf(control).includes(action)) throw unbound(action);
    if (control.action === 'cancel') {
      return openActiveRequests(api, {
        ...(key_alias === undefined ? {} : { keyAlias: key_alias }),
        ...(model_group === undefined ? {} : { model: model_group }),
      });
    }
    if (action === 'failover') return openFallback(api, model_group ?? '', control.fallback_type);
    if (holder === null) throw unbound(action);
    if (action === 'throttle') return openLimits(api, holder);
    if (action === 'route_model' || action === 'rollback_model') return openRoute(api, holder, model_group ?? '');
    return openBlock(api, holder, world.clock);
  };
};

/** A header takes visible ASCII alone. */
const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?');

const unbound = (action: Action) =>
  usageError({
    code: 'action_unbound',
    message: `this litellm control does not name what ${action} would change`,
    hint: 'throttle, disable and kill need key_alias, key or team; failover needs model_group, route_model both',
  });
