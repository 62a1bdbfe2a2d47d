import { dig, type Json, type JsonObject } from '../../src/ground/json.ts';
import type { Reply } from './http-peer.ts';
import { langfuseBody, langfuseReply } from './langfuse-recorded.ts';
import { json } from './replies.ts';

/** One prompt and where its labels stand, answered in the words that a real server of v4.16 was recorded with. */
export const langfusePrompts = (name: string, versions: readonly number[], labels: Readonly<Record<string, number>>) => {
  const standing: Record<string, number> = { ...labels };
  const effects: string[] = [];
  let isThere = true;
  const recorded = langfuseBody('prompts.get.production') as JsonObject;
  const labelsOf = (version: number) => Object.keys(standing).filter((label) => standing[label] === version);
  const prompt = (version: number): Json => ({ ...recorded, name, version, labels: labelsOf(version) });
  const missing = langfuseReply('prompts.get.error.404');
  const reply: Reply = (request, response) => {
    const { method, path, query } = request;
    const [, encoded, version] = /^\/api\/public\/v2\/prompts\/([^/]+)(?:\/versions\/(\d+))?$/.exec(path) ?? [];
    const answer = (): Reply => {
      if (path === '/api/public/v2/prompts') {
        const [listed] = dig(langfuseBody('prompts.list'), 'data') as readonly JsonObject[];
        const row = { ...listed, name, versions, labels: Object.keys(standing) };
        return json({ ...(langfuseBody('prompts.list') as JsonObject), data: isThere && query.get('name') === name ? [row] : [] });
      }
      if (!isThere || encoded === undefined || decodeURIComponent(encoded) !== name) return missing;
      if (method === 'GET') {
        const at = standing[query.get('label') ?? 'production'];
        return at === undefined ? missing : json(prompt(at));
      }
      const wanted = dig(request.json, 'newLabels') as readonly string[];
      if (method !== 'PATCH' || version === undefined || !versions.includes(Number(version)))
        return langfuseReply('prompts.patch.error.404');
      if (wanted.includes('latest')) return langfuseReply('prompts.patch.error.latest');
      for (const label of wanted) {
        if (standing[label] !== Number(version)) effects.push(`${label} to ${version}`);
        standing[label] = Number(version);
      }
      return json(prompt(Number(version)));
    };
    answer()(request, response);
  };
  return {
    reply,
    effects,
    standing,
    remove: () => {
      isThere = false;
    },
  };
};
