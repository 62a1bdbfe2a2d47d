import { createHash } from 'node:crypto';
import { excerpt } from '../../../ground/redaction/redaction.ts';
import type { GradedAssertion } from '../../expect/grade-turns.ts';

/** One score of a graded answer. */
export interface GivenScore {
  /** A UUID made of what is graded and by what, so that giving it again changes nothing, here and in a backend. */
  readonly id: string;
  readonly name: string;
  /** 0 to 1. */
  readonly value: number;
  /** Why, short and masked; untrusted. */
  readonly comment: string;
}

/** What is graded, and by what. */
export interface Graded {
  readonly standard: string;
  readonly source: string;
  readonly traceId: string;
  readonly agent: string;
}

/** Names that the scores of what may not decide begin with, so that nothing takes them for the quality of the agent. */
export const advisoryPrefix = 'advisory:';

/** Characters of a comment: what backends take without cutting. */
const longestComment = 480;
const longestName = 100;

/** A UUID of version 8 (RFC 9562): its bits are a hash of the parts. */
export const scoreId = (parts: readonly string[]): string => {
  const hex = createHash('sha256').update(parts.join('\u0000')).digest('hex');
  const variant = ((Number.parseInt(hex[16] ?? '0', 16) & 3) | 8).toString(16);
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `${variant}${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-');
};

/**
 * The scores of an answer: one under `quality`, the weighted mean of all that may decide, and one for each metric that the assertions
 * name. What is advisory is told apart by its name and enters no quality. Nothing where not all could be judged: half a grade is none.
 * @param quality the name of the score that stands for the agent's quality
 */
export const scoreCard = (grades: readonly GradedAssertion[], quality: string, graded: Graded): readonly GivenScore[] | null => {
  if (grades.some(({ verdict }) => verdict === 'error')) return null;
  const told = grades.filter(({ score }) => score !== null);
  const groups = new Map<string, GradedAssertion[]>();
  const put = (name: string, grade: GradedAssertion) => {
    const key = name.slice(0, longestName);
    groups.set(key, [...(groups.get(key) ?? []), grade]);
  };
  for (const grade of told) {
    const { advisory, metric, assertion } = grade;
    if (advisory !== undefined) put(`${advisoryPrefix}${metric ?? assertion}`, { ...grade, weight: 1 });
    else {
      put(quality, grade);
      if (metric !== null && metric !== quality) put(metric, grade);
    }
  }
  return [...groups].flatMap(([name, members]): readonly GivenScore[] => {
    const weight = members.reduce((sum, member) => sum + member.weight, 0);
    if (weight === 0) return [];
    const value = members.reduce((sum, member) => sum + (member.score ?? 0) * member.weight, 0) / weight;
    const id = scoreId([graded.standard, graded.source, graded.traceId, graded.agent, name]);
    return [{ id, name, value, comment: commentOf(members) }];
  });
};

/** What did not pass first, because that is what a reader asks about. */
const commentOf = (members: readonly GradedAssertion[]): string => {
  const sorted = [...members].sort((a, b) => Number(a.pass) - Number(b.pass));
  const text = sorted.map(({ wording, message }) => `${excerpt(wording)}: ${excerpt(message)}`).join('; ');
  return text.length <= longestComment ? text : `${text.slice(0, longestComment - 1)}…`;
};
