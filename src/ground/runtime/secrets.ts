import { resolve } from 'node:path';
import { usageError } from '../errors.ts';
import { parseReference, referencePattern } from '../units/reference.ts';
import type { Env, Files, Secrets } from './context.ts';

const maxSecretBytes = 64 * 1024;
/** Shorter values are not masked: hiding every `1` would make an output unreadable, and such a value protects nothing. */
const minMaskedLength = 4;

/** Resolves references when they are used, and remembers what it gave out so that it can be masked. */
export const openSecrets = (env: Env, files: Files): Secrets => {
  const given = new Set<string>();
  let masker: RegExp | null = null;

  const resolveOne = (inside: string, base: string): string => {
    const reference = parseReference(inside);
    if (reference === null)
      throw usageError({
        code: 'reference_invalid',
        message: `\${${inside}} is not a reference`,
        hint: 'write ${NAME}, ${NAME:-default}, ${NAME:?message} or ${file:path}',
      });
    if (reference.kind === 'file') return files.readText(resolve(base, reference.name), maxSecretBytes).replace(/\r?\n$/, '');
    const value = env[reference.name];
    if (value !== undefined && value !== '') return value;
    if (reference.fallback !== null) return reference.fallback;
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
        const value = resolveOne(inside, base);
        if (isPort(secret.slice(0, at), value, secret.slice(at + whole.length))) return value;
        isSecret = true;
        remember(value);
        return value;
      });
      if (isSecret) for (const credential of urlCredentials(text)) remember(credential);
      return text;
    },
    mask(text) {
      if (given.size === 0) return text;
      masker ??= new RegExp(
        [...given]
          .flatMap(spellings)
          .sort((a, b) => b.length - a.length)
          .map(escapeRegExp)
          .join('|'),
        'g',
      );
      return text.replace(masker, '***');
    },
  };
};

/** A port is no secret, and hiding its digits would tear other numbers. A password stands before an `@`, a port at the end of the authority. */
const isPort = (before: string, value: string, after: string): boolean =>
  /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*:$/i.test(before) && /^\d{1,5}$/.test(value) && /^(?:[/?#]|$)/.test(after);

/** The password inside a URL, which error messages like to repeat alone. */
const urlCredentials = (text: string): readonly string[] => {
  if (!URL.canParse(text)) return [];
  const { password } = new URL(text);
  return password === '' ? [] : [password, decodeURIComponent(password)];
};

/** Every way a value may turn up: as it is, JSON-escaped, URL-encoded, in base64 at each of three alignments, in hex. */
const spellings = (value: string): readonly string[] => {
  const bytes = Buffer.from(value);
  const json = JSON.stringify(value).slice(1, -1);
  const encoded = encodeURIComponent(value);
  const forms = [value, json, JSON.stringify(json).slice(1, -1), encoded, encoded.replaceAll('%20', '+'), bytes.toString('hex')];
  for (const shift of [0, 1, 2]) {
    const base64 = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    // The first and last characters mix with neighbouring bytes; what is left is the same wherever the value stands.
    const inner = base64.slice(shift === 0 ? 0 : shift + 1, (shift + bytes.length) % 3 === 0 ? undefined : -1);
    forms.push(inner, inner.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return [...new Set(forms)].filter((form) => form.length >= minMaskedLength);
};

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
