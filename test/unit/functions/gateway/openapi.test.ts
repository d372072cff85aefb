/** Method: the document against the routes of the gateway, and its schemas compiled as OpenAPI has them. */
import { describe, expect, test } from '@jest/globals';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { OPENAPI_DOCUMENT, OPENAPI_ROUTE } from '../../../../functions/gateway/openapi.ts';
import { ROUTES } from '../../../../functions/gateway/route-table.ts';
import { ROUTES as OPERATOR_ROUTES } from '../../../../functions/operate/route-table.ts';

// biome-ignore lint/suspicious/noExplicitAny: a document of many shapes, which the tests look into
type Json = any;

const document: Json = JSON.parse(JSON.stringify(OPENAPI_DOCUMENT));
const operations: [string, Json][] = Object.entries(document.paths).flatMap(
  ([path, methods]: Json) =>
    Object.entries(methods).map(([method, each]): [string, Json] => [
      `${method.toUpperCase()} ${path}`,
      each,
    ]),
);

function referencesIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) =>
    name === '$ref' && typeof each === 'string' ? [each] : referencesIn(each),
  );
}

const at = (reference: string): unknown =>
  reference
    .slice(2)
    .split('/')
    .reduce((value, name) => value?.[name], document);

describe('the OpenAPI document', () => {
  test('is of version 3.1, and has every route with the parameters that it takes', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    const routes = Object.entries({ ...ROUTES, ...OPERATOR_ROUTES })
      .filter(([path]) => path !== OPENAPI_ROUTE)
      .flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, { parameters = [] }]) => ({
          path,
          method,
          parameters,
        })),
      );
    expect(operations.map(([key]) => key).sort()).toEqual(
      routes.map(({ path, method }) => `${method} ${path}`).sort(),
    );
    for (const { path, method, parameters } of routes) {
      const found = document.paths[path][method.toLowerCase()].parameters ?? [];
      const named = found
        .filter((each: Json) => each.in === 'query')
        .map((each: Json) => each.name);
      expect(named).toEqual(parameters);
    }
  });

  test('has no error and no warning of the linter', async () => {
    const config = await createConfig({ extends: ['recommended-strict'] });
    const source = JSON.stringify(document);
    const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config });
    const found = problems.map(({ ruleId, message, location: [at] }) => [
      ruleId,
      at?.pointer,
      message,
    ]);
    expect(found).toEqual([]);
  });

  test('has an id, a summary and described answers for each operation', () => {
    const ids = operations.map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, { operationId, summary, responses }] of operations) {
      expect(operationId).toMatch(/^[a-z][A-Za-z]+$/);
      expect(summary).toMatch(/^[A-Z]/);
      expect(responses['200'].description).toMatch(/\.$/);
    }
  });

  test('refers to what it has, and to each of its parts at least once', () => {
    const references = referencesIn(document);
    for (const each of references) expect([each, at(each) !== undefined]).toEqual([each, true]);
    for (const name of Object.keys(document.components.schemas)) {
      expect(references).toContain(`#/components/schemas/${name}`);
    }
    const schemes = operations.flatMap(([, { security = document.security }]) =>
      security.flatMap((each: object) => Object.keys(each)),
    );
    for (const scheme of schemes)
      expect(document.components.securitySchemes).toHaveProperty(scheme);
  });

  test('has schemas of JSON Schema 2020-12, which take the request of the README and no other', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'openapi', ...document });
    for (const name of Object.keys(document.components.schemas)) {
      expect(ajv.validate({ $ref: `openapi#/components/schemas/${name}` }, 5)).toBe(false);
    }
    const request = {
      model: 'claude-3-5-haiku',
      prompt: { messages: [{ role: 'user', content: 'Hi' }], parameters: { max_tokens: 5 } },
      tags: { applicationId: 'aws-documentation-helper' },
    };
    const check = ajv.compile({ $ref: 'openapi#/components/schemas/InvokeRequest' });
    expect(check(request)).toBe(true);
    expect(check({ ...request, extra: 1 })).toBe(false);
  });
});
