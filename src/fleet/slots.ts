import type { ZodObject, ZodType } from 'zod';
import type { Context } from '../ground/runtime/context.ts';
import type { Contradiction } from './consistency.ts';

/** What an adapter may touch, and nothing else. */
export type World = Pick<Context, 'clock' | 'random' | 'http' | 'files' | 'process' | 'secrets'>;

/** Where a value stands: `agentops.yaml:12:5`. */
export interface At {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A hole of the manifest after loading: its kind is known and its config is checked; secrets are still references. */
export interface Slot<Config = unknown> {
  readonly kind: string;
  readonly config: Config;
  readonly at: At;
}

/** How one way to fill a hole looks in a manifest: all that checking it needs. */
export interface Description<Config = unknown> {
  readonly kind: string;
  /** One sentence for `explain` and the JSON Schema. */
  readonly summary: string;
  readonly config: ZodType<Config>;
}

/** How one way to fill a hole is opened: all that is needed once its config was checked, so that what the snapshot holds loads no schema. */
export interface Opener<Config, Port, Reach = World> {
  readonly kind: string;
  open(config: Config, world: Reach): Port;
}

/** Both in one, where opening it needs schemas anyway. */
export interface Adapter<Config, Port, Reach = World> extends Description<Config>, Opener<Config, Port, Reach> {}

// biome-ignore lint/suspicious/noExplicitAny: a registry holds adapters of one port whose configs differ
export type AnyAdapter<Port, Reach = World> = Adapter<any, Port, Reach>;

/** kind → adapter, loaded only when a manifest names it. */
export type Registry<Port, Reach = World> = Readonly<Record<string, () => Promise<{ default: AnyAdapter<Port, Reach> }>>>;

/** kind → opener, loaded only when something is opened. */
// biome-ignore lint/suspicious/noExplicitAny: a registry holds openers of one port whose configs differ
export type Openers<Port, Reach = World> = Readonly<Record<string, () => Promise<{ default: Opener<any, Port, Reach> }>>>;

/** Keeps a config type to its schema where a kind is described apart from what opens it. */
export const described = <Config>(parts: Description<Config>): Description<Config> => parts;

/** Keeps the config type and the port type together where what opens a kind is declared. */
export const opener = <Config, Port, Reach = World>(parts: Opener<Config, Port, Reach>): Opener<Config, Port, Reach> => parts;

/** Keeps the config type and the port type together where an adapter is declared. */
export const adapter = <Config, Port, Reach = World>(parts: Adapter<Config, Port, Reach>): Adapter<Config, Port, Reach> => parts;

/** What a slot reader answers: the checked config, or what is wrong with it (paths relative to the slot). */
export type SlotReading =
  | { readonly kind: string; readonly config: unknown }
  | {
      readonly problems: readonly {
        readonly path: readonly PropertyKey[];
        readonly about: 'key' | 'value';
        readonly message: string;
        readonly hint: string | null;
      }[];
    };

/** One way a slot may be filled, for `explain` and the JSON Schema. */
export interface SlotVariant {
  readonly kind: string;
  readonly summary: string;
  /** Of the whole slot; where kinds are spelled by name, of the value alone. */
  readonly schema: ZodType;
  /** How a kind that is spelled by name takes its value; default: it must be there. */
  readonly value?: 'none' | 'optional' | 'threshold';
}

/**
 * How an author says which kind is meant: by a key of the map (`protocol: http`), or by name, as `contains: x` and as
 * `{ type: contains, value: x }` with further settings beside it, each kind also as `not-…`.
 */
export type Spelling = { readonly by: 'key'; readonly key: string } | { readonly by: 'name'; readonly settings: ZodObject };

/** Reads one kind of hole. The loader is handed one for each, because what fills a hole lives above the manifest. */
export interface SlotReader {
  readonly spelling: Spelling;
  /** The schema of what stands there, so that its secrets can stay references; null where nothing is to be replaced. */
  schemaOf(raw: unknown): Promise<ZodType | null>;
  read(value: unknown): Promise<SlotReading>;
  variants(): Promise<readonly SlotVariant[]>;
}

export type SlotReaders = Readonly<Record<string, SlotReader>>;

/** A section of the manifest that a room above describes; it may have slots of its own. */
export interface Section {
  /** Of what stands under the section's name; it must have a description. */
  readonly schema: ZodType;
  /**
   * What is wrong between the section and the rest of the manifest, at paths from its top.
   * @param manifest as it was written; what has the wrong type is passed over
   */
  contradictions(manifest: unknown): readonly Contradiction[];
}

export type Sections = Readonly<Record<string, Section>>;

/** Everything that may stand in a manifest beyond its core. The loader is handed it, because it lives above the manifest. */
export interface Extensions {
  readonly slots: SlotReaders;
  readonly sections: Sections;
}
