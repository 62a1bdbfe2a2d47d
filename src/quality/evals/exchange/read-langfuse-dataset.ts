import { troubleError } from '../../../clients/api-trouble.ts';
import { type LangfuseSettings, openLangfuse } from '../../../clients/langfuse.ts';
import type { Fleet } from '../../../fleet/agent.ts';
import { suggestion } from '../../../fleet/problems.ts';
import type { At } from '../../../fleet/slots.ts';
import { unableError, usageError } from '../../../ground/errors.ts';
import type { Json } from '../../../ground/json.ts';
import type { Context } from '../../../ground/runtime/context.ts';
import type { ReadCase } from '../raw-case.ts';
import type { DatasetSource } from '../source-schema.ts';
import { caseOfItem } from './langfuse-item.ts';

export interface DatasetWish {
  /** The items as they stood then, where the source names no version. UTC epoch ms. */
  readonly now: number;
  /** Where the suite names the source. */
  readonly at: At;
  readonly hasTemplate: boolean;
}

const pageSize = 100;
/** A dataset is held while the run lasts, so that it is asked for once and stays the same. */
const mostItems = 50_000;

/** The items of a dataset in Langfuse as cases, read page by page when they are first asked for. */
export const readDataset = (ctx: Context, fleet: Fleet, source: DatasetSource, wish: DatasetWish): (() => AsyncIterable<ReadCase>) => {
  let items: Promise<readonly Json[]> | null = null;
  return async function* () {
    items ??= readItems(ctx, settingsOf(fleet, source, wish.at), source, wish.now);
    for (const item of await items) {
      const found = caseOfItem(item, wish.hasTemplate);
      if (found === null) continue;
      const { id, value } = found;
      yield {
        raw: {
          value,
          at: wish.at,
          place: ({ message, hint }) => ({
            at: wish.at,
            message: `the item ${JSON.stringify(id)} of dataset ${source.name} ${message}`,
            hint,
          }),
          isForeign: true,
          recorded: null,
        },
      };
    }
  };
};

type LangfuseConfig = Omit<LangfuseSettings, 'timeoutMs'> & { readonly timeout?: number };

const settingsOf = ({ backends }: Fleet, { backend }: DatasetSource, at: At): LangfuseSettings => {
  const known = Object.entries(backends).flatMap(([name, { kind, config }]) =>
    kind === 'langfuse' ? [{ name, config: config as LangfuseConfig }] : [],
  );
  const chosen = backend === undefined ? (known.length === 1 ? known[0] : undefined) : known.find(({ name }) => name === backend);
  if (chosen !== undefined) return { ...chosen.config, timeoutMs: chosen.config.timeout ?? 60_000 };
  const names = known.map(({ name }) => name);
  const message =
    backend === undefined
      ? `${known.length} backends are of kind langfuse`
      : `backend names none of kind langfuse (found ${JSON.stringify(backend)})`;
  const hint = backend === undefined && names.length > 0 ? `add backend: ${names.join(' | ')}` : suggestion(backend ?? '', names);
  throw usageError({
    code: 'suite_invalid',
    message: `${at.file}:${at.line}:${at.column}: ${message}`,
    hint: hint ?? 'add one to backends: in the manifest',
  });
};

const readItems = async (
  ctx: Context,
  settings: LangfuseSettings,
  { name, version }: DatasetSource,
  now: number,
): Promise<readonly Json[]> => {
  const langfuse = openLangfuse(settings, ctx);
  const items: Json[] = [];
  const query = { datasetName: name, version: version ?? new Date(now).toISOString() };
  for (let at: string | null = null; ; ) {
    const { page, trouble } = await langfuse.list({ path: '/dataset-items', paging: 'numbered', limit: pageSize, at, query }, ctx.signal);
    if (trouble?.status === 404)
      throw unableError({
        code: 'dataset_missing',
        message: `${langfuse.host()} has no dataset ${name}`,
        hint: 'check its name, and the project of the keys',
      });
    if (trouble !== null) throw troubleError(trouble);
    items.push(...page.rows);
    if (items.length > mostItems)
      throw unableError({
        code: 'dataset_too_large',
        message: `the dataset ${name} has more than ${mostItems.toLocaleString('en-US')} items`,
      });
    if (page.next === null) return items;
    at = page.next;
  }
};
