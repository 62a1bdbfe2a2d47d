import { z } from 'zod';
import { troubleError } from '../../../clients/api-trouble.ts';
import type { ApiRequest, JsonApi } from '../../../clients/json-api.ts';
import { isLangsmithCloud, langsmithSite, openLangsmith } from '../../../clients/langsmith.ts';
import { secretField, urlField } from '../../../fleet/fields.ts';
import { adapter } from '../../../fleet/slots.ts';
import { OpsError, unableError } from '../../../ground/errors.ts';
import { dig, digArray, digNumber, digString, type Json } from '../../../ground/json.ts';
import { formatInstant } from '../../../ground/units/instant.ts';
import { oldRunsQuery, pageSizeOf, runsQuery } from '../langsmith-queries.ts';
import { langsmithScore, langsmithSpan } from '../langsmith-rows.ts';
import { pingOfTrouble } from '../ping.ts';
import type { TimeWindow, TraceBackend } from '../port.ts';
import { type Fetched, readPages } from '../read-pages.ts';
import { includeField, spanBackend } from '../schema.ts';
import { sendLangsmithGrade, sendLangsmithRun } from '../send-langsmith.ts';

const config = z.strictObject({
  kind: z.literal('langsmith'),
  url: urlField().optional().describe('The address of the API; default: the US cloud, https://api.smith.langchain.com.'),
  api_key: secretField().describe('A key that may read the project.'),
  workspace: z.string().min(1).optional().describe('The id of the workspace, for a key that sees several.'),
  project: z.string().min(1).describe('The name or the id of the tracing project.'),
  include: includeField(),
  ...spanBackend,
});

const minute = 60_000;
const day = 24 * 60 * minute;

/** Where a reading is: among the runs of a generation of the API, then among the feedback. */
const place = z.union([
  z.strictObject({ runs: z.enum(['v2', 'v1']), cursor: z.string().nullable(), limit: z.int().min(1).max(1000) }),
  z.strictObject({ feedback: z.int().min(0) }),
]);
type Place = z.infer<typeof place>;
type RunsPlace = Extract<Place, { runs: unknown }>;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const feedbackPage = 100;
/** What a server answers that does not know a path. */
const unknownPath: readonly (number | null)[] = [404, 405, 501];
/** The cloud takes 15 queries for runs in 10 s. */
const cloudPauseMs = 700;

/**
 * LangSmith, cloud or self-hosted. Source: its OpenAPI. Runs are read from v2, which the cloud alone will have from February 2027, and from
 * v1 where a server does not know v2 (self-hosted before 0.16).
 */
export default adapter<z.infer<typeof config>, TraceBackend>({
  kind: 'langsmith',
  summary: 'LangSmith, cloud or self-hosted: runs and feedback of one project.',
  config,
  open: ({ url, api_key, workspace, project, include, overlap, timeout }, world) => {
    const api = openLangsmith({ url, apiKey: api_key, workspace, timeoutMs: timeout ?? minute }, world);
    const isId = uuid.test(project);
    const wanted = { [isId ? 'id' : 'name']: project, limit: 1 };
    let found: Project | null = null;
    const overlapMs = overlap ?? 15 * minute;
    return {
      traits: { spans: true, aggregates: false, overlapMs, sliceMs: Math.max(day, overlapMs) },
      async ping(signal) {
        const { answer, trouble } = await api.ask({ path: '/api/v1/sessions', query: wanted, attempts: 1 }, signal);
        if (trouble !== null) return pingOfTrouble(trouble);
        if (projectOf(answer.json) === null) return { state: 'failed', detail: missingProject(api, project) };
        return { state: 'ok', detail: `${api.host()} accepts the key and has the project ${project}` };
      },
      async *pages(window, cursor, signal) {
        found ??= await readProject(api, project, wanted, signal);
        const hasIo = include.includes('io');
        const about = { project: found, window, hasIo };
        yield* readPages<Place>({
          first: firstRuns('v2', hasIo),
          cursor,
          placeOf: (value) => place.safeParse(value).data ?? null,
          host: api.host(),
          waitMs: isLangsmithCloud(api.host()) ? cloudPauseMs : 0,
          pageAt: (at) => ('runs' in at ? readRuns(api, about, at, signal) : readFeedback(api, about, at.feedback, signal)),
        });
      },
      postGrade: (grade, signal) => sendLangsmithGrade(api, grade, signal),
      postRun: (run, signal) => sendLangsmithRun(api, run, signal),
      /** Known from the manifest where it names both ids, else once the project was asked for. */
      link(traceId) {
        const space = workspace ?? found?.workspace ?? null;
        const id = isId ? project : (found?.id ?? null);
        if (space === null || id === null) return null;
        return `${langsmithSite(url, world)}/o/${space}/projects/p/${id}/r/${encodeURIComponent(traceId)}`;
      },
    };
  },
});

