import { canonicalJson, dig, digArray, digString, isObject, type Json, type JsonObject } from '../../ground/json.ts';
import type { Card } from './port.ts';

export type A2aVersion = '1.0' | '0.3';
export type A2aBinding = 'jsonrpc' | 'rest';

/** One way to reach an agent, as its card offers it. */
export interface A2aInterface {
  readonly url: string;
  /** The family of the protocol, which decides how messages look. */
  readonly version: A2aVersion;
  /** `Major.Minor` as the card writes it: what the header `A2A-Version` says. */
  readonly wireVersion: string;
  readonly binding: A2aBinding;
  readonly tenant: string;
  readonly streams: boolean;
}

/** What the manifest insists on; null: whatever the card prefers. */
export interface A2aWish {
  readonly version: A2aVersion | null;
  readonly binding: A2aBinding | null;
}

const wellKnown = ['/.well-known/agent-card.json', '/.well-known/agent.json'];

/** Where a card may be, best guess first: below the path, at the origin, and at the place of the 0.2 era. A URL ending in `.json` is the card. */
export const cardUrls = (configured: string): readonly string[] => {
  const { origin, pathname } = new URL(configured);
  if (pathname.endsWith('.json')) return [configured];
  const bases = [...new Set([origin + pathname.replace(/\/+$/, ''), origin])];
  return wellKnown.flatMap((path) => bases.map((base) => base + path));
};

export const isCard = (body: unknown): body is JsonObject =>
  isObject(body) && typeof body['name'] === 'string' && (Array.isArray(body['supportedInterfaces']) || typeof body['url'] === 'string');

/** The interface to use, or why there is none in one clause. Credentials go to the configured host only, so that others are refused. */
export const pickInterface = (card: JsonObject, cardUrl: string, wish: A2aWish): A2aInterface | string => {
  const offered = interfacesOf(card);
  const known = offered
    .flatMap((offer) => readInterface(offer, cardUrl, dig(card, 'capabilities', 'streaming') === true) ?? [])
    .filter(({ version, binding }) => version === (wish.version ?? version) && binding === (wish.binding ?? binding));
  if (known.length === 0) {
    const list = offered.map(({ protocol, version }) => `${protocol} ${version}`).join(', ');
    return `its card offers no interface that is asked for${list === '' ? '' : `, only ${list}`}`;
  }
  const newestFirst = [...known].sort((a, b) => Number(b.version === '1.0') - Number(a.version === '1.0'));
  return (
    newestFirst.find(({ url }) => isSameHost(cardUrl, url)) ??
    `its card sends us to another host (${known.map(({ url }) => new URL(url).host).join(', ')}), which credentials must not reach`
  );
};

/** The card as every protocol tells it. Signatures change without the agent changing, so they are no facet. */
export const cardOf = (card: JsonObject): Card => {
  const { signatures: _, skills: _skills, ...rest } = card;
  const skills = digArray(card, 'skills').flatMap((skill) => digString(skill, 'id') ?? []);
  return {
    name: digString(card, 'name'),
    version: digString(card, 'version'),
    models: [],
    tools: [],
    skills,
    facets: { card: canonicalJson(rest), skills: canonicalJson(digArray(card, 'skills')) },
  };
};

interface Offer {
  readonly url: string;
  readonly protocol: string;
  readonly version: string;
  readonly tenant: string;
}

/** Every interface of a card, in its order of preference. Source: A2A 1.0, section 4.4.6; A2A 0.3, section 5.5.5. */
const interfacesOf = (card: JsonObject): readonly Offer[] => {
  const modern = digArray(card, 'supportedInterfaces').map((offer) =>
    offerOf(offer, digString(offer, 'protocolBinding'), digString(offer, 'protocolVersion')),
  );
  if (modern.length > 0) return modern;
  const version = digString(card, 'protocolVersion') ?? '0.3';
  return [
    offerOf(card, digString(card, 'preferredTransport') ?? 'JSONRPC', version),
    ...digArray(card, 'additionalInterfaces').map((offer) => offerOf(offer, digString(offer, 'transport'), version)),
  ];
};

const offerOf = (offer: Json, protocol: string | null, version: string | null): Offer => ({
  url: digString(offer, 'url') ?? '',
  protocol: protocol ?? 'unnamed',
  version: version ?? '1.0',
  tenant: digString(offer, 'tenant') ?? '',
});

const bindings: ReadonlyMap<string, A2aBinding> = new Map([
  ['JSONRPC', 'jsonrpc'],
  ['HTTP+JSON', 'rest'],
]);

const readInterface = ({ url, protocol, version, tenant }: Offer, cardUrl: string, streams: boolean): A2aInterface | null => {
  const binding = bindings.get(protocol.toUpperCase());
  const [, wireVersion, major] = /^((\d+)\.\d+)(?:\.\d+)?$/.exec(version) ?? [];
  if (binding === undefined || wireVersion === undefined || !URL.canParse(url, cardUrl)) return null;
  if (major !== '0' && major !== '1') return null;
  return {
    url: new URL(url, cardUrl).href.replace(/\/+$/, ''),
    version: major === '1' ? '1.0' : '0.3',
    wireVersion,
    binding,
    tenant,
    streams,
  };
};

/** The same host and port, as for a redirect: another port is another service, and may be another team's. */
const isSameHost = (from: string, to: string): boolean => {
  const [card, target] = [new URL(from), new URL(to)];
  if (card.host !== target.host) return false;
  return target.protocol === 'https:' || (target.protocol === 'http:' && card.protocol === 'http:');
};
