import type { Text } from '../ground/output/pieces.ts';
import type { HealthReport } from '../oversight/status/health-report.ts';
import { renderHealthGithub, renderHealthJunit } from './health-ci.ts';
import { renderHealthJson } from './health-json.ts';
import { renderHealthMarkdown } from './health-markdown.ts';
import { renderHealthMetrics, renderHealthNagios } from './health-monitoring.ts';
import { renderHealthText } from './health-text.ts';
import type { ViewOptions } from './words.ts';

export { healthMetrics, nagiosStatusOf } from './health-monitoring.ts';

/** Every format of `agentops health`, by the name `--output` takes. */
export const healthFormats = {
  text: renderHealthText,
  json: renderHealthJson,
  junit: renderHealthJunit,
  github: renderHealthGithub,
  markdown: renderHealthMarkdown,
  nagios: renderHealthNagios,
  prometheus: renderHealthMetrics,
} satisfies Readonly<Record<string, (report: HealthReport, options: ViewOptions) => Text>>;
