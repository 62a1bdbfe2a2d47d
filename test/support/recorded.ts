import { readFileSync } from 'node:fs';
import { digNumber } from '../../src/ground/json.ts';
import type { Reply } from './http-peer.ts';

/** The text of a file of recorded bytes, by its place under `test/captures`. */
export const captureOf = (path: string): string => readFileSync(new URL(`../captures/${path}`, import.meta.url), 'utf8');

const kept = ['content-type', 'mcp-session-id'];

/** Plays a recorded answer: status, the headers that matter, body. The id of a JSON-RPC reply becomes that of the request. */
export const recorded =
  (path: string): Reply =>
  (request, response) => {
    const text = captureOf(path);
    const isWhole = text.startsWith('HTTP/');
    const [head = '', ...rest] = isWhole ? text.split(/\r?\n\r?\n/) : ['HTTP/1.1 200 OK\ncontent-type: application/json', text];
    const [status = '', ...lines] = head.split(/\r?\n/);
    const headers = lines.flatMap((line) => {
      const [, name = '', value = ''] = /^([^:]+): (.*)$/.exec(line) ?? [];
      return kept.includes(name.toLowerCase()) ? [[name, value] as const] : [];
    });
    const body = rest.join('\n\n').replace(/"id":\d+(?=[,}])/g, `"id":${digNumber(request.json, 'id') ?? 'null'}`);
    response.writeHead(Number(status.split(' ')[1]), Object.fromEntries(headers)).end(body);
  };
