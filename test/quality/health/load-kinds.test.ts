import { expect, it } from 'vitest';
import { loadKinds } from '../../../src/quality/health/load-kinds.ts';
import { aCheck, anAgent } from '../../support/facts.ts';

it('loads each protocol that an agent of the run speaks, and no other', async () => {
  const loaded: string[] = [];
  const load = (kind: string) => async () => {
    loaded.push(kind);
    return { default: {} as never };
  };
  const protocols = { http: load('http'), a2a: load('a2a'), mcp: load('mcp') };
  const endpoint = (kind: string) => ({ kind, config: {}, at: { file: 'agentops.yaml', line: 1, column: 1 } });
  const agents = [anAgent({ endpoint: endpoint('http') }), anAgent({ endpoint: endpoint('http') }), anAgent({ endpoint: null })];
  await loadKinds(
    agents.map((agent) => ({ agent, checks: [aCheck()] })),
    protocols,
  );
  expect(loaded).toEqual(['http']);
});
