import { TerraformProvider } from 'cdktf';
import type { Construct } from 'constructs';

/**
 * The AWS provider, as far as a stack with nothing but modules needs it: the bindings of its
 * resources, which `cdktf get` would take minutes to generate, are not.
 */
export class AwsProvider extends TerraformProvider {
  constructor(
    scope: Construct,
    id: string,
    private readonly region: string,
  ) {
    super(scope, id, {
      terraformResourceType: 'aws',
      terraformProviderSource: 'hashicorp/aws',
      terraformGeneratorMetadata: { providerName: 'aws', providerVersionConstraint: '>= 5.100' },
    });
  }

  protected override synthesizeAttributes(): { [name: string]: unknown } {
    return { region: this.region };
  }
}
