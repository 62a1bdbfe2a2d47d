import { jsonDocument } from '../ground/output/json.ts';
import { renderParagraph } from '../ground/output/line.ts';
import { stateSigns, symbolOf, type ViewOptions } from './words.ts';

/** What `agentops init` did. */
export interface InitReport {
  readonly fleet: string;
  readonly generatedAt: number;
  readonly manifest: string;
  readonly agent: string;
  readonly protocol: string;
  /** What the endpoint showed of itself; null where it was not asked. */
  readonly recognised: string | null;
  /** Files made or changed, absolute, each with what was done to it. */
  readonly written: readonly { readonly path: string; readonly what: string }[];
  /** Environment variables that the manifest reads. */
  readonly variables: readonly string[];
  readonly next: readonly string[];
}

const renderInitText = ({ written, recognised, next }: InitReport, { look }: ViewOptions): string => {
  const sign = stateSigns.green;
  const paragraph = (text: string, indent = 0) => renderParagraph(look, { indent, hang: 2, maxLines: 4 }, [{ text }]);
  return [
    ...(recognised === null ? [] : paragraph(recognised)),
    ...written.flatMap(({ path, what }) =>
      renderParagraph(look, { indent: 0, hang: 2, maxLines: 4 }, [
        { text: `${symbolOf(look, sign)} `, tone: sign.tone },
        { text: `${path} ` },
        { text: what, tone: 'dim' },
      ]),
    ),
    '',
    'Next:',
    ...next.flatMap((line) => paragraph(line, 2)),
    '',
  ].join('\n');
};

/** The public document of `agentops init --json`. */
const renderInitJson = ({ fleet, generatedAt, manifest, agent, protocol, recognised, written, variables, next }: InitReport): string =>
  jsonDocument(fleet, generatedAt, { manifest, agent, protocol, recognised, written: written.map(({ path }) => path), variables, next });

/** Every format of `agentops init`, by the name `--output` takes. */
export const initFormats = (report: InitReport) => ({
  text: (options: ViewOptions) => renderInitText(report, options),
  json: () => renderInitJson(report),
});
