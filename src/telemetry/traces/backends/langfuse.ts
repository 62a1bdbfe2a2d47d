import { z } from 'zod';
import { openLangfuse } from '../../../clients/langfuse.ts';
import { secretField, urlField } from '../../../fleet/fields.ts';
import { adapter } from '../../../fleet/slots.ts';
import { pingOfTrouble } from '../ping.ts';
import type { TraceBackend } from '../port.ts';
import { readLangfuseAggregates } from '../read-langfuse-aggregates.ts';
import { readLangfusePages } from '../read-langfuse-pages.ts';
import { includeMetadataField, polledBackend } from '../schema.ts';
import { sendLangfuseGrade, sendLangfuseRun } from '../send-langfuse.ts';

const config = z.strictObject({
  kind: z.literal('langfuse'),
  url: urlField().describe('The address of Langfuse, without /api.'),
  public_key: secretField().describe('The public key of the project.'),
  secret_key: secretField().describe('The secret key of the project.'),
  include: includeMetadataField(),
  ...polledBackend,
});

const hourMs = 3_600_000;

/**
 * Langfuse, cloud or self-hosted, of generations v4, v3 and v2. Rows come up to 15 minutes late from older SDKs, and a span that is
 * still open only later; a change to a row cannot be asked for. Source: Langfuse's API reference and recorded answers of v4.16.
 */
export default adapter<z.infer<typeof config>, TraceBackend>({
  kind: 'langfuse',
  summary: 'Langfuse, cloud or self-hosted.',
  config,
  open: ({ overlap, timeout, include, ...settings }, world) => {
    const langfuse = openLangfuse({ ...settings, timeoutMs: timeout ?? 60_000 }, world);
    return {
      traits: { spans: true, aggregates: true, overlapMs: overlap ?? hourMs, sliceMs: Math.max(6 * hourMs, overlap ?? 0) },
      async ping(signal) {
        const { trouble } = await langfuse.ask({ path: '/projects', attempts: 1 }, signal);
        return trouble === null ? { state: 'ok', detail: `${langfuse.host()} accepts the keys` } : pingOfTrouble(trouble);
      },
      pages: (window, cursor, signal) => readLangfusePages(langfuse, window, cursor, include, signal),
      aggregates: (window, signal) => readLangfuseAggregates(langfuse, window, signal),
      postGrade: (grade, signal) => sendLangfuseGrade(langfuse, grade, signal),
      postRun: (run, signal) => sendLangfuseRun(langfuse, run, signal),
      link: (traceId) => langfuse.traceUrl(traceId),
    };
  },
});
