import type { Fleet } from './agent.ts';
import type { FoundReference } from './interpolate.ts';
import type { PlacedProblem } from './problems.ts';
import type { At, Slot } from './slots.ts';

/** What a manifest from a stranger may use; everything else it names is refused. */
export interface Allowance {
  readonly variables: readonly string[];
  /** Host names, with or without a port. */
  readonly hosts: readonly string[];
}

/** Endpoint protocols and assertions that run code of the manifest's author on this machine. */
const codeEndpoints = ['command'];
const codeAssertions = ['javascript'];

/** Why a manifest may not be run for somebody who is not trusted: code, files, variables and hosts beyond the allowance. */
export const distrustProblems = (
  fleet: Fleet,
  references: readonly FoundReference[],
  urls: readonly { readonly url: string | null; readonly at: At }[],
  allowance: Allowance,
): readonly PlacedProblem[] => {
  const problems: PlacedProblem[] = [];
  const refuse = (at: At, message: string, hint: string | null) => problems.push({ at, message, hint });

  for (const { reference, at } of references) {
    if (reference.kind === 'file') refuse(at, `\${file:${reference.name}} is refused under --untrusted`, null);
    else if (!allowance.variables.includes(reference.name)) {
      refuse(at, `\${${reference.name}} is refused under --untrusted`, `allow it with --allow-env ${reference.name}`);
    }
  }
  for (const { url, at } of urls) {
    const host = url !== null && URL.canParse(url) ? new URL(url) : null;
    if (host !== null && (allowance.hosts.includes(host.hostname) || allowance.hosts.includes(host.host))) continue;
    const name = host?.host ?? 'a host that cannot be told';
    refuse(at, `${name} is refused under --untrusted`, host === null ? null : `allow it with --allow-host ${host.host}`);
  }
  for (const agent of fleet.agents) {
    if (agent.endpoint !== null && codeEndpoints.includes(agent.endpoint.kind)) {
      refuse(agent.endpoint.at, `protocol ${agent.endpoint.kind} runs a program, which is refused under --untrusted`, null);
    }
    for (const slot of agent.checks.flatMap((check): readonly Slot[] => [...check.expect, ...check.turns.flatMap((turn) => turn.expect)])) {
      if (codeAssertions.some((name) => slot.kind === name || slot.kind === `not-${name}`)) {
        refuse(slot.at, `${slot.kind} runs code, which is refused under --untrusted`, null);
      }
    }
  }
  return problems;
};
