/** Parts that the owners of an account have made before the module is applied. */
import type { Surroundings } from './every-option.ts';
import { ACCOUNT, type Facade } from './facade.ts';
import { recordAt, textAt } from './members.ts';

const BUS = 'alerts';
const BOUNDARY = 'boundary';
/** All but administration: roles of a deployment must work within it. */
const DOCUMENT = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: '*', Resource: '*' },
    { Effect: 'Deny', Action: ['iam:*', 'organizations:*'], Resource: '*' },
  ],
};

const WEB_ACL = {
  Name: 'models',
  Scope: 'REGIONAL',
  DefaultAction: { Allow: {} },
  VisibilityConfig: {
    SampledRequestsEnabled: false,
    CloudWatchMetricsEnabled: false,
    MetricName: 'models',
  },
};

export async function makeSurroundings({ moto }: Facade): Promise<Surroundings> {
  const { body: key } = await moto.json('kms', 'TrentService.CreateKey', {});
  await moto.json('events', 'AWSEvents.CreateEventBus', { Name: BUS });
  const { body: acl } = await moto.json('wafv2', 'AWSWAF_20190729.CreateWebACL', WEB_ACL);
  await moto.query('iam', {
    Action: 'CreatePolicy',
    Version: '2010-05-08',
    PolicyName: BOUNDARY,
    PolicyDocument: JSON.stringify(DOCUMENT),
  });
  return {
    keyArn: textAt(recordAt(key, 'KeyMetadata'), 'Arn'),
    boundaryArn: `arn:aws:iam::${ACCOUNT}:policy/${BOUNDARY}`,
    busName: BUS,
    webAclArn: textAt(recordAt(acl, 'Summary'), 'ARN'),
  };
}
