import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { documentSchemas } from '../../src/views/schemas.ts';
import { describeWithPeer } from '../support/peer-or-skip.ts';
import { runCli, scratch, startCli } from '../support/run-cli.ts';
import { newKey } from '../support/ssh-key.ts';
import { until } from '../support/until.ts';

const manifest = `version: 1
fleet: acme
runbooks: [books/]
agents:
  support:
    endpoint: { protocol: command, argv: [cat] }
    checks: [{ id: echo, every: 10m, input: hello, expect: [{ contains: hello }] }]
    controls:
      disable: { via: flag-file, path: flags.json, flag: agent.support.enabled }
      throttle: { via: flag-file, path: flags.json, flag: agent.support.limit }
`;

const head = (name: string) =>
  `metadata: { name: ${name}, class: loop, description: For a test. }\nparams:\n  agent: { type: agent, description: Which. }\nsteps:\n`;

const books = {
  calm: `${head('calm')}  - throttle: { requests_per_minute: 10 }\n    ttl: 2h\n    verify: { check: echo }\n`,
  guarded: `${head('guarded')}  - throttle: { requests_per_minute: 10 }\n    approval: two\n    ttl: 2h\n`,
  byhand: `${head('byhand')}  - throttle: { requests_per_minute: 10 }\n    ttl: 2h\n  - id: look\n    manual: Look at the queue\n`,
};

/** What a shell makes of a command that was printed, behind `agentops runbook run`. */
const wordsOf = (command = ''): readonly string[] =>
  execFileSync('sh', ['-c', `printf '%s\\0' ${command}`], { encoding: 'utf8' })
    .split('\0')
    .slice(3, -1);

const shop = () => {
  const folder = scratch({ 'agentops.yaml': manifest, 'flags.json': '{"flags":{}}' });
  const env = { AGENTOPS_ACTOR: 'maria', LANG: 'C.UTF-8' };
  mkdirSync(join(folder.path, 'books'));
  for (const [name, text] of Object.entries(books)) writeFileSync(join(folder.path, 'books', `${name}.yaml`), text);
  const run = (...args: readonly string[]) => runCli(args, { cwd: folder.path, env });
  const document = async <Name extends keyof typeof documentSchemas>(name: Name, ...more: readonly string[]) => {
    const { status, stdout, stderr } = await run(...name.split(' '), ...more, '--json');
    if (stdout === '') throw new Error(stderr);
    return { exit: status, ...(documentSchemas[name].parse(JSON.parse(stdout)) as z.output<(typeof documentSchemas)[Name]>) };
  };
  const flags = (): Record<string, unknown> => JSON.parse(readFileSync(join(folder.path, 'flags.json'), 'utf8')).flags;
  const journal = (sql: string) => {
    const database = new Database(join(folder.path, '.agentops/journal.db'));
    database.exec(sql);
    database.close();
  };
  const refused = async (...args: readonly string[]) => {
    const { status, stderr } = await run(...args, '--json');
    return { status, ...(JSON.parse(stderr) as { error: { code: string; message: string; details: { confirm_command?: string } } }).error };
  };
  return { ...folder, path: folder.path, env, run, document, flags, journal, refused };
};

/** Acts the first time that what a program said matches, however it came in pieces. */
const onceSaid = (child: ReturnType<typeof startCli>['child'], pattern: RegExp, act: () => void): void => {
  let said = '';
  child.stderr?.on('data', (piece: Buffer) => {
    const before = pattern.test(said);
    said += piece.toString();
    if (!before && pattern.test(said)) act();
  });
};

