import type { Letter } from './port.ts';
import { digest } from './wording.ts';

/** What makes mails of one thing a thread (RFC 5322, section 3.6.4). Ids without their angle brackets. */
export interface MailThread {
  readonly id: string;
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
}

/**
 * The ids of a mail that says one thing or several. The mail of a beginning has an id made of the key and the moment it began, so that
 * every later one can name it without anything being kept; a copy of a mail has the same id as the first.
 * @param domain of the sender
 */
export const threadOf = (letters: readonly Letter[], domain: string): MailThread => {
  const roots = letters.flatMap((letter) => (letter.message.about === undefined ? [] : [rootOf(letter, domain)]));
  const [only] = letters;
  const isFirst = letters.length === 1 && only?.message.about?.phase === 'begins';
  const [root] = roots;
  if (isFirst && root !== undefined) return { id: root, inReplyTo: null, references: [] };
  return {
    id: `agentops-${digest(letters.map(({ id }) => id).join(' '))}@${domain}`,
    inReplyTo: root ?? null,
    references: [...new Set(roots)],
  };
};

const rootOf = ({ message }: Letter, domain: string): string =>
  `agentops-${digest(JSON.stringify([message.fleet, message.about?.key ?? '', message.about?.since ?? 0]))}@${domain}`;
