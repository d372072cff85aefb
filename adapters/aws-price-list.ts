/** The AWS Price List, as its query API answers. */
import { PricingClient, paginateGetProducts } from '@aws-sdk/client-pricing';
import type { PriceList } from '../core/insight/models/ports.ts';

/** One of the few regions that answer, for all regions. */
const REGION = 'us-east-1';
const ATTEMPTS = 6;

export const pricingClient = (): PricingClient =>
  new PricingClient({ region: REGION, maxAttempts: ATTEMPTS });

export class AwsPriceList implements PriceList {
  readonly #client: PricingClient;

  constructor(client: PricingClient) {
    this.#client = client;
  }

  async *products(serviceCode: string, region: string): AsyncIterable<string> {
    const pages = paginateGetProducts(
      { client: this.#client },
      {
        ServiceCode: serviceCode,
        FormatVersion: 'aws_v1',
        Filters: [{ Type: 'TERM_MATCH', Field: 'regionCode', Value: region }],
      },
    );
    for await (const { PriceList = [] } of pages) {
      for (const product of PriceList) yield String(product);
    }
  }
}
