/** Models and profiles that Amazon Bedrock offers in a region. */
import {
  BedrockClient,
  ListFoundationModelsCommand,
  paginateListInferenceProfiles,
} from '@aws-sdk/client-bedrock';
import type { BedrockModels, OfferedModel } from '../core/insight/models/ports.ts';

export const bedrockClient = (region: string): BedrockClient => new BedrockClient({ region });

export class BedrockModelLists implements BedrockModels {
  readonly #client: BedrockClient;

  constructor(client: BedrockClient) {
    this.#client = client;
  }

  async foundationModels(): Promise<readonly OfferedModel[]> {
    const { modelSummaries = [] } = await this.#client.send(new ListFoundationModelsCommand({}));
    return modelSummaries.flatMap(({ modelId, modelLifecycle, inferenceTypesSupported }) =>
      modelId === undefined
        ? []
        : [
            {
              modelId,
              status: modelLifecycle?.status,
              endOfLife: modelLifecycle?.endOfLifeTime?.getTime(),
              inferenceTypes: inferenceTypesSupported ?? [],
            },
          ],
    );
  }

  async inferenceProfileIds(): Promise<readonly string[]> {
    const ids: string[] = [];
    const pages = paginateListInferenceProfiles(
      { client: this.#client },
      { typeEquals: 'SYSTEM_DEFINED' },
    );
    for await (const { inferenceProfileSummaries = [] } of pages) {
      for (const { inferenceProfileId } of inferenceProfileSummaries) {
        if (inferenceProfileId !== undefined) ids.push(inferenceProfileId);
      }
    }
    return ids;
  }
}
