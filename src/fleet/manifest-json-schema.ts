import { dig, isObject, type JsonObject } from '../ground/json.ts';
import { jsonSchemaOf, type SlotKinds } from './json-schema.ts';
import { manifestSchemaWith } from './schema.ts';
import type { Sections } from './slots.ts';

/** JSON Schema of `agentops.yaml`. What included files may bring, a manifest that includes any may leave out or leave empty. */
export const manifestJsonSchema = (slots: Readonly<Record<string, SlotKinds>>, sections: Sections): JsonObject => {
  const { properties, required: _, ...whole } = jsonSchemaOf(manifestSchemaWith(sections), slots, 'agentops.yaml');
  const agents = dig(properties, 'agents');
  return {
    ...whole,
    properties: { ...(isObject(properties) ? properties : {}), agents: { ...(isObject(agents) ? agents : {}), type: ['object', 'null'] } },
    required: ['version', 'fleet'],
    if: { required: ['include'] },
    else: { required: ['agents'], properties: { agents: { type: 'object' } } },
  };
};
