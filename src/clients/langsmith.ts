import type { World } from '../fleet/slots.ts';
import type { SecretRef } from '../ground/runtime/context.ts';
import { type JsonApi, openJsonApi } from './json-api.ts';

export interface LangsmithAccess {
  /** Any spelling that LangSmith's own tools take: the host, or with `/api` or `/api/v1` behind it. Default: the US cloud. */
  readonly url?: SecretRef | undefined;
  readonly apiKey: SecretRef;
  /** The id of a workspace, for keys that see several. */
  readonly workspace?: string | undefined;
  readonly timeoutMs: number;
}

const cloud = 'https://api.smith.langchain.com';

const addressOf = (url: SecretRef | undefined, world: World): string =>
  url === undefined
    ? cloud
    : world.secrets
        .reveal(url)
        .replace(/\/+$/, '')
        .replace(/\/api(\/v\d)?$/, '');

/** Where people look at traces: beside the API on a server of one's own, on a host of its own in each region of the cloud. */
export const langsmithSite = (url: SecretRef | undefined, world: World): string =>
  addressOf(url, world).replace(/^(https:\/\/(?:[a-z]+\.)?)api\.(smith\.langchain\.com)$/, '$1$2');

/** LangSmith's API; paths start with `/api`. Source: its OpenAPI, and the SDK's normalisation of `LANGSMITH_ENDPOINT`. */
export const openLangsmith = ({ url, apiKey, workspace, timeoutMs }: LangsmithAccess, world: World): JsonApi =>
  openJsonApi(
    {
      product: 'LangSmith',
      url: () => addressOf(url, world),
      headers: () => ({
        'x-api-key': world.secrets.reveal(apiKey),
        ...(workspace === undefined ? {} : { 'x-tenant-id': workspace }),
      }),
      timeoutMs,
    },
    world,
  );

/** LangSmith's own cloud, in any region: it limits how often it is asked. */
export const isLangsmithCloud = (host: string): boolean => host.endsWith('.smith.langchain.com');
