import type { Json } from '../../../src/ground/json.ts';
import { fakeClock } from '../../support/fake-context.ts';
import { openPeer } from '../../support/http-peer.ts';
import { type LiteLlmStubParts, liteLlmKey, liteLlmStub } from '../../support/litellm-stub.ts';
import {
  type ControlFault,
  type ControlHarness,
  type ControlPeer,
  type ControlVariant,
  connection,
  faultable,
  readCredential,
  writeCredential,
} from '../control-suite.ts';

type Stub = ReturnType<typeof liteLlmStub>;

const open = async (
  control: Record<string, unknown>,
  parts: Partial<LiteLlmStubParts>,
  { meddle, prepare = () => {} }: { readonly meddle: (stub: Stub) => void; readonly prepare?: (stub: Stub) => void },
): Promise<ControlPeer> => {
  const clock = fakeClock();
  const stub = liteLlmStub({ clock, admin: writeCredential, viewer: readCredential, ...parts });
  prepare(stub);
  const { reply, writes, fail } = faultable(stub.reply, ({ method }) => method !== 'GET');
  const peer = await openPeer(reply);
  return {
    control: { connection: 'gateway', ...control },
    connections: connection('gateway', peer.url),
    world: { clock },
    look: () => structuredClone(stub.state()),
    meddle: () => meddle(stub),
    remove: () => stub.remove(),
    effects: () => [...stub.effects],
    writes,
    fail,
    settle: () => clock.advance(120_000),
  };
};

const faults: ControlVariant['faults'] = {
  read: ['401', '403', '429', '500', '503', 'cut', 'html'],
  write: ['401', '403', '404', '409', '429', '500', '503', 'cut', 'html', 'drop'],
};
const all = faults.write as readonly ControlFault[];

const limited = { rpm_limit: 600, max_budget: 20, budget_duration: '1d', metadata: { team: 'cx' } };
const keyOf = (alias: string) => [liteLlmKey(`${alias}-other`), liteLlmKey(alias, limited)];
const held = { key_alias: 'support' };
const withKey = (fields: Record<string, Json>) => (stub: Stub) => {
  Object.assign(stub.key('support'), fields);
};

/** What nobody may take away for the suite: chains and requests in flight are never away, only empty. */
const withoutRemove = async (opening: Promise<ControlPeer>): Promise<ControlPeer> => {
  const { remove: _, ...peer } = await opening;
  return peer;
};

const harness: ControlHarness = {
  variants: [
    {
      name: 'limits of a key',
      wishes: [
        { action: 'throttle', params: { requests_per_minute: 10 } },
        { action: 'throttle', params: { requests_per_minute: null, tokens_per_minute: 5000, max_parallel: 1, budget_usd: 0.5 } },
      ],
      senseless: [
        { action: 'throttle', params: {} },
        { action: 'throttle', params: { requests_per_minute: -1 } },
        { action: 'throttle', params: { budget_usd: '5' } },
        { action: 'throttle', params: { speed: 3 } },
      ],
      faults,
      open: () => open(held, { keys: keyOf('support') }, { meddle: withKey({ rpm_limit: 60, tpm_limit: 1 }) }),
      openNamed: (name) => open({ key_alias: name }, { keys: keyOf(name) }, { meddle: () => {} }),
    },
    {
      name: 'the block of a key',
      wishes: [
        { action: 'disable', params: {} },
        { action: 'kill', params: {} },
      ],
      faults,
      open: () => open({ ...held, action: 'block' }, { keys: keyOf('support') }, { meddle: withKey({ blocked: 'maybe' }) }),
    },
    {
      name: 'a blocked key, by its hash',
      wishes: [{ action: 'enable', params: {} }],
      open: async () => {
        const key = liteLlmKey('support', { blocked: true });
        return open({ key: key['token'] }, { keys: [key] }, { meddle: withKey({ blocked: 'maybe' }) });
      },
    },
    {
      name: 'limits of a team',
      wishes: [
        { action: 'throttle', params: { requests_per_minute: 10, budget_usd: 1 } },
        { action: 'disable', params: {} },
      ],
      senseless: [{ action: 'throttle', params: { max_parallel: 1 } }],
      open: () =>
        open(
          { team: 'cx' },
          { teams: [{ team_id: 'cx', rpm_limit: 100, max_budget: null, blocked: false }] },
          { meddle: (stub) => Object.assign(stub.team('cx'), { rpm_limit: 1, blocked: 'maybe' }) },
        ),
    },
    {
      name: 'no fallbacks yet',
      wishes: [{ action: 'failover', params: { to: ['small', 'large-b'] } }],
      senseless: [
        { action: 'failover', params: { to: [] } },
        { action: 'failover', params: { to: ['large'] } },
        { action: 'failover', params: { to: ['a', 'b', 'c', 'd', 'e', 'f'] } },
        { action: 'failover', params: { to: ['small', 'small'] } },
      ],
      faults: { read: faults.read?.filter((fault) => fault !== '404') ?? [], write: all },
      open: () => withoutRemove(open({ model_group: 'large' }, {}, { meddle: (stub) => stub.setChain('general/large', ['large-b']) })),
      openNamed: (name) => withoutRemove(open({ model_group: name }, { models: [name, 'small', 'large-b'] }, { meddle: () => {} })),
    },
    {
      name: 'other fallbacks',
      wishes: [{ action: 'failover', params: { to: ['small'] } }],
      open: () =>
        withoutRemove(
          open(
            { model_group: 'large', fallback_type: 'context_window' },
            { fallbacks: { 'context_window/large': ['large-b'], 'general/large': ['large-b', 'small'] } },
            { meddle: (stub) => stub.setChain('context_window/large', ['large-b', 'small']) },
          ),
        ),
    },
    {
      name: 'the route of a key',
      wishes: [
        { action: 'route_model', params: { model: 'small' } },
        { action: 'rollback_model', params: { model: 'large-b' } },
      ],
      senseless: [
        { action: 'route_model', params: {} },
        { action: 'route_model', params: { model: 'large' } },
      ],
      open: () =>
        open(
          { ...held, model_group: 'large' },
          { keys: [liteLlmKey('support', { aliases: { fast: 'small' } })] },
          { meddle: withKey({ aliases: { large: 'other' } }) },
        ),
    },
    {
      name: 'requests in flight',
      wishes: [{ action: 'kill', params: {} }],
      faults: { read: ['401', '429', '500', 'cut', 'html'], write: ['401', '403', '429', '500', 'html', 'drop'] },
      open: () =>
        withoutRemove(
          open(
            { ...held, action: 'cancel' },
            { keys: keyOf('support') },
            { meddle: (stub) => stub.finish(), prepare: (stub) => stub.begin('support', 1) },
          ),
        ),
    },
  ],
};

export default harness;
