/** Prices per million tokens, as text. */
import { formatUsd } from '../../core/money.ts';

export const usdPerMillion = (price: bigint): string => formatUsd(price);
