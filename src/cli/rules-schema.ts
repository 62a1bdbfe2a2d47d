import { z } from 'zod';
import { jsonSchemaOf } from '../fleet/json-schema.ts';
import { loadSlotKinds } from '../fleet/load-slot-kinds.ts';
import type { Extensions } from '../fleet/slots.ts';
import { inertJson } from '../ground/output/json.ts';
import { alerts } from '../oversight/alerts/schema.ts';

/** The JSON Schema of a file of alert rules, as `alerts backtest --rules` reads it: the list, with or without its key. */
export const rulesSchemaText = async ({ slots: { rule } }: Extensions): Promise<string> => {
  const file = z.union([alerts.schema, z.strictObject({ alerts: alerts.schema })]);
  return inertJson(jsonSchemaOf(file, await loadSlotKinds(rule === undefined ? {} : { rule }), 'alert rules of agentops'));
};
