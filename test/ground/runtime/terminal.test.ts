import { PassThrough, Writable } from 'node:stream';
import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { isPromptExit, openTerminal, type TerminalFlags } from '../../../src/ground/runtime/terminal.ts';

const utf8 = { LANG: 'en_US.UTF-8', TERM: 'xterm-256color' };

interface Setting {
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: TerminalFlags;
  readonly stdin?: boolean;
  readonly stdout?: boolean;
  readonly stderr?: boolean;
  readonly columns?: number;
}

const open = async ({ env = utf8, flags = {}, stdin = true, stdout = true, stderr = true, columns = 100 }: Setting = {}) => {
  const streams = {
    stdin: Object.assign(new PassThrough(), { isTTY: stdin }),
    stdout: Object.assign(new PassThrough(), { isTTY: stdout, columns }),
    stderr: Object.assign(new PassThrough(), { isTTY: stderr, columns }),
  };
  const clock = { now: 0 };
  const terminal = await openTerminal({ env, ...streams, flags, monotonic: () => clock.now });
  const said = () => String(streams.stderr.read() ?? '');
  return { terminal, clock, said, ...streams };
};

const colours = async (setting: Setting) => {
  const { terminal } = await open(setting);
  return [terminal.out.paint('bad', 'x') !== 'x', terminal.err.paint('bad', 'x') !== 'x'];
};

describe('colour', () => {
  it.each<[string, Setting, [boolean, boolean]]>([
    ['is on in a terminal', {}, [true, true]],
    ['is decided per stream', { stdout: false }, [false, true]],
    ['is off with NO_COLOR', { env: { ...utf8, NO_COLOR: '1' } }, [false, false]],
    ['is on where NO_COLOR is empty', { env: { ...utf8, NO_COLOR: '' } }, [true, true]],
    ['is off on a dumb terminal', { env: { ...utf8, TERM: 'dumb' } }, [false, false]],
    ['is off with --no-color', { flags: { color: false }, env: { ...utf8, FORCE_COLOR: '1' } }, [false, false]],
    ['is on in a pipe with FORCE_COLOR', { stdout: false, env: { ...utf8, FORCE_COLOR: '1', NO_COLOR: '1' } }, [true, true]],
    ['is off with FORCE_COLOR=0', { env: { ...utf8, FORCE_COLOR: '0' } }, [false, false]],
  ])('%s', async (_what, setting, expected) => {
    expect(await colours(setting)).toEqual(expected);
  });

  it('uses the sixteen colours of the reader', async () => {
    const { terminal } = await open();
    expect(terminal.out.paint('bad', 'x')).toBe('\u001b[31mx\u001b[39m');
    expect(terminal.out.paint('plain', 'x')).toBe('x');
  });
});

describe('width', () => {
  it('is that of the terminal, also after it was resized', async () => {
    const { terminal, stdout } = await open({ columns: 100 });
    expect(terminal.out.width).toBe(100);
    stdout.columns = 50;
    expect(terminal.out.width).toBe(50);
  });

  it('is unknown in a pipe and usual where the terminal does not tell', async () => {
    expect((await open({ stdout: false })).terminal.out.width).toBeNull();
    expect((await open({ columns: 0 })).terminal.out.width).toBe(80);
  });
});

describe('symbols', () => {
  it.each<[Readonly<Record<string, string>>, boolean]>([
    [{ LANG: 'en_US.UTF-8' }, true],
    [{ LANG: 'C.utf8' }, true],
    [{ LANG: 'en_US.UTF-8', LC_ALL: 'C' }, false],
    [{ LANG: 'C', LC_CTYPE: 'de_DE.UTF-8' }, true],
    [{ LANG: 'en_US.UTF-8', LC_ALL: '' }, true],
    [{ LANG: 'en_US.UTF-8', TERM: 'linux' }, false],
    [{ WT_SESSION: 'x' }, true],
    [{}, false],
  ])('%o', async (env, unicode) => {
    expect((await open({ env })).terminal.out.unicode).toBe(unicode);
  });
});

