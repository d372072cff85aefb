/** The models of the catalogue that a region can call, with their prices and lifecycle. */
import { modelsOfRegion } from '../../pricing/catalogue.ts';
import type { EffectivePrice } from '../../pricing/price.ts';
import { priceAt } from '../../pricing/price-at.ts';
import type { EpochMs } from '../../time.ts';

export interface ModelLine {
  readonly modelId: string;
  readonly kind: string;
  readonly price: EffectivePrice;
  readonly contextTokens: number;
  readonly maxOutputTokens: number;
  /** `active`, `legacy`, `ended`, or `unlisted`: no current list has it. */
  readonly status: string;
  readonly endOfLife?: string;
  /** Of the price. */
  readonly sources: readonly string[];
}

interface ModelsQuery {
  readonly region: string;
  readonly now: EpochMs;
  /** A part of the id. */
  readonly text: string;
  /** With the models that have ended. */
  readonly all: boolean;
}

export const listModels = ({ region, now, text, all }: ModelsQuery): readonly ModelLine[] =>
  modelsOfRegion(region)
    .filter(({ model }) => model.modelId.includes(text))
    .map(({ model, row, usd }) => {
      const { endOfLife } = row;
      const isPast = endOfLife !== undefined && Date.parse(endOfLife) <= now;
      return {
        modelId: model.modelId,
        kind: model.kind,
        price: priceAt(model.prices, now),
        contextTokens: model.contextTokens,
        maxOutputTokens: model.maxOutputTokens,
        status: isPast ? 'ended' : row.status,
        ...(endOfLife !== undefined && { endOfLife }),
        sources: [...new Set(usd.flatMap(({ sources }) => sources ?? []))],
      };
    })
    .filter(({ status }) => all || status !== 'ended');
