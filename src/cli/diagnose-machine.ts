import type { Env } from '../ground/runtime/context.ts';
import { proxyProblem } from '../ground/runtime/proxies.ts';
import type { Terminal } from '../ground/runtime/terminal.ts';
import { type Diagnosed, findingsIn } from './diagnosed.ts';

/** `engines` of package.json. */
export const leastNode: readonly [number, number] = [20, 19];

const { ok, warn, fail } = findingsIn('machine');

/** This machine and this process: Node, SQLite, the terminal, and what the environment does to network calls. */
export const diagnoseMachine = async (env: Env, terminal: Terminal, version: string): Promise<readonly Diagnosed[]> => [
  ok('agentops', version),
  nodeFinding(process.versions.node),
  ok('platform', `${process.platform} ${process.arch}`),
  await sqliteFinding(),
  terminalFinding(terminal),
  ...proxyFindings(env),
  ...tlsFindings(env),
];

/** Whether this Node is new enough. */
export const nodeFinding = (version: string): Diagnosed => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isEnough = major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1]);
  return isEnough ? ok('Node', version) : fail('Node', `${version} is too old`, `install Node ${leastNode.join('.')} or newer`);
};

const sqliteFinding = async (): Promise<Diagnosed> => {
  const { sqliteVersion } = await import('../ground/store/sqlite-file.ts');
  const { OpsError } = await import('../ground/errors.ts');
  try {
    return ok('SQLite', `${await sqliteVersion()}, better-sqlite3 loads`);
  } catch (thrown) {
    if (!(thrown instanceof OpsError)) throw thrown;
    return fail('SQLite', thrown.message, thrown.hint);
  }
};

const terminalFinding = ({ out, prompts, zone }: Terminal): Diagnosed => {
  const colour = out.paint('bad', 'x') === 'x' ? 'no colour' : 'colour';
  const shape = out.width === null ? 'not a terminal' : `${out.width} columns`;
  const asks = prompts === null ? 'no questions' : 'questions can be asked';
  return ok('terminal', [shape, colour, out.unicode ? 'UTF-8' : 'ASCII only', asks, `time zone ${zone}`].join(', '));
};

const proxyNames = ['http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'];

/** The proxy variables there are, without the credentials in them. */
export const proxyFindings = (env: Env): readonly Diagnosed[] => {
  const found = proxyNames
    .flatMap((lower) => [lower, lower.toUpperCase()])
    .flatMap((name) => (env[name] ? [[name, env[name]] as const] : []));
  if (found.length === 0) return [ok('proxy', 'none is set')];
  return found.map(([name, value]) => {
    const lower = name.toLowerCase();
    if (lower === 'no_proxy') return ok(name, value);
    const shown = withoutCredentials(value);
    if (lower === 'all_proxy') return warn(name, `${shown} is not read by agentops`, 'set HTTP_PROXY and HTTPS_PROXY');
    const wrong = proxyProblem(value);
    return wrong === null ? ok(name, shown) : fail(name, wrong, `export ${name}=http://host:port`);
  });
};

const withoutCredentials = (url: string): string => url.replace(/^([a-z][a-z0-9+.-]*:\/\/)?[^/]*@/i, '$1***@');

/** Variables by which Node trusts more, or everything. */
export const tlsFindings = (env: Env): readonly Diagnosed[] => [
  ...(env['NODE_EXTRA_CA_CERTS'] ? [ok('NODE_EXTRA_CA_CERTS', env['NODE_EXTRA_CA_CERTS'])] : []),
  ...(env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0'
    ? [
        warn(
          'NODE_TLS_REJECT_UNAUTHORIZED',
          'is 0: no TLS certificate is checked',
          'unset it, and name your own authority in NODE_EXTRA_CA_CERTS',
        ),
      ]
    : []),
];
