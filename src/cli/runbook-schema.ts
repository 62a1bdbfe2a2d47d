import { jsonSchemaOf } from '../fleet/json-schema.ts';
import { inertJson } from '../ground/output/json.ts';
import { runbookSchema } from '../response/runbooks/schema.ts';

/** The JSON Schema of a runbook, as a file for editors. */
export const runbookSchemaText = (): string => inertJson(jsonSchemaOf(runbookSchema, {}, 'a runbook of agentops'));