describe('a runbook', () => {
  test('is refused where nobody can confirm it, and then confirmed, carried out, verified, in force and, when its time is over, undone', async () => {
    using folder = shop();
    const { run, refused, document } = folder;
    await run('runbook', 'expire');
    const refusal = await refused('runbook', 'run', 'calm', '--agent', 'support');
    expect(refusal).toMatchObject({ status: 4, code: 'confirmation_needed', details: { plan: { runbook: 'calm' } } });
    expect(folder.flags()).toEqual({});

    const command = refusal.details.confirm_command?.split(' ').slice(3) ?? [];
    const done = await document('runbook run', ...command);
    expect(done).toMatchObject({ status: 'done', agents: ['support'], resume_command: null });
    expect(done.steps).toMatchObject([{ step: 'throttle', status: 'verified', verdict: 'pass', evidence: 'support is green' }]);
    expect(done.mitigations).toMatchObject([{ status: 'active', on_expiry: 'revert' }]);
    expect(done.time_to_contain_s).toBeGreaterThanOrEqual(0);
    expect(Object.keys(folder.flags())).toEqual(['agent.support.limit']);

    expect((await document('runbook expire')).ended).toEqual([]);
    folder.journal('UPDATE mitigation SET expires_at = 1000');
    expect((await document('mitigations list')).mitigations).toMatchObject([{ status: 'overdue' }]);
    expect((await document('runbook expire')).ended).toMatchObject([{ result: 'reverted' }]);
    expect(folder.flags()).toEqual({});
    expect((await document('mitigations list')).mitigations).toEqual([]);
    const { records } = await document('audit log', '--subject', 'support');
    expect(records.map(({ kind }) => kind).reverse()).toEqual([
      'runbook.start',
      'runbook.step',
      'runbook.step',
      'mitigation.start',
      'runbook.confirm',
      'runbook.verify',
      'runbook.end',
      'runbook.undo',
      'runbook.undo',
      'mitigation.expire',
    ]);
    expect((await run('audit', 'verify')).status).toBe(0);
  });

  test('throttles by the limit that was given, and by no other, also when it is confirmed by the command that was printed', async () => {
    using folder = shop();
    await folder.run('runbook', 'expire');
    const { details } = await folder.refused('throttle', 'support', '--tokens', '5000/min', '--for', '30m');
    const command = details.confirm_command ?? '';
    expect(command).toMatch(/^agentops runbook run throttle --agent support --param tokens_per_minute=5000 --param for=30m --confirm /);
    const { mitigations } = await folder.document('runbook run', ...wordsOf(command));
    expect(mitigations).toMatchObject([{ status: 'active' }]);
    expect(folder.flags()).toMatchObject({ 'agent.support.limit': { variants: expect.objectContaining({ agentops: 5000 }) } });
  });

  test('is not carried out as it was confirmed once something it touches has moved', async () => {
    using folder = shop();
    await folder.run('runbook', 'expire');
    const { details } = await folder.refused('throttle', 'support');
    writeFileSync(
      join(folder.path, 'flags.json'),
      '{"flags":{"agent.support.limit":{"state":"DISABLED","variants":{"a":1},"defaultVariant":"a"}}}',
    );
    const words = details.confirm_command?.split(' ').slice(1) ?? [];
    expect(await folder.refused(...words)).toMatchObject({ status: 4, code: 'plan_stale' });
  });

  test('that stops an agent is not begun by --yes: its name has to be typed, or its plan named', async () => {
    using folder = shop();
    await folder.run('runbook', 'expire');
    expect(await folder.refused('disable', 'support', '--yes')).toMatchObject({ status: 4, code: 'confirmation_needed' });
    expect(folder.flags()).toEqual({});
  });

  test('is refused where nothing would ever end it', async () => {
    using folder = shop();
    const refusal = await folder.refused('throttle', 'support', '--yes');
    expect(refusal).toMatchObject({ status: 4, code: 'no_tick', details: { plan: { runbook: 'throttle', params: { for: '2h' } } } });
    expect(refusal.message).toMatch(/^throttle \(.*agent\.support\.limit.*\) is for 2 h, and nothing ever looked for what is over/);
    const shown = await folder.run('throttle', 'support', '--yes');
    expect(shown.stderr).toMatch(/1 {2}throttle[\s\S]*nothing ever looked[\s\S]*--no-tick-check/);
    expect(folder.flags()).toEqual({});
    expect((await folder.document('runbook run', ...wordsOf(refusal.details.confirm_command))).status).toBe('done');
  });

  test('that a person began before the incident was opened belongs to it, and is taken back once', async () => {
    using folder = shop();
    const run = await folder.document('throttle', 'support', '--yes', '--no-tick-check');
    const opened = await folder.run('incident', 'open', 'too many', '--agent', 'support');
    expect(opened.stdout).toContain(`it takes in run ${run.run_id}, and counts from when that began`);
    const [, id = ''] = /(inc-\d+)/.exec(opened.stdout) ?? [];
    const { status, stdout } = await folder.run('incident', 'timeline', id);
    expect([status, stdout]).toEqual([0, expect.stringMatching(/started runbook throttle[\s\S]*opened the incident/)]);
    const undone = await folder.document('runbook undo', run.run_id, '--yes', '--reason', 'a false alarm');
    expect(undone).toMatchObject({ status: 'undone', why: 'undo by maria: a false alarm' });
    expect(await folder.refused('runbook', 'undo', run.run_id, '--yes')).toMatchObject({ status: 2, code: 'run_undone' });
  });

  test('belongs to its incident, however it was confirmed', async () => {
    using folder = shop();
    const { incident } = await folder.document('incident open', 'too many', '--agent', 'support');
    const id = typeof incident === 'string' ? incident : incident.id;
    const said = ['--incident', id, '--break-glass', "it's urgent; $(id)", '--no-tick-check'];
    const { details } = await folder.refused('runbook', 'run', 'books/guarded.yaml', '--agent', 'support', ...said);
    const done = await folder.document('runbook run', ...wordsOf(details.confirm_command));
    expect(done).toMatchObject({ status: 'done', incident: id });
    const { records } = await folder.document('audit log', '--kind', 'runbook.approve');
    expect(JSON.stringify(records)).toContain("it's urgent; $(id)");
  });

  test('is begun without anything that ends it where a person takes that on them', async () => {
    using folder = shop();
    expect((await folder.document('throttle', 'support', '--to', '5/min', '--yes', '--no-tick-check')).status).toBe('done');
  });

  test('waits for a person with the command that goes on, and is ended, undone and listed', async () => {
    using folder = shop();
    await folder.run('runbook', 'expire');
    const stopped = await folder.run('runbook', 'run', 'byhand', '--agent', 'support', '--yes');
    expect(stopped.status).toBe(5);
    const [, id = ''] = /agentops runbook resume (\S+) --done look/.exec(stopped.stdout) ?? [];
    expect((await folder.document('runbook runs', '--open')).runs).toMatchObject([
      { run_id: id, status: 'waiting', why: 'Look at the queue' },
    ]);
    expect(await folder.refused('runbook', 'undo', id)).toMatchObject({ status: 4, code: 'confirmation_needed' });
    expect((await folder.document('runbook resume', id, '--done', 'look')).status).toBe('done');
    expect((await folder.document('runbook undo', id, '--yes', '--reason', 'a false alarm')).status).toBe('undone');
    expect(folder.flags()).toEqual({});
    expect((await folder.document('locks list')).locks).toEqual([]);
  });

  test('keeps a mitigation longer where it is extended, and ends it where it is reverted', async () => {
    using folder = shop();
    const done = await folder.document('throttle', 'support', '--yes', '--no-tick-check');
    const id = done.mitigations[0]?.mitigation ?? '';
    const { mitigations } = await folder.document('mitigations extend', id, '--for', '8h');
    expect(Date.parse(mitigations[0]?.expires_at ?? '') - Date.now()).toBeGreaterThan(7 * 3_600_000);
    expect(await folder.refused('mitigations', 'revert', id)).toMatchObject({ status: 4, code: 'confirmation_needed' });
    expect((await folder.document('mitigations revert', id, '--yes')).ended).toMatchObject([{ result: 'reverted' }]);
    expect(folder.flags()).toEqual({});
    expect(await folder.refused('mitigations', 'revert', id, '--yes')).toMatchObject({ status: 2, code: 'mitigation_ended' });
  });

  test('shows in the state of its agent what is overdue', async () => {
    using folder = shop();
    await folder.document('throttle', 'support', '--yes', '--no-tick-check');
    folder.journal('UPDATE mitigation SET expires_at = 1000');
    const overdue = [
      {
        state: 'yellow',
        reasons: [expect.stringMatching(/^throttle of flag agent\.support\.limit in flags\.json is in force past its time: throttle-/)],
      },
    ];
    expect((await folder.document('health')).agents).toMatchObject(overdue);
    expect((await folder.document('status')).agents).toMatchObject(overdue);
  });

  test('stops after the step under way at a first signal, and says how it goes on', async () => {
    using folder = shop();
    writeFileSync(
      join(folder.path, 'books', 'slow.yaml'),
      `${head('slow')}  - throttle: { requests_per_minute: 10 }\n    ttl: 2h\n  - wait: 5m\n`,
    );
    const args = ['runbook', 'run', 'slow', '--agent', 'support', '--yes', '--no-tick-check'];
    const { child, ended } = startCli(args, { cwd: folder.path, env: folder.env });
    onceSaid(child, /waiting 5 m/, () => child.kill('SIGINT'));
    const { status, stdout, stderr } = await ended;
    expect(status).toBe(5);
    expect(stderr).toMatch(/stopping after this step; Ctrl-C again leaves at once\. To go on: agentops runbook resume slow-/);
    expect(stdout).toMatch(/it was interrupted/);
  });

  test('leaves at once at a second signal, at a place from which it goes on', async () => {
    using folder = shop();
    const slow = join(folder.path, 'slow.mjs');
    const log = join(folder.path, 'log');
    writeFileSync(
      slow,
      `import { appendFileSync } from 'node:fs'; appendFileSync(${JSON.stringify(log)}, 'x'); setTimeout(() => {}, 120_000);`,
    );
    writeFileSync(
      join(folder.path, 'books', 'hung.yaml'),
      `${head('hung')}  - throttle: { requests_per_minute: 10 }\n  - exec: { argv: [${process.execPath}, ${slow}] }\n    irreversible: true\n    retry: 0\n`,
    );
    const args = ['runbook', 'run', 'hung', '--agent', 'support', '--confirm'];
    const { details } = await folder.refused(...args.slice(0, -1));
    const { child, ended } = startCli([...args, details.confirm_command?.split(' ').at(-1) ?? ''], { cwd: folder.path, env: folder.env });
    // Nothing can be told of a program that has not begun.
    onceSaid(child, /exec.*acting/, () => void until('the program has begun', () => existsSync(log)).then(() => child.kill('SIGINT')));
    onceSaid(child, /Ctrl-C again/, () => child.kill('SIGINT'));
    const { status, stderr } = await ended;
    expect(status).toBe(130);
    const [, id = ''] = /To go on: agentops runbook resume (\S+)/.exec(stderr) ?? [];
    folder.journal('UPDATE lease SET expires_at = 0');
    const resumed = await folder.document('runbook resume', id);
    expect([resumed.exit, resumed.status]).toEqual([5, 'paused']);
    expect(resumed.steps).toMatchObject([{ status: 'done' }, { status: 'in_doubt' }]);
    expect(readFileSync(log, 'utf8')).toBe('x');
    expect((await folder.document('runbook resume', id, '--skip', 'exec')).status).toBe('done');
  });
});

