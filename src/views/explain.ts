import type { ExplainedKey, Explanation } from '../fleet/explain.ts';
import { jsonDocument } from '../ground/output/json.ts';
import { renderParagraph } from '../ground/output/line.ts';
import type { Cell, Look } from '../ground/output/look.ts';
import { displayWidth } from '../ground/output/width.ts';
import type { ViewOptions } from './words.ts';

const longestName = 28;
/** Lines that one field may take in a terminal. */
const fieldLines = 6;

const rows = (look: Look, lines: readonly { readonly name: string; readonly rest: readonly Cell[] }[]): readonly string[] => {
  const width = Math.min(longestName, Math.max(0, ...lines.map(({ name }) => displayWidth(name)))) + 2;
  return lines.flatMap(({ name, rest }) =>
    renderParagraph(look, { indent: 2, hang: width, maxLines: fieldLines }, [{ text: name.padEnd(width), tone: 'strong' }, ...rest]),
  );
};

const circumstances = ({
  type,
  required,
  default: fallback,
}: Pick<ExplainedKey, 'type' | 'default'> & { required: boolean | null }): string =>
  [type, ...(required ? ['required'] : []), ...(fallback === null ? [] : [`default ${fallback}`])].join('; ');

const keyRow = (key: ExplainedKey) => ({
  name: key.key,
  rest: [{ text: key.meaning === null ? '' : `${key.meaning} ` }, { text: `(${circumstances(key)})`, tone: 'dim' as const }],
});

/** What a field means and what may stand there, for a person. */
const renderExplanationText = (explanation: Explanation, { look }: ViewOptions): string => {
  const { path, meaning, keys, kinds, forms, note, required } = explanation;
  const section = (title: string, lines: readonly string[]) => (lines.length === 0 ? [] : ['', look.paint('strong', title), ...lines]);
  const paragraph = (cells: readonly Cell[]) => renderParagraph(look, { indent: 0, hang: 2, maxLines: fieldLines }, cells);
  return [
    ...(path === ''
      ? []
      : paragraph([
          { text: path, tone: 'strong' },
          { text: `  ${circumstances({ ...explanation, required: required ?? false })}`, tone: 'dim' },
        ])),
    ...(meaning === null ? [] : paragraph([{ text: meaning }])),
    ...(note === null ? [] : paragraph([{ text: `Note: ${note}`, tone: 'warn' }])),
    ...section(
      'Written as',
      forms.map((form) => `  ${form}`),
    ),
    ...section(kinds.length > 0 && keys.length > 0 ? 'Settings' : 'Keys', rows(look, keys.map(keyRow))),
    ...section(
      'Kinds',
      rows(
        look,
        kinds.map(({ kind, summary }) => ({ name: kind, rest: [{ text: summary }] })),
      ),
    ),
    '',
  ].join('\n');
};

/** The public document of `agentops explain --json`. */
const renderExplanationJson = (explanation: Explanation, generatedAt: number): string => {
  const { path, meaning, type, required, default: fallback, forms, keys, kinds, note } = explanation;
  return jsonDocument(null, generatedAt, { path, meaning, type, required, default: fallback, forms, keys, kinds, note });
};

/** Every format of `agentops explain`, by the name `--output` takes. */
export const explainFormats = (explanation: Explanation, generatedAt: number) => ({
  text: (options: ViewOptions) => renderExplanationText(explanation, options),
  json: () => renderExplanationJson(explanation, generatedAt),
});
