import { isObject, type Json, type JsonObject } from '../../ground/json.ts';
import {
  type Attributes,
  admitLog,
  admitSpan,
  type Batch,
  type Group,
  linkOf,
  most,
  noRejects,
  type RawEvent,
  type RawLog,
  type RawSpan,
  type Rejects,
  reject,
} from './raw-span.ts';

/**
 * An export request in OTLP's JSON: spans, log records, or one line of a file with either. Null where it is none. Beyond the
 * specification it takes what exporters in use send: ids in base64, integers as numbers, names of enums, `instrumentationLibrarySpans`.
 */
export const decodeJsonRequest = (request: Json): Batch | null => {
  if (!isObject(request) || !isExport(Object.keys(request))) return null;
  const { resourceSpans = [], resourceLogs = [] } = request;
  if (!Array.isArray(resourceSpans) || !Array.isArray(resourceLogs)) return null;
  const rejects = noRejects();
  const groups: Group[] = [];
  for (const entry of objects(resourceSpans)) addGroup(groups, entry, { spans: spansIn(entry, rejects), logs: [] });
  for (const entry of objects(resourceLogs)) addGroup(groups, entry, { spans: [], logs: logsIn(entry, rejects) });
  return { groups, rejected: rejects.count, reasons: [...rejects.reasons] };
};

/** Whether an object with these keys is about a signal of OTLP, be it one that holds nothing for us; without any it is an empty request. */
const isExport = (keys: readonly string[]): boolean =>
  keys.length === 0 || keys.some((key) => ['resourceSpans', 'resourceLogs', 'resourceMetrics', 'resourceProfiles'].includes(key));

/** Empty ones are left out: they tell nothing, and a body that is small may hold millions. */
const addGroup = (groups: Group[], entry: JsonObject, { spans, logs }: Pick<Group, 'spans' | 'logs'>): void => {
  if (spans.length > 0 || logs.length > 0) groups.push({ resource: resourceOf(entry), spans, logs });
};

const resourceOf = (entry: JsonObject): Attributes => attributesOf(isObject(entry['resource']) ? entry['resource']['attributes'] : null);

const spansIn = (entry: JsonObject, rejects: Rejects): readonly RawSpan[] => {
  const spans: RawSpan[] = [];
  for (const scope of objects(entry['scopeSpans'] ?? entry['instrumentationLibrarySpans'])) {
    for (const item of listOf(scope['spans'])) {
      const span = isObject(item) ? spanOf(item, rejects) : reject(rejects, 'a span is not an object');
      if (span) spans.push(span);
    }
  }
  return spans;
};

const logsIn = (entry: JsonObject, rejects: Rejects): readonly RawLog[] => {
  const logs: RawLog[] = [];
  for (const scope of objects(entry['scopeLogs'])) {
    for (const item of listOf(scope['logRecords'])) {
      const log = isObject(item) ? logOf(item, rejects) : reject(rejects, 'a log record is not an object');
      if (log) logs.push(log);
    }
  }
  return logs;
};

const spanOf = (item: JsonObject, rejects: Rejects): RawSpan | null => {
  const status = isObject(item['status']) ? item['status'] : {};
  const [first] = objects(item['links']);
  const link = first === undefined ? undefined : linkOf(idOf(first['traceId'], 16), idOf(first['spanId'], 8));
  return admitSpan(
    {
      traceId: idOf(item['traceId'], 16),
      spanId: idOf(item['spanId'], 8),
      parentId: idOf(item['parentSpanId'], 8),
      name: textOf(item['name']),
      startUs: microsOf(item['startTimeUnixNano']),
      endUs: microsOf(item['endTimeUnixNano']),
      statusCode: statusCodeOf(status['code']),
      statusMessage: textOf(status['message']),
      attributes: attributesOf(item['attributes']),
      events: objects(item['events']).slice(0, most.events).map(eventOf),
      ...(link === undefined ? {} : { link }),
    },
    rejects,
  );
};

const eventOf = (item: JsonObject): RawEvent => ({
  name: textOf(item['name']),
  atUs: microsOf(item['timeUnixNano']) || null,
  attributes: attributesOf(item['attributes']),
});

const logOf = (item: JsonObject, rejects: Rejects): RawLog | null =>
  admitLog(
    {
      traceId: idOf(item['traceId'], 16),
      spanId: idOf(item['spanId'], 8),
      name: textOf(item['eventName']),
      atUs: microsOf(item['timeUnixNano']) || microsOf(item['observedTimeUnixNano']) || null,
      attributes: attributesOf(item['attributes']),
    },
    rejects,
  );

/** Lower-case hex of an id in hex of any case or in base64, told apart by length; empty where there is none, null where it is neither. */
const idOf = (value: Json | undefined, bytes: number): string | null => {
  if (value === undefined || value === null || value === '') return '';
  if (typeof value !== 'string') return null;
  if (value.length === bytes * 2) return /^[0-9a-f]+$/i.test(value) ? value.toLowerCase() : null;
  const bare = value.replace(/={1,2}$/, '');
  if (bare.length !== Math.ceil((bytes * 4) / 3) || !/^[\w+/-]+$/.test(bare)) return null;
  return Buffer.from(bare, 'base64').toString('hex');
};

/** Nanoseconds as digits or as a number, in whole microseconds; 0 where they are neither. */
const microsOf = (value: Json | undefined): number => {
  if (typeof value === 'number') return Number.isFinite(value) && value > 0 ? Math.floor(value / 1000) : 0;
  // A thousand nanoseconds are a microsecond: cutting three digits off is exact where a number would not be.
  return typeof value === 'string' && /^\d{4,20}$/.test(value) ? Number(value.slice(0, -3)) : 0;
};

const statusNames = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR'];

const statusCodeOf = (value: Json | undefined): number =>
  typeof value === 'number' ? value : Math.max(0, statusNames.indexOf(textOf(value)));

const attributesOf = (pairs: Json | undefined): Attributes => {
  const attributes = new Map<string, Json>();
  for (const pair of listOf(pairs)) {
    if (attributes.size >= most.attributes) break;
    if (isObject(pair) && typeof pair['key'] === 'string' && pair['key'] !== '') attributes.set(pair['key'], plainValue(pair['value'], 0));
  }
  return attributes;
};

/** An AnyValue; what is nested deeper than 32 levels is null. */
const plainValue = (any: Json | undefined, depth: number): Json => {
  if (!isObject(any) || depth > most.depth) return null;
  if (typeof any['stringValue'] === 'string') return any['stringValue'];
  if (typeof any['boolValue'] === 'boolean') return any['boolValue'];
  if ('intValue' in any) return numberOf(any['intValue']);
  if ('doubleValue' in any) return numberOf(any['doubleValue']);
  if (typeof any['bytesValue'] === 'string') return any['bytesValue'];
  if (isObject(any['arrayValue'])) {
    return listOf(any['arrayValue']['values'])
      .slice(0, most.items)
      .map((item) => plainValue(item, depth + 1));
  }
  if (isObject(any['kvlistValue'])) {
    const pairs = objects(any['kvlistValue']['values']).slice(0, most.items);
    return Object.fromEntries(pairs.map((pair) => [textOf(pair['key']), plainValue(pair['value'], depth + 1)]));
  }
  return null;
};

const numberOf = (value: Json | undefined): number | null => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
};

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);
const objects = (value: Json | undefined): readonly JsonObject[] => listOf(value).filter(isObject);
