import { patchedDynalite } from '../support/engines.ts';
import { describeModel } from '../support/model-cases.ts';

describeModel(
  patchedDynalite,
  Array.from({ length: 40 }, (_, i) => i),
);
