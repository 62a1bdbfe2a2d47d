import type { Kubectl } from '../../../clients/kubectl.ts';
import { usageError } from '../../../ground/errors.ts';
import { dig, type Json, type JsonObject } from '../../../ground/json.ts';
import { hindrance, seenOf } from '../compare.ts';
import { applied, rejected } from '../effect.ts';
import type { Desired, Touched } from '../port.ts';
import { gitWarning, together } from './keepers.ts';
import { effectOfWrite, type Lever } from './lever.ts';
import { readList, readObject } from './read-object.ts';
import { listPath, permissionOf, type Resource, resourcePath, selectorText } from './resource.ts';
import {
  deploymentTemplate,
  earlierRevisions,
  imagesOf,
  isRolledOut,
  ownSets,
  type Revision,
  templateHash,
  templateOf,
} from './rollout.ts';

/** A lever that gives a deployment the pods of an earlier revision, found by its template: numbers of revisions move. */
export const openRollbackLever = (kube: Kubectl, resource: Resource): Lever => {
  const path = resourcePath(resource);
  const setsOf = async (deployment: JsonObject, signal: AbortSignal): Promise<readonly JsonObject[]> => {
    const query = new URLSearchParams({ labelSelector: selectorText(dig(deployment, 'spec', 'selector')) });
    return (await readList(kube, `${listPath(resource.namespace, 'apps/v1', 'replicasets')}?${query}`, signal)) ?? [];
  };
  return {
    actions: ['rollback_deploy'],
    stopsInFlight: false,
    effectMs: 120_000,
    needs: [{ verb: 'update', ...permissionOf(resource) }],
    // What a cluster keeps cannot be made up: a rehearsal goes back to whatever is named.
    healthy: () => ({ template: 'present', images: { agent: 'agent:present' }, earlier: null }),
    wish: (want, now) => wishedRevision(want, now),
    async look(_action, signal) {
      const deployment = await readObject(kube, path, signal);
      if (deployment === null) return null;
      const earlier = earlierRevisions(deployment, await setsOf(deployment, signal));
      return {
        touched: { ...presentOf(deployment), earlier: earlier.map((revision) => ({ ...revision })) },
        keepsRunning: together(pausedWarning(deployment), gitWarning(deployment)),
      };
    },
    async pull(change, signal) {
      const deployment = await readObject(kube, path, signal);
      if (deployment === null) return rejected(`${change.target} is not there`);
      const hindered = hindrance(change, presentOf(deployment));
      if (hindered !== null) return hindered;
      const sets = ownSets(deployment, await setsOf(deployment, signal));
      const wanted = sets.find((set) => templateHash(templateOf(set)) === change.to['template']);
      if (wanted === undefined) return rejected(`${change.target} no longer keeps what it is to go back to`);
      const spec = { ...(dig(deployment, 'spec') as JsonObject), template: deploymentTemplate(templateOf(wanted)) };
      const { trouble } = await kube.put(path, { ...deployment, spec }, signal);
      return trouble === null
        ? applied(`${change.target} rolls to ${Object.values(imagesOf(spec.template)).join(', ')}`)
        : effectOfWrite(trouble);
    },
    async arrived(change, signal) {
      const deployment = await readObject(kube, path, signal);
      if (deployment === null) return 'contradicted';
      const seen = seenOf(change, presentOf(deployment));
      return seen === 'seen' && !isRolledOut(deployment) ? 'not-yet' : seen;
    },
  };
};

const presentOf = (deployment: JsonObject) => ({
  template: templateHash(templateOf(deployment)),
  images: imagesOf(templateOf(deployment)),
});

const pausedWarning = (deployment: JsonObject): string | null =>
  dig(deployment, 'spec', 'paused') === true ? 'its rollout is paused: nothing rolls until it is resumed' : null;

/** The one before, or the one that is named by number, by template or by image. */
const wishedRevision = ({ params }: Desired, { template, images, earlier }: Touched): Touched => {
  const asked = params['revision'] ?? null;
  const name = asked === null ? 'the one before' : String(asked);
  if (earlier === null) return { template: name, images: {} };
  if (asked !== null && namesOf({ revision: '', template: String(template), images: images as Revision['images'] }).includes(name))
    return { template: template ?? null, images: images ?? null };
  const kept = (Array.isArray(earlier) ? earlier : []) as readonly (Revision & Json)[];
  const found = asked === null ? kept[0] : kept.find((each) => namesOf(each).includes(name));
  if (found !== undefined) return { template: found.template, images: found.images };
  const list = kept.map((each) => `${each.revision} (${Object.values(each.images).join(', ')})`).join(', ');
  throw usageError({
    code: 'revision_unknown',
    message: `the deployment keeps ${asked === null ? 'nothing earlier' : `no revision ${name}`} to go back to`,
    hint: list === '' ? 'raise revisionHistoryLimit of the deployment, so that it keeps some' : `it keeps ${list}`,
  });
};

const namesOf = ({ revision, template, images }: Revision): readonly string[] => [revision, template, ...Object.values(images)];
