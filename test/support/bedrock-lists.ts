/**
 * Amazon Bedrock's lists of models and the AWS Price List on the loopback address, in the JSON of
 * the real APIs (ListFoundationModels, ListInferenceProfiles, GetProducts; botocore 1.44.8).
 */
import { createServer, type IncomingMessage } from 'node:http';
import { parseJson } from '../../sandbox/base/json.ts';
import { close, listen, readBody } from '../../sandbox/base/loopback-server.ts';

export interface OfferedFixture {
  readonly modelId: string;
  readonly status?: 'ACTIVE' | 'LEGACY';
  readonly endOfLifeTime?: string;
  readonly inferenceTypes?: readonly string[];
}

/** A product of the Price List; `usd` as AWS writes it. */
export interface PriceFixture {
  readonly service: 'AmazonBedrock' | 'AmazonBedrockFoundationModels' | 'AmazonBedrockService';
  readonly region?: string;
  readonly usageType: string;
  readonly model?: string;
  readonly serviceName?: string;
  readonly unit: string;
  readonly description?: string;
  readonly usd: string;
}

interface BedrockLists {
  readonly models: readonly OfferedFixture[];
  readonly profiles: readonly string[];
  readonly prices: readonly PriceFixture[];
  /** Answers instead, for every request. */
  readonly failure?: { readonly status: number; readonly name: string; readonly message: string };
}

interface ListsServer {
  readonly url: string;
  /** Operations with their parameters, in order. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

const PAGE = 2;

export async function startBedrockLists(lists: BedrockLists): Promise<ListsServer> {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const answer = await answerTo(request, lists, asked);
    const { failure } = lists;
    if (failure) {
      response.writeHead(failure.status, { 'x-amzn-errortype': failure.name });
      response.end(JSON.stringify({ __type: failure.name, message: failure.message }));
      return;
    }
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? {}));
  });
  const url = await listen(server);
  return { url, asked, close: () => close(server) };
}

async function answerTo(
  request: IncomingMessage,
  lists: BedrockLists,
  asked: string[],
): Promise<unknown> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const target = String(request.headers['x-amz-target'] ?? '');
  if (request.method === 'GET') asked.push(`GET ${pathname}?${searchParams}`);
  if (pathname === '/foundation-models') return { modelSummaries: lists.models.map(summaryOf) };
  if (pathname === '/inference-profiles') {
    const { page, nextToken } = paged(lists.profiles, searchParams.get('nextToken') ?? '0');
    return { inferenceProfileSummaries: page.map(profileOf), ...(nextToken && { nextToken }) };
  }
  if (target !== 'AWSPriceListService.GetProducts') return undefined;
  const body = await readBody(request, 100_000);
  const input = JSON.parse(JSON.stringify('bytes' in body ? parseJson(body.bytes) : {}));
  const [filter] = input.Filters;
  asked.push(`GetProducts ${input.ServiceCode} ${filter.Field}=${filter.Value}`);
  const found = lists.prices.filter(
    ({ service, region = 'us-east-1' }) => service === input.ServiceCode && region === filter.Value,
  );
  const { page, nextToken } = paged(found, input.NextToken ?? '0');
  return {
    FormatVersion: 'aws_v1',
    PriceList: page.map((each, i) => JSON.stringify(productOf(each, i))),
    ...(nextToken && { NextToken: nextToken }),
  };
}

function paged<T>(all: readonly T[], token: string) {
  const from = Number(token);
  const nextToken = from + PAGE < all.length ? String(from + PAGE) : undefined;
  return { page: all.slice(from, from + PAGE), nextToken };
}

const summaryOf = ({ modelId, status, endOfLifeTime, inferenceTypes }: OfferedFixture) => ({
  modelArn: `arn:aws:bedrock:us-east-1::foundation-model/${modelId}`,
  modelId,
  modelName: modelId,
  providerName: modelId.split('.')[0],
  inputModalities: ['TEXT'],
  outputModalities: ['TEXT'],
  responseStreamingSupported: true,
  customizationsSupported: [],
  inferenceTypesSupported: inferenceTypes ?? ['ON_DEMAND'],
  modelLifecycle: { status: status ?? 'ACTIVE', ...(endOfLifeTime && { endOfLifeTime }) },
});

const profileOf = (inferenceProfileId: string) => ({
  inferenceProfileName: inferenceProfileId,
  inferenceProfileArn: `arn:aws:bedrock:us-east-1:111122223333:inference-profile/${inferenceProfileId}`,
  inferenceProfileId,
  models: [],
  status: 'ACTIVE',
  type: 'SYSTEM_DEFINED',
});

const productOf = (fixture: PriceFixture, i: number) => {
  const { service, region, usageType, model, serviceName, unit, description, usd } = fixture;
  const sku = `SKU${i}`;
  return {
    product: {
      productFamily: 'Amazon Bedrock',
      attributes: {
        regionCode: region ?? 'us-east-1',
        servicecode: service,
        usagetype: usageType,
        ...(model && { model }),
        servicename: serviceName ?? 'Amazon Bedrock',
      },
      sku,
    },
    serviceCode: service,
    terms: {
      OnDemand: {
        [`${sku}.JRTCKXETXF`]: {
          priceDimensions: {
            [`${sku}.JRTCKXETXF.6YS6EN2CT7`]: {
              unit,
              endRange: 'Inf',
              description: description ?? '',
              appliesTo: [],
              beginRange: '0',
              pricePerUnit: { USD: usd },
            },
          },
          sku,
          effectiveDate: '2026-11-01T00:00:00Z',
          offerTermCode: 'JRTCKXETXF',
          termAttributes: {},
        },
      },
    },
    version: '20261101000000',
    publicationDate: '2026-11-01T00:00:00Z',
  };
};
