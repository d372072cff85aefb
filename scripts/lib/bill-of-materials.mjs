/** The bill of materials of a release: the packages whose code is in its bundles, and no others. */

const DEVELOPMENT = 'cdx:npm:package:development';

/** To npm all are packages for development, as nothing is installed with the release. */
function bundledComponent({ properties = [], ...component }) {
  const kept = properties.filter(({ name }) => name !== DEVELOPMENT);
  return { ...component, scope: 'required', ...(kept.length > 0 && { properties: kept }) };
}

/**
 * @param bom of all locked packages, as `npm sbom` writes it (CycloneDX).
 * @param bundled references of the packages in the bundles, such as `jose@6.2.18`.
 * @throws where the lock file does not have one of them.
 */
export function bundledBill(bom, bundled, name) {
  // Without a random id and a time, so that bills can be compared.
  const { serialNumber: _, metadata, components, dependencies, ...head } = bom;
  const { timestamp: __, ...about } = metadata;
  const isBundled = new Set(bundled);
  const found = components.filter((each) => isBundled.has(each['bom-ref']));
  const locked = new Set(found.map((each) => each['bom-ref']));
  const unknown = bundled.filter((ref) => !locked.has(ref));
  if (unknown.length > 0) throw new Error(`not in the lock file: ${unknown.join(', ')}`);
  const root = metadata.component['bom-ref'];
  return {
    ...head,
    // npm takes the name of the folder.
    metadata: {
      ...about,
      lifecycles: [{ phase: 'build' }],
      component: { ...metadata.component, name },
    },
    components: found.map(bundledComponent),
    dependencies: [
      { ref: root, dependsOn: [...bundled] },
      ...dependencies
        .filter(({ ref }) => isBundled.has(ref))
        .map(({ ref, dependsOn = [] }) => ({
          ref,
          dependsOn: dependsOn.filter((each) => isBundled.has(each)),
        })),
    ],
  };
}
