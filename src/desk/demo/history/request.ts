import { bucketOf } from '../../../ground/units/window.ts';
import { around, type Chance, hexOf } from './chance.ts';
import { type Disturbance, disturbanceAt, type Incident } from './incident.ts';
import { fleetTraffic, type ModelUse, type Tool, type Traffic } from './traffic.ts';

export interface Failure {
  /** As `error.type` has it. */
  readonly type: string;
  readonly message: string;
}

/** A span as the demo's agents would send it: attributes by the GenAI conventions of OpenTelemetry. */
export interface SentSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | null;
  readonly service: string;
  readonly release: string;
  readonly environment: string;
  readonly name: string;
  readonly startUs: number;
  readonly endUs: number;
  readonly failure: Failure | null;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** The grade of the request, sent with its first span. */
  readonly quality: number | null;
}

/** What is asked of an agent, by a person or by another agent. */
export interface Call {
  readonly traffic: Traffic;
  readonly startUs: number;
  readonly course: string;
  /** What it is asked to do with: the arguments of its tools. */
  readonly subject: string;
  readonly user: string;
  readonly task: string;
  readonly traceId: string;
  readonly parentId: string | null;
}

/** What is the same for the whole month. */
export interface Scene {
  readonly chance: Chance;
  readonly incidents: readonly Incident[];
  /** The day on which the demo runs, counted from the epoch. */
  readonly today: number;
}

interface Answered {
  readonly endUs: number;
  readonly failure: Failure | null;
}

const msUs = 1000;
const [outputTokensPerSecond, growthPerTurn, gradedShare, timeoutMs] = [150, 420, 0.4, 5000];
const overloaded: Failure = { type: 'overloaded_error', message: 'the model is overloaded, try again later' };
const broken: Failure = { type: 'upstream_error', message: 'the service answered 502' };
const timedOut: Failure = { type: 'timeout', message: `no answer within ${timeoutMs / 1000} s` };

/** The spans of one request, with those of the agents that it was handed to. */
export const requestSpans = (scene: Scene, call: Call): readonly SentSpan[] => {
  const spans: SentSpan[] = [];
  answer(scene, call, spans);
  return spans;
};

const answer = (scene: Scene, call: Call, spans: SentSpan[]): Answered => {
  const { chance, incidents, today } = scene;
  const { traffic, course, startUs } = call;
  const disturbance = disturbanceAt(incidents, traffic.agent, startUs);
  const release = releaseAt(traffic, disturbance, today, startUs);
  const entryId = hexOf(chance, 16);
  const failing = chance() < (disturbance.errorRate ?? traffic.errorRate) ? Math.floor(chance() * course.length) : -1;
  const place = { traceId: call.traceId, service: traffic.agent, release: release.release, environment: traffic.environment };
  const children: SentSpan[] = [];
  let atUs = startUs + 2 * msUs;
  let failure: Failure | null = null;
  for (let at = 0; at < course.length && failure === null; at++) {
    const spanId = hexOf(chance, 16);
    const step: Step = { scene, call, spanId, startUs: atUs, isFailing: at === failing, turn: at };
    const done =
      course[at] === 'm' && traffic.model !== null
        ? modelCall(step, traffic.model, disturbance, release.promptVersion)
        : toolCall(step, toolAt(chance, traffic, course, at), disturbance, children);
    const { name, endUs, attributes } = done;
    const failed = done.failure;
    children.push({ ...place, spanId, parentId: entryId, name, startUs: atUs, endUs, failure: failed, attributes, quality: null });
    // A failed hand-off is made good now and then.
    if (failed !== null && (at === failing || chance() < 0.9)) failure = failed;
    atUs = endUs + msUs;
  }
  const grade = traffic.quality === null || failure !== null || chance() > gradedShare ? null : around(chance, traffic.quality * 100, 0.05);
  spans.push({
    ...place,
    spanId: entryId,
    parentId: call.parentId,
    name: `invoke_agent ${traffic.agent}`,
    startUs,
    endUs: atUs,
    failure,
    attributes: {
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': traffic.agent,
      'gen_ai.task.name': call.task,
      'user.id': call.user,
    },
    quality: grade === null ? null : Math.min(100, grade) / 100,
  });
  spans.push(...children);
  return { endUs: atUs, failure };
};

interface Step {
  readonly scene: Scene;
  readonly call: Call;
  readonly spanId: string;
  readonly startUs: number;
  readonly isFailing: boolean;
  /** How many steps the request has behind it. */
  readonly turn: number;
}

