/**
 * The policy as types. `cdktf get` writes a class for the module, but knows every variable that is
 * an object as `any` only; with these, a wrong window or a model that does not exist is an error
 * of the compiler. Properties are spelled as in the module's variables, which get them as they are;
 * what they mean, and their defaults, is described there. Amounts of `usd` are US dollars, all
 * others whole numbers.
 */

/** Narrows to the requests that match all that are set. */
export interface Scope<Model extends string, Application extends string> {
  readonly application?: Application;
  readonly environment?: string;
  readonly model?: Model;
}

/** A lower limit inside a limit, for some of its requests. */
export interface Ceiling<Model extends string, Application extends string>
  extends Scope<Model, Application> {
  /** Percent of the limit's amount, 1 to 99. */
  readonly percent: number;
  /** Alias to try instead of refusing. */
  readonly fallback?: Model;
}

/** Maximum usage in each calendar window. */
export interface Limit<Model extends string, Application extends string>
  extends Scope<Model, Application> {
  readonly name?: string;
  readonly window: 'minute' | 'hour' | 'day' | 'week' | 'month' | 'total' | 'request';
  readonly unit: 'requests' | 'tokens' | 'input_tokens' | 'output_tokens' | 'usd';
  readonly amount: number;
  /** Gives each of them the amount for itself. */
  readonly per?: 'user' | 'key' | 'session';
  /** Amounts of single users, by name; of `per = "user"` only. */
  readonly users?: Readonly<Record<string, number>>;
  /** Amounts of the members of a group, by name. */
  readonly groups?: Readonly<Record<string, number>>;
  readonly mode?: 'enforce' | 'observe';
  /** Percents of use, 1 to 100, that raise an alert. */
  readonly notify_at?: readonly number[];
  readonly ceilings?: readonly Ceiling<Model, Application>[];
}

/** USD per million tokens; `per_...`: USD for one. What is left out is the catalogue's. */
export interface PriceParts {
  readonly input?: number;
  readonly output?: number;
  readonly cache_read?: number;
  readonly cache_write?: number;
  readonly cache_write_1h?: number;
  readonly per_image?: number;
  readonly per_audio_second?: number;
  readonly per_video_second?: number;
  readonly per_query?: number;
}

/** The price of calls with more input tokens than `above`. */
export interface LongContextPrice extends PriceParts {
  readonly above?: number;
}

export interface Tariff extends PriceParts {
  readonly long_context?: LongContextPrice;
}

/** Prices of service tiers other than the default one. */
export interface ServiceTiers {
  readonly flex?: Tariff;
  readonly priority?: Tariff;
  readonly reserved?: Tariff;
}

/** Prices of latencies other than the standard one. */
export interface Latencies {
  readonly optimized?: Tariff;
}

export interface Price extends Tariff {
  readonly tiers?: ServiceTiers;
  readonly latency?: Latencies;
}

/** A model that may be called. */
export interface ModelSettings<Model extends string, Application extends string> {
  readonly model_id: string;
  readonly price?: Price;
  readonly context_tokens?: number;
  readonly max_output_tokens?: number;
  readonly default_max_tokens?: number;
  readonly also?: readonly string[];
  readonly inference_profile?: boolean;
  readonly unsupported_parameters?: 'refuse' | 'drop';
  readonly limits?: readonly Limit<Model, Application>[];
}

/** An application that may call. */
export interface ApplicationSettings {
  readonly environments: readonly string[];
  readonly default_environment?: string;
}

/** Callers that can spend a cost center's budget. */
export interface Callers<Application extends string> {
  readonly iam_role_arns?: readonly string[];
  readonly jwt?: Readonly<Record<string, string>>;
  readonly applications?: readonly Application[];
  readonly environments?: readonly string[];
  /** Takes the role's session name for the user. */
  readonly trust_session_names?: boolean;
}

/** Who pays. */
export interface CostCenter<Model extends string, Application extends string> {
  readonly tag_value?: string;
  readonly model?: Model;
  readonly models: readonly Model[];
  readonly applications: readonly Application[];
  readonly limits?: readonly Limit<Model, Application>[];
  readonly callers?: Callers<Application> | readonly Callers<Application>[];
  readonly alert_emails?: readonly string[];
}

/** Organization-wide limits. */
export interface Organization<Model extends string, Application extends string> {
  readonly limits?: readonly Limit<Model, Application>[];
}

/** The policy: cost centers, models, applications and limits. */
export interface Policy<Model extends string, Application extends string> {
  readonly models: Readonly<Record<Model, ModelSettings<NoInfer<Model>, NoInfer<Application>>>>;
  readonly applications: Readonly<Record<Application, ApplicationSettings>>;
  readonly cost_centers: Readonly<Record<string, CostCenter<NoInfer<Model>, NoInfer<Application>>>>;
  readonly organization?: Organization<NoInfer<Model>, NoInfer<Application>>;
}

/**
 * Returns a policy unchanged. The keys of `models` and `applications` become types here, so that
 * everything else can name only those.
 */
export function definePolicy<Model extends string, Application extends string>(
  policy: Policy<Model, Application>,
): Policy<Model, Application> {
  return policy;
}
