import { providerName } from '../../agents/prices/model-name.ts';
import { isCutReason } from '../../agents/protocols/stop-reason.ts';
import type { Json, JsonObject } from '../../ground/json.ts';
import {
  firstTokenEvents,
  metadataPrefix,
  numberedInput,
  numberedOutput,
  resourceNames,
  resourceNoise,
  spanNames,
} from './attribute-names.ts';
import { content, dollars, short } from './attribute-values.ts';
import { errorTypeOf } from './error-type.ts';
import { textsOfEvents } from './event-texts.ts';
import type { Attributes, Group, RawSpan } from './raw-span.ts';
import { type Span, type SpanKind, type SpanStatus, type SpanTokens, spanOf } from './span.ts';
import { kindTold } from './span-kind.ts';
import { type Told, tellerOf } from './told.ts';
import { anthropicUsage, settleUsage, usageOfDetails } from './usage.ts';

type SpanTold = Told<typeof spanNames>;

const tellSpan = tellerOf(spanNames);
const tellResource = tellerOf(resourceNames);

/** More facts, or longer messages, than a person would match on or read. */
const [mostMetadata, longestMessage] = [64, 1000];

/** The spans of a group in the normal form, whichever vocabulary they speak, and even if they mix several. */
export const spansOfGroup = (group: Group): readonly Span[] => {
  const resource = tellResource(group.resource);
  const facts = [...group.resource].filter(([name]) => !resourceNoise.test(name));
  return group.spans.map((raw) => spanOfRaw(raw, resource, facts));
};

type Facts = readonly (readonly [string, Json])[];

const spanOfRaw = (raw: RawSpan, resource: Told<typeof resourceNames>, resourceFacts: Facts): Span => {
  const { attributes, events } = raw;
  const told = tellSpan(attributes);
  const kind = kindTold(attributes) ?? kindGuessed(told);
  const status = statusOf(raw, told);
  const message = messageOf(raw, told);
  const model = told.responseModel ?? told.requestModel;
  const texts = textsOfEvents(events);
  return spanOf({
    traceId: raw.traceId,
    spanId: raw.spanId,
    parentId: raw.parentId,
    kind,
    name: nameOf(raw, kind, told),
    agentName: agentNameOf(raw, kind, told),
    provider: providerName(told.provider, model),
    model,
    startUs: raw.startUs,
    durationUs: raw.endUs === null ? null : raw.endUs - raw.startUs,
    ttftUs: ttftOf(raw, told),
    status,
    errorType: status === 'error' ? errorTypeOf(kind, [told.errorType, ...exceptionWords(events), message, told.httpStatus]) : null,
    isCut: told.finishReasons === null || told.finishReasons.length === 0 ? null : told.finishReasons.some(isCutReason),
    statusMessage: message?.slice(0, longestMessage) ?? null,
    tokens: tokensOf(told),
    reportedCostNanos: costOf(told),
    serviceTier: told.serviceTier?.toLowerCase() ?? null,
    user: told.user,
    session: told.session,
    task: told.task,
    environment: told.environment ?? resource.environment,
    release: told.release ?? resource.release,
    promptName: told.promptName,
    promptVersion: told.promptVersion,
    serviceName: resource.serviceName,
    traceName: told.traceName,
    tags: told.tags ?? [],
    metadata: metadataOf([...Object.entries(told.metadata ?? {}), ...prefixed(attributes), ...resourceFacts]),
    input: told.toolInput ?? told.input ?? numbered(attributes, numberedInput) ?? texts.input,
    output: told.toolOutput ?? told.output ?? numbered(attributes, numberedOutput) ?? texts.output,
  });
};

/** A span that does not say what it is, by what it has. */
const kindGuessed = (told: SpanTold): SpanKind => {
  if (told.toolName !== null) return 'tool';
  const hasModel = told.requestModel !== null || told.responseModel !== null;
  return hasModel && (told.inputTokens !== null || told.outputTokens !== null || told.provider !== null) ? 'llm' : 'other';
};

/** Tools are counted, allowed and denied by their own name, not by that of the span around the call. */
const nameOf = (raw: RawSpan, kind: SpanKind, told: SpanTold): string => {
  const name = short(raw.name) ?? '(unnamed)';
  return kind === 'tool' ? (told.toolName ?? told.entityName ?? name.replace(/^execute_tool\s+/, '')) : name;
};

