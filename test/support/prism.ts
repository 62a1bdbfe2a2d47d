import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startPeer } from '../peers/start-peer.ts';
import type { Received, Reply } from './http-peer.ts';
import { body } from './replies.ts';

const folder = fileURLToPath(new URL('../prism/', import.meta.url));

/** Holds requests against a vendor's own description of its API. */
export interface Prism {
  /** What was wrong with the requests since this was last asked, one sentence each. */
  takeViolations(): readonly string[];
  /** Method and path template of each request that was judged. */
  readonly judged: readonly string[];
  /** Judges a request, then answers it as `reply` does; without one, with what Prism makes up from the description. */
  judging(reply?: Reply): Reply;
  stop(): Promise<void>;
}

/** Starts Prism on a description in `test/prism/specs`. */
export const openPrism = async (description: string): Promise<Prism> => {
  const file = `${folder}specs/${description}`;
  const described = (JSON.parse(readFileSync(file, 'utf8')) as Description).paths;
  const program = `${folder}node_modules/.bin/prism`;
  const peer = await startPeer({
    argv: (port) => [program, 'mock', '-h', '127.0.0.1', '-p', String(port), file],
    ready: /Prism is listening/,
  });
  const violations: string[] = [];
  const judged: string[] = [];

  const judge = async (request: Received): Promise<Response> => {
    const asked = `${request.method} ${request.path}`;
    const template = Object.keys(described).find((path) => templatePattern(path).test(request.path));
    judged.push(`${request.method} ${template ?? request.path}`);
    const search = request.query.size === 0 ? '' : `?${request.query}`;
    const answer = await fetch(`${peer.url}${request.path}${search}`, {
      method: request.method,
      headers: sentHeaders(request),
      ...(request.body === '' ? {} : { body: request.body }),
    });
    const told = JSON.parse(answer.headers.get('sl-violations') ?? '[]') as readonly Violation[];
    for (const { location, message } of told) if (location[0] === 'request') violations.push(`${asked}${search}: ${message}`);
    if (told.length === 0 && answer.status >= 400) violations.push(`${asked}${search}: HTTP ${answer.status}`);
    // Prism lets parameters pass that nobody described; servers do too, and what was meant is then not done.
    const names = parametersOf(described, template, request.method);
    for (const name of new Set(request.query.keys())) if (!names.has(name)) violations.push(`${asked}: no parameter ${name} is described`);
    return answer;
  };
  return {
    takeViolations: () => violations.splice(0),
    judged,
    judging: (reply) => (request, response) => {
      const answered = judge(request).then(async (answer) => {
        const made = body(await answer.text(), answer.headers.get('content-type') ?? '', answer.status);
        (reply ?? made)(request, response);
      });
      answered.catch((thrown: unknown) => {
        violations.push(String(thrown));
        response.destroy();
      });
    },
    stop: () => peer.stop(),
  };
};

interface Parameter {
  readonly name: string;
  readonly in: string;
}
interface Operation {
  readonly parameters?: readonly Parameter[];
}
interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}
interface Violation {
  readonly location: readonly string[];
  readonly message: string;
}

const templatePattern = (path: string): RegExp => new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]+')}$`);

const parametersOf = (described: Description['paths'], template: string | undefined, method: string): ReadonlySet<string> => {
  const parameters = described[template ?? '']?.[method.toLowerCase()]?.parameters ?? [];
  return new Set(parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name));
};

const hopByHop = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'accept-encoding']);

const sentHeaders = ({ headers }: Received): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (hopByHop.has(name) ? [] : [[name, String(value)] as const])));
