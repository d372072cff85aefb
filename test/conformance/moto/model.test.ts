import { moto } from '../support/engines.ts';
import { describeModel } from '../support/model-cases.ts';

describeModel(
  moto,
  Array.from({ length: 40 }, (_, i) => i),
);