const agentNameOf = (raw: RawSpan, kind: SpanKind, told: SpanTold): string | null => {
  if (told.agentName !== null) return told.agentName;
  if (kind !== 'agent') return told.workflowName;
  const ownName = told.entityName ?? short(raw.name.replace(/^invoke_agent\s*/, ''));
  // The AI SDK's spans are named after the function called, not after who called it.
  return ownName === null || ownName.startsWith('ai.') ? told.workflowName : ownName;
};

const statusOf = (raw: RawSpan, told: SpanTold): SpanStatus => {
  if (raw.statusCode === 2 || told.level?.toUpperCase() === 'ERROR') return 'error';
  if (raw.statusCode === 1) return 'ok';
  return told.errorType === null ? 'unset' : 'error';
};

const messageOf = (raw: RawSpan, told: SpanTold): string | null => {
  const said = raw.statusMessage === '' ? told.errorMessage : raw.statusMessage;
  return said ?? exceptionWords(raw.events).at(-1) ?? null;
};

/** Type and message of the last exception. */
const exceptionWords = (events: RawSpan['events']): readonly string[] => {
  const exception = events.findLast(({ name }) => name === 'exception')?.attributes;
  if (exception === undefined) return [];
  return ['exception.type', 'exception.message'].flatMap((name) => content(exception.get(name) ?? null) ?? []);
};

const ttftOf = (raw: RawSpan, told: SpanTold): number | null => {
  const elapsed = told.ttftSeconds ?? told.ttftMs;
  if (elapsed !== null) return elapsed;
  const firstTokenAt = told.firstTokenAt ?? raw.events.find(({ name }) => firstTokenEvents.has(name))?.atUs ?? null;
  if (firstTokenAt === null || firstTokenAt < raw.startUs) return null;
  // An instant in whole milliseconds may seem to lie behind the end.
  return Math.min(firstTokenAt, raw.endUs ?? firstTokenAt) - raw.startUs;
};

const tokensOf = (told: SpanTold): SpanTokens => {
  if (told.usageDetails !== null && told.inputTokens === null && told.outputTokens === null) {
    const details = usageOfDetails(told.usageDetails);
    return settleUsage(details.told, details.beside);
  }
  const anthropic = told.providerMetadata === null ? null : anthropicUsage(told.providerMetadata);
  const written = told.cachedWrite ?? anthropic?.cachedWrite ?? null;
  const hour = anthropic?.cachedWrite1h ?? null;
  const counted = {
    input: told.inputTokens,
    output: told.outputTokens,
    cachedRead: told.cachedRead,
    cachedWrite: written === null ? null : Math.max(0, written - (hour ?? 0)),
    cachedWrite1h: hour,
    reasoning: told.reasoning,
    total: told.totalTokens,
    otherInput: 0,
    otherOutput: 0,
  };
  return settleUsage(counted, anthropic !== null && anthropic.input !== null && anthropic.input === told.inputTokens);
};

/** Langfuse's cost: its total, else the sum of its parts; an empty list of costs is an unknown cost. */
const costOf = (told: SpanTold): number | null => {
  if (told.costNanos !== null) return told.costNanos;
  if (told.costDetails !== null) {
    const { total, ...parts } = told.costDetails;
    const amounts = total === undefined ? Object.values(parts).flatMap((part) => dollars(part) ?? []) : [dollars(total)];
    return amounts.length === 0 ? null : amounts.reduce((sum, amount) => (sum === null || amount === null ? null : sum + amount));
  }
  if (told.inputCostNanos === null && told.outputCostNanos === null) return null;
  return (told.inputCostNanos ?? 0) + (told.outputCostNanos ?? 0);
};

const prefixed = (attributes: Attributes): Facts => {
  const facts: (readonly [string, Json])[] = [];
  for (const [name, value] of attributes) {
    const prefix = metadataPrefix.exec(name)?.[0];
    if (prefix !== undefined) facts.push([name.slice(prefix.length), value]);
  }
  return facts;
};

/** The first of two facts of one name stands. */
const metadataOf = (facts: Facts): Readonly<Record<string, string>> => {
  const found = new Map<string, string>();
  for (const [name, value] of facts) {
    const text = short(typeof value === 'object' && value !== null ? JSON.stringify(value) : value);
    const key = name.slice(0, longestMessage);
    if (text !== null && key !== '' && !found.has(key) && found.size < mostMetadata) found.set(key, text);
  }
  return Object.fromEntries(found);
};

/** Messages that stand in attributes of their own, in the order they were sent. */
const numbered = (attributes: Attributes, pattern: RegExp): string | null => {
  const parts: JsonObject[] = [];
  for (const [name, value] of attributes) if (pattern.test(name)) parts.push({ [name]: value });
  return parts.length === 0 ? null : JSON.stringify(parts);
};
