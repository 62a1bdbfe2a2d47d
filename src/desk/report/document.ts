import { isoTime, jsonDocument } from '../../ground/output/json.ts';
import { toUsd } from '../../ground/units/amount.ts';
import { adviceJson } from '../../views/advice.ts';
import { figuresJson } from '../../views/figures.ts';
import { incidentFacts } from '../../views/incident-facts.ts';
import { figureHead } from '../../views/status.ts';
import type { FleetReport, ReportedAgent, ReportedMonth } from './report.ts';
import { countStates, leadSentences } from './report-words.ts';

const usd = (nanos: number | null): number | null => (nanos === null ? null : toUsd(Math.round(nanos)));

/** The public document of `agentops report`: all that the page is made of, and what it leaves out. */
export const renderReportDocument = (report: FleetReport): string =>
  jsonDocument(report.fleet, report.generatedAt, {
    ...figureHead(report.trend),
    agent: report.agent,
    lead: leadSentences(report),
    states: countStates(report.agents),
    steps: report.steps,
    totals: figuresJson(report.totals),
    before:
      report.before === null
        ? null
        : { requests: report.before.requests, errors: report.before.errors, cost_usd: usd(report.before.costNanos) },
    bucket: report.trend.split,
    points: report.trend.points.map(({ bucketUs, figures }) => ({ bucket_start: isoTime(bucketUs / 1000), ...figuresJson(figures) })),
    marks: report.trend.marks.map(({ at, agent, release, note, source }) => ({ at: isoTime(at), agent, release, note, source })),
    agents: report.agents.map(agentJson),
    spend: report.spend.map(({ agent, provider, model, calls, costNanos, inputTokens, cachedTokens, outputTokens }) => ({
      ...{ agent, provider, model, calls, cost_usd: usd(costNanos) },
      ...{ input_tokens: inputTokens, cached_tokens: cachedTokens, output_tokens: outputTokens },
    })),
    month: monthJson(report.month),
    budgets: report.budgets.map(({ of, per, limitNanos, spentNanos, used }) => ({
      of,
      per,
      limit_usd: usd(limitNanos),
      spent_usd: usd(spentNanos),
      used,
    })),
    scores: report.scores,
    failures: report.failures,
    alerts: report.alerts.map(({ firedAt, resolvedAt, ...alert }) => ({
      ...alert,
      fired_at: isoTime(firedAt),
      resolved_at: isoTime(resolvedAt),
    })),
    alerts_judged_at: isoTime(report.judgedAt),
    incidents: report.incidents.map(incidentFacts),
    journal_trouble: report.journalTrouble,
    edges: report.edges.map(({ caller, agent, requests, errors, costNanos }) => ({
      caller,
      agent,
      requests,
      errors,
      cost_usd: usd(costNanos),
    })),
    advice: report.advice === null ? null : adviceJson(report.advice),
  });

const agentJson = ({ name, standing, owner, figures, promised, costBeforeNanos, trendNanos }: ReportedAgent) => ({
  agent: name,
  state: standing?.state ?? null,
  since: isoTime(standing?.since ?? null),
  reasons: standing?.reasons ?? [],
  tier: standing?.tier ?? null,
  owner,
  suppressed_by: standing?.suppressedBy ?? null,
  in_maintenance: standing?.inMaintenance ?? false,
  ...figuresJson(figures),
  cost_before_usd: usd(costBeforeNanos),
  cost_trend_usd: trendNanos.map(toUsd),
  promised: {
    latency_p95_ms: promised.latencyP95Us === null ? null : promised.latencyP95Us / 1000,
    error_rate: promised.errorRate,
    quality: promised.quality,
  },
});

const monthJson = ({ fromMs, toMs, spentNanos, forecast, limitNanos, dailyNanos }: ReportedMonth) => ({
  from: isoTime(fromMs),
  to: isoTime(toMs),
  spent_usd: usd(spentNanos),
  forecast_usd: usd(forecast?.expected ?? null),
  forecast_low_usd: usd(forecast?.low ?? null),
  forecast_high_usd: usd(forecast?.high ?? null),
  budget_usd: usd(limitNanos),
  daily_usd: dailyNanos.map(toUsd),
});
