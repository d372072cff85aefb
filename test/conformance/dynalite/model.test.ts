import { taughtDynalite } from '../support/engines.ts';
import { describeModel } from '../support/model-cases.ts';

describeModel(
  taughtDynalite,
  Array.from({ length: 40 }, (_, i) => i),
);
