import { basename } from 'node:path';
import type { Fleet } from '../../fleet/agent.ts';
import type { openSources } from '../../fleet/open-sources.ts';
import type { PlacedProblem } from '../../fleet/problems.ts';
import { leavesFolder } from '../../fleet/trust.ts';
import { locate, type YamlNode } from '../../fleet/yaml.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { readDataset } from './exchange/read-langfuse-dataset.ts';
import type { ReadCase } from './raw-case.ts';
import { type CaseDesk, formatOf, readCaseFile } from './read-case-file.ts';
import { readTraceCases } from './read-trace-cases.ts';
import type { ParsedSuite } from './schema.ts';
import type { SuiteRequest } from './suite.ts';

/** Where cases come from; begins anew each time. */
export type Source = () => AsyncIterable<ReadCase> | Iterable<ReadCase>;

export interface SourceParts {
  readonly ctx: Context;
  readonly fleet: Fleet;
  readonly file: string;
  readonly request: SuiteRequest;
  readonly desk: CaseDesk;
  readonly outside: ReturnType<typeof openSources>;
  readonly data: ParsedSuite;
  readonly root: YamlNode;
}

/** What `from:` names, in order. What is wrong with it is added to `problems`. */
export const openCaseSources = (
  { ctx, fleet, file, request, desk, outside, data, root }: SourceParts,
  problems: PlacedProblem[],
): readonly Source[] => {
  const isMany = Array.isArray(data.from);
  const items = data.from === undefined ? [] : Array.isArray(data.from) ? data.from : [data.from];
  return items.flatMap((item, index): readonly Source[] => {
    const at = (...below: readonly PropertyKey[]) => locate(root, ['from', ...(isMany ? [index] : []), ...below]);
    const refuse = (message: string, how: string | null): readonly Source[] => {
      problems.push({ at: at(), message, hint: how });
      return [];
    };
    const pattern = typeof item === 'string' ? item : item.file;
    if (pattern !== undefined) {
      const files = outside.match(pattern).filter((each) => each !== file);
      const leaves = request.allowance !== null && (leavesFolder(pattern) || files.some((each) => !outside.isInside(each)));
      if (leaves) return refuse(`from ${pattern} leaves the folder of the suite, which is refused under --untrusted`, 'move the file');
      if (files.length === 0) return refuse(`from ${pattern} matches no file`, 'paths are relative to the suite');
      const unknown = files.find((each) => formatOf(each) === null || ctx.files.isFolder(each));
      if (unknown !== undefined)
        return refuse(
          `from ${pattern} names ${basename(unknown)}, which is no file of cases`,
          'cases stand in .yaml, .json, .jsonl or .csv files',
        );
      return files.map((each) => () => readCaseFile(desk, each));
    }
    if (typeof item === 'string' || request.isOffline === true) return [];
    const { traces, 'langfuse-dataset': dataset } = item;
    if (traces !== undefined)
      return [() => readTraceCases(ctx, fleet, traces, { agent: data.agent ?? null, now: request.now, at: at('traces') })];
    if (dataset !== undefined) {
      const read = readDataset(ctx, fleet, dataset, {
        now: request.now,
        at: at('langfuse-dataset'),
        hasTemplate: data.defaults.input !== undefined || data.defaults.turns !== undefined,
      });
      return [read];
    }
    return [];
  });
};
