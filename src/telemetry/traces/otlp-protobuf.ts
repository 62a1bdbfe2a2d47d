import type { Json } from '../../ground/json.ts';
import {
  fixed64Field,
  lengthField,
  readBase64,
  readDouble,
  readEnd,
  readId,
  readInt64,
  readNanosAsMicros,
  readTag,
  readText,
  readVarint,
  skipField,
  varintField,
  type Wire,
  wireOf,
} from './protobuf-wire.ts';
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
  type SpanParts,
} from './raw-span.ts';

/** ExportTraceServiceRequest. Throws `WireError`. Field numbers: opentelemetry-proto, `trace.proto` and `collector/trace`. */
export const decodeTraces = (body: Uint8Array): Batch => {
  const rejects = noRejects();
  const groups = groupsOf(body, (wire, end, resource): Group => {
    const spans: RawSpan[] = [];
    eachMessage(wire, end, 2, (at) => {
      const span = admitSpan(readSpan(wire, at), rejects);
      if (span !== null) spans.push(span);
    });
    return { resource, spans, logs: [] };
  });
  return { groups, rejected: rejects.count, reasons: [...rejects.reasons] };
};

/** ExportLogsServiceRequest. Throws `WireError`. Field numbers: `logs.proto` and `collector/logs`. */
export const decodeLogs = (body: Uint8Array): Batch => {
  const rejects = noRejects();
  const groups = groupsOf(body, (wire, end, resource): Group => {
    const logs: RawLog[] = [];
    eachMessage(wire, end, 2, (at) => {
      const log = readLog(wire, at, rejects);
      if (log !== null) logs.push(log);
    });
    return { resource, spans: [], logs };
  });
  return { groups, rejected: rejects.count, reasons: [...rejects.reasons] };
};

/** Both requests have the same frame: field 1 repeats; in each, field 1 is the resource and field 2 repeats what is inside a scope. */
const groupsOf = (body: Uint8Array, read: (wire: Wire, end: number, resource: Attributes) => Group): readonly Group[] => {
  const wire = wireOf(body);
  const groups: Group[] = [];
  eachMessage(wire, wire.bytes.length, 1, (end) => {
    const start = wire.at;
    let resource: Attributes = new Map();
    // Fields may come in any order, so the resource is looked for before anything that belongs to it is read.
    eachMessage(wire, end, 1, (at) => {
      resource = readAttributes(wire, at, 1);
    });
    wire.at = start;
    eachMessage(wire, end, 2, (at) => {
      const group = read(wire, at, resource);
      // Empty ones tell nothing, and a body that is small may hold millions.
      if (group.spans.length > 0 || group.logs.length > 0) groups.push(group);
    });
  });
  return groups;
};

/** Calls `take` at the start of each message in a repeated field; wherever it stops, reading goes on behind that message. */
const eachMessage = (wire: Wire, end: number, field: number, take: (end: number) => void): void => {
  const wanted = lengthField(field);
  while (wire.at < end) {
    const tag = readTag(wire, end);
    if (tag !== wanted) {
      skipField(wire, tag, end);
      continue;
    }
    const messageEnd = readEnd(wire, end);
    take(messageEnd);
    wire.at = messageEnd;
  }
};

const readSpan = (wire: Wire, end: number): SpanParts => {
  const attributes = new Map<string, Json>();
  const events: RawEvent[] = [];
  const span: SpanParts = {
    traceId: '',
    spanId: '',
    parentId: '',
    name: '',
    startUs: 0,
    endUs: 0,
    statusCode: 0,
    statusMessage: '',
    attributes,
    events,
  };
  while (wire.at < end) {
    const tag = readTag(wire, end);
    if (tag === lengthField(1)) span.traceId = readId(wire, end, 16);
    else if (tag === lengthField(2)) span.spanId = readId(wire, end, 8);
    else if (tag === lengthField(4)) span.parentId = readId(wire, end, 8);
    else if (tag === lengthField(5)) span.name = readText(wire, end);
    else if (tag === fixed64Field(7)) span.startUs = readNanosAsMicros(wire, end);
    else if (tag === fixed64Field(8)) span.endUs = readNanosAsMicros(wire, end);
    else if (tag === lengthField(9)) readAttribute(wire, end, attributes);
    else if (tag === lengthField(11)) {
      const event = readEvent(wire, readEnd(wire, end));
      if (events.length < most.events) events.push(event);
    } else if (tag === lengthField(13)) readLink(wire, readEnd(wire, end), span);
    else if (tag === lengthField(15)) readStatus(wire, readEnd(wire, end), span);
    else skipField(wire, tag, end);
  }
  return span;
};

