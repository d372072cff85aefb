import { patchedDynalite } from '../support/engines.ts';
import { describeLimits } from '../support/limit-cases.ts';
import { describeSettling } from '../support/settle-cases.ts';

describeLimits(patchedDynalite);
describeSettling(patchedDynalite);
