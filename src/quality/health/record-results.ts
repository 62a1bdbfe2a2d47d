import type { Journal } from '../../ground/store/port.ts';
import type { CheckResult } from './result.ts';
import { saveResults } from './results.journal.ts';

/** Long enough that a fast fleet is not slowed by the disk, short enough that a kill loses next to nothing. */
const saveEveryMs = 100;

export interface Recorder {
  add(result: CheckResult): void;
  /** Resolves when every result is stored; rejects with what storing them failed with. */
  close(): Promise<void>;
}

/** Stores results soon after they end, those within a few milliseconds in one durable commit: a thousand checks are not a thousand fsyncs. */
export const recordResults = (journal: Journal | null): Recorder => {
  let held: CheckResult[] = [];
  let timer: NodeJS.Timeout | null = null;
  let last: Promise<void> = Promise.resolve();

  const save = async () => {
    const batch = held;
    held = [];
    if (journal === null || batch.length === 0) return;
    try {
      await saveResults(journal, batch);
    } catch (thrown) {
      // Kept for the next attempt; storing a result twice changes nothing.
      held = [...batch, ...held];
      throw thrown;
    }
  };
  const flush = (): Promise<void> => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    last = last.catch(() => undefined).then(save);
    return last;
  };
  return {
    add(result) {
      held.push(result);
      // A failure in between is not the end: the last attempt, made by close, decides.
      timer ??= setTimeout(() => void flush().catch(() => undefined), saveEveryMs);
    },
    close: flush,
  };
};