const readLink = (wire: Wire, end: number, span: SpanParts): void => {
  let [traceId, spanId]: (string | null)[] = ['', ''];
  while (wire.at < end) {
    const tag = readTag(wire, end);
    if (tag === lengthField(1)) traceId = readId(wire, end, 16);
    else if (tag === lengthField(2)) spanId = readId(wire, end, 8);
    else skipField(wire, tag, end);
  }
  const link = span.link ?? linkOf(traceId ?? null, spanId ?? null);
  if (link !== undefined) span.link = link;
};

const readEvent = (wire: Wire, end: number): RawEvent => {
  const attributes = new Map<string, Json>();
  let name = '';
  let atUs: number | null = null;
  while (wire.at < end) {
    const tag = readTag(wire, end);
    if (tag === fixed64Field(1)) atUs = readNanosAsMicros(wire, end) || null;
    else if (tag === lengthField(2)) name = readText(wire, end);
    else if (tag === lengthField(3)) readAttribute(wire, end, attributes);
    else skipField(wire, tag, end);
  }
  return { name, atUs, attributes };
};

const readStatus = (wire: Wire, end: number, span: SpanParts): void => {
  while (wire.at < end) {
    const tag = readTag(wire, end);
    if (tag === lengthField(2)) span.statusMessage = readText(wire, end);
    else if (tag === varintField(3)) span.statusCode = readVarint(wire, end);
    else skipField(wire, tag, end);
  }
};

const readLog = (wire: Wire, end: number, rejects: Rejects): RawLog | null => {
  const attributes = new Map<string, Json>();
  let traceId: string | null = '';
  let spanId: string | null = '';
  let name = '';
  let [atUs, observedUs] = [0, 0];
  while (wire.at < end) {
    const tag = readTag(wire, end);
    if (tag === fixed64Field(1)) atUs = readNanosAsMicros(wire, end);
    else if (tag === lengthField(6)) readAttribute(wire, end, attributes);
    else if (tag === lengthField(9)) traceId = readId(wire, end, 16);
    else if (tag === lengthField(10)) spanId = readId(wire, end, 8);
    else if (tag === fixed64Field(11)) observedUs = readNanosAsMicros(wire, end);
    else if (tag === lengthField(12)) name = readText(wire, end);
    else skipField(wire, tag, end);
  }
  return admitLog({ traceId, spanId, name, atUs: atUs || observedUs || null, attributes }, rejects);
};

const readAttributes = (wire: Wire, end: number, field: number): Map<string, Json> => {
  const attributes = new Map<string, Json>();
  while (wire.at < end) {
    const tag = readTag(wire, end);
    if (tag === lengthField(field)) readAttribute(wire, end, attributes);
    else skipField(wire, tag, end);
  }
  return attributes;
};

const readAttribute = (wire: Wire, end: number, into: Map<string, Json>, depth = 0): void => {
  const pairEnd = readEnd(wire, end);
  let key = '';
  let value: Json = null;
  while (wire.at < pairEnd) {
    const tag = readTag(wire, pairEnd);
    if (tag === lengthField(1)) key = readText(wire, pairEnd);
    else if (tag === lengthField(2)) value = readValue(wire, readEnd(wire, pairEnd), depth);
    else skipField(wire, tag, pairEnd);
  }
  if (key !== '' && into.size < most.attributes) into.set(key, value);
};

/** An AnyValue; what is nested deeper than 32 levels is null. */
const readValue = (wire: Wire, end: number, depth: number): Json => {
  let value: Json = null;
  while (wire.at < end) {
    const tag = readTag(wire, end);
    if (tag === lengthField(1)) value = readText(wire, end);
    else if (tag === varintField(2)) value = readVarint(wire, end) !== 0;
    else if (tag === varintField(3)) value = readInt64(wire, end);
    else if (tag === fixed64Field(4)) value = readDouble(wire, end);
    else if (depth < most.depth && tag === lengthField(5)) value = readList(wire, readEnd(wire, end), depth + 1);
    else if (depth < most.depth && tag === lengthField(6)) value = readPairs(wire, readEnd(wire, end), depth + 1);
    else if (tag === lengthField(7)) value = readBase64(wire, end);
    else skipField(wire, tag, end);
  }
  return value;
};

const readList = (wire: Wire, end: number, depth: number): Json => {
  const items: Json[] = [];
  eachMessage(wire, end, 1, (at) => {
    if (items.length < most.items) items.push(readValue(wire, at, depth));
  });
  return items;
};

const readPairs = (wire: Wire, end: number, depth: number): Json => {
  const pairs = new Map<string, Json>();
  while (wire.at < end) {
    const tag = readTag(wire, end);
    if (tag === lengthField(1)) readAttribute(wire, end, pairs, depth);
    else skipField(wire, tag, end);
  }
  return Object.fromEntries(pairs);
};
