import { randomUUID } from 'node:crypto';
import type { Context } from '../../../ground/runtime/context.ts';
import type { Journal, Write } from '../../../ground/store/port.ts';
import { formatMoney } from '../../../ground/units/amount.ts';
import { forgetSpendWrite, holdWrite, readSpent, settleWrite, utcDay } from './spend.journal.ts';

/** Money kept aside for one question to a judge. */
export interface Hold {
  readonly id: string;
  readonly day: number;
  readonly nanos: number;
}

/** What judges may cost in a UTC day. Whoever asks one holds money first, so that a kill at any moment leaves the cap kept. */
export interface Purse {
  /**
   * Keeps the most that a question may cost aside, durably; waits while others hold what they may not need. Null: the day has no room for it.
   * @param nanos null: what it may cost is not known; null is answered under a cap
   */
  hold(nanos: number | null): Promise<Hold | null>;
  /** @param nanos what it has cost; null: it was answered and nobody knows, so the whole of what was held counts as spent */
  settle(hold: Hold, nanos: number | null): Promise<void>;
  /** Why nothing more is asked; null: there is room. */
  refusal(): string | null;
  /** Nano-dollars since it was opened. */
  spentNanos(): number;
  /** Nano-dollars of the present UTC day, by earlier runs too. */
  todayNanos(): Promise<number>;
}

/**
 * @param capNanos of one UTC day; null: no cap, and what is spent is only written down
 * @param commit writes as the only one who spends
 */
export const openPurse = (
  { clock }: Pick<Context, 'clock'>,
  journal: Journal,
  capNanos: number | null,
  commit: (writes: readonly Write[]) => Promise<void>,
): Purse => {
  const days = new Map<number, Promise<{ taken: number; open: number; holds: number }>>();
  const today = () => {
    const day = utcDay(clock.now());
    const known = days.get(day);
    if (known !== undefined) return { day, read: known };
    const read = readSpent(journal, day).then((taken) => ({ taken, open: 0, holds: 0 }));
    days.set(day, read);
    return { day, read };
  };
  let because: string | null = null;
  let spent = 0;
  let failure: { readonly thrown: unknown } | null = null;
  let waiting: (() => void)[] = [];
  const wake = () => {
    const woken = waiting;
    waiting = [];
    for (const each of woken) each();
  };

  /** What cannot be written down must not be spent: everyone who waits for money is told. */
  const write = async (writes: readonly Write[]): Promise<void> => {
    try {
      await commit(writes);
    } catch (thrown) {
      failure ??= { thrown };
      wake();
      throw thrown;
    }
  };

  const take = async (nanos: number): Promise<Hold | null> => {
    for (;;) {
      if (failure !== null) throw failure.thrown;
      const { day, read } = today();
      const money = await read;
      if (capNanos === null || money.taken + nanos <= capNanos) {
        money.taken += nanos;
        money.open += nanos;
        money.holds += 1;
        return { id: randomUUID(), day, nanos };
      }
      const couldFit = money.taken - money.open + nanos <= capNanos;
      if (money.holds === 0 || !couldFit) {
        because ??= `the cap of ${formatMoney(capNanos)} a day leaves no room for a question that may cost ${formatMoney(nanos)}: ${formatMoney(money.taken)} are spent or kept aside today`;
        return null;
      }
      await new Promise<void>((woken) => waiting.push(woken));
    }
  };

  return {
    async hold(nanos) {
      if (because !== null) return null;
      if (nanos === null && capNanos !== null) {
        because ??=
          'what a judge costs is not known, so a cap on money cannot be kept: give its model a price under prices: in the manifest';
        return null;
      }
      const hold = await take(nanos ?? 0);
      if (hold !== null) await write([holdWrite(hold.id, hold.day, hold.nanos), forgetSpendWrite(hold.day)]);
      return hold;
    },
    async settle({ id, day, nanos }, cost) {
      const paid = cost ?? nanos;
      const money = await days.get(day);
      if (money === undefined) throw new Error('money is settled on the day it was held');
      await write([settleWrite(id, paid)]);
      money.taken += paid - nanos;
      money.open -= nanos;
      money.holds -= 1;
      spent += paid;
      if (cost === null && capNanos !== null)
        because ??=
          'a judge did not tell what its answer cost, so a cap on money cannot be kept: give its model a price under prices: in the manifest';
      wake();
    },
    refusal: () => because,
    spentNanos: () => spent,
    async todayNanos() {
      return (await today().read).taken;
    },
  };
};