type Done = Pick<SentSpan, 'name' | 'endUs' | 'failure' | 'attributes'>;

const modelCall = ({ scene: { chance }, call, startUs, isFailing, turn }: Step, use: ModelUse, now: Disturbance, version: string): Done => {
  const isEmbedding = use.outputTokens === null;
  const input = around(chance, use.inputTokens * now.inputFactor, 0.2) + (isEmbedding ? 0 : turn * growthPerTurn);
  const output = isFailing || use.outputTokens === null ? null : around(chance, use.outputTokens, 0.45);
  const ttftUs = around(chance, use.ttftMs, 0.3) * msUs;
  const operation = isEmbedding ? 'embeddings' : 'chat';
  const cached = now.cachesPrompts ? Math.floor(input * use.cachedShare) : 0;
  return {
    name: `${operation} ${use.model}`,
    endUs: startUs + ttftUs + Math.round(((output ?? 0) / outputTokensPerSecond) * 1e6),
    failure: isFailing ? overloaded : null,
    attributes: {
      'gen_ai.operation.name': operation,
      'gen_ai.provider.name': use.provider,
      'gen_ai.request.model': use.model,
      'gen_ai.input.messages': `${call.task} ${call.subject} ${turn}`,
      ...(isFailing ? {} : { 'gen_ai.usage.input_tokens': input }),
      ...(isFailing || cached === 0 ? {} : { 'gen_ai.usage.cache_read.input_tokens': cached }),
      ...(output === null ? {} : { 'gen_ai.usage.output_tokens': output, 'gen_ai.response.time_to_first_chunk': ttftUs / 1e6 }),
      ...(use.prompt === null ? {} : { 'gen_ai.prompt.name': use.prompt, 'gen_ai.prompt.version': version }),
    },
  };
};

const toolCall = (step: Step, { name, ms, isRetrieval, agent }: Tool, now: Disturbance, spans: SentSpan[]): Done => {
  const { scene, call, spanId, startUs, isFailing } = step;
  const hasTimedOut = isFailing && now.errorRate !== null;
  const ownUs = (hasTimedOut ? timeoutMs : around(scene.chance, ms, 0.35)) * msUs;
  const handed = agent === undefined || isFailing ? null : handOver(scene, call, agent, spanId, startUs + msUs, spans);
  return {
    name: isRetrieval ? name : `execute_tool ${name}`,
    endUs: Math.max(startUs + ownUs, (handed?.endUs ?? 0) + msUs),
    failure: isFailing ? (hasTimedOut ? timedOut : broken) : (handed?.failure ?? null),
    attributes: {
      'gen_ai.operation.name': isRetrieval ? 'retrieval' : 'execute_tool',
      ...(isRetrieval ? {} : { 'gen_ai.tool.name': name }),
      'gen_ai.tool.call.arguments': JSON.stringify({ subject: call.subject }),
    },
  };
};

const handOver = (scene: Scene, call: Call, agent: string, parentId: string, startUs: number, spans: SentSpan[]): Answered | null => {
  const traffic = fleetTraffic.find((each) => each.agent === agent);
  if (traffic === undefined) return null;
  return answer(scene, { ...call, traffic, startUs, course: courseOf(scene.chance, traffic), parentId }, spans);
};

export const courseOf = (chance: Chance, { courses }: Traffic): string => courses[Math.floor(chance() * courses.length)] ?? courses[0];

/** Agents with a fixed order of work use their tools in turn; whoever has few steps picks. */
const toolAt = (chance: Chance, { tools }: Traffic, course: string, at: number): Tool => {
  const before = course.slice(0, at).split('t').length - 1;
  const isPlanned = course.split('t').length - 1 === tools.length;
  return tools[isPlanned ? before : Math.floor(chance() * tools.length)] ?? { name: 'nothing', ms: 1 };
};

const tenOClockUs = 36_000_000_000;

const releaseAt = (traffic: Traffic, now: Disturbance, today: number, atUs: number): { release: string; promptVersion: string } => {
  const isLive = ({ daysAgo }: { daysAgo: number }) => bucketOf('day', atUs - tenOClockUs) >= today - daysAgo;
  const live = traffic.releases.findLast(isLive) ?? traffic.releases[0];
  return { release: now.release ?? live.release, promptVersion: now.promptVersion ?? live.promptVersion };
};
