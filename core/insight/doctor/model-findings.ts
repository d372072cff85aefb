/** Access of the account to one model. */
import type { DoctorModel } from './doctor-request.ts';
import type { Finding } from './finding.ts';
import type { AccountFacts } from './ports.ts';

export async function modelFindings(
  facts: Pick<AccountFacts, 'modelAccess'>,
  { alias, modelId, baseModelId }: DoctorModel,
): Promise<readonly Finding[]> {
  const check = `model ${alias}`;
  const access = await facts.modelAccess(baseModelId);
  const missing = (detail: string, fix: string): Finding => ({
    ...{ check, status: 'missing', detail: `${modelId}: ${detail}`, fix },
  });
  const found: Finding[] = [];
  // A profile with a geography prefix can run a model that the region itself does not have.
  if (!access.isInRegion && modelId === baseModelId) {
    found.push(missing('not in this region', 'use another model or an inference profile'));
  }
  if (!access.isAuthorized) {
    found.push(
      missing(
        'the account is not authorized to use it',
        'open a case with AWS Support, or ask the owners of the organization for an exception',
      ),
    );
  }
  if (!access.hasAgreement || !access.isEntitled) {
    found.push(
      missing(
        'no agreement: the first call of a third-party model subscribes to it in AWS Marketplace',
        'call it once as an administrator (aws-marketplace:Subscribe), or accept the agreement in the Bedrock console',
      ),
    );
  }
  return found.length > 0 ? found : [{ check, status: 'ok', detail: `${modelId} can be called` }];
}
