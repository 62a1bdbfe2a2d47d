import { type Json, parseJson } from '../../ground/json.ts';

/** More candidates than this are not tried: a text of brackets would otherwise cost the square of its length. */
const maxCandidates = 100;

/** The end of the bracketed run that begins at `start`, strings respected; null where it is never closed. */
const closingOf = (text: string, start: number): number | null => {
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at += 1) {
    const char = text[at];
    if (inString) {
      if (char === '\\') at += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return null;
};

/** JSON objects and lists inside a text, outermost first, left to right: in prose, in a code fence, or the text itself. */
export const embeddedJson = (text: string): readonly Json[] => {
  const found: Json[] = [];
  const opening = /[{[]/g;
  for (let tried = 0; tried < maxCandidates; tried += 1) {
    const start = opening.exec(text)?.index;
    if (start === undefined) break;
    const end = closingOf(text, start);
    const value = end === null ? undefined : parseJson(text.slice(start, end));
    if (value === undefined || end === null) continue;
    found.push(value);
    opening.lastIndex = end;
  }
  return found;
};
