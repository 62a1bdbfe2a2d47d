import { inertJsonLine, isoTime } from '../ground/output/json.ts';
import { renderLine, renderParagraph } from '../ground/output/line.ts';
import type { Look } from '../ground/output/look.ts';
import { plural } from '../ground/output/phrases.ts';
import type { CalledRun } from '../response/tick/called-run.ts';
import type { Tally } from './serve-metrics.ts';
import { joined } from './words.ts';

/** What `agentops serve` tells while it runs. Texts may hold what senders said. */
export type ServeEvent =
  | {
      readonly event: 'listening';
      readonly url: string;
      /** How many tokens are known; 0: nobody is asked for one. */
      readonly tokens: number;
      /** False: others on the network between could read tokens and spans. */
      readonly isPrivate: boolean;
    }
  /** A request that was not taken, or not whole. */
  | {
      readonly event: 'refused';
      readonly path: string;
      readonly status: number;
      readonly agent: string | null;
      /** How many spans or log records were left out; null: the request as a whole. */
      readonly rejected: number | null;
      readonly reason: string;
    }
  /** A request that a web page may have made a browser send. */
  | { readonly event: 'foreign'; readonly reason: string }
  | { readonly event: 'beat'; readonly agent: string; readonly check: string; readonly status: 'ok' | 'fail' }
  /** A request went over a cap of its agent's budget. */
  | {
      readonly event: 'incident';
      readonly incident: string;
      readonly agent: string | null;
      readonly title: string;
      readonly next: string;
    }
  /** A request under way went over a cap of a rule. */
  | { readonly event: 'alert'; readonly rule: string; readonly agent: string; readonly reason: string }
  /** A scaler outside is told another number of workers. */
  | { readonly event: 'scale'; readonly agent: string; readonly from: number; readonly to: number; readonly reason: string }
  /** A runbook that an alert called for. */
  | ({ readonly event: 'run' } & CalledRun)
  /** What became of telling people. */
  | {
      readonly event: 'told';
      readonly channel: string;
      readonly title: string;
      readonly result: 'sent' | 'delayed' | 'given up';
      readonly why: string | null;
    }
  /** Not the doing of a sender: the store, or a fault of ours. */
  | { readonly event: 'trouble'; readonly message: string; readonly hint: string | null }
  | { readonly event: 'received'; readonly tally: Tally }
  | { readonly event: 'stopped'; readonly tally: Tally };

/** An event in lines for a person. */
export const renderServeEvent = (look: Look, event: ServeEvent): readonly string[] => {
  const wide = { indent: 0, hang: 2, maxLines: 4 };
  switch (event.event) {
    case 'listening':
      return [
        ...renderParagraph(look, wide, [
          { text: 'Listening on ' },
          { text: event.url, tone: 'strong' },
          { text: event.tokens === 0 ? ', open to every program on this machine' : `, ${plural(event.tokens, 'token')} known` },
        ]),
        ...(event.isPrivate
          ? []
          : renderParagraph(look, wide, [{ text: 'Tokens and spans travel unencrypted: put TLS in front of it.', tone: 'warn' }])),
        renderLine(look, 2, [{ text: `OTEL_EXPORTER_OTLP_ENDPOINT=${event.url}`, tone: 'dim' }]),
      ];
    case 'refused': {
      const who = event.agent === null ? '' : ` of ${event.agent}`;
      const what =
        event.rejected === null
          ? `refused with ${event.status}`
          : `${plural(event.rejected, 'span or record', 'spans or records')} left out`;
      return renderParagraph(look, wide, [{ text: `${event.path}${who}: ` }, { text: what, tone: 'warn' }, { text: `: ${event.reason}` }]);
    }
    case 'foreign':
      return renderParagraph(look, wide, [
        { text: 'refused with 403', tone: 'warn' },
        { text: `: ${event.reason}; --also-called allows a further name` },
      ]);
    case 'beat':
      return [
        renderLine(look, 0, [
          { text: `beat of ${event.agent}/${event.check}: ${event.status}`, tone: event.status === 'ok' ? 'plain' : 'bad' },
        ]),
      ];
    case 'incident':
      return [
        ...renderParagraph(look, wide, [{ text: `${event.incident} opened: `, tone: 'bad' }, { text: event.title }]),
        renderLine(look, 2, [{ text: event.next, tone: 'strong' }]),
      ];
    case 'alert':
      return renderParagraph(look, wide, [{ text: `${event.rule} fires on ${event.agent}: `, tone: 'bad' }, { text: event.reason }]);
    case 'scale':
      return renderParagraph(look, wide, [
        { text: `${event.agent} should have ${plural(event.to, 'worker')}, not ${event.from}: ${event.reason}` },
      ]);
    case 'run':
      return [
        ...renderParagraph(look, wide, [
          { text: `runbook ${event.runbook}${event.agent === null ? '' : ` on ${event.agent}`}: ` },
          { text: event.status, tone: event.status === 'done' ? 'good' : 'warn' },
          { text: event.why === '' ? '' : `, ${event.why}` },
        ]),
        ...(event.next === null ? [] : [renderLine(look, 2, [{ text: event.next, tone: 'strong' }])]),
      ];
    case 'told':
      return renderParagraph(look, wide, [
        { text: `${event.channel}: ` },
        {
          text: event.result === 'sent' ? 'told' : event.result === 'delayed' ? 'not told yet' : 'not told',
          tone: event.result === 'sent' ? 'plain' : 'warn',
        },
        { text: ` ${event.title}${event.why === null ? '' : `: ${event.why}`}` },
      ]);
    case 'trouble':
      return renderParagraph(look, wide, [
        { text: 'trouble: ', tone: 'bad' },
        { text: event.hint === null ? event.message : `${event.message}; ${event.hint}` },
      ]);
    case 'received':
      return [renderLine(look, 0, [{ text: tallyWords(look, event.tally) }])];
    case 'stopped':
      return [renderLine(look, 0, [{ text: `Stopped. ${tallyWords(look, event.tally)}` }])];
  }
};

const tallyWords = (look: Look, { requests, spans, scores, beats, rejected, waiting }: Tally): string =>
  joined(look, [
    plural(requests, 'request'),
    plural(spans, 'span'),
    ...(scores === 0 ? [] : [plural(scores, 'score')]),
    ...(beats === 0 ? [] : [plural(beats, 'beat')]),
    ...(rejected === 0 ? [] : [`${plural(rejected, 'span')} rejected`]),
    ...(waiting === 0 ? [] : [`${waiting} waiting`]),
  ]);

/** An event as one line of JSON. */
export const renderServeJson = (fleet: string, at: number, { event, ...facts }: ServeEvent): string => {
  const head = { schema_version: '1', generated_at: isoTime(at), fleet, event };
  if ('isPrivate' in facts) {
    const { isPrivate, ...rest } = facts;
    return inertJsonLine({ ...head, ...rest, is_private: isPrivate });
  }
  return inertJsonLine({ ...head, ...facts });
};
