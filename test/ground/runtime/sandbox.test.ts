import { afterAll, describe, expect, test } from 'vitest';
import { openSandbox } from '../../../src/ground/runtime/sandbox.ts';

const sandbox = openSandbox();
afterAll(() => sandbox.close());

const generous = 10_000;
const run = (code: string, args = {}) => sandbox.run(code, args, generous);

describe('the sandbox', () => {
  test.each([
    ['return a + b', 5],
    ['return { pass: true, at: [a, b] }', { pass: true, at: [2, 3] }],
    ['return Promise.resolve(a)', 2],
    ['console.log("hidden"); return 1', 1],
    ['return typeof process + typeof require + typeof fetch + typeof setTimeout', 'undefinedundefinedundefinedundefined'],
    ['return undefined', undefined],
    ['return () => 1', undefined],
    ['return NaN', null],
  ])('%s', async (code, value) => {
    expect(await run(code, { a: 2, b: 3 })).toEqual({ value, error: null });
  });

  test.each([
    ['throw new TypeError("no")', 'TypeError: no'],
    ['throw "text"', 'text'],
    ['return (', 'SyntaxError'],
    ['const loop = {}; loop.self = loop; return loop', 'circular'],
    ['return 1n', 'BigInt'],
  ])('%s is an error', async (code, said) => {
    expect((await run(code)).error).toContain(said);
  });

  test('a run leaves nothing behind for the next', async () => {
    await run('globalThis.left = 1; Array.prototype.left = 1; return 1');
    expect(await run('return [typeof left, typeof [].left]')).toEqual({ value: ['undefined', 'undefined'], error: null });
  });

  test('an endless loop is ended at its deadline, and the next run gets a new worker', async () => {
    const [stuck, next] = await Promise.all([sandbox.run('for (;;) {}', {}, 100), run('return 7')]);
    expect(stuck.error).toBe('it did not end within 100 ms');
    expect(next).toEqual({ value: 7, error: null });
  });

  test('a promise that never settles is ended at its deadline', async () => {
    expect((await sandbox.run('return new Promise(() => {})', {}, 50)).error).toContain('50 ms');
  });

  test('too much memory ends the worker and not the process', async () => {
    const { error } = await run('const all = []; for (;;) all.push(new Array(1e5).fill(all.length));');
    expect(error).toMatch(/memory/i);
    expect((await run('return 1')).value).toBe(1);
  });

  test('arguments that are not data are an error', async () => {
    expect((await run('return 1', { a: () => 1 })).error).toMatch(/could not be cloned/);
    expect((await run('return 1')).value).toBe(1);
  });

  test('the environment of the process is empty, even for code that climbs out', async () => {
    const { value } = await run('return Object.keys(console.log.constructor("return process")().env)');
    expect(value).toEqual([]);
  });

  test('code that ends the worker ends nothing else', async () => {
    const { error } = await run('console.log.constructor("return process")().exit(0); return new Promise(() => {})');
    expect(error).toBe('the worker ended before it answered');
    expect((await run('return 1')).value).toBe(1);
  });

  test('it can be closed, used and closed again', async () => {
    const other = openSandbox();
    await other.close();
    expect((await other.run('return 1', {}, generous)).value).toBe(1);
    await other.close();
  });
});
