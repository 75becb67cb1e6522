/** One selector of an expression: a metric and what its labels must be. */
export interface PromSelector {
  readonly metric: string;
  readonly matchers: readonly { readonly label: string; readonly operator: string; readonly value: string }[];
}

/** What an expression reads. */
export interface PromExpression {
  readonly selectors: readonly PromSelector[];
  /** Labels that it groups or joins by. */
  readonly labels: readonly string[];
}

const TOKEN =
  /\s*(?:(?<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?<word>[a-zA-Z_:][a-zA-Z0-9_:]*)|(?<number>\d[\w.]*)|(?<variable>\$\w+)|(?<sign>=~|!~|!=|==|>=|<=|[-+*/%^(){}[\],=<>]))/y;

const GROUPING = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);
const OPERATORS = new Set(['and', 'or', 'unless', 'bool', 'offset', 'inf', 'nan']);
const FUNCTIONS = new Set(
  (
    'abs absent avg avg_over_time bottomk ceil changes clamp_max clamp_min count count_over_time delta deriv floor ' +
    'histogram_quantile increase irate label_replace last_over_time max max_over_time min min_over_time quantile rate ' +
    'round scalar sum sum_over_time time topk vector'
  ).split(' '),
);

interface Token {
  readonly kind: string;
  readonly text: string;
}

/** Reads what a PromQL expression reads. Throws an Error for what is no PromQL as the examples use it. */
export function readPromql(expression: string): PromExpression {
  const tokens = tokenize(expression);
  const selectors: PromSelector[] = [];
  const labels: string[] = [];
  const open: string[] = [];
  let at = 0;
  const peek = (): string => tokens[at]?.text ?? '';
  const take = (): Token => {
    const token = tokens[at++];
    if (token === undefined) throw new Error(`${expression}: it ends too early`);
    return token;
  };
  const expect = (text: string): void => {
    const token = take();
    if (token.text !== text) throw new Error(`${expression}: expected ${text}, found ${token.text}`);
  };
  while (at < tokens.length) {
    const { kind, text } = take();
    if (kind === 'word' && GROUPING.has(text)) {
      expect('(');
      while (peek() !== ')') {
        const label = take();
        if (label.kind === 'word') labels.push(label.text);
        else if (label.text !== ',') throw new Error(`${expression}: ${label.text} is no label`);
      }
      expect(')');
    } else if (kind === 'word' && FUNCTIONS.has(text)) {
      if (peek() !== '(' && !GROUPING.has(peek())) throw new Error(`${expression}: ${text} needs parentheses`);
    } else if (kind === 'word' && !OPERATORS.has(text)) {
      const matchers: { label: string; operator: string; value: string }[] = [];
      if (peek() === '{') {
        take();
        while (peek() !== '}') {
          const label = take().text;
          const operator = take().text;
          const value = take();
          if (value.kind !== 'text') throw new Error(`${expression}: ${label} needs a text, found ${value.text}`);
          matchers.push({ label, operator, value: value.text.slice(1, -1) });
          if (peek() === ',') take();
        }
        take();
      }
      selectors.push({ metric: text, matchers });
    } else if ('([{'.includes(text)) open.push({ '(': ')', '[': ']', '{': '}' }[text] as string);
    else if (')]}'.includes(text) && open.pop() !== text) throw new Error(`${expression}: ${text} closes nothing`);
  }
  if (open.length > 0) throw new Error(`${expression}: ${open.join('')} is missing`);
  return { selectors, labels };
}

function tokenize(expression: string): readonly Token[] {
  const tokens: Token[] = [];
  const end = expression.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const from = TOKEN.lastIndex;
    const groups = TOKEN.exec(expression)?.groups;
    if (groups === undefined)
      throw new Error(`${expression}: cannot be read from ${expression.slice(from, from + 20)}`);
    const [kind = '', text = ''] = Object.entries(groups).find(([, found]) => found !== undefined) ?? [];
    tokens.push({ kind, text });
  }
  return tokens;
}
