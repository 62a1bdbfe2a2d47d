import { jsonSchemaOf } from '../fleet/json-schema.ts';
import { loadSlotKinds } from '../fleet/load-slot-kinds.ts';
import type { Extensions } from '../fleet/slots.ts';
import { inertJson } from '../ground/output/json.ts';
import { suiteSchema } from '../quality/evals/schema.ts';

/** The JSON Schema of an eval suite, as a file for editors. */
export const suiteSchemaText = async ({ slots: { expect } }: Extensions): Promise<string> =>
  inertJson(jsonSchemaOf(suiteSchema, await loadSlotKinds(expect === undefined ? {} : { expect }), 'a suite of agentops eval'));
