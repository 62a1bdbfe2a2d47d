import { resolve } from 'node:path';
import { badFile } from '../../fleet/problem-report.ts';
import { showPath } from '../../fleet/problem-words.ts';
import { type PlacedProblem, readWith, suggestion } from '../../fleet/problems.ts';
import { locate, parseYaml, plainValue } from '../../fleet/yaml.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { incidentsOf, type LabelledIncident, labelsFile } from './labelled-incident.ts';

const maxBytes = 1024 * 1024;

/**
 * The labelled incidents of a file. Throws a usage error with everything that is wrong with it, each thing at its place.
 * @param agents the names that incidents may name @param cwd where paths are told from
 */
export const loadIncidents = (
  { files, clock }: Pick<Context, 'files' | 'clock'>,
  { path: given, agents, cwd }: { readonly path: string; readonly agents: readonly string[]; readonly cwd: string },
): readonly LabelledIncident[] => {
  const path = resolve(cwd, given);
  const { root, problems: syntax } = parseYaml(files.readText(path, maxBytes), path);
  const refuse = (problems: readonly PlacedProblem[]) =>
    badFile(
      { code: 'incidents_invalid', path, problems, hint: 'begin with incidents:, and write - { id, agents, from, to } below it' },
      cwd,
    );
  if (root === null || syntax.length > 0)
    throw refuse(syntax.length > 0 ? syntax : [{ at: { file: path, line: 1, column: 1 }, message: 'the file is empty', hint: null }]);
  const read = readWith(labelsFile, plainValue(root));
  if ('problems' in read)
    throw refuse(
      read.problems.map(({ path: where, about, message, hint }) => ({
        at: locate(root, where, about),
        message: where.length === 0 ? `the file ${message}` : `${showPath(where)} ${message}`,
        hint,
      })),
    );
  const incidents = incidentsOf(read.data, clock.now());
  const strangers = incidents.flatMap(({ agents: named }, at) =>
    named.flatMap((name, place) =>
      agents.includes(name)
        ? []
        : [
            {
              at: locate(root, ['incidents', at, 'agents', place]),
              message: `incidents[${at}].agents[${place}] names no agent of the fleet (found ${JSON.stringify(name)})`,
              hint: suggestion(name, agents),
            },
          ],
    ),
  );
  const backwards = incidents.flatMap(({ from, to }, at) =>
    to > from
      ? []
      : [{ at: locate(root, ['incidents', at, 'to']), message: `incidents[${at}].to is not after from`, hint: 'write when it was over' }],
  );
  if (strangers.length + backwards.length > 0) throw refuse([...strangers, ...backwards]);
  return incidents;
};
