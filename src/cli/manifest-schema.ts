import { loadSlotKinds } from '../fleet/load-slot-kinds.ts';
import { manifestJsonSchema } from '../fleet/manifest-json-schema.ts';
import type { Extensions } from '../fleet/slots.ts';
import { inertJson } from '../ground/output/json.ts';

/** The JSON Schema of `agentops.yaml`, as a file for editors. */
export const manifestSchemaText = async ({ slots, sections }: Extensions): Promise<string> =>
  inertJson(manifestJsonSchema(await loadSlotKinds(slots), sections));
