import { OpsError } from '../errors.ts';

/**
 * Why a journal that a team shares could not be asked: a sentence, and what is this machine's own can be told without it. Null: something else
 * was thrown, or the journal is a file, without which nothing on this machine works.
 */
export const whyOutOfReach = (thrown: unknown, isShared: boolean): string | null =>
  isShared && thrown instanceof OpsError && thrown.kind === 'unable' ? thrown.message : null;
