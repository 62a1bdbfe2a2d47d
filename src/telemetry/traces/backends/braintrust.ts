import { z } from 'zod';
import { troubleError } from '../../../clients/api-trouble.ts';
import { isBraintrustCloud, openBraintrust } from '../../../clients/braintrust.ts';
import type { ApiAnswer, JsonApi } from '../../../clients/json-api.ts';
import { secretField, urlField } from '../../../fleet/fields.ts';
import { adapter } from '../../../fleet/slots.ts';
import { unableError } from '../../../ground/errors.ts';
import { dig, digArray, digString, type Json } from '../../../ground/json.ts';
import { isBraintrustCursor, isBraintrustId, type LogsQuery, logsQuery } from '../braintrust-query.ts';
import { braintrustScores, braintrustSpan } from '../braintrust-rows.ts';
import { pingOfTrouble } from '../ping.ts';
import type { TraceBackend } from '../port.ts';
import { type Fetched, readPages } from '../read-pages.ts';
import { includeField, spanBackend } from '../schema.ts';
import { sendBraintrustGrade, sendBraintrustRun } from '../send-braintrust.ts';

const config = z.strictObject({
  kind: z.literal('braintrust'),
  url: urlField().optional().describe('The address of the data plane; default: the US cloud, https://api.braintrust.dev.'),
  api_key: secretField().describe('A key that may read the logs of the project.'),
  org: z.string().min(1).optional().describe('The name of the organisation, for a key that sees several and for links.'),
  project: z.string().min(1).describe('The name or the id of the project.'),
  include: includeField(),
  ...spanBackend,
});

const minute = 60_000;
const day = 24 * 60 * minute;

const place = z.strictObject({ limit: z.int().min(1).max(1000), cursor: z.string().refine(isBraintrustCursor).nullable() });
type Place = z.infer<typeof place>;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** The cloud takes about 20 queries a minute for one project. */
const cloudPauseMs = 3000;

/**
 * Braintrust, cloud or its own data plane. Source: its page on BTQL (the OpenAPI leaves `/btql` out) and `ProjectLogsEvent`. The window is
 * one of changes, not of starts: what was started in it and changed later comes with the window of that change.
 */
export default adapter<z.infer<typeof config>, TraceBackend>({
  kind: 'braintrust',
  summary: 'Braintrust, cloud or self-hosted: the logs of one project with their scores.',
  config,
  open: ({ url, api_key, org, project, include, overlap, timeout }, world) => {
    const api = openBraintrust({ url, apiKey: api_key, timeoutMs: timeout ?? minute }, world);
    const isId = uuid.test(project);
    const wanted = { limit: 1, org_name: org ?? null, ...(isId ? { ids: project } : { project_name: project }) };
    const hasIo = include.includes('io');
    let projectId = isId ? project : null;
    const findProject = async (signal: AbortSignal): Promise<string> => {
      if (projectId !== null) return projectId;
      const { json } = await api.read({ path: '/v1/project', query: wanted }, signal);
      projectId = projectOf(json);
      if (projectId !== null) return projectId;
      throw unableError({ code: 'backend_failed', message: missingProject(api, project), hint: 'check project and org' });
    };
    const overlapMs = overlap ?? 10 * minute;
    return {
      traits: { spans: true, aggregates: false, overlapMs, sliceMs: Math.max(day, overlapMs) },
      async ping(signal) {
        const { answer, trouble } = await api.ask({ path: '/v1/project', query: wanted, attempts: 1 }, signal);
        if (trouble !== null) return pingOfTrouble(trouble);
        if (projectOf(answer.json) === null) return { state: 'failed', detail: missingProject(api, project) };
        return { state: 'ok', detail: `${api.host()} accepts the key and has the project ${project}` };
      },
      async *pages(window, cursor, signal) {
        const about = { project: await findProject(signal), window, hasIo };
        yield* readPages<Place>({
          first: { limit: hasIo ? 200 : 1000, cursor: null },
          cursor,
          placeOf: (value) => place.safeParse(value).data ?? null,
          host: api.host(),
          waitMs: isBraintrustCloud(api.host()) ? cloudPauseMs : 0,
          pageAt: (at) => readLogs(api, { ...about, ...at }, signal),
        });
      },
      postGrade: async (grade, signal) => sendBraintrustGrade(api, await findProject(signal), grade, signal),
      postRun: async (run, signal) => sendBraintrustRun(api, await findProject(signal), run, signal),
      link: (traceId) =>
        org === undefined || isId
          ? null
          : `https://www.braintrust.dev/app/${[org, 'p', project].map(encodeURIComponent).join('/')}/logs?r=${encodeURIComponent(traceId)}`,
    };
  },
});

const projectOf = (answer: Json): string | null => {
  const id = digString(answer, 'objects', 0, 'id');
  return id !== null && isBraintrustId(id) ? id : null;
};

const missingProject = (api: JsonApi, project: string): string => `${api.host()} has no project ${project} that this key may read`;

/** A large answer is put elsewhere, under a signed address on another host (HTTP 303). Smaller pages need no such detour. */
const isElsewhere = 303;

const readLogs = async (api: JsonApi, query: LogsQuery, signal: AbortSignal): Promise<Fetched<Place>> => {
  const body = { query: logsQuery(query), fmt: 'json' };
  const { answer, trouble } = await api.ask({ method: 'POST', repeatable: true, path: '/btql', body }, signal);
  if (answer !== null) return logsPage(api, answer, query);
  const isTooLarge = trouble.status === isElsewhere || trouble.tooMuch === 'answer';
  if (!isTooLarge || query.limit === 1) throw troubleError(trouble);
  return readLogs(api, { ...query, limit: Math.ceil(query.limit / 4) }, signal);
};

const logsPage = (api: JsonApi, { json, head }: ApiAnswer, { limit, cursor }: LogsQuery): Fetched<Place> => {
  if (!Array.isArray(dig(json, 'data'))) throw malformed(api, 'answered a query without data');
  const rows = digArray(json, 'data');
  const told = digString(json, 'cursor') ?? head.headers['x-bt-cursor'] ?? head.headers['x-amz-meta-bt_cursor'] ?? '';
  if (told === '' && rows.length >= limit) throw malformed(api, 'sent a full page that does not say how to go on');
  if (told !== '' && !isBraintrustCursor(told)) throw malformed(api, 'named a cursor with characters that no cursor has');
  // At the end the server may name the place it was asked for once more.
  const isEnd = told === '' || (rows.length === 0 && told === cursor);
  return {
    rows: rows.length,
    spans: rows.flatMap((row) => braintrustSpan(row) ?? []),
    scores: rows.flatMap(braintrustScores),
    next: isEnd ? null : { limit, cursor: told },
  };
};

const malformed = (api: JsonApi, what: string) => unableError({ code: 'backend_malformed', message: `${api.host()} ${what}` });
