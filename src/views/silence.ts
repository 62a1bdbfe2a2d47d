import { jsonDocument } from '../ground/output/json.ts';
import { renderLine } from '../ground/output/line.ts';
import type { Look } from '../ground/output/look.ts';
import { localTime } from '../ground/output/phrases.ts';
import type { Silence } from '../oversight/alerts/alert.ts';
import { silenceFacts } from './alert-facts.ts';
import type { ViewOptions } from './words.ts';

/** The answer of `agentops alerts silence`. */
export interface SilenceAnswer {
  readonly fleet: string;
  readonly generatedAt: number;
  /** What was begun; null: nothing was. */
  readonly begun: Silence | null;
  readonly ended: Silence | null;
  /** What is in force now, the first to end first. */
  readonly active: readonly Silence[];
  /** Alerts that fire and of which nobody is told by what was begun, as `RULE/AGENT`. */
  readonly firing: readonly string[];
}

const silenceLine = (look: Look, { id, matcher, reason, actor, endsAt }: Silence, zone: string): string =>
  renderLine(look, 2, [
    { text: `${id}  ` },
    { text: `${matcher.rule ?? 'every rule'} of ${matcher.agent ?? 'every agent'}`, tone: 'strong' },
    { text: ` until ${localTime(endsAt, zone)}`, tone: 'warn' },
    { text: ` by ${actor}`, tone: 'dim' },
    { text: `: ${reason}` },
  ]);

const renderText = ({ begun, ended, active, firing }: SilenceAnswer, { look, zone }: ViewOptions): string => {
  const line = (silence: Silence) => silenceLine(look, silence, zone);
  const others = active.filter(({ id }) => id !== begun?.id);
  const fires = firing.length === 0 ? [] : [renderLine(look, 2, [{ text: `fires now: ${firing.join(', ')}`, tone: 'warn' }])];
  if (begun !== null)
    return [
      'Nobody is told of:',
      line(begun),
      ...fires,
      ...(others.length === 0 ? [] : ['', 'Silenced as well:', ...others.map(line)]),
      '',
    ].join('\n');
  if (ended !== null) return ['No longer silenced:', line({ ...ended }), ''].join('\n');
  return active.length === 0 ? 'nothing is silenced\n' : ['Nobody is told of:', ...active.map(line), ''].join('\n');
};

/** Every format of `agentops alerts silence`. */
export const silenceFormats = (answer: SilenceAnswer) => ({
  text: (options: ViewOptions) => renderText(answer, options),
  json: () =>
    jsonDocument(answer.fleet, answer.generatedAt, {
      begun: answer.begun === null ? null : silenceFacts(answer.begun),
      ended: answer.ended === null ? null : silenceFacts(answer.ended),
      active: answer.active.map(silenceFacts),
      firing: answer.firing,
    }),
});
