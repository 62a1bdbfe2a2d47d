import { OpsError, usageError } from '../ground/errors.ts';
import { isObject } from '../ground/json.ts';
import type { Context, SecretRef } from '../ground/runtime/context.ts';
import type { Selected } from './select.ts';

/** Resolves every reference in the endpoints of the selected agents, so that nothing is sent while one is missing. All missing ones are told at once. */
export const requireSecrets = ({ secrets }: Pick<Context, 'secrets'>, selected: readonly Selected[]): void => {
  const missing: { where: string; error: OpsError }[] = [];
  for (const { agent } of selected) {
    if (agent.endpoint === null) continue;
    const { file, line, column } = agent.endpoint.at;
    for (const reference of referencesIn(agent.endpoint.config)) {
      try {
        secrets.reveal(reference);
      } catch (thrown) {
        if (!(thrown instanceof OpsError)) throw thrown;
        missing.push({ where: `${file}:${line}:${column}: the endpoint of ${agent.name}`, error: thrown });
      }
    }
  }
  const [first] = missing;
  if (first === undefined) return;
  throw usageError({
    code: first.error.code,
    message: missing.map(({ where, error }) => `${where}: ${error.message}`).join('\n'),
    hint: [...new Set(missing.map(({ error }) => error.hint))].join('; '),
  });
};

const referencesIn = (value: unknown): readonly SecretRef[] => {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (!isObject(value)) return [];
  if (typeof value['secret'] === 'string' && typeof value['base'] === 'string') return [{ secret: value['secret'], base: value['base'] }];
  return Object.values(value).flatMap(referencesIn);
};
