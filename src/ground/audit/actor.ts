import type { Env, Owner } from '../runtime/context.ts';

/** Build services that say who started a job: what tells them, whose name it is, and what it is prefixed with. */
const services = [
  ['GITHUB_ACTIONS', 'GITHUB_ACTOR', 'github'],
  ['GITLAB_CI', 'GITLAB_USER_LOGIN', 'gitlab'],
] as const;

/**
 * Who acts: `AGENTOPS_ACTOR`, else who started the job of a build service (`github:octocat`), else the account and its machine
 * (`maria@host`). It is what the environment says, not a proof.
 */
export const actorOf = (env: Env, owner: () => Owner): string => {
  const told = env['AGENTOPS_ACTOR']?.trim() ?? '';
  if (told !== '') return told;
  for (const [sign, name, prefix] of services) if (env[sign] === 'true' && env[name]) return `${prefix}:${env[name]}`;
  const { user, host } = owner();
  return `${user}@${host}`;
};
