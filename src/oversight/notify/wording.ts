import { createHash } from 'node:crypto';
import { inertLine, inertText } from '../../ground/output/escape.ts';
import type { About, Letter, Message } from './port.ts';

const phaseWords: Readonly<Record<About['phase'], string>> = {
  begins: 'FIRING',
  'goes-on': 'STILL FIRING',
  'taken-on': 'TAKEN ON',
  ends: 'RESOLVED',
};

/** Where a message stands, in a word or two that people look for. */
export const standingWord = ({ about, severity }: Pick<Message, 'about' | 'severity'>): string =>
  about === undefined ? (severity === 'page' ? 'PAGE' : 'NOTE') : phaseWords[about.phase];

/** One line, with nothing in it that acts or hides; still to be escaped for where it is shown. */
export const headline = (message: Message): string => inertLine(message.title);

/** What follows the headline, in lines: the text and the command to type. */
export const bodyOf = ({ text, next }: Message): string =>
  [inertText(text), ...(next === null ? [] : [`Next: ${inertLine(next)}`])].filter((part) => part !== '').join('\n');

/** The first `most` code points, the last of them `…` where some were cut. @param escapePoint of one code point, which is never cut in two */
export const cut = (text: string, most: number, escapePoint: (point: string) => string = (point) => point): string => {
  const whole = [...text].map(escapePoint);
  const lengths = whole.map((piece) => [...piece].length);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (total <= most) return whole.join('');
  let kept = 0;
  let length = 0;
  while (length + (lengths[kept] ?? 0) <= most - 1) length += lengths[kept++] ?? 0;
  return `${whole.slice(0, kept).join('')}…`;
};

/** The key by which a receiver that serves several fleets joins what is said of one thing; a digest where it would be too long. */
export const receiverKey = ({ message, dedupKey }: Pick<Letter, 'message' | 'dedupKey'>, most: number): string => {
  const key = `${message.fleet}/${message.about?.key ?? dedupKey}`;
  return [...key].length <= most ? key : `agentops/${digest(key)}`;
};

/** 32 characters that stand for a text. */
export const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);
