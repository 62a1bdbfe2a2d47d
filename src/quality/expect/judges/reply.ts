import { z } from 'zod';
import { parseJson } from '../../../ground/json.ts';
import type { JudgeQuestion, JudgeReply, Relation } from '../port.ts';

/** promptfoo's categories. */
const relations: Readonly<Record<string, Relation>> = {
  A: 'subset',
  B: 'superset',
  C: 'agree',
  D: 'disagree',
  E: 'differButFactual',
};

const rubric = z.object({
  reason: z.string(),
  pass: z.boolean(),
  score: z.number().min(0).max(1).optional(),
});

const factuality = z.object({
  reason: z.string(),
  category: z.string().regex(/^\(?[A-E]\)?$/),
});

/** Models that think aloud do so in front; models that like Markdown put their answer into a fence. */
const unwrapped = (text: string): string => {
  const said = text.replace(/^\s*<think>[\s\S]*?<\/think>/, '').trim();
  return /^```(?:json)?\s*\n([\s\S]*?)\n?```$/.exec(said)?.[1] ?? said;
};

/**
 * What a judge replied, or null where it is not the one JSON object that was asked for. An object inside other text does not count: it
 * may be quoted from the very answer that is judged.
 */
export const readReply = (form: JudgeQuestion['form'], text: string): JudgeReply | null => {
  const value = parseJson(unwrapped(text));
  if (form === 'rubric') {
    const read = rubric.safeParse(value);
    if (!read.success) return null;
    const { reason, pass, score } = read.data;
    return { form, pass, score: score ?? (pass ? 1 : 0), reason };
  }
  const read = factuality.safeParse(value);
  const relation = read.success ? relations[read.data.category.replace(/[()]/g, '')] : undefined;
  return read.success && relation !== undefined ? { form, relation, reason: read.data.reason } : null;
};