describeWithPeer('a plan that two have to sign', { programs: ['ssh-keygen'] }, () => {
  test('is carried out once two have who differ, and by no name alone', async () => {
    using folder = shop();
    const { run, refused } = folder;
    await run('runbook', 'expire');
    const keys = ['maria', 'tom'].map((name) => newKey(folder.path, name));
    const lines = keys.map(({ publicKey }, at) => `${['maria', 'tom'][at]}@acme.io namespaces="agentops-approval" ${publicKey}`);
    writeFileSync(join(folder.path, 'allowed_signers'), `${lines.join('\n')}\n`);
    const start = () => refused('runbook', 'run', 'guarded', '--agent', 'support', '--yes');
    await run('runbook', 'plan', 'guarded', '--agent', 'support', '--out', 'guarded.plan');
    expect(await start()).toMatchObject({ status: 4, code: 'approval_missing', message: expect.stringMatching(/nobody has$/) });
    await run('runbook', 'approve', 'guarded.plan');
    expect(await start()).toMatchObject({ message: expect.stringMatching(/nobody has$/) });
    for (const key of ['maria', 'maria'])
      expect(await run('runbook', 'approve', 'guarded.plan', '--key', key)).toMatchObject({ status: 0 });
    expect(await start()).toMatchObject({ message: expect.stringMatching(/only maria@acme\.io has$/) });
    const { approvers } = await folder.document('runbook approve', 'guarded.plan', '--key', 'tom');
    expect(approvers.toSorted()).toEqual(['maria', 'maria@acme.io', 'tom@acme.io']);
    const done = await folder.document('runbook run', 'guarded', '--agent', 'support', '--yes');
    expect(done.status).toBe('done');
    await run('mitigations', 'revert', done.mitigations[0]?.mitigation ?? '', '--yes');
    expect(await start()).toMatchObject({ code: 'approval_missing', message: expect.stringMatching(/nobody has$/) });
  });

  test('is not by a key of nobody who may, nor by an approval that was written into the journal', async () => {
    using folder = shop();
    await folder.run('runbook', 'expire');
    const { publicKey } = newKey(folder.path, 'maria');
    newKey(folder.path, 'mallory');
    writeFileSync(join(folder.path, 'allowed_signers'), `maria@acme.io ${publicKey}\n`);
    await folder.run('runbook', 'plan', 'guarded', '--agent', 'support', '--out', 'guarded.plan');
    expect(await folder.refused('runbook', 'approve', 'guarded.plan', '--key', 'mallory')).toMatchObject({
      status: 2,
      code: 'signer_unknown',
    });
    await folder.run('runbook', 'approve', 'guarded.plan', '--key', 'maria');
    folder.journal("INSERT INTO approval SELECT plan_hash, 'tom@acme.io', at, body FROM approval");
    expect(await folder.refused('runbook', 'run', 'guarded', '--agent', 'support', '--yes')).toMatchObject({
      code: 'approval_missing',
      message: expect.stringMatching(/only maria@acme\.io has$/),
    });
    folder.journal('UPDATE approval SET at = at + 1');
    expect(await folder.refused('runbook', 'run', 'guarded', '--agent', 'support', '--yes')).toMatchObject({
      message: expect.stringMatching(/nobody has$/),
    });
  });

  test('is carried out without them where the glass is broken, and the chain says why', async () => {
    using folder = shop();
    await folder.run('runbook', 'expire');
    const words = ['guarded', '--agent', 'support', '--yes', '--break-glass', 'nobody answers, and it burns'];
    expect((await folder.document('runbook run', ...words)).status).toBe('done');
    const { records } = await folder.document('audit log', '--kind', 'runbook.approve');
    expect(records).toMatchObject([{ actor: 'maria', body: { by: ['maria'], evidence: 'nobody answers, and it burns' } }]);
  });
});
