import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { renderClosing } from '../../../src/desk/demo/closing-words.ts';
import { firstAgent, mishaps, nightlyJob, otherAgents, portVariable, shellFile } from '../../../src/desk/demo/demo-fleet.ts';
import { type Look, plainLook } from '../../../src/ground/output/look.ts';
import { load } from '../../support/load-manifest.ts';
import { scratch } from '../../support/run-cli.ts';

const fixtures = resolve(import.meta.dirname, '../../../fixtures/demo');
const started = [firstAgent, ...otherAgents].map(({ name }) => name);

describe('the manifest of the demo', () => {
  test('is right as it stands, and names what is started', async () => {
    using folder = scratch({ 'agentops.yaml': readFileSync(join(fixtures, 'agentops.yaml'), 'utf8') });
    const { fleet } = await load(folder.path);
    const names = fleet.agents.map(({ name }) => name);
    const listening = fleet.agents.filter(({ endpoint }) => JSON.stringify(endpoint).includes('_PORT}')).map(({ name }) => name);
    expect(listening.toSorted()).toEqual(started.toSorted());
    for (const { endpoint, name } of fleet.agents)
      if (listening.includes(name)) expect(JSON.stringify(endpoint)).toContain(`\${${portVariable(name)}}`);
    expect(names).toEqual(expect.arrayContaining([nightlyJob.name, ...mishaps.map(({ agent }) => agent)]));
    expect(new Set(fleet.agents.flatMap(({ endpoint }) => endpoint?.kind ?? [])).size).toBe(9);
    expect(fleet.agents.every(({ owner, checks }) => owner !== null && checks.length > 0)).toBe(true);
  });

  test('has a script for every agent that is started', () => {
    const scripts = readdirSync(join(fixtures, 'agents')).map((name) => name.replace('.mjs', ''));
    expect(scripts).toEqual(expect.arrayContaining(started));
  });
});

describe('the shell file', () => {
  test('brings every variable and a way to call agentops into a shell, whatever they hold', () => {
    using folder = scratch();
    const path = join(folder.path, 'env.sh');
    const odd = `it's "$HOME" \`and\` \\ more`;
    writeFileSync(path, shellFile(path, { ODD: odd, DEMO_X_PORT: '1' }, ['/bin/echo', "the program's", odd]));
    const said = execFileSync('/bin/sh', ['-c', `. ${path}; /usr/bin/env | /usr/bin/grep DEMO_X; agentops "$ODD" two`], {
      env: { PATH: folder.path },
      encoding: 'utf8',
    });
    expect(said).toBe(`DEMO_X_PORT=1\nthe program's ${odd} ${odd} two\n`);
  });
});

describe('the closing words', () => {
  const narrow: Look = { ...plainLook, width: 80 };

  test.each([80, 120])('fit into %i columns line by line', (width) => {
    for (const file of [null, '/tmp/agentops-demo-AbCdEf/env.sh']) {
      const lines = renderClosing({ ...narrow, width }, { healthExit: 1, shellFile: file, call: 'npm run demo --' }).split('\n');
      expect(lines.filter((line) => line.length > width)).toEqual([]);
    }
  });

  test('explain each agent that is not green, and say what health would have exited with', () => {
    const words = renderClosing(narrow, { healthExit: 1, shellFile: null, call: 'agentops demo' });
    for (const { agent, why } of mishaps) expect(words).toMatch(new RegExp(`^  ${agent} +${why.slice(0, 20)}`, 'm'));
    expect(words).toContain('would have exited 1');
    expect(words).toMatch(/^ {2}agentops demo --keep /m);
  });
});
