import { App, TerraformOutput, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import { BedrockCostSentry } from './.gen/modules/bedrock-cost-sentry';
import { AwsProvider } from './aws-provider';
import { definePolicy } from './policy';

/** Folders between cdktf.json and a synthesized stack, `cdktf.out/stacks/<name>`. */
const UP_FROM_STACK = '../../..';

const policy = definePolicy({
  models: {
    'nova-lite': { model_id: 'amazon.nova-lite-v1:0' },
    'claude-3-5-haiku': {
      model_id: 'us.anthropic.claude-haiku-4-5-20251001-v1:0',
      limits: [{ window: 'day', unit: 'tokens', amount: 20_000_000 }],
    },
  },
  applications: {
    'docs-helper': { environments: ['dev', 'production'] },
  },
  cost_centers: {
    sales: {
      model: 'claude-3-5-haiku',
      models: ['claude-3-5-haiku', 'nova-lite'],
      applications: ['docs-helper'],
      limits: [
        {
          name: 'monthly-budget',
          window: 'month',
          unit: 'usd',
          amount: 500,
          notify_at: [50, 80, 100],
          ceilings: [
            { percent: 80, environment: 'dev' },
            { percent: 90, model: 'claude-3-5-haiku', fallback: 'nova-lite' },
          ],
        },
        { window: 'minute', unit: 'requests', amount: 60, application: 'docs-helper' },
      ],
      callers: { iam_role_arns: ['arn:aws:iam::111122223333:role/sales-*'] },
      alert_emails: ['sales-finops@example.com'],
    },
    research: {
      models: ['nova-lite'],
      applications: ['docs-helper'],
      limits: [{ window: 'month', unit: 'usd', amount: 50 }],
      callers: { iam_role_arns: ['arn:aws:iam::111122223333:role/research-*'] },
    },
  },
});

class CostSentryStack extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new AwsProvider(this, 'aws', 'us-east-1');

    const sentry = new BedrockCostSentry(this, 'cost_sentry', {
      name: 'genai',
      models: policy.models,
      applications: policy.applications,
      costCenters: policy.cost_centers,
      deletionProtection: false, // an example should be easy to destroy
      tags: { Example: 'cdktf' },
      // Else the whole folder of a local module is copied, node_modules and all.
      skipAssetCreationFromLocalModules: true,
    });
    // A path in cdktf.json begins there, one in the synthesized stack begins at the stack.
    if (sentry.source.startsWith('.')) {
      sentry.addOverride('source', `${UP_FROM_STACK}/${sentry.source}`);
    }

    new TerraformOutput(this, 'api_endpoint', { value: sentry.apiEndpointOutput });
    new TerraformOutput(this, 'caller_policy_json', { value: sentry.callerPolicyJsonOutput });
  }
}

const app = new App();
new CostSentryStack(app, 'cost-sentry');
app.synth();
