import { pattern } from '../pattern.ts';
import { redactionMark, redactionMarks } from './mark.ts';
import { findPersonalData } from './personal-data.ts';
import { findSecrets, type Sensitive } from './secret-formats.ts';

/** Most characters of an agent's words that a grade may show. */
const shownLength = 200;

/** How far around the shown piece secrets are looked for, so that none is cut in half before it is recognised. */
const margin = 2000;

/** Part of a key whose beginning is out of sight: base64 lines, encoded tokens. */
const opaque = pattern('[A-Za-z0-9+/_=-]{40,}');
const looksRandom = (text: string): boolean => /[a-z]/.test(text) && /[A-Z]/.test(text) && /\d/.test(text);

const findOpaque = (text: string): readonly Sensitive[] =>
  opaque
    .findAll(text)
    .filter((hit) => looksRandom(hit.text))
    .map(({ start, end }) => ({ kind: 'long token', start, end }));

/**
 * Spans that share a character joined into one, left to right, under the name of the one that was handed in first: of several formats
 * that see the same secret, the one that is listed first knows it best.
 */
export const joinOverlaps = (found: readonly Sensitive[]): readonly Sensitive[] => {
  const ranked = found.map((span, rank) => ({ ...span, rank })).sort((a, b) => a.start - b.start);
  const joined: (Sensitive & { readonly rank: number })[] = [];
  for (const span of ranked) {
    const last = joined.at(-1);
    if (last === undefined || span.start >= last.end) joined.push(span);
    else {
      const { kind, rank } = span.rank < last.rank ? span : last;
      joined[joined.length - 1] = { kind, rank, start: last.start, end: Math.max(last.end, span.end) };
    }
  }
  return joined.map(({ kind, start, end }) => ({ kind, start, end }));
};

let latest: { readonly text: string; readonly spans: readonly Sensitive[] } = { text: '', spans: [] };

/** Everything to be hidden. Of the latest text it is remembered: one assertion after another shows a piece of the same answer. */
const maskedSpans = (text: string): readonly Sensitive[] => {
  if (text === '') return [];
  if (text !== latest.text) latest = { text, spans: joinOverlaps([...findSecrets(text), ...findPersonalData(text), ...findOpaque(text)]) };
  return latest.spans;
};

/** The text from `from` to `to` with every sensitive span as `[its kind]`; the edges must not lie inside a span. */
const render = (text: string, spans: readonly Sensitive[], from: number, to: number): string => {
  let at = from;
  let shown = '';
  for (const span of spans) {
    if (span.end <= from || span.start >= to) continue;
    shown += `${text.slice(at, span.start)}${redactionMark(span.kind)}`;
    at = span.end;
  }
  return shown + text.slice(at, Math.max(at, to));
};

/** The text with secrets and personal data replaced by what they are: `[email]`. */
export const redact = (text: string): string => render(text, maskedSpans(text), 0, text.length);

const onOneLine = (text: string): string => text.replace(/\s+/g, ' ');

/** Where a redacted text may be cut: at a place, or beside the mark that lies there. */
const outsideMarks = (text: string, at: number, beside: 'before' | 'after'): number => {
  for (const { index, 0: mark } of text.matchAll(redactionMarks)) {
    const end = index + mark.length;
    if (index < at && at < end) return beside === 'before' ? index : end;
  }
  return at;
};

/** A short piece of a text around the evidence, on one line, secrets and personal data masked. Without evidence: its beginning. */
export const excerpt = (text: string, evidence: { readonly start: number; readonly end: number } = { start: 0, end: 0 }): string => {
  const base = Math.max(0, evidence.start - margin);
  const window = text.slice(base, Math.min(evidence.end, evidence.start + shownLength) + margin);
  const spans = maskedSpans(window);

  // An edge of the evidence that falls into a span moves out of it; after that any cut is safe, because only words are left to cut.
  const wanted = { from: evidence.start - base, to: Math.min(window.length, evidence.end - base) };
  const from = spans.find(({ start, end }) => start < wanted.from && wanted.from < end)?.start ?? wanted.from;
  const to = spans.find(({ start, end }) => start < wanted.to && wanted.to < end)?.end ?? wanted.to;
  const left = onOneLine(render(window, spans, 0, from));
  const evident = onOneLine(render(window, spans, from, to));
  const middle = evident.slice(0, outsideMarks(evident, shownLength, 'before'));
  const right = onOneLine(render(window, spans, to, window.length));

  const room = shownLength - middle.length;
  const fill = Math.min(left.length, right.length < room / 2 ? room - right.length : Math.floor(room / 2));
  const before = left.length - outsideMarks(left, left.length - fill, 'after');
  const after = outsideMarks(right, Math.min(right.length, room - before), 'before');
  const cutLeft = base > 0 || before < left.length;
  const cutRight = middle.length < evident.length || base + window.length < text.length || after < right.length;
  const piece = left.slice(left.length - before) + middle + right.slice(0, after);
  return `${cutLeft ? '…' : ''}${piece.trim()}${cutRight ? '…' : ''}`;
};

/** Any value as one line of JSON, cut and masked like an excerpt. */
export const excerptOf = (value: unknown): string => excerpt(typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value)));
