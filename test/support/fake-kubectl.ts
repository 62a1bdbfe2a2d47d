import { digString, type Json, parseJson } from '../../src/ground/json.ts';
import type { Processes, ProcessSpec } from '../../src/ground/runtime/context.ts';
import type { KubeAnswer } from './kube-api.ts';

const methods: Readonly<Record<string, string>> = { get: 'GET', replace: 'PUT', create: 'POST', delete: 'DELETE' };

/** What a request came to, where no answer of the API arrived: as kubectl says it on standard error. */
export type KubectlAnswer = KubeAnswer | { readonly stderr: string } | { readonly stdout: string };

/** kubectl as far as `--raw` goes: its options, its words for errors (1.20 to 1.33), no process. */
export const fakeKubectl = (answer: (method: string, path: string, body: Json) => KubectlAnswer, context = 'lab'): Processes => {
  const end = (code: number, stdout: string, stderr: string) =>
    ({ ended: 'exit', code, signal: null, stdout, stderr, firstByteMs: 1, totalMs: 1 }) as const;
  const run = ({ argv, stdin }: ProcessSpec) => {
    const args = argv.filter((each) => !each.startsWith('--') || each.startsWith('--raw='));
    if (args[1] === 'config') return end(0, `${context}\n`, '');
    const raw = args.find((each) => each.startsWith('--raw='))?.slice('--raw='.length) ?? '';
    const seen = answer(methods[args[1] ?? ''] ?? '', raw, parseJson(stdin ?? '') ?? null);
    if ('stderr' in seen) return end(1, '', `${seen.stderr}\n`);
    if ('stdout' in seen) return end(0, seen.stdout, '');
    if (seen.status < 300) return end(0, JSON.stringify(seen.body), '');
    const reason = digString(seen.body, 'reason') ?? '';
    const message = digString(seen.body, 'message') ?? '';
    if (reason === 'Unauthorized') return end(1, '', 'error: You must be logged in to the server (Unauthorized)\n');
    if (reason === 'Invalid') return end(1, '', `The request is invalid: ${message}\n`);
    return end(1, '', `Error from server (${reason}): ${message}\n`);
  };
  return {
    baseEnv: { PATH: '/usr/bin' },
    owner: () => ({ user: 'tester', host: 'lab' }),
    run: async (spec) => run(spec),
    start: () => Promise.reject(new Error('kubectl is no service')),
    find: () => null,
  };
};
