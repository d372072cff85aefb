/** Port of the account and region that a deployment is for. */

export interface Caller {
  readonly account: string;
  /** Of the role or user, without its session; `root` for the root user. */
  readonly principal: string;
}

export interface ActionDecision {
  readonly action: string;
  readonly isAllowed: boolean;
  /** Kind of the denial; absent where no policy allows it. */
  readonly deniedBy?: 'organization' | 'boundary' | 'policy';
}

export interface QuotaUse {
  /** Undefined if Service Quotas does not have it. */
  readonly quota: number | undefined;
  /** Without those of this deployment. */
  readonly usedByOthers: number;
}

export interface ModelAccess {
  readonly isInRegion: boolean;
  readonly isAuthorized: boolean;
  readonly isEntitled: boolean;
  readonly hasAgreement: boolean;
}

/** Each method is one question; what AWS refuses with comes as its own error. */
export interface AccountFacts {
  caller(): Promise<Caller>;
  decisions(principal: string, actions: readonly string[]): Promise<readonly ActionDecision[]>;
  /** Concurrent executions of Lambda that no function has reserved. */
  unreservedConcurrency(): Promise<number>;
  /** @param name of the deployment, which its profiles begin with. */
  inferenceProfiles(name: string): Promise<QuotaUse>;
  eventRules(bus: string, name: string): Promise<QuotaUse>;
  /** @param modelId without a geography prefix. */
  modelAccess(modelId: string): Promise<ModelAccess>;
  /** Whether the use case form of Anthropic was submitted. */
  hasUseCase(): Promise<boolean>;
  /** Whether API Gateway has a role to write logs of REST APIs with, for all of a region. */
  hasApiLogRole(): Promise<boolean>;
  /** Id of the organization's management account; undefined without an organization. */
  payer(): Promise<string | undefined>;
  /** The active ones of these cost allocation tags. */
  activeTags(keys: readonly string[]): Promise<readonly string[]>;
}
