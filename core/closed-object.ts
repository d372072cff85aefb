/** The two shapes of objects in JSON schemas of requests. Neither takes a property that it does not name. */

/** @param required names of the properties that must be there. */
export const closedObject = <
  const Required extends readonly (keyof Properties & string)[],
  const Properties extends object,
>(
  required: Required,
  properties: Properties,
) => ({ type: 'object', additionalProperties: false, required, properties }) as const;

/** Exactly one of the properties, as in Converse's unions. */
export const unionObject = <const Title extends string, const Properties extends object>(
  title: Title,
  properties: Properties,
) =>
  ({
    type: 'object',
    additionalProperties: false,
    minProperties: 1,
    maxProperties: 1,
    title,
    properties,
  }) as const;
