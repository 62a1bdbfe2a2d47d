import { resolve } from 'node:path';
import { usageError } from '../errors.ts';
import { githubData, inertLine, inertText, markdownText, nagiosText, prometheusLabel, xmlText } from '../output/escape.ts';
import { percentDecoded } from '../units/percent-code.ts';
import { parseReference, referencePattern } from '../units/reference.ts';
import type { Env, Files, Secrets } from './context.ts';
import { cutSecretsHider } from './cut-secrets.ts';

const maxSecretBytes = 64 * 1024;
/** Shorter values are not masked: hiding every `1` would make an output unreadable, and such a value protects nothing. */
const minMaskedLength = 4;

/** Resolves references when they are used, and remembers what it gave out so that it can be masked. */
export const openSecrets = (env: Env, files: Files): Secrets => {
  const given = new Set<string>();
  let masker: ((text: string) => string) | null = null;

  /** `isTyped`: a default that stands in the manifest, for all to read. */
  const resolveOne = (inside: string, base: string): { readonly value: string; readonly isTyped: boolean } => {
    const reference = parseReference(inside);
    if (reference === null)
      throw usageError({
        code: 'reference_invalid',
        message: `\${${inside}} is not a reference`,
        hint: 'write ${NAME}, ${NAME:-default}, ${NAME:?message} or ${file:path}',
      });
    if (reference.kind === 'file') {
      return { value: files.readText(resolve(base, reference.name), maxSecretBytes).replace(/\r?\n$/, ''), isTyped: false };
    }
    const value = env[reference.name];
    if (value !== undefined && value !== '') return { value, isTyped: false };
    if (reference.fallback !== null) return { value: reference.fallback, isTyped: true };
    const complaint = reference.complaint === null || reference.complaint === '' ? '' : `: ${reference.complaint}`;
    throw usageError({
      code: 'secret_missing',
      message: `the environment variable ${reference.name} is not set${complaint}`,
      hint: `export ${reference.name}=… and run the command again`,
      details: { variable: reference.name },
    });
  };

  const remember = (value: string) => {
    for (const part of [value, ...value.split(/\r?\n/)]) {
      if (part.trim().length < minMaskedLength || given.has(part)) continue;
      given.add(part);
      masker = null;
    }
  };

  return {
    reveal({ secret, base }) {
      let isSecret = false;
      const text = secret.replace(referencePattern, (whole: string, inside: string | undefined, at: number) => {
        if (inside === undefined) return whole.slice(1);
        const { value, isTyped } = resolveOne(inside, base);
        if (isTyped || isPort(secret.slice(0, at), value, secret.slice(at + whole.length))) return value;
        isSecret = true;
        remember(value);
        return value;
      });
      if (isSecret) for (const credential of urlCredentials(text)) remember(credential);
      return text;
    },
    mask(text) {
      if (given.size === 0) return text;
      masker ??= maskerOf([...new Set([...given].flatMap(spellings))]);
      return masker(text);
    },
  };
};

/** A port is no secret, and hiding its digits would tear other numbers. A password stands before an `@`, a port at the end of the authority. */
const isPort = (before: string, value: string, after: string): boolean =>
  /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*:$/i.test(before) && /^\d{1,5}$/.test(value) && /^(?:[/?#]|$)/.test(after);

/** Hides every secret, whole or cut off by an excerpt. */
const maskerOf = (forms: readonly string[]): ((text: string) => string) => {
  const whole = patternOf(forms);
  const hideCut = cutSecretsHider(forms, minMaskedLength);
  return (text) => hideCut(hideWhole(text, whole));
};

/** Finds the longest spelling at each place without moving on, so that two that overlap are both found. */
const patternOf = (forms: readonly string[]): RegExp =>
  new RegExp(
    `(?=(${[...forms]
      .sort((a, b) => b.length - a.length)
      .map(escapeRegExp)
      .join('|')}))`,
    'g',
  );

const hideWhole = (text: string, pattern: RegExp): string => {
  let shown = '';
  let hiddenTo = 0;
  for (const { index, 1: found = '' } of text.matchAll(pattern)) {
    if (index >= hiddenTo) shown += `${text.slice(hiddenTo, index)}***`;
    hiddenTo = Math.max(hiddenTo, index + found.length);
  }
  return shown + text.slice(hiddenTo);
};

/** The password inside a URL, which error messages like to repeat alone. */
const urlCredentials = (text: string): readonly string[] => {
  if (!URL.canParse(text)) return [];
  const { password } = new URL(text);
  return password === '' ? [] : [password, percentDecoded(password)];
};

/** Every way a value may turn up: as it is, JSON-escaped, URL-encoded, in base64 at each of three alignments, in hex, and as outputs escape it. */
const spellings = (given: string): readonly string[] => {
  // Half a surrogate pair cannot be sent, so it cannot come back.
  const value = given.replace(/\p{Surrogate}/gu, '\uFFFD');
  const bytes = Buffer.from(value);
  return [
    value,
    ...jsonForms(value),
    ...urlForms(value),
    ...base64Forms(bytes),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...printedForms(value),
  ].filter((form) => form.length >= minMaskedLength);
};

/** In a JSON text, in one that is ASCII or escapes slashes, and in a JSON text inside another. */
const jsonForms = (value: string): readonly string[] => {
  const json = JSON.stringify(value).slice(1, -1);
  const ascii = json.replace(/[\u007F-\uFFFF]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return [json, ascii, json.replaceAll('/', '\\/'), JSON.stringify(json).slice(1, -1)];
};

/** RFC 3986 with and without its sub-delimiters, and the form encoding of HTML; percent codes in either case. */
const urlForms = (value: string): readonly string[] => {
  const encoded = encodeURIComponent(value);
  const strict = encoded.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  const form = new URLSearchParams({ v: value }).toString().slice('v='.length);
  return [encoded, strict, encodeURI(value), form].flatMap((each) => [each, each.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())]);
};

/** The characters that are the same wherever in an encoded text the value stands; the first and last mix with neighbouring bytes. */
const base64Forms = (bytes: Buffer): readonly string[] =>
  [0, 1, 2].flatMap((shift) => {
    const base64 = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const inner = base64.slice(shift === 0 ? 0 : shift + 1, (shift + bytes.length) % 3 === 0 ? undefined : -1);
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });

/** What an output makes of the value in the middle of a line. */
const printedForms = (value: string): readonly string[] =>
  [inertText, inertLine, xmlText, markdownText, githubData, prometheusLabel, nagiosText].map((print) => print(`x${value}x`).slice(1, -1));

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
