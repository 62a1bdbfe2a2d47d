import type { SlotKinds } from './json-schema.ts';
import type { SlotReaders } from './slots.ts';

/** Everything that may fill the slots of the manifest, by the name of the slot. */
export const loadSlotKinds = async (readers: SlotReaders): Promise<Readonly<Record<string, SlotKinds>>> =>
  Object.fromEntries(
    await Promise.all(
      Object.entries(readers).map(
        async ([slot, reader]) => [slot, { spelling: reader.spelling, variants: await reader.variants() }] as const,
      ),
    ),
  );
