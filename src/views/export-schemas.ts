import { z } from 'zod';
import { documentHead } from './document-head.ts';

const exported = z.object({
  ...documentHead,
  kind: z.string().describe('The tool it is for'),
  file: z.string().nullable().describe('Where it was written; null: nowhere'),
  text: z.string().describe('The file'),
  left_out: z
    .array(
      z.object({
        name: z.string().describe('A rule or an agent'),
        part: z.string().nullable().describe('Which part of it; null: all of it'),
        reason: z.string(),
      }),
    )
    .describe('What that tool has no words for'),
});

/** The documents of files for other tools. */
export const exportSchemas = {
  'export collector': exported,
  'export github-actions': exported,
  'export grafana': exported,
  'export hpa': exported,
  'export keda': exported,
  'export prometheus': exported,
} as const;
