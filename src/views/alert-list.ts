import { jsonDocument } from '../ground/output/json.ts';
import { renderLine, renderParagraph } from '../ground/output/line.ts';
import type { Look } from '../ground/output/look.ts';
import { ago, localTime } from '../ground/output/phrases.ts';
import { figuresOfJudgement, sinceOf } from '../oversight/alerts/alert-figures.ts';
import { writtenAlert } from '../oversight/alerts/alert-name.ts';
import { isFiring } from '../oversight/alerts/alert-state.ts';
import type { AlertListing, Evaluated } from '../oversight/alerts/collect-alerts.ts';
import type { ListedAlert, Untold } from '../oversight/alerts/listed.ts';
import { alertFacts, alertSigns, evaluatedFacts, figureWords, toldWords } from './alert-facts.ts';
import { joined, symbolOf, type ViewOptions } from './words.ts';

/** How one alert stands: what it is, why, with which figures, who knows of it, and what to type next. */
export const alertBlock = (alert: ListedAlert, now: number, { look, zone }: ViewOptions): readonly string[] => {
  const { instance, severity, category, judgement, silence, untold, next } = alert;
  const sign = alertSigns[instance.state];
  const isOver = instance.state === 'resolved' || instance.state === 'inactive';
  const facts = [severity, category, isOver ? localTime(sinceOf(alert), zone) : `since ${ago(sinceOf(alert), now)}`];
  const figures = [...figureWords(figuresOfJudgement(judgement)), ...toldWords(alert)];
  return [
    renderLine(look, 0, [
      { text: `${symbolOf(look, sign)} ${instance.state.padEnd(10)} `, tone: sign.tone },
      { text: `${writtenAlert(alert)}  `, tone: 'strong' },
      { text: joined(look, facts), tone: 'dim' },
    ]),
    ...paragraph(look, judgement.reason),
    ...(figures.length === 0 ? [] : [renderLine(look, 13, [{ text: joined(look, figures), tone: 'dim' }])]),
    ...untold.flatMap((each) => renderParagraph(look, { indent: 13, hang: 2, maxLines: 3 }, [{ text: untoldWords(each), tone: 'bad' }])),
    ...(silence === null ? [] : [renderLine(look, 13, [{ text: `silenced until ${localTime(silence.endsAt, zone)}: ${silence.reason}` }])]),
    ...(isFiring(instance) || instance.state === 'pending' ? [renderLine(look, 13, [{ text: next, tone: 'strong' }])] : []),
  ];
};

const untoldWords = ({ channel, why, triesAt }: Untold): string =>
  `${channel} ${triesAt === null ? 'was never told' : 'is not told yet'}${why === null ? '' : `: ${why}`}`;

const paragraph = (look: Look, text: string): readonly string[] => renderParagraph(look, { indent: 13, hang: 0, maxLines: 4 }, [{ text }]);

/** When rules were last evaluated: an empty list of alerts means nothing where nobody looked. */
export const evaluatedLine = (look: Look, { at, watermark }: Evaluated, now: number): string =>
  renderLine(look, 0, [
    at === null
      ? { text: 'the rules of this fleet have never been evaluated: agentops tick does so, agentops alerts check shows what it would find' }
      : {
          text: `rules were evaluated ${ago(at, now)}${watermark === null ? ', before any trace was read' : `, with traces up to ${ago(watermark, now)}`}`,
          tone: 'dim',
        },
  ]);

const renderList = ({ alerts, withOver, evaluated, generatedAt }: AlertListing, options: ViewOptions): string => {
  const none = withOver ? 'no alert has ever fired' : 'no alert fires or is pending';
  const blocks = alerts.flatMap((alert, at) => [...(at === 0 ? [] : ['']), ...alertBlock(alert, generatedAt, options)]);
  return [...(alerts.length === 0 ? [none] : blocks), '', evaluatedLine(options.look, evaluated, generatedAt), ''].join('\n');
};

/** Every format of `agentops alerts list`. */
export const alertListFormats = (listing: AlertListing) => ({
  text: (options: ViewOptions) => renderList(listing, options),
  json: () =>
    jsonDocument(listing.fleet, listing.generatedAt, { ...evaluatedFacts(listing.evaluated), alerts: listing.alerts.map(alertFacts) }),
});

/** The answer of `agentops alerts ack`. */
export type AckAnswer = Pick<AlertListing, 'fleet' | 'generatedAt' | 'alerts'>;

/** Every format of `agentops alerts ack`. */
export const alertAckFormats = ({ fleet, generatedAt, alerts }: AckAnswer) => ({
  text: (options: ViewOptions) => `${alerts.flatMap((alert) => alertBlock(alert, generatedAt, options)).join('\n')}\n`,
  json: () => jsonDocument(fleet, generatedAt, { alerts: alerts.map(alertFacts) }),
});
