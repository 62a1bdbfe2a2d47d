import type { Json } from '../../../ground/json.ts';
import type { Context } from '../../../ground/runtime/context.ts';
import type { Cache } from '../../../ground/store/port.ts';
import { noJudging } from '../conversation.ts';
import type { Judging } from '../port.ts';
import { readVerdict, saveVerdict } from './verdicts.cache.ts';

/** What was answered before, in this run or an earlier one. */
export interface Memory {
  /**
   * What is remembered under a key, else what `ask` finds out; equal questions that are asked at once are asked once.
   * @param form how an answer is kept (null: not at all), and read again (null: it cannot be)
   */
  recall<T extends { readonly judging: Judging }>(
    key: string,
    ask: () => Promise<T>,
    form: { keep(answer: T): Json | null; revive(said: Json): T | null },
  ): Promise<T>;
}

/** @param cache null: nothing is remembered beyond what is under way */
export const openMemory = ({ clock }: Pick<Context, 'clock'>, cache: Cache | null): Memory => {
  const underWay = new Map<string, Promise<unknown>>();
  return {
    async recall(key, ask, { keep, revive }) {
      const said = cache === null ? undefined : readVerdict(cache, key);
      const known = said === undefined ? null : revive(said);
      if (known !== null) return known;
      const earlier = underWay.get(key) as ReturnType<typeof ask> | undefined;
      // Whoever asked first pays.
      if (earlier !== undefined) return { ...(await earlier), judging: noJudging };
      const asking = ask();
      underWay.set(key, asking);
      try {
        const answer = await asking;
        const kept = keep(answer);
        if (cache !== null && kept !== null) saveVerdict(cache, key, kept, clock.now());
        return answer;
      } finally {
        underWay.delete(key);
      }
    },
  };
};
