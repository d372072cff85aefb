import { moto } from '../support/engines.ts';
import { describeModel } from '../support/model-cases.ts';

describeModel(
  moto,
  Array.from({ length: 20 }, (_, i) => i),
);
