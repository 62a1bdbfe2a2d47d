import { z } from 'zod';
import { canonicalJson, type Json } from '../../../ground/json.ts';
import { compilePattern } from '../../../ground/pattern.ts';
import { excerpt, excerptOf } from '../../../ground/redaction/redaction.ts';
import { answerJson, answerText } from '../answer.ts';
import { inRange, patternField, type Range, rangeProblem, rangeText, whole, wordListField, wordsField } from '../fields.ts';
import { judged } from '../grading.ts';
import type { Assertion, Family } from '../port.ts';
import { editDistance } from '../text-distance.ts';

/** Lower case that keeps every offset: letters whose lower case is longer stay as they are. */
const fold = (text: string): string => {
  const lower = text.toLowerCase();
  return lower.length === text.length
    ? lower
    : Array.from(text, (char) => (char.toLowerCase().length === char.length ? char.toLowerCase() : char)).join('');
};
const keep = (text: string): string => text;
const quoted = (words: readonly string[]): string => words.map((word) => JSON.stringify(word)).join(', ');
const at = (start: number, word: string) => ({ start, end: start + word.length });

const contains = (type: string, read: (text: string) => string, summary: string): Assertion<string> => ({
  type,
  summary,
  args: wordsField(),
  needs: [],
  grade: (word, seen) => {
    const text = answerText(seen);
    const start = read(text).indexOf(read(word));
    if (start < 0) return judged(false, excerpt(text), `the answer does not contain ${JSON.stringify(word)}`);
    return judged(true, excerpt(text, at(start, word)), `the answer contains ${JSON.stringify(word)}`);
  },
});

const containsAll = (type: string, read: (text: string) => string, summary: string): Assertion<readonly string[]> => ({
  type,
  summary,
  args: wordListField(),
  needs: [],
  grade: (words, seen) => {
    const text = answerText(seen);
    const missing = words.filter((word) => !read(text).includes(read(word)));
    const message = missing.length === 0 ? `the answer contains all of ${quoted(words)}` : `the answer does not contain ${quoted(missing)}`;
    return judged(missing.length === 0, excerpt(text), message);
  },
});

const containsAny = (type: string, read: (text: string) => string, summary: string): Assertion<readonly string[]> => ({
  type,
  summary,
  args: wordListField(),
  needs: [],
  grade: (words, seen) => {
    const text = answerText(seen);
    for (const word of words) {
      const start = read(text).indexOf(read(word));
      if (start >= 0) return judged(true, excerpt(text, at(start, word)), `the answer contains ${JSON.stringify(word)}`);
    }
    return judged(false, excerpt(text), `the answer contains none of ${quoted(words)}`);
  },
});

/** A text is compared exactly, spaces and case included; an object or a list is compared as JSON, key order aside. */
const equals: Assertion<Json> = {
  type: 'equals',
  summary: 'The answer is exactly this text, or JSON equal to this value.',
  args: z.json(),
  needs: [],
  grade: (expected, seen) => {
    const saw = excerpt(answerText(seen));
    if (typeof expected !== 'object' || expected === null) {
      const same = answerText(seen) === String(expected);
      return judged(same, saw, same ? 'the answer is the expected text' : `the answer is not ${JSON.stringify(String(expected))}`);
    }
    const value = answerJson(seen);
    if (value === undefined) return judged(false, saw, 'the answer is not JSON');
    const same = canonicalJson(value) === canonicalJson(expected);
    return judged(
      same,
      excerptOf(value),
      same ? 'the answer equals the expected value' : 'the answer is JSON, but not equal to the expected value',
    );
  },
};

const startsWith: Assertion<string> = {
  type: 'starts-with',
  summary: 'The answer begins with this text.',
  args: wordsField(),
  needs: [],
  grade: (word, seen) => {
    const text = answerText(seen);
    const starts = text.startsWith(word);
    return judged(starts, excerpt(text), `the answer ${starts ? 'starts' : 'does not start'} with ${JSON.stringify(word)}`);
  },
};

const regex: Assertion<string> = {
  type: 'regex',
  summary: 'The answer matches this regular expression somewhere (RE2 syntax, linear time; flags inline as in (?i), or /…/i).',
  args: patternField(),
  needs: [],
  grade: (source, seen) => {
    const text = answerText(seen);
    const compiled = compilePattern(source);
    if (!compiled.ok) throw new Error(`${source} ${compiled.problem}`);
    const found = compiled.pattern.find(text);
    if (found === null) return judged(false, excerpt(text), `the answer does not match ${source}`);
    return judged(true, excerpt(text, found), `the answer matches ${source}`);
  },
};

/** Words are what white space separates, as in promptfoo. */
const wordCount: Assertion<Range> = {
  type: 'word-count',
  summary: 'The answer has this many words: a number, or { min, max }.',
  args: z
    .union(
      [
        whole(),
        z.string().regex(/^\d+$/, 'must be a number of words, or { min, max }').transform(Number),
        z.strictObject({ min: whole().optional(), max: whole().optional() }),
      ],
      {
        error: 'must be a number of words, or { min, max }',
      },
    )
    .transform((given): Range => (typeof given === 'number' ? { min: given, max: given } : given))
    .superRefine((range, ctx) => {
      const problem = rangeProblem(range);
      if (problem !== null) ctx.addIssue({ code: 'custom', message: problem, input: range });
    }),
  needs: [],
  grade: (range, seen) => {
    const text = answerText(seen);
    const count = text.split(/\s+/).filter((word) => word !== '').length;
    return judged(inRange(count, range), excerpt(text), `the answer has ${count} words; the range is ${rangeText(range)}`);
  },
};

/** promptfoo's default. */
const defaultEdits = 5;

const levenshtein: Assertion<string> = {
  type: 'levenshtein',
  summary: 'The answer is at most `threshold` edits (default 5) away from this text.',
  args: wordsField(),
  needs: [],
  grade: (expected, seen, _aids, settings) => {
    const text = answerText(seen);
    const limit = settings.threshold ?? defaultEdits;
    const edits = editDistance(text, expected, limit);
    const far = edits > limit ? `more than ${limit}` : `${edits}`;
    return judged(edits <= limit, excerpt(text), `the answer is ${far} edits away from ${JSON.stringify(expected)}; the limit is ${limit}`);
  },
};

const text: Family = {
  equals,
  contains: contains('contains', keep, 'The answer contains this text.'),
  icontains: contains('icontains', fold, 'The answer contains this text, upper or lower case.'),
  'contains-all': containsAll('contains-all', keep, 'The answer contains every one of these texts.'),
  'icontains-all': containsAll('icontains-all', fold, 'The answer contains every one of these texts, upper or lower case.'),
  'contains-any': containsAny('contains-any', keep, 'The answer contains at least one of these texts.'),
  'icontains-any': containsAny('icontains-any', fold, 'The answer contains at least one of these texts, upper or lower case.'),
  'starts-with': startsWith,
  regex,
  'word-count': wordCount,
  levenshtein,
};

export default text;
