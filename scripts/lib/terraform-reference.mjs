/**
 * The reference of a module in Markdown, from its variables and outputs: one section per variable,
 * and one bullet per attribute, with its type from the code and its text from the description.
 */
import { attributesOf, typeInWords } from './terraform-types.mjs';

const BULLET = /^(\s*)- (`[^`]+`(?:, `[^`]+`)*) - (.*)$/;

/** Texts such as "as in `cost_centers.*.limits`" refer to attributes described there. */
const REFERS = /\b(?:as in|in the form of) `([\w.*]+)`/i;

/** A description: text, and bullets with the names of attributes, which can have bullets too. */
function parseDescription(description) {
  const root = { names: [], text: [], bullets: [], indent: -1 };
  const open = [root];
  for (const line of description.split('\n')) {
    const [, spaces, names, text] = BULLET.exec(line) ?? [];
    if (names === undefined) {
      open.at(-1).text.push(line.trim());
      continue;
    }
    while (open.at(-1).indent >= spaces.length) open.pop();
    const bullet = {
      names: names.split(', ').map((name) => name.slice(1, -1)),
      text: [text],
      bullets: [],
      indent: spaces.length,
    };
    open.at(-1).bullets.push(bullet);
    open.push(bullet);
  }
  return root;
}

const textOf = ({ text }) => text.join('\n').trim();

const isLiteral = (value) => /^(?:"[^"]*"|-?[\d.]+|true|false)$/.test(value ?? '');

/** A default is in the text where the text names one; otherwise it comes from the type. */
function annotation({ type, isOptional, default: value }, text) {
  const isShown = isOptional && isLiteral(value) && !text.includes('Default:');
  const need = isShown ? `default \`${value.replace(/"/g, '')}\`` : 'optional';
  return `(${typeInWords(type)}, ${isOptional ? need : 'required'})`;
}

/** Problems with the description of these attributes, as lines that begin with the path. */
function problemsOf(path, attributes, described, roots) {
  const names = described.bullets.flatMap((bullet) => bullet.names);
  const text = textOf(described);
  const target = attributesAt(REFERS.exec(text)?.[1], roots);
  if (target !== undefined) {
    const unknown = attributes.filter(({ name }) => !target.some((one) => one.name === name));
    return unknown.map(({ name }) => `${path}.${name}: is not in the description referred to`);
  }
  const missing = attributes.filter(
    ({ name }) => !names.includes(name) && !text.includes(`\`${name}\``),
  );
  const stray = names.filter((name) => !attributes.some((one) => one.name === name));
  const wrongDefaults = described.bullets.flatMap((bullet) =>
    attributes
      .filter(({ name, default: value }) => bullet.names.includes(name) && isLiteral(value))
      .filter(({ default: value }) => {
        const [, named] = /Default: ([^.]*(?:\.\d[^.]*)*)/.exec(textOf(bullet)) ?? [];
        return named !== undefined && !named.includes(value.replace(/"/g, ''));
      })
      .map(({ name, default: value }) => `${path}.${name}: its default is ${value}`),
  );
  const below = described.bullets.flatMap((bullet) =>
    attributes
      .filter(({ name }) => bullet.names.includes(name))
      .flatMap(({ name, type }) =>
        problemsOf(`${path}.${name}`, attributesOf(type), bullet, roots),
      ),
  );
  return [
    ...missing.map(({ name }) => `${path}.${name}: is not described`),
    ...stray.map((name) => `${path}.${name}: is described, but the type has no such attribute`),
    ...wrongDefaults,
    ...below,
  ];
}

/** The attributes at a path such as `cost_centers.*.limits`, if there is one. */
function attributesAt(path, roots) {
  if (path === undefined) return undefined;
  const [root, ...rest] = path.split('.').filter((part) => part !== '*');
  const variable = roots.find(({ name }) => name === root);
  if (variable === undefined) return undefined;
  return rest.reduce((attributes, name) => {
    const found = attributes?.find((one) => one.name === name);
    return found && attributesOf(found.type);
  }, attributesOf(variable.type));
}

function bulletLines({ names, bullets, ...described }, attributes, depth) {
  const own = names.map((name) => attributes.find((one) => one.name === name)).filter(Boolean);
  const text = textOf(described);
  const notes = own.map((attribute) => annotation(attribute, text));
  const isSame = notes.every((note) => note === notes[0]);
  const head = isSame
    ? `${names.map((name) => `\`${name}\``).join(', ')} ${notes[0] ?? ''}`.trimEnd()
    : names.map((name, i) => `\`${name}\` ${notes[i] ?? ''}`.trimEnd()).join(', ');
  const line = `${'  '.repeat(depth)}- ${head} - ${text}`;
  const inner = own.flatMap(({ type }) => attributesOf(type));
  return [line, ...bullets.flatMap((bullet) => bulletLines(bullet, inner, depth + 1))];
}

function defaultInWords(value) {
  if (value === null) return 'Optional.';
  const text = JSON.stringify(value);
  return text === '{}' || text === '[]'
    ? 'Optional.'
    : `Default: \`${text.replace(/^"|"$/g, '')}\`.`;
}

function variableSection({ name, type, description, isRequired, default: value }, heading) {
  const described = parseDescription(description);
  const intro = textOf(described);
  const attributes = attributesOf(type);
  const ending = isRequired ? 'Required.' : defaultInWords(value);
  const kind = typeInWords(type);
  const bullets = described.bullets.flatMap((bullet) => bulletLines(bullet, attributes, 0));
  const isSaid = !isRequired && intro.includes('Default:');
  return [
    `${heading} \`${name}\``,
    intro,
    `${kind[0].toUpperCase()}${kind.slice(1)}. ${isSaid ? 'Optional.' : ending}`,
    ...(bullets.length > 0 ? [bullets.join('\n')] : []),
  ].join('\n\n');
}

/** Problems that keep the reference from being complete: descriptions that do not match their types. */
export const referenceProblems = ({ variables, outputs }) => [
  ...variables.flatMap(({ name, type, description }) =>
    description === ''
      ? [`${name}: has no description`]
      : problemsOf(name, attributesOf(type), parseDescription(description), variables),
  ),
  ...outputs
    .filter(({ description }) => description === '')
    .map(({ name }) => `output ${name}: has no description`),
];

export const requirementsLine = ({ requirements: { terraform, providers } }) => {
  const others = Object.entries(providers).map(
    ([name, version]) => `the ${name.toUpperCase()} provider ${version}`,
  );
  return `Requires ${[`Terraform ${terraform}`, ...others].join(' and ')}.`;
};

/** Links to the sections, so that a reader sees first which variables there are. */
export const inputIndex = ({ variables }) =>
  variables
    .map(({ name, isRequired }) => `- [\`${name}\`](#${name})${isRequired ? ' (required)' : ''}`)
    .join('\n');

export const inputSections = ({ variables }, heading) =>
  variables.map((variable) => variableSection(variable, heading)).join('\n\n');

export const outputBullets = ({ outputs }) =>
  outputs.map(({ name, description }) => `- \`${name}\` - ${description}`).join('\n');
