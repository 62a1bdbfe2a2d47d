import { describe, expect, it } from 'vitest';
import { openKubectl } from '../../src/clients/kubectl.ts';
import type { ProcessResult, ProcessSpec } from '../../src/ground/runtime/context.ts';
import { fakeContext } from '../support/fake-context.ts';
import { fakeKubectl } from '../support/fake-kubectl.ts';

const never = new AbortController().signal;
const settings = { context: null, kubeconfig: null, env: () => ({}) };
const ended: ProcessResult = { ended: 'exit', code: 1, signal: null, stdout: '', stderr: '', firstByteMs: null, totalMs: 1 };

/** What a run of kubectl that ends so is taken for. */
const troubleOf = async (result: Partial<ProcessResult>) => {
  const process = { ...fakeKubectl(() => ({ stdout: '' })), run: async () => ({ ...ended, ...result }) };
  return (await openKubectl(settings, fakeContext({ process })).get('/api/v1/pods', never)).trouble;
};

describe('what kubectl says', () => {
  it.each([
    ['Error from server (NotFound): pods "x" not found', 404, true],
    ['Error from server (Forbidden): pods is forbidden: User "bob" cannot list', 403, true],
    ['error: You must be logged in to the server (Unauthorized)', 401, true],
    ['Error from server (Conflict): Operation cannot be fulfilled on x', 409, true],
    ['Error from server (AlreadyExists): networkpolicies "x" already exists', 409, true],
    ['Error from server (TooManyRequests): slow down', 429, true],
    ['Error from server (InternalError): boom', 500, true],
    ['Error from server (Timeout): Timeout: request did not complete within requested timeout', 504, true],
    ['The request is invalid', 422, true],
    ['The Deployment "x" is invalid: \n* spec.replicas: Invalid value: -1\n* spec.selector: Required value', 422, true],
    ['Warning: v1 is deprecated\nError from server (NotFound): x', 404, true],
    ['E1123 15:00:00.000000 1 memcache.go:265] noise\nThe connection to the server 10.0.0.1:6443 was refused', null, false],
    ['Unable to connect to the server: dial tcp: lookup nowhere on 10.0.0.2:53: no such host', null, false],
    ['Unable to connect to the server: x509: certificate signed by unknown authority', null, false],
    ['error: context "nada" does not exist', null, false],
    ['Unable to connect to the server: getting credentials: exec: executable aws not found', null, false],
    ['Unable to connect to the server: EOF', null, true],
    ['error: unexpected EOF', null, true],
    ['Unable to connect to the server: net/http: request canceled (Client.Timeout exceeded while awaiting headers)', null, true],
    ['something new', null, true],
  ])('%j is status %s, sent: %s', async (stderr, status, sent) => {
    expect(await troubleOf({ stderr: `${stderr}\n` })).toMatchObject({ status, sent });
  });

  it('is one line, masked, and not long', async () => {
    const message = (await troubleOf({ stderr: `error: s3cret\n  and\tmore ${'x'.repeat(2000)}` }))?.message ?? '';
    expect(message).toMatch(/^error: \*\*\* and more x+$/);
    expect(message.length).toBe(500);
  });

  it.each([
    ['it is not installed', { ended: 'missing' }, 'not installed', false],
    ['it does not come to an end', { ended: 'timeout' }, 'timeout', true],
    ['it prints too much', { ended: 'overflow' }, 'overflow', true],
    ['it answers a page', { code: 0, stdout: '<html>' }, 'no object', true],
    ['it says nothing', { code: 3 }, 'ended with 3', true],
  ] as const)('is told where %s', async (_, result, said, sent) => {
    expect(await troubleOf(result)).toMatchObject({ message: expect.stringContaining(said), sent });
  });
});

it('is one argument an option, the object on standard input, and only the environment that was asked for', async () => {
  const specs: ProcessSpec[] = [];
  const fake = fakeKubectl(() => ({ status: 200, body: {} }));
  const process: typeof fake = {
    ...fake,
    run: (spec, signal) => {
      specs.push(spec);
      return fake.run(spec, signal);
    },
  };
  const kube = openKubectl({ context: 'a b', kubeconfig: '/k; id', env: () => ({ AWS_PROFILE: 'prod' }) }, fakeContext({ process }));
  await kube.put('/apis/apps/v1/namespaces/n/deployments/d', { spec: { note: '$(id)' } }, never);
  expect(specs[0]).toMatchObject({
    argv: [
      'kubectl',
      '--kubeconfig=/k; id',
      '--context=a b',
      '--request-timeout=20s',
      'replace',
      '--raw=/apis/apps/v1/namespaces/n/deployments/d',
      '-f',
      '-',
      '--validate=false',
    ],
    stdin: '{"spec":{"note":"$(id)"}}',
    env: { PATH: '/usr/bin', AWS_PROFILE: 'prod' },
  });
});
