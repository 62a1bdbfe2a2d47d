import type { World } from '../fleet/slots.ts';
import { isObject, type Json, type JsonObject, parseJson } from '../ground/json.ts';
import type { ProcessResult } from '../ground/runtime/context.ts';
import type { ApiTrouble } from './api-trouble.ts';

export interface KubectlSettings {
  /** A context of the kubeconfig; null: the current one. */
  readonly context: string | null;
  /** Absolute path; null: kubectl's own default. */
  readonly kubeconfig: string | null;
  /** What it and its credential plugins find in their environment, besides what any program needs; called when it is run. */
  env(): Readonly<Record<string, string>>;
}

export type KubeReading = { readonly object: JsonObject; readonly trouble: null } | { readonly object: null; readonly trouble: ApiTrouble };

/**
 * The API of a cluster, spoken by kubectl, so that contexts and credential plugins work as they do for its user. Paths are those of the
 * API (`/apis/apps/v1/namespaces/n/deployments/d`): nothing has to be discovered, and every version of kubectl answers alike.
 * Never throws but for an abort, or where this machine cannot start a process.
 */
export interface Kubectl {
  get(path: string, signal: AbortSignal): Promise<KubeReading>;
  /** Replaces an object; one that has a resource version meanwhile is a conflict (409). */
  put(path: string, object: JsonObject, signal: AbortSignal): Promise<KubeReading>;
  post(path: string, object: JsonObject, signal: AbortSignal): Promise<KubeReading>;
  delete(path: string, signal: AbortSignal): Promise<KubeReading>;
  /** Null: there is none, as inside a cluster. */
  currentContext(signal: AbortSignal): Promise<string | null>;
}

const serverSeconds = 20;
const timeoutMs = 30_000;
const maxBytes = 32 * 1024 * 1024;

export const openKubectl = ({ context, kubeconfig, env }: KubectlSettings, world: World): Kubectl => {
  const place = [...(kubeconfig === null ? [] : [`--kubeconfig=${kubeconfig}`]), ...(context === null ? [] : [`--context=${context}`])];
  const run = async (args: readonly string[], stdin: string | null, signal: AbortSignal): Promise<ProcessResult> => {
    const result = await world.process.run(
      {
        argv: ['kubectl', ...place, `--request-timeout=${serverSeconds}s`, ...args],
        env: { ...world.process.baseEnv, ...env() },
        timeoutMs,
        maxBytes,
        ...(stdin === null ? {} : { stdin }),
      },
      signal,
    );
    signal.throwIfAborted();
    return result;
  };
  const ask = async (verb: string, path: string, object: JsonObject | null, signal: AbortSignal): Promise<KubeReading> => {
    // Without --validate=false an old kubectl fetches the whole schema of the cluster first.
    const input = object === null ? [] : ['-f', '-', ...(verb === 'replace' ? ['--validate=false'] : [])];
    const result = await run([verb, `--raw=${path}`, ...input], object === null ? null : JSON.stringify(object), signal);
    const json = result.ended === 'exit' && result.code === 0 ? parseJson(result.stdout) : undefined;
    if (isObject(json)) return { object: json, trouble: null };
    return { object: null, trouble: troubleOfRun(result, `${verb} ${path}`, (text) => world.secrets.mask(text)) };
  };
  return {
    get: (path, signal) => ask('get', path, null, signal),
    put: (path, object, signal) => ask('replace', path, object, signal),
    post: (path, object, signal) => ask('create', path, object, signal),
    delete: (path, signal) => ask('delete', path, null, signal),
    async currentContext(signal) {
      const { code, stdout } = await run(['config', 'current-context'], null, signal);
      return code === 0 && stdout.trim() !== '' ? stdout.trim() : null;
    },
  };
};

/** HTTP status of the reasons that a Kubernetes Status names. Source: its API reference, `metav1.StatusReason`. */
const statuses: Readonly<Record<string, number>> = {
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  AlreadyExists: 409,
  Conflict: 409,
  Gone: 410,
  Expired: 410,
  Invalid: 422,
  BadRequest: 400,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  UnsupportedMediaType: 415,
  RequestEntityTooLarge: 413,
  TooManyRequests: 429,
  InternalError: 500,
  ServerTimeout: 500,
  ServiceUnavailable: 503,
  Timeout: 504,
};

/** What a run of kubectl that brought no object says of the question. Texts are those of kubectl 1.20 to 1.33. */
const troubleOfRun = (result: ProcessResult, asked: string, mask: (text: string) => string): ApiTrouble => {
  const said = mask(errorOf(result.stderr)).slice(0, 500);
  const trouble = (parts: Partial<ApiTrouble> & Pick<ApiTrouble, 'message'>): ApiTrouble => ({
    code: 'backend_failed',
    status: null,
    json: undefined,
    tooMuch: null,
    again: 'no',
    sent: true,
    retryAfterMs: null,
    hint: null,
    ...parts,
  });
  if (result.ended === 'missing')
    return trouble({ message: 'kubectl is not installed on this machine', hint: 'install kubectl, or put it on the PATH', sent: false });
  if (result.ended !== 'exit') return trouble({ message: `kubectl did not end well (${result.ended}): ${asked}` });
  if (result.code === 0)
    return trouble({ status: 200, code: 'backend_malformed', message: `the cluster answered ${asked} with no object` });

  const [, reason] = /\((\w+)\)(?:: |$)/.exec(said) ?? [];
  const status = /^The (request|\S+ "[^"]*") is invalid/.test(said) ? 422 : (statuses[reason ?? ''] ?? null);
  if (status === 401 || status === 403) return trouble({ status, code: 'backend_unauthorized', message: said });
  if (status === 429) return trouble({ status, code: 'backend_limited', message: said });
  if (status !== null) return trouble({ status, message: said });
  return trouble({ message: said === '' ? `kubectl ended with ${result.code}: ${asked}` : said, sent: !isUnsent(said) });
};

/** What it printed at the end, in one line; warnings of the cluster and log lines of its libraries are no error. */
const errorOf = (stderr: string): string =>
  stderr
    .split('\n')
    .filter((line) => !/^(Warning: |[EIW]\d{4} )/.test(line))
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim();

/** No connection came about, or kubectl refused before it tried. */
const isUnsent = (said: string): boolean =>
  /was refused|dial tcp|no such host|x509:|certificate|context .* does not exist|no configuration|error loading config|getting credentials|exec plugin/i.test(
    said,
  );

/** A list's items; empty where it is none. */
export const itemsOf = (list: JsonObject | null): readonly JsonObject[] => {
  const items: Json | undefined = list?.['items'];
  return Array.isArray(items) ? (items as readonly Json[]).filter(isObject) : [];
};
