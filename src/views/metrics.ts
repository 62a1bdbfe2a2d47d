import { jsonDocument } from '../ground/output/json.ts';
import { renderParagraph } from '../ground/output/line.ts';
import type { Metric } from '../ground/output/prometheus.ts';
import type { ViewOptions } from './words.ts';

/** The metrics that this tool exposes, one a paragraph, or as a document. */
export const metricsFormats = (metrics: readonly Metric[], generatedAt: number) => ({
  text: ({ look }: ViewOptions) =>
    metrics
      .flatMap(({ name, type, help }) =>
        renderParagraph(look, { indent: 0, hang: 4, maxLines: 4 }, [
          { text: name, tone: 'strong' },
          { text: `  ${type}  `, tone: 'dim' },
          { text: help },
        ]),
      )
      .map((line) => `${line}\n`)
      .join(''),
  json: () => jsonDocument(null, generatedAt, { metrics }),
});
