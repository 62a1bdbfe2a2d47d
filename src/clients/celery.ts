import { dig, digArray, digString, isObject, type Json } from '../ground/json.ts';
import type { CeleryCommand, CeleryMailbox, CeleryReplies } from './celery-mailbox.ts';

export interface CeleryTask {
  readonly id: string;
  readonly name: string;
  /** Null where the worker does not say; by default it is the name of the queue. */
  readonly routingKey: string | null;
}

/** What one worker says of itself. */
export interface CeleryWorker {
  readonly name: string;
  /** The queues it takes from. */
  readonly queues: readonly string[];
  /** Being worked on. */
  readonly active: readonly CeleryTask[];
  /** Taken from the queue and not begun. */
  readonly reserved: readonly CeleryTask[];
  /** Task → its rate limit (`10/m`), null where it has none. */
  readonly limits: ReadonlyMap<string, string | null>;
}

export interface CeleryWorkers {
  /** By name. Only of those that answered everything. */
  readonly workers: readonly CeleryWorker[];
  readonly heard: number;
}

/** How workers took a command. Source: Celery 5.2, worker control. */
export interface CeleryAnswers {
  readonly heard: number;
  /** Workers that did it. */
  readonly done: readonly string[];
  /** Workers that would not, each with its reason. Untrusted. */
  readonly refused: readonly string[];
}

const questions: readonly CeleryCommand[] = [
  { method: 'active_queues', arguments: {} },
  { method: 'active', arguments: {} },
  { method: 'reserved', arguments: {} },
  { method: 'registered', arguments: { taskinfoitems: ['rate_limit'] } },
];

/** Asks all workers what they are at. */
export const lookAtWorkers = async (mailbox: CeleryMailbox): Promise<CeleryWorkers> => {
  const replies = await mailbox.tell(questions, null);
  const [queues] = replies;
  const names = [...(queues?.answers.keys() ?? [])].filter((name) => replies.every(({ answers }) => answers.has(name))).sort();
  return { heard: Math.max(0, ...replies.map(({ heard }) => heard)), workers: names.map((name) => workerOf(name, replies)) };
};

const workerOf = (name: string, replies: readonly CeleryReplies[]): CeleryWorker => {
  const [queues, active, reserved, registered] = replies.map(({ answers }) => answers.get(name) ?? null);
  return {
    name,
    queues: rowsOf(queues).flatMap((queue) => digString(queue, 'name') ?? []),
    active: rowsOf(active).flatMap(taskOf),
    reserved: rowsOf(reserved).flatMap(taskOf),
    limits: new Map(rowsOf(registered).flatMap(limitOf)),
  };
};

const rowsOf = (answer: Json | undefined): readonly Json[] => digArray({ answer }, 'answer');

const taskOf = (row: Json): readonly CeleryTask[] => {
  const [id, name] = [digString(row, 'id'), digString(row, 'name')];
  return id === null ? [] : [{ id, name: name ?? '', routingKey: digString(row, 'delivery_info', 'routing_key') }];
};

/** `tasks.answer [rate_limit=10/m]`, or the name alone. */
const limitOf = (row: Json): readonly (readonly [string, string | null])[] => {
  const [, name, limit] = /^(\S+)(?: \[rate_limit=(.*)\])?$/.exec(typeof row === 'string' ? row : '') ?? [];
  return name === undefined ? [] : [[name, limit ?? null]];
};

/** Has workers do something. @param destination names of workers; null: all of them */
export const commandWorkers = async (
  mailbox: CeleryMailbox,
  command: CeleryCommand,
  destination: readonly string[] | null,
): Promise<CeleryAnswers> => {
  const [{ answers, heard } = { answers: new Map<string, Json>(), heard: 0 }] = await mailbox.tell([command], destination);
  const isRefusal = (answer: Json) => isObject(answer) && 'error' in answer;
  return {
    heard: destination === null ? heard : Math.min(heard, destination.length),
    done: [...answers].filter(([, answer]) => !isRefusal(answer)).map(([worker]) => worker),
    refused: [...answers].filter(([, answer]) => isRefusal(answer)).map(([worker, answer]) => `${worker}: ${String(dig(answer, 'error'))}`),
  };
};
