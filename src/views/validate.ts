import type { LoadedFleet } from '../fleet/load-fleet.ts';
import { jsonDocument } from '../ground/output/json.ts';
import { renderParagraph } from '../ground/output/line.ts';
import { plural } from '../ground/output/phrases.ts';
import { stateSigns, symbolOf, type ViewOptions } from './words.ts';

/** A manifest in which nothing is wrong, for a person; verbose: its agents and their checks. */
const renderValidText = ({ fleet, place }: LoadedFleet, { look, verbose }: ViewOptions): string => {
  const checks = fleet.agents.reduce((sum, agent) => sum + agent.checks.length, 0);
  const sign = stateSigns.green;
  const whole = { indent: 0, hang: 2, maxLines: 3 };
  return [
    ...renderParagraph(look, whole, [
      { text: `${symbolOf(look, sign)} `, tone: sign.tone },
      { text: `${place.path} is right: fleet ${fleet.name}, ${plural(fleet.agents.length, 'agent')}, ${plural(checks, 'check')}` },
    ]),
    ...(verbose
      ? fleet.agents.flatMap((agent) =>
          renderParagraph(look, { indent: 2, hang: 2, maxLines: 10 }, [
            { text: `${agent.name}: `, tone: 'strong' },
            { text: agent.checks.map((check) => check.id).join(', ') },
          ]),
        )
      : []),
    '',
  ].join('\n');
};

/** The public document of `agentops validate --json`. */
const renderValidJson = ({ fleet, place }: LoadedFleet, generatedAt: number): string =>
  jsonDocument(fleet.name, generatedAt, {
    manifest: place.path,
    valid: true,
    agents: fleet.agents.map((agent) => ({ agent: agent.name, tier: agent.tier, checks: agent.checks.map((check) => check.id) })),
  });

/** Every format of `agentops validate`, by the name `--output` takes. */
export const validateFormats = (loaded: LoadedFleet, generatedAt: number) => ({
  text: (options: ViewOptions) => renderValidText(loaded, options),
  json: () => renderValidJson(loaded, generatedAt),
});
