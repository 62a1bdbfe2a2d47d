import { resolve } from 'node:path';
import { opener } from '../../../fleet/slots.ts';
import { unableError } from '../../../ground/errors.ts';
import { parseJson } from '../../../ground/json.ts';
import type { ProcessResult, SecretRef } from '../../../ground/runtime/context.ts';
import { excerpt } from '../../../ground/runtime/http-answer.ts';
import type { Config } from '../configs/exec.ts';
import { applied } from '../effect.ts';
import { openTemplated } from '../open-templated.ts';
import type { Change, ControlDriver, ControlWorld, Effect, Observed } from '../port.ts';
import { fillArguments, type Values } from '../template.ts';
import { doing, fillingOf, plannedChange, type Reading, readValues, requirePlaces } from '../templated.ts';

const maxOutputBytes = 1024 * 1024;
const usualTimeoutMs = 60_000;
/** sysexits.h: nothing was done, and trying again may help. */
const tryAgainExit = 75;

/**
 * A program of this machine, for what has no driver of its own. It ends with 0 when it did what it was asked, with 75 when it did nothing
 * and may be tried again, and with anything else when it refused.
 */
export default opener<Config, ControlDriver, ControlWorld>({
  kind: 'exec',
  open: (control, world) => {
    const reading: Reading = { values: control.read?.values ?? null, wants: control.wants ?? {} };
    const fixed: Values = { agent: world.agent, actor: world.actor };
    const look = (signal: AbortSignal) => observe(control, world, signal);

    const set = async (change: Change, direction: 'there' | 'back', key: string, signal: AbortSignal): Promise<Effect> => {
      const template = direction === 'there' ? control.argv : control.undo;
      if (template === undefined) throw new Error('a change without a way back was asked to be undone');
      const argv = fillArguments(template, { ...fixed, ...fillingOf(change, direction, reading.values), key });
      return effectOf(argv, world, await run(control, world, argv, { ...control.env, ...control.write_env }, key, signal));
    };
    return {
      ...openTemplated(control, reading, { look, set }),
      plan(want, now) {
        requirePlaces(want, [control.argv, control.undo ?? []], reading);
        const argv = fillArguments(control.argv, { ...fixed, ...reading.wants, ...want.params, key: '' });
        const lasting = control.undo === undefined ? 'the control names no program that takes it back' : null;
        return plannedChange(want, now, reading, JSON.stringify(argv), lasting);
      },
      // That a program is there says nothing of what it may do.
      async mayAct() {
        requireProgram(control, world);
        return 'unknown';
      },
    };
  },
});

const requireProgram = ({ argv: [program = ''], cwd }: Config, world: ControlWorld): void => {
  if (world.process.find(program, resolve(world.folder, cwd ?? '.')) !== null) return;
  throw unableError({
    code: 'program_missing',
    message: `there is no program ${program} that could be run`,
    hint: 'install it, or write its path into argv',
  });
};

const run = (
  { cwd, timeout }: Config,
  world: ControlWorld,
  [program = '', ...rest]: readonly string[],
  env: Readonly<Record<string, SecretRef>>,
  key: string | null,
  signal: AbortSignal,
): Promise<ProcessResult> =>
  world.process.run(
    {
      argv: [program, ...rest],
      cwd: resolve(world.folder, cwd ?? '.'),
      env: {
        ...world.process.baseEnv,
        AGENTOPS_AGENT: world.agent,
        ...(key === null ? {} : { AGENTOPS_KEY: key }),
        ...Object.fromEntries(Object.entries(env).map(([name, value]) => [name, world.secrets.reveal(value)])),
      },
      timeoutMs: timeout ?? usualTimeoutMs,
      maxBytes: maxOutputBytes,
    },
    signal,
  );

const observe = async (control: Config, world: ControlWorld, signal: AbortSignal): Promise<Observed> => {
  const { argv, read } = control;
  const seen = { exists: true, version: null, sharedWith: [], keepsRunning: null };
  if (read === undefined) return { ...seen, target: `what ${argv[0]} does`, touched: { [doing]: null } };
  const result = await run(control, world, read.argv, control.env ?? {}, null, signal);
  signal.throwIfAborted();
  const json = result.ended === 'exit' && result.code === 0 ? parseJson(result.stdout) : undefined;
  if (json !== undefined) return { ...seen, target: `what ${read.argv[0]} shows`, touched: readValues(read.values, json) };
  const why = result.ended === 'exit' && result.code === 0 ? 'printed something that is not JSON' : endOf(result);
  throw unableError({
    code: 'control_unreadable',
    message: `${read.argv[0]} ${why}${said(result, world)}`,
    hint: 'run it by hand: it must print JSON and end with 0',
  });
};

const effectOf = ([program = '']: readonly string[], world: ControlWorld, result: ProcessResult): Effect => {
  const evidence = `${program} ${endOf(result)}${said(result, world)}`;
  if (result.ended === 'missing') return { result: 'rejected', retry: false, retryAfterMs: null, evidence };
  if (result.ended !== 'exit' || result.code === null) return { result: 'unsure', retry: true, retryAfterMs: null, evidence };
  if (result.code === 0) return applied(evidence);
  return { result: 'rejected', retry: result.code === tryAgainExit, retryAfterMs: null, evidence };
};

const endOf = ({ ended, code, signal }: ProcessResult): string => {
  if (ended === 'exit') return signal === null ? `ended with ${code}` : `was ended by ${signal}`;
  if (ended === 'missing') return 'is no program that could be run';
  if (ended === 'overflow') return `printed more than ${maxOutputBytes} bytes`;
  return ended === 'timeout' ? 'took too long' : 'was given up';
};

/** Programs like to repeat the credential that was refused. */
const said = ({ stderr }: ProcessResult, { secrets }: ControlWorld): string =>
  stderr.trim() === '' ? '' : `: ${excerpt(secrets.mask(stderr.slice(0, 16_384)))}`;
