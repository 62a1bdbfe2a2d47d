/** The version of every JSON document; keys may be added under it, never removed or renamed. */
const schemaVersion = '1';

/** ISO-8601 UTC for an instant in epoch ms; null stays null. */
export const isoTime = <At extends number | null>(at: At): At extends null ? string | null : string =>
  (at === null ? null : new Date(at).toISOString()) as At extends null ? string | null : string;

/** What JSON allows in a string and a terminal or CI log would still act on: DEL, C1, bidi and invisible characters, `##[`. */
const active = /[\u007F-\u009F\u2028\u2029\uFFF9-\uFFFB]|\p{Default_Ignorable_Code_Point}|(?<=#)#(?=\[|vso\[|teamcity\[)/gu;

const escapedUnits = (text: string): string =>
  Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');

/** The same JSON, inert where it is printed. */
export const inertJsonText = (json: string): string => json.replace(active, escapedUnits);

/** JSON that reads back as the same value and is inert where it is printed; `indent` 0 is one line. */
export const inertJson = (value: unknown, indent: 0 | 2 = 2): string => `${inertJsonText(JSON.stringify(value, null, indent))}\n`;

/** A list in a document whose items are made one at a time, as they are written. */
export type LongList = () => Iterable<unknown>;

const isLong = (value: unknown): value is LongList => typeof value === 'function';

/** The text of `inertJson` without its last newline, in pieces, at an indent. */
function* jsonPieces(value: unknown, indent: string): Iterable<string> {
  const inner = `${indent}  `;
  if (isLong(value)) {
    let opening = '[';
    for (const item of value()) {
      yield `${opening}\n${inner}`;
      yield* jsonPieces(item, inner);
      opening = ',';
    }
    yield opening === '[' ? '[]' : `\n${indent}]`;
  } else if (typeof value === 'object' && value !== null && Object.values(value).some(isLong)) {
    let opening = '{';
    for (const [key, child] of Object.entries(value).filter(([, each]) => each !== undefined)) {
      yield `${opening}\n${inner}${JSON.stringify(key)}: `;
      yield* jsonPieces(child, inner);
      opening = ',';
    }
    yield `\n${indent}}`;
  } else yield inertJsonText(JSON.stringify(value, null, 2).replaceAll('\n', `\n${indent}`));
}

/** A document as one line, for a stream of them (NDJSON). */
export const jsonLine = (document: string): string => inertJson(JSON.parse(document), 0);

/** The same on one line, for streams of documents (NDJSON). */
export const inertJsonLine = (value: unknown): string => `${inertJsonText(JSON.stringify(value))}\n`;

/** One of our documents: version, time and fleet first, then the body in its own order of keys. Instants are UTC epoch ms. A document about no fleet says null. */
export const jsonDocument = (fleet: string | null, generatedAt: number, body: object): string =>
  inertJson(headed(fleet, generatedAt, body));

/** The same document in pieces, for one that may be long: its lists may be long ones. */
export const longDocument = (fleet: string | null, generatedAt: number, body: object): Iterable<string> => ({
  *[Symbol.iterator]() {
    yield* jsonPieces(headed(fleet, generatedAt, body), '');
    yield '\n';
  },
});

const headed = (fleet: string | null, generatedAt: number, body: object): object => ({
  schema_version: schemaVersion,
  generated_at: isoTime(generatedAt),
  fleet,
  ...body,
});
