import { resolve } from 'node:path';
import { z } from 'zod';
import { deferredTextField } from '../../../fleet/fields.ts';
import { adapter } from '../../../fleet/slots.ts';
import { filePattern } from '../file-pattern.ts';
import type { TraceBackend } from '../port.ts';
import { listFiles, readOtlpFiles } from '../read-otlp-files.ts';
import { spanBackend } from '../schema.ts';

const { every, overlap, mode } = spanBackend;

const config = z.strictObject({
  kind: z.literal('otlp-file'),
  path: deferredTextField().describe(
    'The files, from the folder of the manifest: traces/*.jsonl, or traces/**/*.gz for all folders below.',
  ),
  every,
  overlap,
  mode,
});

const minute = 60_000;
/** Files are read on from where they ended: cutting the past into windows would read them again for each. */
const century = 100 * 365 * 24 * 60 * minute;

/**
 * Files that an OTLP file exporter wrote, one export in JSON a line, plain or packed by gzip. Source: "Protocol File Exporter" of the
 * OpenTelemetry specification; the Collector's `file` exporter writes it with `format: json`.
 */
export default adapter<z.infer<typeof config>, TraceBackend>({
  kind: 'otlp-file',
  summary: 'Files of OTLP in JSON lines, as the OpenTelemetry Collector writes them; gzip too.',
  config,
  open: ({ path, overlap: told }, { files, secrets }) => {
    const pattern = () => filePattern(resolve(path.base, secrets.reveal(path)));
    return {
      traits: { spans: true, aggregates: false, overlapMs: told ?? 5 * minute, sliceMs: century, cursorLasts: true },
      async ping() {
        const { length } = listFiles(files, pattern());
        if (length > 0) return { state: 'ok', detail: `${length} ${length === 1 ? 'file fits' : 'files fit'} ${path.secret}` };
        return { state: 'failed', detail: `no file fits ${path.secret}` };
      },
      pages: (window, cursor) => readOtlpFiles(files, [pattern()], cursor, window.fromUs / 1000),
    };
  },
});
