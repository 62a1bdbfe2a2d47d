import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { protocols } from '../../src/agents/protocols/registry.ts';
import { type FirstAgent, firstManifest, writableProtocols } from '../../src/cli/first-manifest.ts';
import { extensions } from '../../src/cli/registries.ts';
import { loadFleet } from '../../src/fleet/load-fleet.ts';
import { parseYaml, plainValue } from '../../src/fleet/yaml.ts';
import { dig } from '../../src/ground/json.ts';
import { systemFiles } from '../../src/ground/runtime/files.ts';
import { openSecrets } from '../../src/ground/runtime/secrets.ts';
import { scratch } from '../support/run-cli.ts';

const example: FirstAgent = { fleet: 'acme', agent: 'support', protocol: 'http', url: null, model: null, variable: null, question: null };

const load = async (text: string) => {
  using folder = scratch({ 'agentops.yaml': text });
  const env = {};
  const ground = { env, files: systemFiles, secrets: openSecrets(env, systemFiles) };
  return (await loadFleet(ground, { flag: 'agentops.yaml', cwd: folder.path, allowance: null, version: '0' }, async () => extensions))
    .fleet;
};

test('knows every protocol there is', () => expect([...writableProtocols].sort()).toEqual(Object.keys(protocols).sort()));

describe.each(writableProtocols)('a first manifest for %s', (protocol) => {
  test('is right as an example', async () => {
    const fleet = await load(firstManifest({ ...example, protocol }));
    expect(fleet.agents[0]).toMatchObject({ name: 'support', endpoint: { kind: protocol }, checks: [{ id: 'reachable', kind: 'probe' }] });
  });

  test('is right with everything said', async () => {
    const question = { input: 'How are "you"?\n- well, ${HOME} and $${HOME}', contains: '30 days: #1' };
    const text = firstManifest({
      ...example,
      protocol,
      url: 'https://agents.example/x',
      model: 'm: 1',
      variable: 'SUPPORT_TOKEN',
      question,
    });
    const [agent] = (await load(text)).agents;
    expect(agent?.checks[1]).toMatchObject({ kind: 'prompt', turns: [{ input: question.input }] });
    expect(JSON.stringify(agent?.endpoint)).toContain('${SUPPORT_TOKEN}');
  });

  test('reads no variable that nobody named', async () => {
    const { value } = { value: firstManifest({ ...example, protocol }).replace(/#.*/g, '') };
    expect(value).not.toContain('${');
  });
});

test('whatever a person types stands in the file as text, and as nothing else', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), fc.constantFrom(...writableProtocols), (input, contains, protocol) => {
      fc.pre(contains !== '');
      const text = firstManifest({ ...example, protocol, question: { input, contains }, model: input });
      const { root, problems } = parseYaml(text, 'agentops.yaml');
      expect(problems).toEqual([]);
      const check = dig(root === null ? null : plainValue(root), 'agents', 'support', 'checks', 1);
      expect(String(dig(check, 'input')).replaceAll('$${', '${')).toBe(input);
      expect(String(dig(check, 'expect', 0, 'icontains')).replaceAll('$${', '${')).toBe(contains);
    }),
  );
});

test('names that YAML would take for something else are quoted', () => {
  for (const agent of ['true', 'null', '1', '0x1f', '1e3', 'False']) {
    const { root } = parseYaml(firstManifest({ ...example, fleet: agent, agent }), 'agentops.yaml');
    expect(dig(root === null ? null : plainValue(root), 'fleet')).toBe(agent);
  }
});
