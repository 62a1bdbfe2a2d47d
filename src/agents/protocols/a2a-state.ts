/** What a state of a task means for the one who waits for it. */
export type Standing = 'pending' | 'done' | 'failed' | 'refused' | 'waiting';

/** The states of 1.0 without their prefix and those of 0.3, which once was spelled with two l. */
export const standings: ReadonlyMap<string, Standing> = new Map([
  ['submitted', 'pending'],
  ['working', 'pending'],
  ['unknown', 'pending'],
  ['unspecified', 'pending'],
  ['completed', 'done'],
  ['failed', 'failed'],
  ['canceled', 'failed'],
  ['cancelled', 'failed'],
  ['rejected', 'refused'],
  ['input-required', 'waiting'],
  ['auth-required', 'waiting'],
]);

/** A state as both versions mean it: `TASK_STATE_INPUT_REQUIRED` is `input-required`. */
export const stateName = (given: string): string =>
  given
    .replace(/^TASK_STATE_/, '')
    .toLowerCase()
    .replaceAll('_', '-');
