import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { type Copy, DockerfileParser, type From, type Instruction } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';

/** What the tests of the folder need to know of an image. */
export interface Image {
  readonly port: number;
  readonly user: string;
}

/**
 * Reads a Dockerfile, and asserts what has to hold for it: sound by the grammar; what it copies exists in the repository;
 * packages run no scripts of their own; it ends as a user who is not root, with a health check, and without a secret.
 */
export function checkDockerfile(file: URL, repository: URL): Image {
  const text = readFileSync(file, 'utf8');
  const faults = validate(text).map(({ message, range }) => `line ${range.start.line + 1}: ${message}`);
  assert.deepEqual(faults, [], `${file.pathname} is no sound Dockerfile`);

  const dockerfile = DockerfileParser.parse(text);
  const instructions = dockerfile.getInstructions();
  const named = (keyword: string, from = instructions): readonly Instruction[] =>
    from.filter((each) => each.getKeyword() === keyword);
  const words = (instruction: Instruction): readonly string[] =>
    instruction.getArguments().map((argument) => argument.getValue());
  const one = (keyword: string): Instruction => {
    const last = named('FROM').at(-1)?.getRange().start.line ?? 0;
    const found = named(keyword).filter((each) => each.getRange().start.line > last);
    assert.equal(found.length, 1, `expected one ${keyword} in the last stage`);
    return found[0] as Instruction;
  };

  const stages = (named('FROM') as From[]).map((from) => ({
    image: from.getImage() ?? '',
    name: from.getBuildStage(),
  }));
  assert.ok(stages.length >= 2, 'expected the tools of the build to stay behind in a stage of their own');
  for (const { image } of stages) assert.match(image, /:[\w.-]+$/, `${image}: expected a tag`);
  assert.deepEqual(named('ADD'), [], 'ADD fetches and unpacks; COPY does not');

  const built = new Set<string>();
  for (const copy of named('COPY') as readonly Copy[]) {
    const from = copy.getFromFlag()?.getValue();
    const paths = words(copy);
    if (from)
      assert.ok(
        stages.some(({ name }) => name === from),
        `COPY --from=${from}: there is no such stage`,
      );
    else for (const path of paths.slice(0, -1)) built.add(path);
  }
  for (const path of built) assert.ok(existsSync(new URL(path, repository)), `COPY ${path}: it is not there`);

  for (const run of named('RUN')) {
    for (const command of (run.getRawArgumentsContent() ?? '').split('&&')) {
      if (!/\bnpm (?:ci|install|prune|rebuild)\b/.test(command)) continue;
      assert.match(command, /--ignore-scripts/, `packages may run scripts: ${command.trim()}`);
    }
  }

  const user = words(one('USER'))[0] ?? '';
  assert.match(user, /^[1-9]\d*:[1-9]\d*$/, 'expected a user by number who is not root');
  assert.match(one('HEALTHCHECK').getRawArgumentsContent() ?? '', /\/healthz/);
  assert.match(one('ENTRYPOINT').getRawArgumentsContent() ?? '', /"\/app\/dist\/cli\.js"/);
  for (const set of [...named('ENV'), ...named('ARG')]) {
    assert.doesNotMatch(
      set.getRawArgumentsContent() ?? '',
      /TOKEN|SECRET|PASSWORD|KEY/,
      'a secret would stay in the image',
    );
  }
  const ignored = readFileSync(new URL(`${file.pathname.split('/').pop()}.dockerignore`, file), 'utf8').split('\n');
  assert.ok(ignored.includes('*'), 'expected a .dockerignore that leaves out whatever it does not name');
  const sent = ignored.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  for (const path of built) assert.ok(path === '.' || sent.includes(path), `${path}: .dockerignore leaves it out`);
  for (const path of sent) assert.ok(existsSync(new URL(path, repository)), `.dockerignore: ${path} is not there`);
  return { port: Number(words(one('EXPOSE'))[0]), user };
}
