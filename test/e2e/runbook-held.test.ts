import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { documentSchemas } from '../../src/views/schemas.ts';
import { runCli, scratch, startCli } from '../support/run-cli.ts';

const manifest = `version: 1
fleet: acme
runbooks: [books/]
agents:
  support:
    endpoint: { protocol: command, argv: [cat] }
    controls: { throttle: { via: flag-file, path: flags.json, flag: agent.support.limit } }
`;

const slow = `metadata: { name: slow, class: other }
params: { agent: { type: agent } }
steps:
  - throttle: { requests_per_minute: 10 }
    ttl: 2h
  - wait: 5m
`;

/** A run that has throttled support and waits, held by a process that goes on. */
const heldRun = async () => {
  const folder = scratch({ 'agentops.yaml': manifest, 'flags.json': '{"flags":{}}' });
  mkdirSync(join(folder.path, 'books'));
  writeFileSync(join(folder.path, 'books/slow.yaml'), slow);
  const options = { cwd: folder.path, env: { AGENTOPS_ACTOR: 'maria', LANG: 'C.UTF-8' } };
  const { child, ended } = startCli(['runbook', 'run', 'slow', '--agent', 'support', '--yes', '--no-tick-check'], options);
  await new Promise<void>((waits, failed) => {
    child.stderr?.on('data', (piece: Buffer) => piece.toString().includes('waiting 5 m') && waits());
    void ended.then(({ stderr }) => failed(new Error(`it ended: ${stderr}`)));
  });
  const document = async <Name extends keyof typeof documentSchemas>(name: Name, ...more: readonly string[]) => {
    const { stdout, stderr } = await runCli([...name.split(' '), ...more, '--json'], options);
    if (stdout === '') throw new Error(stderr);
    return documentSchemas[name].parse(JSON.parse(stdout)) as z.output<(typeof documentSchemas)[Name]>;
  };
  const refused = async (...args: readonly string[]) => {
    const { status, stderr } = await runCli([...args, '--json'], options);
    return { status, ...(JSON.parse(stderr) as { error: { code: string; message: string; hint: string } }).error };
  };
  const flags = (): Record<string, unknown> => JSON.parse(readFileSync(join(folder.path, 'flags.json'), 'utf8')).flags;
  const [run] = (await document('runbook runs', '--open')).runs;
  if (run === undefined) throw new Error('it runs');
  const lose = () => child.kill('SIGKILL');
  const expireLeases = () => {
    const database = new Database(join(folder.path, '.agentops/journal.db'));
    database.exec('UPDATE lease SET expires_at = 0');
    database.close();
  };
  const end = () => {
    lose();
    folder[Symbol.dispose]();
  };
  return { id: run.run_id, ended, document, refused, flags, lose, expireLeases, [Symbol.dispose]: end };
};

describe('a run that another process is at', () => {
  test('is left to it by resume, which says so', async () => {
    using held = await heldRun();
    const before = held.flags();
    expect(await held.refused('runbook', 'resume', held.id)).toMatchObject({
      status: 4,
      code: 'run_busy',
      message: `run ${held.id} goes on in another process`,
    });
    expect(held.flags()).toEqual(before);
    expect((await held.document('runbook runs', '--open')).runs).toMatchObject([{ run_id: held.id, status: 'running' }]);
  });

  test.each([
    ['undo', 'undone', 0],
    ['abort', 'aborted', 1],
  ] as const)('is asked to %s and not meddled with, and whoever goes on with it does what was asked', async (verb, status, left) => {
    using held = await heldRun();
    const asked = await held.document(`runbook ${verb}`, held.id, '--yes', '--reason', 'too late');
    expect(asked).toMatchObject({ run_id: held.id, status: 'running' });
    expect(Object.keys(held.flags())).toHaveLength(1);
    held.lose();
    await held.ended;
    held.expireLeases();
    const ended = await held.document('runbook resume', held.id);
    expect(ended).toMatchObject({ status, why: `${verb} by maria: too late` });
    expect(Object.keys(held.flags())).toHaveLength(left);
  });

  test('loses its lock to whoever breaks it, which is on record, and does nothing more', async () => {
    using held = await heldRun();
    const [lock] = (await held.document('locks list')).locks;
    expect(lock).toMatchObject({ lock: 'agent/support', run_id: held.id });
    const breakIt = ['locks', 'break', 'agent/support'];
    expect(await held.refused(...breakIt)).toMatchObject({ status: 2, message: 'locks break needs --reason' });
    expect(await held.refused(...breakIt, '--reason', 'it hangs')).toMatchObject({
      status: 4,
      code: 'confirmation_needed',
      message: expect.stringContaining(held.id),
    });
    await held.document('locks break', 'agent/support', '--reason', 'it hangs', '--yes');
    const { records } = await held.document('audit log', '--kind', 'lock.break');
    expect(records).toMatchObject([{ actor: 'maria', subject: 'agent/support', body: { run: held.id, evidence: 'it hangs' } }]);
    expect((await held.document('locks list')).locks).toEqual([]);
    expect(await held.refused(...breakIt, '--reason', 'again', '--yes')).toMatchObject({ status: 2, code: 'lock_free' });

    expect((await held.document('runbook undo', held.id, '--yes', '--reason', 'it hangs')).status).toBe('undone');
    expect(held.flags()).toEqual({});
    const kinds = (await held.document('audit log', '--subject', 'support')).records.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'runbook.end')).toHaveLength(1);
  });
});
