/** The version of every JSON document; keys may be added under it, never removed or renamed. */
const schemaVersion = '1';

/** ISO-8601 UTC for an instant in epoch ms; null stays null. */
export const isoTime = <At extends number | null>(at: At): At extends null ? string | null : string =>
  (at === null ? null : new Date(at).toISOString()) as At extends null ? string | null : string;

/** What JSON allows in a string and a terminal or CI log would still act on: DEL, C1, bidi and invisible characters, `##[`. */
const active = /[\u007F-\u009F\u2028\u2029\uFFF9-\uFFFB]|\p{Default_Ignorable_Code_Point}|(?<=#)#(?=\[|vso\[|teamcity\[)/gu;

const escapedUnits = (text: string): string =>
  Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');

/** JSON that reads back as the same value and is inert where it is printed; `indent` 0 is one line. */
export const inertJson = (value: unknown, indent: 0 | 2 = 2): string =>
  `${JSON.stringify(value, null, indent).replace(active, escapedUnits)}\n`;

/** A document as one line, for a stream of them (NDJSON). */
export const jsonLine = (document: string): string => inertJson(JSON.parse(document), 0);

/** The same on one line, for streams of documents (NDJSON). */
export const inertJsonLine = (value: unknown): string => `${JSON.stringify(value).replace(active, escapedUnits)}\n`;

/** One of our documents: version, time and fleet first, then the body in its own order of keys. Instants are UTC epoch ms. A document about no fleet says null. */
export const jsonDocument = (fleet: string | null, generatedAt: number, body: object): string =>
  inertJson({ schema_version: schemaVersion, generated_at: isoTime(generatedAt), fleet, ...body });
