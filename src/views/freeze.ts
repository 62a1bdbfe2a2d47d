import type { Freeze } from '../controls/actions/freezes.journal.ts';
import { jsonDocument } from '../ground/output/json.ts';
import { renderLine } from '../ground/output/line.ts';
import type { Look } from '../ground/output/look.ts';
import { localTime } from '../ground/output/phrases.ts';
import { freezeFacts } from './incident-facts.ts';
import type { ViewOptions } from './words.ts';

/** The answer of `agentops freeze` and `agentops unfreeze`. */
export interface FreezeAnswer {
  readonly fleet: string;
  readonly generatedAt: number;
  /** What was begun, or ended. */
  readonly changed: readonly Freeze[];
  /** What is in force now. */
  readonly active: readonly Freeze[];
}

/** One line of a freeze that is in force. */
export const freezeLine = (look: Look, { agent, stopsSafety, reason, actor, until }: Freeze, zone: string): string =>
  renderLine(look, 2, [
    { text: `${agent ?? 'the whole fleet'} until ${localTime(until, zone)}`, tone: 'warn' },
    { text: stopsSafety ? ' also containment of class safety' : '' },
    { text: ` by ${actor}`, tone: 'dim' },
    { text: `: ${reason}` },
  ]);

const renderText = ({ changed, active }: FreezeAnswer, wasBegun: boolean, { look, zone }: ViewOptions): string => {
  const said = wasBegun ? 'Nothing automatic begins:' : changed.length === 0 ? 'Nothing of the kind was frozen.' : 'No longer frozen:';
  const lines = changed.map((freeze) => freezeLine(look, freeze, zone));
  const others = active.filter(({ id }) => changed.every((each) => each.id !== id));
  const rest = others.length === 0 ? [] : ['', 'Frozen as well:', ...others.map((freeze) => freezeLine(look, freeze, zone))];
  const kept =
    wasBegun && changed.some(({ stopsSafety }) => !stopsSafety)
      ? ['', 'Containment of class safety still begins by itself; --all stops that too.']
      : [];
  return [said, ...lines, ...rest, ...kept, ''].join('\n');
};

const formats = (answer: FreezeAnswer, wasBegun: boolean) => ({
  text: (options: ViewOptions) => renderText(answer, wasBegun, options),
  json: () =>
    jsonDocument(answer.fleet, answer.generatedAt, {
      [wasBegun ? 'begun' : 'ended']: answer.changed.map(freezeFacts),
      active: answer.active.map(freezeFacts),
    }),
});

/** Every format of `agentops freeze`. */
export const freezeFormats = (answer: FreezeAnswer) => formats(answer, true);

/** Every format of `agentops unfreeze`. */
export const unfreezeFormats = (answer: FreezeAnswer) => formats(answer, false);
