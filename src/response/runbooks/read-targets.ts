import type { OpenControl } from '../../controls/actions/open-twins.ts';
import type { Action, ControlDriver } from '../../controls/actions/port.ts';
import type { Slot } from '../../fleet/slots.ts';
import { OpsError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { runBounded } from '../../ground/runtime/pool.ts';
import type { Outline } from './outline.ts';
import type { Obstacle } from './plan.ts';
import { type Looked, targetKey } from './target.ts';

/** One look may take that long, ms. */
const readMs = 15_000;
const atOnce = 8;
const atOnceEachKind = 4;

interface Look {
  readonly key: string;
  readonly agent: string;
  readonly slot: Slot;
  readonly action: Action;
}

/** Looks at every target of the outlines, each once. Never throws for what a target said: what went wrong stands in the answer. */
export const readTargets = async (ctx: Context, outlines: readonly Outline[], open: OpenControl): Promise<ReadonlyMap<string, Looked>> => {
  const looks = new Map<string, Look>();
  for (const { agent, controls, wish, skipped, blocked } of outlines) {
    if (wish === null || skipped !== null || blocked !== null) continue;
    for (const slot of controls) {
      const key = targetKey(agent, slot, wish.action);
      looks.set(key, { key, agent: agent ?? '', slot, action: wish.action });
    }
  }
  const found = new Map<string, Looked>();
  const bounds = { total: atOnce, perKey: atOnceEachKind, keyOf: ({ slot }: Look) => slot.kind, signal: ctx.signal };
  await runBounded([...looks.values()], bounds, async (look) => {
    found.set(look.key, await readTarget(ctx, look, open));
  });
  ctx.signal.throwIfAborted();
  return found;
};

const readTarget = async (ctx: Context, { agent, slot, action }: Look, open: OpenControl): Promise<Looked> => {
  let driver: ControlDriver | null = null;
  const deadline = AbortSignal.timeout(readMs);
  try {
    driver = await open(agent, slot, 'read');
    if (!driver.traits.actions.includes(action)) return { driver, obstacle: cannotDo(slot, action) };
    return { driver, observed: await driver.read(action, AbortSignal.any([ctx.signal, deadline])) };
  } catch (thrown) {
    if (ctx.signal.aborted) throw thrown;
    if (deadline.aborted) {
      const why = `${slot.kind} did not answer within ${readMs / 1000} s`;
      return { driver, obstacle: { kind: 'unreadable', why, hint: 'agentops doctor --runbooks' } };
    }
    if (!(thrown instanceof OpsError)) throw thrown;
    const kind = thrown.kind === 'usage' ? 'impossible' : 'unreadable';
    return { driver, obstacle: { kind, why: thrown.message, hint: thrown.hint } };
  }
};

const cannotDo = (slot: Slot, action: Action): Obstacle => ({
  kind: 'impossible',
  why: `a control of kind ${slot.kind} as the manifest sets it cannot ${action.replace('_', ' ')}`,
  hint: `${slot.at.file}:${slot.at.line}`,
});
