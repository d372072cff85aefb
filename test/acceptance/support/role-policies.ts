/** Rights of a role: its policies and its permissions boundary as IAM has them now. */
import { type Policy, parsePolicy } from '../../support/iam/policy.ts';

/** Calls an action of IAM's query protocol. @returns the XML of its answer. */
type CallIam = (parameters: Readonly<Record<string, string>>) => Promise<string>;

/** The identity's policies, and its boundary if it has one. */
type Layers = readonly (readonly Policy[])[];

/** Actions after which a role may do something else than before. */
const CHANGES = /^(Put|Delete|Attach|Detach|Create|Update|Set)/;

export class RolePolicies {
  readonly #callIam: CallIam;
  /** By role; read once between two changes of anything in IAM. */
  readonly #known = new Map<string, Promise<Layers>>();

  constructor(callIam: CallIam) {
    this.#callIam = callIam;
  }

  /** @param action of IAM, which was called. */
  noteCall(action: string): void {
    if (CHANGES.test(action)) this.#known.clear();
  }

  /** @throws Error for a role that does not exist, and for policies that cannot be evaluated. */
  of(roleName: string): Promise<Layers> {
    const known = this.#known.get(roleName) ?? this.#read(roleName);
    this.#known.set(roleName, known);
    return known;
  }

  async #read(RoleName: string): Promise<Layers> {
    const documents: Policy[] = [];
    const inline = await this.#callIam({ Action: 'ListRolePolicies', RoleName });
    for (const PolicyName of textsIn(inline, 'member')) {
      const xml = await this.#callIam({ Action: 'GetRolePolicy', RoleName, PolicyName });
      documents.push(parsePolicy(documentIn(xml)));
    }
    const attached = await this.#callIam({ Action: 'ListAttachedRolePolicies', RoleName });
    for (const arn of textsIn(attached, 'PolicyArn')) documents.push(await this.#managed(arn));
    const role = await this.#callIam({ Action: 'GetRole', RoleName });
    const [boundary] = textsIn(role, 'PermissionsBoundaryArn');
    return boundary === undefined ? [documents] : [documents, [await this.#managed(boundary)]];
  }

  async #managed(PolicyArn: string): Promise<Policy> {
    const policy = await this.#callIam({ Action: 'GetPolicy', PolicyArn });
    const [VersionId = ''] = textsIn(policy, 'DefaultVersionId');
    const xml = await this.#callIam({ Action: 'GetPolicyVersion', PolicyArn, VersionId });
    return parsePolicy(documentIn(xml));
  }
}

/** The policy document that IAM's answer holds, as JSON. */
export function documentIn(xml: string): string {
  const [document] = [...textsIn(xml, 'PolicyDocument'), ...textsIn(xml, 'Document')];
  if (document === undefined) throw new Error(`no policy document in ${xml}`);
  return decodeURIComponent(document);
}

const ENTITIES: Readonly<Record<string, string>> = {
  quot: '"',
  lt: '<',
  gt: '>',
  amp: '&',
  '#34': '"',
};

/** The text of all elements of a name that hold nothing but text. */
const textsIn = (xml: string, element: string): readonly string[] =>
  Array.from(xml.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, 'g')), ([, text = '']) =>
    text.replaceAll(/&(#?\w+);/g, (entity, name: string) => ENTITIES[name] ?? entity),
  );
