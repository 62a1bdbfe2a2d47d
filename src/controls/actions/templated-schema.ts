import { z } from 'zod';
import { compileJsonPath } from '../../ground/json-path.ts';

const jsonPath = z.string().superRefine((source, ctx) => {
  const compiled = compileJsonPath(source);
  if (!compiled.ok) ctx.addIssue({ code: 'custom', message: compiled.problem, input: source });
});

/** Where values stand in what is read. */
export const valuesField = () =>
  z
    .record(z.string().regex(/^[A-Za-z_]\w*$/, 'is not a name'), jsonPath)
    .refine((values) => Object.keys(values).length > 0, 'must name a value')
    .describe('Name → JSONPath into what is read: the values that the action changes, under the names of its parameters.');

/** What shall be read afterwards. */
export const wantsField = () =>
  z
    .record(z.string().regex(/^[A-Za-z_]\w*$/, 'is not a name'), z.json())
    .describe('What shall be read afterwards, beside what the parameters say, and fills the same places: on: false.');

/** Which answers are good. */
export const okField = () =>
  z
    .strictObject({
      status: z
        .array(z.int().min(200).max(599))
        .min(1)
        .optional()
        .describe('The HTTP statuses that mean done; default: all from 200 to 299.'),
      where: z.record(jsonPath, z.json()).optional().describe('JSONPath into the answer → what must stand there.'),
    })
    .describe('Which answers mean that it was done.');
