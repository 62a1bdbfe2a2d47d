import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { openControl } from '../../src/controls/actions/open-control.ts';
import type { ControlDriver, ControlWorld, Desired } from '../../src/controls/actions/port.ts';
import { controlConfigs } from '../../src/controls/actions/registry.ts';
import type { Fleet } from '../../src/fleet/agent.ts';
import { OpsError } from '../../src/ground/errors.ts';
import { canonicalJson, type Json } from '../../src/ground/json.ts';
import type { Env } from '../../src/ground/runtime/context.ts';
import { aFleet, anAgent } from '../support/facts.ts';
import { fakeClock, fakeContext } from '../support/fake-context.ts';
import type { Received, Reply } from '../support/http-peer.ts';
import { body, hangUp, json } from '../support/replies.ts';
import { openWorld, ref } from '../support/world.ts';

/** What can go wrong with one request, by name. `drop`: HTTP 200, and nothing happens. */
export type ControlFault = '401' | '403' | '404' | '409' | '429' | '500' | '503' | 'cut' | 'html' | 'drop';

/** A control plane that works, and everything a test must know of it. What it holds is its own: no test sees another's. */
export interface ControlPeer {
  /** The control as the manifest has it; its config schema reads it, references as `ref()`. */
  readonly control: Record<string, unknown>;
  /** Its connections, as `connection()` makes them; default: none. */
  readonly connections?: Fleet['connections'];
  readonly backends?: Fleet['backends'];
  /** The folder of the manifest; default: one that is not there. */
  readonly folder?: string;
  readonly env?: Env;
  /** Parts of the world that are not the real ones, such as a clock. */
  readonly world?: Partial<ControlWorld>;
  /** Everything that actions may touch, seen behind the driver's back: an undo must restore it. */
  look(): Json | Promise<Json>;
  /** Somebody else changes what the wishes touch; left out where it can only be as before or as wished. */
  meddle?(): void | Promise<void>;
  /** What the plane really did, in order: one line for each change of its state. Reading leaves no line. */
  effects(): readonly string[] | Promise<readonly string[]>;
  /** Requests that may change something, as they came in; null where the plane is not spoken to by requests. */
  writes(): number | null;
  /** Takes the target away; left out where it cannot be away. */
  remove?(): void | Promise<void>;
  /** From now on the next request that reads, or that writes, meets the fault; `drop` stays. */
  fail?(on: 'read' | 'write', fault: ControlFault): void;
  /** Lets the time pass that the plane takes until an action shows; default: none is needed. */
  settle?(): void | Promise<void>;
}

/** How one driver is tried. The default export of `harnesses/<kind>.ts`. */
export interface ControlHarness {
  /** Each changes a healthy target. At least one for each action of the driver, hence over several variants of the control, if need be. */
  readonly variants: readonly ControlVariant[];
  /** A real plane that is not there skips the suite (test/support/peer-or-skip). */
  readonly isThere?: () => boolean;
}

export interface ControlVariant {
  readonly name: string;
  readonly wishes: readonly Desired[];
  /** Faults that the plane can be made to have, on reading and on writing; default: none. */
  readonly faults?: { readonly read?: readonly ControlFault[]; readonly write?: readonly ControlFault[] };
  /** Effects that this driver rightly names otherwise, by fault: `404` of a cancel is `already`. */
  readonly otherwise?: Partial<Record<ControlFault, ControlEffect>>;
  /** True: the wishes ask for one before what is there, so that planning them again goes one further. */
  readonly isRelative?: boolean;
  /** Wishes that make no sense for the target: `plan` refuses each with a usage error. */
  readonly senseless?: readonly Desired[];
  open(): Promise<ControlPeer>;
  /** A peer whose target bears a name that tries to break out; left out where names are not the caller's. */
  openNamed?(name: string): Promise<ControlPeer>;
}

type ControlEffect = 'applied' | 'already' | 'conflict' | 'rejected' | 'unsure';

