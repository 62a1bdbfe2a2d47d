import { jsonDocument } from '../ground/output/json.ts';
import { renderLine, renderParagraph } from '../ground/output/line.ts';
import { plural } from '../ground/output/phrases.ts';
import { obstaclesOf } from '../response/runbooks/plan.ts';
import { cutRuns } from '../response/scale/cut-runs.ts';
import type { ScaleView } from '../response/scale/scale-view.ts';
import { planFacts } from './plan.ts';
import type { PlanAnswer } from './plan-facts.ts';
import { planLines } from './plan-text.ts';
import { moveSigns, moveWords, scaleFacts } from './scale-facts.ts';
import { symbolOf, type ViewOptions } from './words.ts';

/** What would be done to the workers of one agent; without a plan where nothing would, or nothing is bound by which it could be. */
export interface ScalePlanned {
  readonly view: ScaleView;
  readonly plan: Omit<PlanAnswer, 'fleet' | 'generatedAt'> | null;
}

/** The answer of `agentops scale plan`. */
export interface ScalePlan {
  readonly fleet: string;
  /** UTC epoch ms. */
  readonly generatedAt: number;
  readonly planned: readonly ScalePlanned[];
  readonly problems: readonly string[];
}

const renderOne = ({ view, plan }: ScalePlanned, { look }: ViewOptions): readonly string[] => {
  const { decision, control } = view;
  const sign = decision.cause === 'unknown' ? moveSigns.unknown : moveSigns[decision.move];
  const paragraph = (text: string) => renderParagraph(look, { indent: 2, hang: 2, maxLines: 6 }, [{ text }]);
  const cut = cutRuns(view);
  return [
    renderLine(look, 0, [
      { text: `${symbolOf(look, sign)} `, tone: sign.tone },
      { text: view.agent, tone: 'strong' },
      { text: `  ${moveWords(view)}`, tone: decision.move === 'hold' ? 'plain' : 'strong' },
    ]),
    ...paragraph(decision.why),
    ...(cut === null || cut === 0
      ? []
      : paragraph(`${plural(cut, 'run')} of ${view.facts.inFlight} in flight may be with a worker that goes: it needs time to end them`)),
    ...(plan === null ? [] : planLines(plan.plan, { look })),
    ...(plan === null || obstaclesOf(plan.plan).length > 0
      ? []
      : renderParagraph(look, { indent: 2, hang: 2, maxLines: 6 }, [{ text: plan.confirmCommand, tone: 'strong' }])),
    ...(decision.move !== 'hold' && control === null
      ? paragraph('nothing is bound to controls.scale: a scaler outside takes the number from agentops serve')
      : []),
    '',
  ];
};

const renderPlanned = ({ planned }: ScalePlan, options: ViewOptions): string =>
  planned.length === 0 ? 'no agent has a queue in the manifest\n' : planned.flatMap((each) => renderOne(each, options)).join('\n');

/** Every format of `agentops scale plan`. */
export const scalePlanFormats = (answer: ScalePlan) => ({
  text: (options: ViewOptions) => renderPlanned(answer, options),
  json: () =>
    jsonDocument(answer.fleet, answer.generatedAt, {
      agents: answer.planned.map(({ view, plan }) => ({
        ...scaleFacts(view),
        runs_cut: cutRuns(view),
        plan: plan === null ? null : planFacts(plan),
      })),
      problems: answer.problems,
    }),
});
