/** Ports of Amazon Bedrock's own lists. */
import type { EpochMs } from '../../time.ts';

/** A model that Bedrock lists in a region. */
export interface OfferedModel {
  readonly modelId: string;
  /** `ACTIVE` or `LEGACY`. */
  readonly status?: string | undefined;
  readonly endOfLife?: EpochMs | undefined;
  readonly inferenceTypes: readonly string[];
}

export interface BedrockModels {
  foundationModels(): Promise<readonly OfferedModel[]>;
  /** Ids of the system-defined inference profiles. */
  inferenceProfileIds(): Promise<readonly string[]>;
}

/** Products of the AWS Price List as it has them: JSON documents. */
export interface PriceList {
  products(serviceCode: string, region: string): AsyncIterable<string>;
}