/** Names that would do harm if a shell, an option parser, a URL, a header or a terminal got hold of them. */
export const hostileNames = [
  '; rm -rf /',
  '$(id)',
  '`id`',
  '--flag',
  '../../../etc/passwd',
  'a/b?c=d#e&f',
  'one\ntwo: three',
  '\u001b[2J\u001b]0;owned\u0007',
  '{{ params.x }} ${HOME} %2e%2e',
  '__proto__',
];

/** A connection as the loader makes it; each credential is the variable of its name, and `env` of `controlEnv` holds it. */
export const connection = (name: string, url: string): Fleet['connections'] => ({
  [name]: { name, url: ref(url), read: ref('${CONTROL_READ}'), write: ref('${CONTROL_WRITE}'), headers: {} },
});

export const readCredential = 'read-credential-0001';
export const writeCredential = 'write-credential-0002';
const controlEnv: Env = { CONTROL_READ: readCredential, CONTROL_WRITE: writeCredential, AGENTOPS_ACTOR: 'tester@lab' };

const never = new AbortController().signal;
const retryAfterSeconds = 7;

const faultReplies: Readonly<Record<ControlFault, Reply | null>> = {
  '401': json({ error: { message: 'who are you' } }, 401),
  '403': json({ error: { message: 'you may not' } }, 403),
  '404': json({ error: { message: 'not here' } }, 404),
  '409': json({ error: { message: 'somebody was faster' } }, 409),
  '429': json({ error: { message: 'slower' } }, 429, { 'retry-after': String(retryAfterSeconds) }),
  '500': json({ error: { message: 'no luck today' } }, 500),
  '503': body('upstream is gone', 'text/plain', 503),
  cut: hangUp,
  html: body('<!doctype html><title>Sign in</title>', 'text/html'),
  drop: null,
};

/**
 * A plane over HTTP whose next answer can be made to fail. It stands between the server and the state: what fails did not happen, but for
 * `cut`, which happened and was not told.
 * @param dropped how the plane answers a write that it silently drops
 */
export const faultable = (healthy: Reply, isWrite: (request: Received) => boolean, dropped: Reply = json({})) => {
  const next: { read: ControlFault | null; write: ControlFault | null } = { read: null, write: null };
  let writes = 0;
  const reply: Reply = (request, response) => {
    const on = isWrite(request) ? 'write' : 'read';
    if (on === 'write') writes += 1;
    const fault = next[on];
    if (fault === null) return healthy(request, response);
    if (fault === 'drop') return dropped(request, response);
    next[on] = null;
    if (fault === 'cut' && on === 'write') {
      const { socket } = response;
      response.end = () => response;
      healthy(request, response);
      socket?.destroy();
      return;
    }
    faultReplies[fault]?.(request, response);
  };
  return {
    reply,
    writes: () => writes,
    fail: (on: 'read' | 'write', fault: ControlFault) => {
      next[on] = fault;
    },
  };
};

const usual: Readonly<Record<ControlFault, { readonly result: ControlEffect; readonly retry: boolean }>> = {
  '401': { result: 'rejected', retry: false },
  '403': { result: 'rejected', retry: false },
  '404': { result: 'rejected', retry: false },
  '409': { result: 'conflict', retry: false },
  '429': { result: 'rejected', retry: true },
  '500': { result: 'unsure', retry: true },
  '503': { result: 'unsure', retry: true },
  cut: { result: 'unsure', retry: true },
  html: { result: 'unsure', retry: true },
  drop: { result: 'applied', retry: false },
};

/** Opens the control of a peer as a run does. */
export const openOn = async (kind: string, peer: ControlPeer, access: ControlWorld['access']): Promise<ControlDriver> => {
  const real = openWorld({ ...controlEnv, ...peer.env });
  onTestFinished(() => real.http.close());
  const load = controlConfigs[kind];
  if (load === undefined) throw new Error(`${kind} is not registered`);
  const config = (await load()).default.config.parse({ via: kind, ...peer.control });
  const fleet = {
    ...aFleet(anAgent()),
    path: `${peer.folder ?? '/nowhere'}/agentops.yaml`,
    connections: peer.connections ?? {},
    backends: peer.backends ?? {},
  };
  // Time stands still unless somebody sleeps: a driver that waits is seen to, and no test waits for it.
  const ctx = fakeContext({ ...real, clock: fakeClock(), env: { ...controlEnv, ...peer.env }, ...peer.world });
  return openControl(ctx, fleet, 'support', { kind, config, at: { file: 'agentops.yaml', line: 1, column: 1 } }, access);
};

