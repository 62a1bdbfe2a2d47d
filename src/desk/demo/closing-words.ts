import { renderParagraph } from '../../ground/output/line.ts';
import type { Cell, Look } from '../../ground/output/look.ts';
import { mishaps, trouble } from './demo-fleet.ts';

export interface Closing {
  /** What `agentops health` would have exited with on this fleet. */
  readonly healthExit: number;
  /** The file that makes a shell talk to the demo; null: it is over. */
  readonly shellFile: string | null;
  /** How the reader called the demo, for example `npm run demo --`. */
  readonly call: string;
}

/** Something to know or to type, and a few words about it. */
type Entry = readonly [head: string, about: string];

/** What was just seen, and what to type next. */
export const renderClosing = (look: Look, { healthExit, shellFile, call }: Closing): string => {
  const title = (text: string) => look.paint('strong', text);
  const paragraph = (indent: number, ...pieces: readonly Cell[]) => renderParagraph(look, { indent, hang: 4, maxLines: 4 }, pieces);
  const list = (entries: readonly Entry[]) => {
    const widest = Math.max(...entries.map(([head]) => head.length));
    return entries.flatMap(([head, about]) => paragraph(2, { text: head.padEnd(widest + 1) }, { text: ` ${about}`, tone: 'dim' }));
  };
  return [
    title('What you see'),
    ...list(mishaps.map(({ agent, why }): Entry => [agent, why])),
    '',
    title('What its traces of the last week tell'),
    ...list(trouble.map(({ agent, why }): Entry => [agent, why])),
    '',
    ...paragraph(0, { text: 'Nine protocols, real sockets, one machine. The same command judges your agents.' }),
    ...paragraph(0, { text: `The demo went well; agentops health, which it ran, would have exited ${healthExit}.` }),
    '',
    ...(shellFile === null
      ? [title('Next'), ...list(afterwards(call))]
      : [
          title('Next, in another terminal, while they run'),
          ...list([[`. ${shellFile}`, 'first: talk to this fleet'], ...meanwhile]),
          '',
          title('Repair what is down, and see both turn green'),
          ...repair.map((command) => `  ${command}`),
        ]),
    '',
  ].join('\n');
};

const afterwards = (call: string): readonly Entry[] => [
  [`${call} --keep`, 'leave them running, for agentops status, agentops cost and agentops traces list'],
  [`${call} --verbose`, 'every check and assertion, with what was seen'],
  ['agentops init', 'write an agentops.yaml for your own agents'],
];

const meanwhile: readonly Entry[] = [
  ['agentops health support --verbose', 'every check and assertion'],
  ['agentops history policy-bot', 'since when, and how often'],
  ['agentops status --window 24h', 'the figures of a day; --by model, user, release …'],
  ['agentops cost', 'what it costs, and who spends it'],
  ['agentops traces list --agent onboarding', 'the requests behind the figures'],
  ['agentops alerts backtest --incidents "$DEMO_FOLDER/labels.yaml"', 'what alerts would have told of its month, and how soon'],
  ['agentops health --tier 1 -o junit=health.xml', 'a gate in CI, and its report'],
];

const repair = ['PORT=$DEMO_STOCK_PORT node "$DEMO_FOLDER/agents/stock.mjs" &', 'agentops health stock orders'];
