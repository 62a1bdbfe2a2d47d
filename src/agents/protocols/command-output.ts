import { digArray, digNumber, digString, isObject, parseJson } from '../../ground/json.ts';
import type { ProcessResult } from '../../ground/runtime/context.ts';
import { humanDuration } from '../../ground/units/duration.ts';
import type { Outcome } from './port.ts';
import { judgeStop } from './stop-reason.ts';
import { toldCostNanos, toldToolCalls, toldUsage } from './told-facts.ts';
import { excerpt, type Said } from './turn.ts';

type Judged = Pick<Said, 'outcome' | 'cause' | 'detail'>;

const outcomes: Record<Outcome, true> = {
  ok: true,
  refused: true,
  interrupted: true,
  truncated: true,
  agent_error: true,
  rate_limited: true,
  timeout: true,
  unreachable: true,
  unauthorized: true,
  malformed: true,
  checker_error: true,
};

/** What a program said: its standard output is the answer, or a JSON object with `text` and more. How it ended wins over what it said. */
export const commandSaid = (program: string, result: ProcessResult): Said => {
  const told = outputSaid(program, result.stdout);
  const ending = endingTrouble(program, result) ?? exitTrouble(program, result);
  return ending === null ? told : { ...told, ...ending };
};

/** A monitoring plugin says how it is by its exit code (Monitoring Plugins guidelines, section 2.1): 0 fine, 1 warning, 2 critical, 3 unknown. */
export const pluginSaid = (program: string, result: ProcessResult): Said => {
  const text = result.stdout.trimEnd();
  const line = excerpt(text);
  const ending = endingTrouble(program, result);
  if (ending !== null) return { text, ...ending };
  if (result.code === 0) return { outcome: 'ok', text, stopReason: 'ok' };
  if (result.code === 1) return { outcome: 'ok', text, stopReason: 'warning' };
  if (result.code === 2)
    return { outcome: 'agent_error', cause: 'critical', detail: `${program} says critical: ${line}`, text, stopReason: 'critical' };
  const cause = result.code === 3 ? 'unknown' : `exit ${result.code}`;
  return {
    outcome: 'checker_error',
    cause,
    detail: `${program} could not tell (exit ${result.code}): ${line}`,
    text,
    stopReason: 'unknown',
  };
};

const outputSaid = (program: string, stdout: string): Said => {
  const text = stdout.trimEnd();
  const json = parseJson(text);
  if (!isObject(json) || digString(json, 'text') === null) {
    if (text !== '') return { outcome: 'ok', text };
    return { outcome: 'malformed', cause: 'empty output', detail: `${program} ended well but printed nothing` };
  }
  const stopReason = digString(json, 'stop_reason');
  const steps = digNumber(json, 'steps');
  return {
    ...(toldOutcome(program, digString(json, 'outcome')) ?? judgeStop(stopReason, program)),
    text: digString(json, 'text') ?? '',
    toolCalls: toldToolCalls(digArray(json, 'tool_calls')),
    usage: toldUsage(json['usage']),
    costNanos: toldCostNanos(json['cost_usd']),
    steps: steps !== null && Number.isInteger(steps) && steps >= 0 ? steps : null,
    stopReason,
    model: digString(json, 'model'),
    traceId: digString(json, 'trace_id'),
  };
};

const toldOutcome = (program: string, outcome: string | null): Judged | null => {
  if (outcome === null) return null;
  if (!Object.hasOwn(outcomes, outcome)) {
    return { outcome: 'malformed', cause: 'unknown outcome', detail: `${program} told an outcome that there is not: ${excerpt(outcome)}` };
  }
  if (outcome === 'ok') return { outcome };
  return { outcome: outcome as Outcome, cause: 'told by the program', detail: `${program} says of itself: ${outcome}` };
};

/** The program did not end by itself. */
const endingTrouble = (program: string, { ended, totalMs, signal, stderr }: ProcessResult): Judged | null => {
  if (ended === 'missing')
    return { outcome: 'unreachable', cause: 'no such program', detail: `there is no program ${program} that could be run` };
  if (ended === 'timeout') {
    return { outcome: 'timeout', cause: 'total timeout', detail: `${program} was ended after ${humanDuration(totalMs)} without an answer` };
  }
  if (ended === 'overflow') return { outcome: 'malformed', cause: 'too large', detail: `${program} printed more than is read` };
  if (ended === 'aborted')
    return { outcome: 'checker_error', cause: 'aborted', detail: `${program} was given up after ${humanDuration(totalMs)}` };
  if (signal !== null) return { outcome: 'agent_error', cause: signal, detail: `${program} was ended by ${signal}${because(stderr)}` };
  return null;
};

const exitTrouble = (program: string, { code, stderr }: ProcessResult): Judged | null =>
  code === 0 ? null : { outcome: 'agent_error', cause: `exit ${code}`, detail: `${program} ended with exit ${code}${because(stderr)}` };

const because = (stderr: string): string => (stderr.trim() === '' ? '' : `: ${excerpt(stderr)}`);
