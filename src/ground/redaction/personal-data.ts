import { type Pattern, pattern } from '../pattern.ts';
import type { Sensitive } from './secret-formats.ts';

export const personalKinds = ['email', 'phone', 'iban', 'card', 'ssn'] as const;
export type PersonalKind = (typeof personalKinds)[number];

const digitsOf = (text: string): string => text.replace(/\D/g, '');

/** The check digit of payment cards (ISO/IEC 7812-1, annex B). */
const passesLuhn = (digits: string): boolean => {
  const sum = [...digits].reverse().reduce((total, char, index) => {
    const doubled = Number(char) * (index % 2 === 0 ? 1 : 2);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return digits.length > 0 && sum % 10 === 0;
};

/** The check digits of an account number (ISO 13616: the rearranged number modulo 97 is 1). */
const isIban = (written: string): boolean => {
  const compact = written.replace(/ /g, '').toUpperCase();
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(compact)) return false;
  const moved = compact.slice(4) + compact.slice(0, 4);
  let rest = 0;
  for (const char of moved) {
    const value = Number.parseInt(char, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
};

/** The longest head of a run of groups that is a valid account number: words in capitals may follow it. */
const ibanIn = (hit: string): number | null => {
  const groups = hit.split(' ');
  for (let count = groups.length; count > 0; count -= 1) {
    const head = groups.slice(0, count).join(' ');
    if (isIban(head)) return head.length;
  }
  return null;
};

interface Form {
  readonly kind: PersonalKind;
  readonly pattern: Pattern;
  /** How much of the hit is meant; null: it only looks like one. */
  readonly length: (hit: string) => number | null;
}

const whole =
  (accept: (hit: string) => boolean) =>
  (hit: string): number | null =>
    accept(hit) ? hit.length : null;

/** Major card ranges: Visa, Mastercard, American Express, Discover, JCB, Diners. */
const cardRange = /^(?:4|5[1-5]|2[2-7]|3[0-9]|6(?:011|4|5))/;
const isCard = (hit: string): boolean => {
  const digits = digitsOf(hit);
  return digits.length >= 13 && digits.length <= 19 && cardRange.test(digits) && passesLuhn(digits);
};

/** Numbers that were never issued are not somebody's (SSA: area 000, 666, 900–999; group 00; serial 0000). */
const isSsn = (hit: string): boolean => !/^(?:000|666|9)|-00-|-0000$/.test(hit);

const isPhone = (hit: string): boolean => {
  const count = digitsOf(hit).length;
  return count >= 8 && count <= 15;
};

const forms: readonly Form[] = [
  {
    kind: 'email',
    pattern: pattern('[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\\.){1,8}[A-Za-z]{2,24}\\b'),
    length: whole(() => true),
  },
  { kind: 'iban', pattern: pattern('\\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\\b'), length: ibanIn },
  { kind: 'card', pattern: pattern('\\b[2-6][0-9]{3}[ -]?(?:[0-9][ -]?){8,14}[0-9]\\b'), length: whole(isCard) },
  { kind: 'ssn', pattern: pattern('\\b[0-9]{3}-[0-9]{2}-[0-9]{4}\\b'), length: whole(isSsn) },
  { kind: 'phone', pattern: pattern('\\+[1-9][0-9]{0,2}[ .-]?(?:\\(?[0-9]{1,5}\\)?[ .-]?){2,5}[0-9]\\b'), length: whole(isPhone) },
  {
    kind: 'phone',
    pattern: pattern('(?:\\([2-9][0-9]{2}\\) ?|\\b[2-9][0-9]{2}[ .-])[2-9][0-9]{2}[ .-][0-9]{4}\\b'),
    length: whole(isPhone),
  },
];

/** Personal data in a text: e-mail addresses, phone numbers (+… or North American), IBANs and cards with valid check digits, US social security numbers. */
export const findPersonalData = (text: string, kinds: readonly PersonalKind[] = personalKinds): readonly Sensitive[] =>
  forms
    .filter(({ kind }) => kinds.includes(kind))
    .flatMap(({ kind, pattern: form, length }) =>
      form.findAll(text).flatMap((hit) => {
        const meant = length(hit.text);
        return meant === null ? [] : [{ kind, start: hit.start, end: hit.start + meant }];
      }),
    );
