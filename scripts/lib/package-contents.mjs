/** Contents of the packed module: all of the Terraform module and its bundles, and nothing else. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deadLinks } from './markdown-links.mjs';

const ALLOWED = [
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|CONTRIBUTING\.md|SECURITY\.md)$/,
  /^[\w-]+\.tf$/,
  /^mocks\/[\w-]+\.tfmock\.hcl$/,
  /^modules\/.+\.(tf|tftpl|schema\.json)$/,
  /^modules\/.+\/README\.md$/,
  /^examples\/.+\.(tf|tfvars)$/,
  /^examples\/.+\/README\.md$/,
  /^examples\/cdktf\/[\w-]+\.(ts|json)$/,
  /^core\/insight\/doctor\/deployer-policy\.json$/,
  /^core\/policy\/(region-services|time-zones)\.json$/,
  /^core\/pricing\/catalogue\.json$/,
  /^core\/insight\/estimate\/aws-prices\.json$/,
  /^(core|sandbox)\/(.+\/)?README\.md$/,
  /^dist\/functions\/[\w-]+\.zip$/,
  /^dist\/cli\/cost-sentry\.mjs$/,
  /^dist\/THIRD_PARTY_LICENSES\.txt$/,
  /^docs\/.+\.(md|svg|png)$/,
];

/** Tracked files that a user of the module needs. */
const NEEDED = [
  /^[\w-]+\.tf$/,
  /^mocks\/[\w-]+\.tfmock\.hcl$/,
  /^(modules|examples)\/.+\.(tf|tftpl|tfvars|schema\.json)$/,
  /^(modules|examples)\/.+\/README\.md$/,
  /^examples\/cdktf\/[\w-]+\.(ts|json)$/,
  /^docs\/.+\.(md|svg|png)$/,
];

const ALWAYS = [
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'package.json',
  'core/insight/doctor/deployer-policy.json',
  'core/policy/region-services.json',
  'core/policy/time-zones.json',
  'core/pricing/catalogue.json',
];

/**
 * @param {{packed: string[], tracked: string[], functions: string[]}} given
 * @returns the number of files looked at, and a line for each that is missing or has no place there.
 */
export function packProblems({ packed, tracked, functions }) {
  const needed = new Set([
    ...ALWAYS,
    ...functions.map((name) => `dist/functions/${name}.zip`),
    ...tracked.filter((path) => NEEDED.some((pattern) => pattern.test(path))),
  ]);
  const missing = [...needed].filter((path) => !packed.includes(path));
  const stray = packed.filter((path) => !ALLOWED.some((pattern) => pattern.test(path)));
  return {
    checked: new Set([...needed, ...packed]).size,
    problems: [
      ...missing.map((path) => `${path} is not in the package`),
      ...stray.map((path) => `${path} has no place in the package`),
    ],
  };
}

/** Links of the packed pages that lead to nothing in the package. */
export function packedLinkProblems(root, packed) {
  const pages = packed
    .filter((path) => path.endsWith('.md'))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
  const problems = deadLinks(pages, packed).map(
    ({ path, line, says }) => `${path}:${line}: ${says}`,
  );
  return { checked: pages.length, problems };
}
