import type { Fleet } from '../../fleet/agent.ts';

/** Makes a prompt or an answer fit to be kept: without secrets and personal data, and not without end. */
export type TextKeeper = (text: string) => string;

/** What a fleet's texts go through on their way into the cache; null where they are not kept, which is anything but `capture: io`. */
export const loadTextKeeper = async ({ capture }: Pick<Fleet, 'capture'>): Promise<TextKeeper | null> =>
  capture === 'io' ? (await import('../../ground/redaction/kept-text.ts')).keptText : null;
