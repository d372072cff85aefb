/**
 * Application inference profiles:
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_CreateInferenceProfile.html
 */
import { randomBytes } from 'node:crypto';
import { type AwsAnswer, done, refuse } from './aws-answer.ts';
import type { Api, AwsCall } from './aws-call.ts';
import type { KnownProfile } from './iam-actions.ts';
import { listAt, recordAt, textAt } from './members.ts';
import { TagLists } from './tags.ts';

interface Profile {
  readonly inferenceProfileArn: string;
  readonly inferenceProfileId: string;
  readonly inferenceProfileName: string;
  readonly description: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly models: readonly { readonly modelArn: string }[];
  readonly status: 'ACTIVE';
  readonly type: 'APPLICATION';
}

const NAME = /^([0-9a-zA-Z][ _-]?)+$/;
const DESCRIPTION = /^([0-9a-zA-Z:.][ _-]?)+$/;
const NAME_LENGTH_MAX = 64;
const SOURCE = /^arn:aws:bedrock:us-east-1:(\d{12})?:(inference-profile|foundation-model)\/(.+)$/;
/** The id of a profile of the system. */
const SYSTEM = /^us\./;
/** Where a profile of the geography `us` routes to, as far as it matters to the tests. */
const REGIONS = ['us-east-1', 'us-east-2', 'us-west-2'];

export class InferenceProfiles {
  /** ARN -> the model id it stands for. */
  readonly modelIds = new Map<string, string>();
  readonly #account: string;
  readonly #profiles = new Map<string, Profile>();
  readonly #tags = new TagLists({ key: 'key', value: 'value' });

  constructor(account: string) {
    this.#account = account;
  }

  /** The profile that a model id or ARN names, with what decides on access to it. */
  known(id: string): KnownProfile | undefined {
    if (SYSTEM.test(id)) {
      const arn = `arn:aws:bedrock:us-east-1:${this.#account}:inference-profile/${id}`;
      return { arn, tags: {}, modelArns: modelsOf(arn, id) };
    }
    const profile = this.#profiles.get(id);
    if (!profile) return undefined;
    const tags = (this.#tags.list(id) ?? []).map(({ key = '', value = '' }) => [key, value]);
    return {
      arn: id,
      tags: Object.fromEntries(tags),
      modelArns: profile.models.map(({ modelArn }) => modelArn),
    };
  }

  readonly api: Api = (call) => {
    const { operation, input } = call;
    if (call.service !== 'bedrock') return undefined;
    const id = /^(GET|DELETE) \/inference-profiles\/(.+)$/.exec(operation);
    if (operation === 'POST /inference-profiles') return this.#create(input);
    if (id?.[1] && id[2]) return this.#withId(id[1], id[2]);
    return this.#tagging(operation, input);
  };

  #create(input: AwsCall['input']): AwsAnswer {
    const name = textAt(input, 'inferenceProfileName');
    const description = textAt(input, 'description');
    const source = textAt(recordAt(input, 'modelSource'), 'copyFrom');
    const [, account, kind, modelId] = SOURCE.exec(source) ?? [];
    if (!NAME.test(name) || name.length > NAME_LENGTH_MAX) {
      return refuse('ValidationException', `inferenceProfileName: ${name}`);
    }
    if (description !== '' && !DESCRIPTION.test(description)) {
      return refuse('ValidationException', `description: ${description}`);
    }
    // Models belong to no account; the profiles of the system do.
    if (!modelId || (account !== undefined) !== (kind === 'inference-profile')) {
      return refuse('ValidationException', `modelSource.copyFrom: ${source}`);
    }
    if ([...this.#profiles.values()].some((one) => one.inferenceProfileName === name)) {
      return refuse('ConflictException', `There is an inference profile ${name}.`);
    }
    const id = randomBytes(6).toString('hex');
    const arn = `arn:aws:bedrock:us-east-1:${this.#account}:application-inference-profile/${id}`;
    const at = new Date().toISOString();
    this.#profiles.set(arn, {
      inferenceProfileArn: arn,
      inferenceProfileId: id,
      inferenceProfileName: name,
      description,
      createdAt: at,
      updatedAt: at,
      models: modelsOf(source, modelId).map((modelArn) => ({ modelArn })),
      status: 'ACTIVE',
      type: 'APPLICATION',
    });
    this.modelIds.set(arn, modelId);
    this.#tags.add(arn, listAt(input, 'tags'));
    return { status: 201, body: { inferenceProfileArn: arn, status: 'ACTIVE' } };
  }

  #withId(method: string, id: string): AwsAnswer {
    const profile = [...this.#profiles.values()].find(
      (one) => one.inferenceProfileId === id || one.inferenceProfileArn === id,
    );
    if (!profile) return refuse('ResourceNotFoundException', `No profile ${id}.`, 404);
    if (method === 'GET') return done(profile);
    const { inferenceProfileArn: arn } = profile;
    this.#profiles.delete(arn);
    this.modelIds.delete(arn);
    this.#tags.forget(arn);
    return done();
  }

  #tagging(operation: string, input: AwsCall['input']): AwsAnswer | undefined {
    const arn = textAt(input, 'resourceARN');
    const tags = this.#tags.list(arn);
    const known = /^POST \/(listTagsForResource|tagResource|untagResource)$/.exec(operation)?.[1];
    if (!known) return undefined;
    if (!tags) return refuse('ResourceNotFoundException', `No resource ${arn}.`, 404);
    if (known === 'listTagsForResource') return done({ tags });
    if (known === 'tagResource') this.#tags.add(arn, listAt(input, 'tags'));
    else this.#tags.remove(arn, listAt(input, 'tagKeys'));
    return done();
  }
}

function modelsOf(source: string, modelId: string): readonly string[] {
  const bare = modelId.replace(SYSTEM, '');
  return bare === modelId
    ? [source]
    : REGIONS.map((region) => `arn:aws:bedrock:${region}::foundation-model/${bare}`);
}
