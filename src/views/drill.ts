import { jsonDocument } from '../ground/output/json.ts';
import { renderLine } from '../ground/output/line.ts';
import { listOf } from '../ground/output/phrases.ts';
import { humanDuration } from '../ground/units/duration.ts';
import { type Drill, missesOf } from '../response/runbooks/drill.ts';
import { stateSigns, symbolOf, type ViewOptions } from './words.ts';

/** The answer of `agentops runbook drill`. */
export interface DrillAnswer {
  readonly fleet: string;
  readonly generatedAt: number;
  readonly drill: Drill;
}

const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);

const timeWords = (ms: number | null, what: string): string => (ms === null ? 'not measured' : `${humanDuration(ms)} ${what}`);

const renderText = ({ drill }: DrillAnswer, { look }: ViewOptions): string => {
  const { result, isDemo, detectMs, restored, state } = drill;
  const misses = missesOf(drill);
  const sign = misses.length === 0 ? stateSigns.green : stateSigns.red;
  const back = restored.filter((each) => each.result === 'reverted').length;
  const rows: readonly (readonly [string, string])[] = [
    ...(isDemo ? [['detected', timeWords(detectMs, 'after it began')] as const] : []),
    ['contained', timeWords(result.containMs, 'after the run began')],
    ['quiet', timeWords(result.quietMs, 'after the run began')],
    ['put back', `${back} of ${restored.length}`],
    ['checks', state ?? 'none could be asked'],
  ];
  const where = isDemo ? 'on the demo fleet' : `on ${listOf(result.run.agents)}`;
  return [
    renderLine(look, 0, [
      { text: `${symbolOf(look, sign)} `, tone: sign.tone },
      { text: result.run.runbook, tone: 'strong' },
      { text: ` drilled ${where}: ${result.status}` },
    ]),
    ...rows.map(([word, text]) => renderLine(look, 2, [{ text: word.padEnd(11), tone: 'dim' }, { text }])),
    ...misses.map((miss) => renderLine(look, 0, [{ text: `${symbolOf(look, stateSigns.red)} `, tone: 'bad' }, { text: miss }])),
    '',
  ].join('\n');
};

/** Every format of `agentops runbook drill`. */
export const drillFormats = (answer: DrillAnswer) => ({
  text: (options: ViewOptions) => renderText(answer, options),
  json: () => {
    const { fleet, generatedAt, drill } = answer;
    const { result, isDemo, detectMs, restored, state, withinMs } = drill;
    const misses = missesOf(drill);
    return jsonDocument(fleet, generatedAt, {
      runbook: result.run.runbook,
      agents: result.run.agents,
      demo: isDemo,
      run_id: result.run.id,
      status: result.status,
      passed: misses.length === 0,
      misses,
      time_to_detect_s: seconds(detectMs),
      time_to_contain_s: seconds(result.containMs),
      time_to_quiet_s: seconds(result.quietMs),
      may_take_s: withinMs / 1000,
      restored: restored.map(({ step, target, result: came, evidence }) => ({ step, target, result: came, evidence })),
      state,
      steps: result.steps.map(({ id, action, status, evidence }) => ({ step: id, action, status, evidence })),
      resume_command: result.resumeCommand,
    });
  },
});