/** What every driver promises, whatever stands behind it. */
export const controlContract = (kind: string, { variants, isThere }: ControlHarness): void => {
  describe.skipIf(isThere?.() === false).each(variants)(`${kind}, $name`, (variant) => {
    afterEach(() => vi.restoreAllMocks());

    const begin = async (given?: ControlPeer) => {
      const peer = given ?? (await variant.open());
      const [looking, acting] = [await openOn(kind, peer, 'read'), await openOn(kind, peer, 'write')];
      return { peer, looking, acting };
    };
    const planned = async (driver: ControlDriver, want: Desired) => {
      const change = driver.plan(want, await driver.read(want.action, never));
      if (change === null) throw new Error(`${canonicalJson(want as unknown as Json)} changes nothing on a healthy target`);
      return change;
    };

    it('declares what it can, in terms that a plan can show', async () => {
      const { traits } = (await begin()).looking;
      for (const { action } of variant.wishes) expect(traits.actions).toContain(action);
      expect(traits.effectMs).toBeGreaterThanOrEqual(0);
    });

    describe.each(variant.wishes.map((want) => ({ want, name: `${want.action} ${canonicalJson(want.params)}` })))('$name', ({ want }) => {
      it('reads, plans and is journaled as JSON, without changing anything', async () => {
        const { peer, looking } = await begin();
        const before = await peer.look();
        const now = await looking.read(want.action, never);
        const change = looking.plan(want, now);
        expect(looking.plan(want, now)).toEqual(change);
        expect(JSON.parse(JSON.stringify(change))).toEqual(change);
        expect(now.exists).toBe(true);
        expect(change?.action).toBe(want.action);
        expect(change?.lasting === null).toBe(change?.reversible);
        expect(await peer.look()).toEqual(before);
        expect([await peer.effects(), peer.writes() ?? 0]).toEqual([[], 0]);
      });

      it('plans on the healthy state of a rehearsal', async () => {
        const { looking } = await begin();
        const now = {
          exists: true,
          target: 'twin',
          touched: looking.healthy(want.action),
          version: null,
          sharedWith: [],
          keepsRunning: null,
        };
        expect(looking.plan(want, now)).not.toBeNull();
      });

      it('applies, confirms by effect, and has nothing left to plan', async () => {
        const { peer, looking, acting } = await begin();
        const change = await planned(looking, want);
        if (looking.traits.readable) expect(await looking.confirm(change, never)).toBe('not-yet');
        expect(await acting.apply(change, 'run/step/1', never)).toMatchObject({ result: 'applied', retry: false });
        await peer.settle?.();
        expect((await peer.effects()).length).toBeGreaterThan(0);
        if (!looking.traits.readable) return;
        expect(await looking.confirm(change, never)).toBe('seen');
        if (variant.isRelative !== true) expect(looking.plan(want, await looking.read(want.action, never))).toBeNull();
      });

      it('restores exactly what was there', async () => {
        const { peer, looking, acting } = await begin();
        const before = await peer.look();
        const change = await planned(looking, want);
        if (!change.reversible) {
          expect(change.lasting).toMatch(/\w/);
          return;
        }
        await acting.apply(change, 'run/step/1', never);
        await peer.settle?.();
        expect(await peer.look()).not.toEqual(before);
        expect(await acting.undo(change, 'run/step/1/undo', never)).toMatchObject({ result: 'applied' });
        await peer.settle?.();
        expect(await peer.look()).toEqual(before);
        if (looking.traits.readable) expect((await acting.undo(change, 'run/step/1/undo', never)).result).toBe('already');
      });

      it('does once what is asked twice', async () => {
        const { peer, looking, acting } = await begin();
        if (!looking.traits.idempotent) return;
        const change = await planned(looking, want);
        await acting.apply(change, 'run/step/1', never);
        await peer.settle?.();
        const [once, state] = [await peer.effects(), await peer.look()];
        expect(['applied', 'already']).toContain((await acting.apply(change, 'run/step/1', never)).result);
        await peer.settle?.();
        expect([await peer.effects(), await peer.look()]).toEqual([once, state]);
      });

      it('neither acts nor restores over the change of somebody else', async () => {
        const { peer, looking, acting } = await begin();
        const change = await planned(looking, want);
        if (!looking.traits.readable || !change.reversible || peer.meddle === undefined) return;
        await peer.meddle();
        const meddled = await peer.look();
        expect((await acting.apply(change, 'run/step/1', never)).result).toBe('conflict');
        expect((await acting.undo(change, 'run/step/1/undo', never)).result).toBe('conflict');
        expect(await looking.confirm(change, never)).not.toBe('seen');
        expect(await peer.look()).toEqual(meddled);
      });

      it('says that the target is not there, and does not fail over it', async () => {
        const { peer, looking } = await begin();
        if (peer.remove === undefined) return;
        await peer.remove();
        expect((await looking.read(want.action, never)).exists).toBe(false);
      });

      it('cannot act when it was opened to look', async () => {
        const { peer, looking } = await begin();
        const change = await planned(looking, want);
        await expect(looking.apply(change, 'run/step/1', never)).rejects.toThrow('opened for reading');
        await expect(looking.undo(change, 'run/step/1', never)).rejects.toThrow('opened for reading');
        expect([await peer.effects(), peer.writes() ?? 0]).toEqual([[], 0]);
      });

      it.each(variant.faults?.write ?? [])('tells what came of it: %s on writing', async (fault) => {
        const { peer, looking, acting } = await begin();
        const change = await planned(looking, want);
        peer.fail?.('write', fault);
        const effect = await acting.apply(change, 'run/step/1', never);
        const result = variant.otherwise?.[fault] ?? usual[fault].result;
        expect(effect).toMatchObject({ result, retryAfterMs: fault === '429' ? retryAfterSeconds * 1000 : null });
        if (variant.otherwise?.[fault] === undefined) expect(effect.retry).toBe(usual[fault].retry);
        expect(effect.evidence).toMatch(/\w/);
        expect(effect.evidence).not.toContain(writeCredential);
        // The connection broke after it was done; everything else did nothing.
        expect((await peer.effects()).length > 0).toBe(fault === 'cut');
        if (fault === 'drop') {
          await peer.settle?.();
          expect(await looking.confirm(change, never)).not.toBe('seen');
        }
        expect(peer.writes()).toBe(1);
      });

      it.each(variant.faults?.read ?? [])('cannot see: %s on reading', async (fault) => {
        const { peer, looking } = await begin();
        peer.fail?.('read', fault);
        const reading = looking.read(want.action, never);
        if (fault === '404') expect((await reading).exists).toBe(false);
        else {
          const thrown = await reading.then(
            () => null,
            (error: unknown) => error,
          );
          expect(thrown).toBeInstanceOf(OpsError);
          expect(thrown).toMatchObject({ kind: 'unable' });
          expect((thrown as OpsError).message).not.toContain(readCredential);
        }
      });
    });

    it.each(variant.senseless?.map((want) => ({ want, name: canonicalJson(want as unknown as Json) })) ?? [])(
      'refuses to plan $name',
      async ({ want }) => {
        const { looking } = await begin();
        const now = await looking.read(want.action, never);
        expect(() => looking.plan(want, now)).toThrow(expect.objectContaining({ kind: 'usage' }));
      },
    );

    const { openNamed } = variant;
    it.each(openNamed === undefined ? [] : hostileNames)('takes the name %j for a name and nothing else', async (name) => {
      if (openNamed === undefined) return;
      const { peer, looking, acting } = await begin(await openNamed(name));
      const [want] = variant.wishes;
      if (want === undefined) return;
      const before = await peer.look();
      const change = await planned(looking, want);
      expect(await acting.apply(change, 'run/step/1', never)).toMatchObject({ result: 'applied' });
      await peer.settle?.();
      expect(await peer.look()).not.toEqual(before);
      if (!change.reversible) return;
      await acting.undo(change, 'run/step/1/undo', never);
      await peer.settle?.();
      expect(await peer.look()).toEqual(before);
    });
  });
};
