/** Names under which the service's model is listed. Any other name is answered, too: see `answeringName`. */
export const MODEL_NAMES = ['agent-trm', 'trm'] as const;

/**
 * The name that an answer of the service's model carries: the one that it was asked by where that is one of its own,
 * with or without a tag, else the first. Agents keep the name of another model when only their URL is changed, so an
 * unknown name is no error; the answer says who it is from.
 */
export function answeringName(asked: string | null | undefined): string {
  const bare = asked?.replace(/:[^/:]*$/, '');
  return MODEL_NAMES.find((name) => name === bare) ?? MODEL_NAMES[0];
}
