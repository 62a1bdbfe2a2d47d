import { createHmac } from 'node:crypto';
import { canonicalJson, parseJson } from '../../ground/json.ts';

/** Bytes of a key: as long as what HMAC-SHA256 keeps inside. */
export const hashKeyBytes = 32;

/** Keyed hash of a text, 64 bits, signed as SQLite has integers. Without the key nobody can tell which text it was, not even by guessing. */
export const hashText = (key: Uint8Array, text: string): bigint => createHmac('sha256', key).update(text).digest().readBigInt64BE(0);

/**
 * Hash of a prompt, equal for prompts that ask the same: apart from letter case, spacing, instants and random ids. It finds loops and
 * answers that a cache could have given.
 */
export const hashPrompt = (key: Uint8Array, prompt: string): bigint => hashText(key, normalPrompt(prompt));

/** Hash of a tool's arguments, equal for equal values in whatever order and spacing. Ids are kept: another id is another call. */
export const hashArguments = (key: Uint8Array, text: string): bigint => {
  const value = parseJson(text);
  return hashText(key, value === undefined ? text.trim() : canonicalJson(value));
};

const uuid = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
/** Made by a machine: hex of a trace, a hash, or a long number, or the ids that model APIs give to calls. */
const madeId = /\b(?:[0-9a-f]{16,64}|\d{10,}|(?:call|toolu|chatcmpl|msg|run|req)[_-][0-9a-z]+)\b/g;
const instant = /\b\d{4}-\d{2}-\d{2}(?:[t ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:z|[+-]\d{2}:?\d{2})?)?/g;

export const normalPrompt = (prompt: string): string =>
  prompt
    .normalize('NFC')
    .toLowerCase()
    .replace(uuid, '#')
    .replace(instant, '#')
    .replace(madeId, '#')
    .replace(/(?:\\n|\\t|\s)+/g, ' ')
    .trim();
