import { z } from 'zod';
import type { Contradiction } from '../../../fleet/consistency.ts';
import { headersField, secretField, slotField, timeoutField, urlField } from '../../../fleet/fields.ts';
import { quoted } from '../../../fleet/problem-words.ts';
import { suggestion } from '../../../fleet/problems.ts';
import type { Section } from '../../../fleet/slots.ts';
import { dig, digArray, isObject } from '../../../ground/json.ts';
import { pickAssertion } from '../schema.ts';
import { leastFloor } from './calibration.ts';
import { chooseJudge, isComparing, isJudging } from './choice.ts';

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'must be a name: letters, digits, dot, dash and underscore');

const embeddings = z.strictObject({
  url: urlField().describe('Where embeddings are made; it ends in /v1.'),
  model: z.string().min(1).describe('The model name that the endpoint expects.'),
  api_key: secretField().optional().describe('Sent as a bearer token.'),
  headers: headersField().optional().describe('Sent with every request; credentials as references.'),
  timeout: timeoutField().optional().describe('How long one request may take; default 60s.'),
});

const ways = ['endpoint', 'panel', 'embeddings'] as const;

const judge = z
  .strictObject({
    endpoint: slotField('endpoint')
      .optional()
      .describe('The model that judges; what belongs to its identity (temperature, max_tokens) goes into its params.'),
    panel: z.array(z.string()).min(2).max(9).optional().describe('Names of other judges, who decide by majority; a split is no verdict.'),
    embeddings: embeddings.optional().describe('An OpenAI-compatible server of embeddings, for similar.'),
    votes: z.int().min(1).max(9).default(1).describe('How often an endpoint is asked for one grade; more than half must agree.'),
    floor: z
      .union([z.number().min(0).max(1), z.literal('none')], {
        error: 'must be a number from 0 to 1, or none',
      })
      .default(leastFloor)
      .describe("Cohen's kappa that its calibration must be sure of before it decides; none: it decides uncalibrated."),
    calibration: z
      .string()
      .min(1)
      .optional()
      .describe('A file that agentops eval calibrate --to wrote, for machines without a journal of their own; relative to the manifest.'),
  })
  .superRefine((value, ctx) => {
    const [first, second] = ways.filter((way) => value[way] !== undefined);
    if (first === undefined) ctx.addIssue({ code: 'custom', message: 'asks nobody: give endpoint, panel or embeddings', input: value });
    if (second !== undefined) ctx.addIssue({ code: 'custom', path: [second], message: `cannot stand beside ${first}`, input: value });
    if (value.votes !== 1 && value.endpoint === undefined)
      ctx.addIssue({ code: 'custom', path: ['votes'], message: 'means nothing without endpoint', input: value });
  });

/** `judges:`, and what its names mean for the assertions of the checks. */
export const judges: Section = {
  schema: z.record(name, judge).describe('Models that judge answers where words cannot: llm-rubric, factuality, similar.'),
  contradictions: (manifest) => [...panelProblems(dig(manifest, 'judges')), ...checkProblems(manifest)],
};

const panelProblems = (section: unknown): readonly Contradiction[] => {
  const entries = isObject(section) ? Object.entries(section) : [];
  const models = entries.filter(([, entry]) => dig(entry, 'endpoint') !== undefined).map(([each]) => each);
  return entries.flatMap(([of, entry]) =>
    digArray(entry, 'panel').flatMap((member, at, members): readonly Contradiction[] => {
      const path = ['judges', of, 'panel', at];
      if (typeof member !== 'string') return [];
      if (!models.includes(member))
        return [{ path, message: `names no judge with an endpoint (found ${quoted(member)})`, hint: suggestion(member, models) }];
      if (members.indexOf(member) === at) return [];
      return [{ path, message: `names ${member} a second time`, hint: 'give that judge votes: 2 instead' }];
    }),
  );
};

/** Assertions of checks that a model judges, without one that could. */
const checkProblems = (manifest: unknown): readonly Contradiction[] => {
  const section = dig(manifest, 'judges');
  const judges = isObject(section) ? section : {};
  const agents = dig(manifest, 'agents');
  return Object.entries(isObject(agents) ? agents : {}).flatMap(([agent, entry]) =>
    digArray(entry, 'checks').flatMap((check, at) => {
      const path = ['agents', agent, 'checks', at];
      return [
        ...expectProblems(judges, dig(check, 'expect'), path),
        ...digArray(check, 'turns').flatMap((turn, index) => expectProblems(judges, dig(turn, 'expect'), [...path, 'turns', index])),
      ];
    }),
  );
};

const expectProblems = (
  judges: Readonly<Record<string, unknown>>,
  expect: unknown,
  path: readonly PropertyKey[],
): readonly Contradiction[] =>
  digArray(expect).flatMap((raw, index): readonly Contradiction[] => {
    const picking = pickAssertion(raw);
    if (!picking.ok || !(isJudging(picking.picked.base) || isComparing(picking.picked.base))) return [];
    const choice = chooseJudge(judges, picking.picked);
    return choice.name === null ? [{ path: [...path, 'expect', index], message: choice.problem, hint: choice.hint }] : [];
  });