const firstRuns = (runs: 'v1' | 'v2', hasIo: boolean) => ({ runs, cursor: null, limit: pageSizeOf(runs, hasIo) });

interface Project {
  readonly id: string;
  /** Queries of v2 want it named; null where the server does not tell. */
  readonly workspace: string | null;
}

const projectOf = (answer: Json): Project | null => {
  const id = digString(answer, 0, 'id');
  return id === null ? null : { id, workspace: digString(answer, 0, 'tenant_id') };
};

const missingProject = (api: JsonApi, name: string): string => `${api.host()} has no project ${name} that this key may read`;

const readProject = async (api: JsonApi, name: string, query: ApiRequest['query'], signal: AbortSignal): Promise<Project> => {
  const { json } = await api.read({ path: '/api/v1/sessions', query: query ?? {} }, signal);
  const project = projectOf(json);
  if (project === null)
    throw unableError({ code: 'backend_failed', message: missingProject(api, name), hint: 'check project and workspace' });
  return project;
};

/** What is read. */
interface About {
  readonly project: Project;
  readonly window: TimeWindow;
  readonly hasIo: boolean;
}

const readRuns = async (api: JsonApi, about: About, at: RunsPlace, signal: AbortSignal): Promise<Fetched<Place>> => {
  const { runs, cursor, limit } = at;
  const { id, workspace } = about.project;
  const query = { ...about, project: id, cursor, limit };
  const isOld = runs === 'v1';
  const body = isOld ? oldRunsQuery(query) : runsQuery(query);
  const headers: Record<string, string> = workspace === null ? {} : { 'x-tenant-id': workspace };
  const asked = { method: 'POST', repeatable: true, path: `/api/${runs}/runs/query`, body, headers } as const;
  const { answer, trouble } = await api.ask(asked, signal);
  if (answer !== null && isOld) return runsPage(api, answer.json, 'runs', digString(answer.json, 'cursors', 'next'), at);
  if (answer !== null) return runsPage(api, answer.json, 'items', nextCursor(api, answer.json), at);
  // A cursor belongs to one size of page, so that a smaller one begins the window again: rows may come twice.
  if (trouble.tooMuch === 'answer' && limit > 1) return readRuns(api, about, { runs, cursor: null, limit: Math.ceil(limit / 4) }, signal);
  if (isOld || cursor !== null || !unknownPath.includes(trouble.status)) throw troubleError(trouble);
  return readRuns(api, about, firstRuns('v1', about.hasIo), signal).catch((thrown: unknown) => {
    // A server that knows neither generation is not LangSmith; what it said first tells, unless only the second was a page of HTML.
    const isUnknown = thrown instanceof OpsError && unknownPath.includes(digNumber(thrown.details, 'status'));
    throw isUnknown && thrown.code === 'backend_failed' ? troubleError(trouble) : thrown;
  });
};

const nextCursor = (api: JsonApi, page: Json): string | null => {
  if (dig(page, 'has_more') === false) return null;
  const next = digString(page, 'next_cursor');
  if (next === null && dig(page, 'has_more') === true) throw malformed(api, 'has more runs, but does not say where');
  return next;
};

const runsPage = (api: JsonApi, page: Json, field: string, next: string | null, at: RunsPlace): Fetched<Place> => {
  if (!Array.isArray(dig(page, field))) throw malformed(api, `answered a query for runs without ${field}`);
  const rows = digArray(page, field);
  return {
    rows: rows.length,
    spans: rows.flatMap((row) => langsmithSpan(row) ?? []),
    scores: [],
    next: next === null ? { feedback: 0 } : { ...at, cursor: next },
  };
};

/** Feedback by when it was given, whatever the age of its run: the API has no filter by when it was changed. */
const readFeedback = async (api: JsonApi, { project, window }: About, offset: number, signal: AbortSignal): Promise<Fetched<Place>> => {
  const query = {
    session: project.id,
    min_created_at: formatInstant(window.fromUs),
    max_created_at: formatInstant(window.toUs),
    limit: feedbackPage,
    offset,
  };
  const { json } = await api.read({ path: '/api/v1/feedback', query }, signal);
  if (!Array.isArray(json)) throw malformed(api, 'answered a query for feedback without a list');
  return {
    rows: json.length,
    spans: [],
    scores: json.flatMap((row: Json) => langsmithScore(row) ?? []),
    next: json.length < feedbackPage ? null : { feedback: offset + json.length },
  };
};

const malformed = (api: JsonApi, what: string) => unableError({ code: 'backend_malformed', message: `${api.host()} ${what}` });
