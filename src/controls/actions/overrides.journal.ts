import { canonicalJson, type Json, parseJson } from '../../ground/json.ts';
import type { Journal, Write } from '../../ground/store/port.ts';

/** Settings of our own that an action may override for one agent. */
export type OverriddenSetting = 'sampling';

/** What a setting is overridden with, by agent. */
export const readOverrides = async (journal: Journal, setting: OverriddenSetting): Promise<ReadonlyMap<string, Json>> => {
  const rows = await journal.all<{ agent: string; value: string }>('SELECT agent, value FROM override WHERE setting = ?', setting);
  return new Map(rows.map(({ agent, value }) => [agent, parseJson(value) ?? null]));
};

/** The write that takes an override from one value to another, null: there is none. Fails (`Conflict`) where it has another value by now. */
export const overrideWrite = (agent: string, setting: OverriddenSetting, from: Json, to: Json): Write => {
  const [was, becomes] = [canonicalJson(from), canonicalJson(to)];
  if (to === null)
    return { sql: 'DELETE FROM override WHERE agent = ? AND setting = ? AND value = ?', params: [agent, setting, was], rows: 1 };
  if (from === null) {
    const sql = 'INSERT INTO override (agent, setting, value) VALUES (?, ?, ?) ON CONFLICT DO NOTHING';
    return { sql, params: [agent, setting, becomes], rows: 1 };
  }
  const sql = 'UPDATE override SET value = ? WHERE agent = ? AND setting = ? AND value = ?';
  return { sql, params: [becomes, agent, setting, was], rows: 1 };
};