describe('stdout', () => {
  it('has the answer once print settles', async () => {
    const { terminal, stdout } = await open();
    await terminal.print('answer\n');
    expect(String(stdout.read())).toBe('answer\n');
  });

  const failing = (code: string) =>
    openTerminal({
      env: {},
      stdin: new PassThrough(),
      stdout: new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })) }),
      stderr: new PassThrough(),
      flags: {},
      monotonic: () => 0,
    });

  it('may be closed by its reader', async () => {
    const terminal = await failing('EPIPE');
    expect(terminal.readerGone.aborted).toBe(false);
    await terminal.print('answer\n');
    expect(terminal.readerGone.aborted).toBe(true);
    await terminal.print('more\n');
  });

  it('does not hide a full disk', async () => {
    await expect((await failing('ENOSPC')).print('answer\n')).rejects.toThrow('ENOSPC');
  });
});

describe('stderr', () => {
  it.each<[TerminalFlags, string]>([
    [{}, 'said\n'],
    [{ verbose: true }, 'said\ndetail\n'],
    [{ quiet: true }, ''],
  ])('%o', async (flags, expected) => {
    const { terminal, said } = await open({ flags });
    terminal.say('said');
    terminal.detail('detail');
    expect(said()).toBe(expected);
  });
});

describe('progress', () => {
  it.each<Setting>([{ stderr: false }, { env: { ...utf8, CI: 'true' } }, { env: { ...utf8, TERM: 'dumb' } }])(
    'is plain and rare lines: %o',
    async (setting) => {
      const { terminal, clock, said } = await open(setting);
      const progress = await terminal.startProgress();
      progress.phase('checking');
      progress.update(() => '1/3');
      clock.now = 3000;
      progress.update(() => '2/3');
      progress.update(() => '3/3');
      expect(said()).toBe('checking\n2/3\n');
      progress.stop();
      expect(said()).toBe('3/3\n');
    },
  );

  it('is a spinner in a terminal, which leaves nothing behind', async () => {
    const { terminal, stderr, said } = await open();
    Object.assign(stderr, { cursorTo: () => true, clearLine: () => true, moveCursor: () => true });
    const progress = await terminal.startProgress();
    progress.update(() => '1/3');
    progress.stop();
    expect(said()).toContain('1/3');
    expect(progress.look.width).toBe(98);
  });

  it('is silent when quiet', async () => {
    const { terminal, said } = await open({ flags: { quiet: true } });
    const progress = await terminal.startProgress();
    progress.phase('checking');
    progress.stop();
    expect(said()).toBe('');
  });
});

describe('questions', () => {
  it.each<Setting>([{ stdin: false }, { stdout: false }, { env: { ...utf8, CI: '1' } }, { flags: { input: false } }])(
    'are not asked where nobody answers: %o',
    async (setting) => {
      expect((await open(setting)).terminal.prompts).toBeNull();
    },
  );

  it.each([
    ['y\r', true],
    ['\r', false],
  ])('%j confirms: %s', async (typed, expected) => {
    const { terminal, stdin, stdout, stderr } = await open({ env: { ...utf8, CI: 'false' } });
    const answer = terminal.prompts?.confirm('Really \u001b[31mkill?');
    // What is typed before the question stands there is not taken for its answer.
    for await (const chunk of stderr.iterator({ destroyOnReturn: false })) if (String(chunk).includes('Really kill?')) break;
    await turnOfLoop();
    stdin.write(typed);
    expect(await answer).toBe(expected);
    expect(stdout.read()).toBeNull();
  });

  it('end when the work is called off', async () => {
    const { terminal } = await open();
    const abort = new AbortController();
    const answer = terminal.prompts?.input('Name', abort.signal).catch((thrown: unknown) => thrown);
    abort.abort();
    expect(isPromptExit(await answer)).toBe(true);
  });
});
