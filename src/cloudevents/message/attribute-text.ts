/** Characters of one attribute of an event that is received; what is longer is no identifier. */
export const LONGEST_ATTRIBUTE = 4_096;

/** Attribute names as the specification has them. Names over 20 characters are advised against, yet brokers use them. */
const NAME = /^[a-z0-9]{1,64}$/;

const FORBIDDEN = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u;

/** Whether a text may be the name of an attribute that is received. */
export function isAttributeName(name: string): boolean {
  return NAME.test(name);
}

/**
 * Whether a text may be the value of an attribute: no control characters, lone surrogates or noncharacters
 * (CloudEvents 1.0, "Type System").
 */
export function isAttributeText(text: string): boolean {
  return !FORBIDDEN.test(text);
}

/** The text without what an attribute may not hold. */
export function toAttributeText(text: string): string {
  return text.replace(new RegExp(FORBIDDEN, 'gu'), '');
}
